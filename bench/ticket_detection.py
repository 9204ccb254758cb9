"""Part of `make bench-detection`: how well made figures of conversations are found, on held-out seeds."""

import argparse
import sys
import time
from collections import defaultdict

from barrymore.formulas.detection_score import Part
from barrymore.formulas.detectors_tickets import ticket_questions
from barrymore.formulas.simulated_tickets import HABITS, TICKETS, TicketPlan, simulate_tickets

# Constants were tuned on seeds 1 to 12 (docs/detection.md); not on these.
FIRST_HELD_OUT = 3001
PREVALENCES, NOISES = (0.0, 0.03, 0.10), (1.0, 2.0)
OVERALL = ("precision", "recall", "honest weeks asked about", "honest persons asked about")


def main() -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser("bench.ticket_detection", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="per condition; each is 192 persons' weeks")
    parser.add_argument("--first-seed", type=int, default=FIRST_HELD_OUT)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    began = time.perf_counter()
    parts = {(share, noise): measured(seeds, share, noise) for noise in NOISES for share in PREVALENCES}
    print(f"Conversations: {len(parts)} conditions of {options.seeds} seeds in ", end="")
    print(f"{time.perf_counter() - began:.0f} s, made and judged.\n")
    print(f"| | {' | '.join(f'{share:.0%}, noise {noise:g}x' for share, noise in parts)} |")
    print(f"|{'---|' * (len(parts) + 1)}")
    for name in (*OVERALL, *TICKETS, *(f"honest weeks: {habit}" for habit in HABITS)):
        print(f"| {name} | {' | '.join(_cell(one[name]) for one in parts.values())} |")
    return 0


def measured(seeds: range, prevalence: float, noise: float) -> dict[str, Part]:
    """Weeks of persons: flags that name the week's own scenario, those found, honest ones asked about."""
    sums: dict[str, Part] = defaultdict(Part)
    for seed in seeds:
        events, labels = simulate_tickets(TicketPlan(seed, prevalence=prevalence, noise=noise))
        told = {(flag.staff, flag.start, flag.kind) for flag in ticket_questions(events)}
        weeks = {(staff, start) for staff, start, _kind in told}
        rows = [
            (str(staff), float(start), str(scenario), str(habit))
            for staff, start, scenario, habit in zip(
                *(labels.staff, labels.start, labels.scenario, labels.habit), strict=True
            )
        ]
        gamed = {(staff, start, scenario) for staff, start, scenario, _habit in rows if scenario}
        sums["precision"] += Part(len(told & gamed), len(told))
        sums["recall"] += Part(len(told & gamed), len(gamed))
        for kind in TICKETS:
            there = {one for one in gamed if one[2] == kind}
            sums[kind] += Part(len(there & told), len(there))
        gamers = {staff for staff, _start, _kind in gamed}
        asked = {staff for staff, _start in weeks}
        people = {staff for staff, *_rest in rows} - gamers
        sums["honest persons asked about"] += Part(len(asked & people), len(people))
        for staff, start, scenario, habit in rows:
            if not scenario:
                one = Part(int((staff, start) in weeks), 1)
                sums["honest weeks asked about"] += one
                if habit:
                    sums[f"honest weeks: {habit}"] += one
    return sums


def _cell(part: Part) -> str:
    told = part.as_dict()
    if not part.n:
        return "-"
    return f"{told['share']:.4f} ({told['low']:.4f}–{told['high']:.4f}), {part.x}/{part.n}"


if __name__ == "__main__":
    sys.exit(main())
