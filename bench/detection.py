"""`make bench-detection`: how well gamed feedback is found, on seeds that no constant was tuned on."""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from barrymore.formulas.detection import Findings, detect
from barrymore.formulas.detection_data import GREEN
from barrymore.formulas.detection_flags import OF_DEVICES
from barrymore.formulas.detection_score import Part, score
from barrymore.formulas.simulated_feedback import Simulated, simulate
from barrymore.formulas.simulated_gaming import ADDED, CORE, COVERED
from barrymore.formulas.simulated_world import SPECIAL, Plan

# Tuned on seeds 1 to 10 and 101 to 110; 1001 to 2020 were seen (docs/detection.md). Not these.
FIRST_HELD_OUT = 3001
PREVALENCES, NOISES = (0.0, 0.03, 0.10), (1.0, 2.0)
MONTH_DAYS = 30
WHOLE_SHIFTS = ("cherry_picking", "undercount", COVERED)
OVERALL = {
    "precision": "precision (aim 0.95)",
    "core_recall": "recall, core scenarios (aim 0.90)",
    "recall": "recall, with the added ones",
    "right_kind": "of those found: the right question",
    "accused": "honest shifts flagged (aim 0.003)",
    "people": "of these, about a person",
    "covered_flags": "covered-button flags that are right",
    "mail_flags": "mail flags that are right",
}


@dataclass
class Tally:
    """What one condition adds up to."""

    overall: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    scenarios: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    desks: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    bias: dict[str, list[np.ndarray]] = field(default_factory=lambda: defaultdict(list))
    accusations: int = 0
    months: float = 0.0
    shifts: int = 0
    seconds: float = 0.0


def main() -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser("bench.detection", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="per condition; each is 2,400 shifts")
    parser.add_argument("--first-seed", type=int, default=FIRST_HELD_OUT)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    tallies = {}
    for noise in NOISES:
        for prevalence in PREVALENCES:
            tallies[noise, prevalence] = _measured(seeds, prevalence, noise)
            print(f"measured prevalence {prevalence} noise {noise}", file=sys.stderr, flush=True)
    _print(tallies)
    if options.json:
        options.json.write_text(json.dumps({str(key): _plain(one) for key, one in tallies.items()}, indent=2))
    return 0


def _measured(seeds: range, prevalence: float, noise: float) -> Tally:
    tally = Tally()
    for seed in seeds:
        plan = Plan(seed, prevalence=prevalence, noise=noise)
        made = simulate(plan)
        began = time.perf_counter()
        found = detect(made.evidence)
        tally.seconds += time.perf_counter() - began
        tally.shifts += len(found.floor.shifts)
        tally.months += plan.days / MONTH_DAYS
        tally.accusations += sum(flag.kind not in OF_DEVICES for flag in found.flags)
        scored = score(found, made.labels)
        for name in OVERALL:
            tally.overall[name] += getattr(scored, name)
        for name, part in scored.per_scenario.items():
            tally.scenarios[name] += part
        fairness(made, found, tally)
        _bias(made, found, tally)
    return tally


def fairness(made: Simulated, found: Findings, tally: Tally) -> None:
    """Honest shifts flagged, by the kind of desk."""
    flagged = {(flag.desk, flag.start) for flag in found.flags if flag.kind != "red_covered"}
    world = made.world
    honest = made.scenario == ""
    names = world.names[world.desk]
    hit = np.array([(str(d), float(t)) in flagged for d, t in zip(names, world.start, strict=True)])
    for kind in ("", *SPECIAL):
        of = honest & (world.special == kind)
        tally.desks[kind or "all others"] += Part(int((of & hit).sum()), int(of.sum()))


def _bias(made: Simulated, found: Findings, tally: Tally) -> None:
    """Greens and answers before, after exclusion, and as meant: in the gamed shifts, or at their desks."""
    floor, world, size = found.floor, made.world, len(made.scenario)
    assert len(floor.shifts) == size
    green = floor.presses.button == GREEN
    inside = floor.press_shift >= 0
    kept = inside & found.usable & ~found.left_out
    before = [np.bincount(floor.press_shift[one], minlength=size) for one in (inside & green, inside)]
    after = [np.bincount(floor.press_shift[one], minlength=size) for one in (kept & green, kept)]
    meant = [made.meant_green, made.meant]
    for name in (*CORE, *ADDED, COVERED):
        shifts = made.covered if name == COVERED else made.scenario == name
        rest = np.isin(world.desk, world.desk[shifts]) if name in WHOLE_SHIFTS else shifts
        sums = [*(one[shifts].sum() for one in before + meant), *(one[rest].sum() for one in after + meant)]
        tally.bias[name].append(np.array(sums, float))


def _print(tallies: dict[tuple[float, float], Tally]) -> None:
    whole = sum(one.shifts for one in tallies.values())
    seconds = sum(one.seconds for one in tallies.values())
    print(f"{whole:,} shifts, judged at {whole / seconds:,.0f} shifts a second on one core.\n")
    heads = [f"{prevalence:.0%}, noise {noise:g}x" for noise, prevalence in tallies]
    _table(
        "",
        heads,
        {label: [_cell(t.overall[name]) for t in tallies.values()] for name, label in OVERALL.items()},
    )
    alarms = [f"{t.accusations / t.months:.2f}" for key, t in tallies.items() if key[1] == 0]
    print(f"\nAt prevalence 0, questions about people a month at 40 desks: {', '.join(alarms)}.\n")
    gamed = {key: one for key, one in tallies.items() if key[1] > 0}
    heads = [f"{prevalence:.0%}, noise {noise:g}x" for noise, prevalence in gamed]
    names = list(dict.fromkeys(name for one in gamed.values() for name in one.scenarios))
    _table("scenario", heads, {n: [_cell(t.scenarios[n]) for t in gamed.values()] for n in names})
    print()
    heads = [f"noise {noise:g}x" for noise in NOISES]
    kinds = ("all others", *SPECIAL)
    _table(
        "honest shifts flagged at", heads, {k: [_cell(_over(tallies, k, n)) for n in NOISES] for k in kinds}
    )
    print("\nSatisfied share minus what the customers meant, in points, at 10 %, noise 1x:\n")
    bias = {name: _points(sums) for name, sums in tallies[1.0, 0.10].bias.items()}
    _table("scenario", ["before", "after exclusion", "answers"], bias)


def _over(tallies: dict[tuple[float, float], Tally], kind: str, noise: float) -> Part:
    return sum((one.desks[kind] for key, one in tallies.items() if key[0] == noise), Part())


def _points(sums: list[np.ndarray]) -> list[str]:
    g, n, mg, mn, ag, an, rg, rn = np.sum(sums, axis=0)
    if not (n and an):
        return ["-", "-", "0"]
    return [f"{100 * (g / n - mg / mn):+.1f}", f"{100 * (ag / an - rg / rn):+.1f}", f"{int(n):,}"]


def _cell(part: Part) -> str:
    told = part.as_dict()
    if not part.n:
        return "-"
    return f"{told['share']:.4f} ({told['low']:.4f}–{told['high']:.4f}), {part.x}/{part.n}"


def _table(first: str, heads: list[str], rows: dict[str, list[str]]) -> None:
    print(f"| {' | '.join([first, *heads])} |\n|{'---|' * (len(heads) + 1)}")
    for name, cells in rows.items():
        print(f"| {' | '.join([name, *cells])} |")


def _plain(tally: Tally) -> dict[str, Any]:
    return {
        "shifts": tally.shifts,
        "overall": {name: part.as_dict() for name, part in tally.overall.items()},
        "scenarios": {name: part.as_dict() for name, part in tally.scenarios.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
