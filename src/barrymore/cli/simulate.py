"""`barrymore simulate feedback`: labelled feedback, gamed and honest, as the files that `detect` reads."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from barrymore.cli.keeping.ways import Refused, guarded, tell
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.simulated_feedback import Simulated, simulate
from barrymore.formulas.simulated_files import write_table
from barrymore.formulas.simulated_world import Plan


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore simulate` takes."""
    parser.add_argument("what", choices=["feedback"])
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same files (default: 1)")
    parser.add_argument("--desks", type=int, default=40, help="default: 40")
    parser.add_argument("--days", type=int, default=60, help="one shift a day and desk (default: 60)")
    parser.add_argument(
        "--prevalence", type=float, default=0.03, help="share of gamed shifts (default: 0.03)"
    )
    parser.add_argument("--noise", type=float, default=1.0, help="honest mistakes, times this (default: 1)")
    parser.add_argument("--out", type=Path, required=True, help="an empty or new folder for the files")
    parser.add_argument("--json", action="store_true", help="print one machine-readable line")


def run(options: Namespace) -> int:
    """Write the files; 1 when the disk refuses, 2 for a wrong wish."""
    return guarded(lambda: _simulate(options))


def _simulate(options: Namespace) -> int:
    out: Path = options.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out} is not empty. Name an empty or new folder, so that nothing is overwritten.")
    plan = Plan(options.seed, options.desks, options.days, options.prevalence, options.noise)
    try:
        made = simulate(plan)
    except FormulaError as error:
        raise Refused(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    files = _written(out, made)
    counts = {"shifts": len(made.scenario), "labels": len(made.labels), "files": files, "folder": str(out)}
    sentence = (
        f"{counts['shifts']} shifts, {counts['labels']} labels in {out}: {', '.join(files)}.\n"
        f"Judge them: barrymore detect {out}/events.csv {out}/served.csv {out}/external.csv "
        f"--roster {out}/roster.csv --heartbeats {out}/heartbeats.csv --invitations {out}/invitations.csv "
        f"--labels {out}/labels.csv"
    )
    tell(counts, sentence, as_json=options.json)
    return 0


def _written(out: Path, made: Simulated) -> list[str]:
    evidence = made.evidence
    tables = (
        ("events.csv", evidence.presses, ("t_device", "t_server")),
        ("served.csv", evidence.served, ("t",)),
        ("external.csv", evidence.external, ("start", "end")),
        ("roster.csv", evidence.roster, ("start", "end")),
        ("heartbeats.csv", evidence.heartbeats, ("t",)),
        ("invitations.csv", evidence.invitations, ("closed",)),
        ("labels.csv", made.labels, ("start", "end")),
    )
    for name, table, moments in tables:
        if table is not None:
            write_table(out / name, table, moments)
    return [name for name, table, _ in tables if table is not None]
