"""`barrymore detect`: judge feedback from anywhere by its files; a flag is a question with evidence."""

import json
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from barrymore.cli.keeping.ways import Bar, Damaged, guarded
from barrymore.formulas.detection import Findings, detect
from barrymore.formulas.detection_data import Evidence, Table
from barrymore.formulas.detection_files import (
    read_external,
    read_heartbeats,
    read_invitations,
    read_labels,
    read_presses,
    read_roster,
    read_served,
)
from barrymore.formulas.detection_flags import moment_text
from barrymore.formulas.detection_score import score
from barrymore.formulas.errors import FormulaError

Read = TypeVar("Read", bound=Table)
WIDTH = 110


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore detect` takes."""
    parser.epilog = "Exit code 0: judged, with or without flags; 1: a file cannot be read; 2: a wrong wish. "
    parser.epilog += "The files are described in docs/detection.md."
    parser.add_argument(
        "events", type=Path, help="presses: device, desk, boot_id, seq, t_device, t_server, button"
    )
    parser.add_argument("served", type=Path, help="served customers: desk, staff, seq, t")
    parser.add_argument("external", type=Path, nargs="?", help="outside counts: desk, start, end, count")
    parser.add_argument("--roster", type=Path, help="desk, staff, start, end")
    parser.add_argument("--heartbeats", type=Path, help="device, t, battery")
    parser.add_argument(
        "--invitations",
        type=Path,
        help="mail: staff, closed, drawn, suppressed, opened_from, agent_network, answer",
    )
    parser.add_argument("--labels", type=Path, help="what is known to be gamed: prints precision and recall")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--output", type=Path, help="write there instead of printing")


def run(options: Namespace) -> int:
    """Judge; 1 when a file cannot be read."""
    return guarded(lambda: _detect(options))


def _detect(options: Namespace) -> int:
    bar = Bar("judging")
    try:
        evidence = Evidence(
            read_presses(options.events),
            read_served(options.served),
            _perhaps(read_external, options.external),
            _perhaps(read_roster, options.roster),
            _perhaps(read_heartbeats, options.heartbeats),
            _perhaps(read_invitations, options.invitations),
        )
        labels = _perhaps(read_labels, options.labels)
    except FormulaError as error:
        raise Damaged(f"Nothing was judged. {error}") from None
    except FileNotFoundError as error:
        raise Damaged(f"Nothing was judged: there is no file {error.filename}.") from None
    found = detect(evidence, bar.at)
    scored = score(found, labels).as_dict() if labels is not None else None
    if options.json:
        text = json.dumps({**found.as_dict(), **({"score": scored} if scored else {})}, indent=2) + "\n"
    else:
        text = "\n".join([*_told(found), *(_scored(scored) if scored else [])]) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _perhaps(read: Callable[[Path], Read], path: Path | None) -> Read | None:
    return read(path) if path else None


def _told(found: Findings) -> Iterator[str]:
    """A line of facts and a paragraph of evidence for each flag."""
    everything, without = found.counts(without_flagged=False), found.counts(without_flagged=True)
    yield f"{len(found.flags)} questions about {len(found.floor.shifts)} shifts. None of them is a verdict."
    yield f"{'presses':<24} {'green':>8} {'yellow':>8} {'red':>8}"
    for name, one in (("all", everything), ("if all are confirmed", without)):
        yield f"{name:<24} {one.green:>8} {one.yellow:>8} {one.red:>8}"
    for flag in found.flags:
        yield ""
        chance = "" if flag.p is None else f"  p={flag.p:.1g}"
        yield f"{moment_text(flag.start)}  {flag.desk}  {flag.staff or '-'}  {flag.kind}{chance}"
        yield from textwrap.wrap(flag.text, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if found.limits:
        yield ""
        yield "What could not be judged:"
        for sentence in found.limits:
            yield from textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")


def _scored(scored: dict[str, Any]) -> Iterator[str]:
    """Beside the labels."""
    yield ""
    yield f"{'beside the labels':<36} {'x':>7} {'n':>7} {'share':>7}   95 % interval"
    names = {
        "precision": "flagged shifts that are gamed",
        "recall": "gamed shifts that are flagged",
        "core_recall": "those of the core scenarios",
        "accused": "honest shifts flagged",
        "covered_flags": "covered-button flags that are right",
        "mail_flags": "mail flags that are right",
    }
    for key, name in names.items():
        yield _line(name, scored[key])
    for name, part in scored["per_scenario"].items():
        yield _line(f"found: {name}", part)


def _line(name: str, part: dict[str, Any]) -> str:
    if not part["n"]:
        return f"{name:<36} {part['x']:>7} {part['n']:>7}"
    bounds = f"{part['low']:.4f} to {part['high']:.4f}"
    return f"{name:<36} {part['x']:>7} {part['n']:>7} {part['share']:>7.4f}   {bounds}"
