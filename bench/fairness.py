"""`make bench-fairness`: are honest people with an unusual desk asked more often than others?

The other numbers of detection need fewer seeds; here a handful of flags decides, and those of one simulated
company come together, so the interval draws whole companies anew.
"""

import argparse
import os
import sys

import numpy as np

from barrymore.formulas.detection import detect
from barrymore.formulas.simulated_feedback import simulate
from barrymore.formulas.simulated_world import SPECIAL, Plan
from bench.detection import Tally, fairness

# On none of these was anything tuned, and none was measured before the rules were frozen.
FIRST_SEED = 4001
CONDITIONS = [(prevalence, noise) for noise in (1.0, 2.0) for prevalence in (0.03, 0.10)]
KINDS = ("all others", *SPECIAL)
DRAWS = 4000


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser("bench.fairness", description=__doc__)
    parser.add_argument("--seeds", type=int, default=150, help="simulated companies, in four conditions each")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    options = parser.parse_args()
    counts = np.array([_company(options.first_seed + n) for n in range(options.seeds)])
    whole, draws = _ratios(counts.sum(axis=0)), np.random.default_rng(1)
    drawn = [_ratios(counts[draws.integers(0, len(counts), len(counts))].sum(axis=0)) for _ in range(DRAWS)]
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    print(
        f"Honest shifts that were asked about; {options.seeds} companies, {len(CONDITIONS)} conditions each\n"
    )
    print("| desk | flagged | honest shifts | times the rate of all | 95 % of redrawn companies |")
    print("|---|---|---|---|---|")
    for place, kind in enumerate(KINDS):
        flagged, shifts = counts.sum(axis=0)[place]
        told = f"{whole[place]:.2f} | {low[place]:.2f} to {high[place]:.2f}"
        print(f"| {kind} | {flagged} | {shifts:,} | {told} |")
    return 0


def _company(seed: int) -> list[tuple[int, int]]:
    """Flagged and all honest shifts of each kind of desk, in all conditions together."""
    tally = Tally()
    for prevalence, noise in CONDITIONS:
        made = simulate(Plan(seed, prevalence=prevalence, noise=noise))
        fairness(made, detect(made.evidence), tally)
    if os.isatty(sys.stderr.fileno()):
        print(f"\rcompany {seed}", end="", file=sys.stderr, flush=True)
    return [(tally.desks[kind].x, tally.desks[kind].n) for kind in KINDS]


def _ratios(counts: np.ndarray) -> np.ndarray:
    """Each kind's rate beside the rate of all."""
    rates = counts[:, 0] / np.maximum(counts[:, 1], 1)
    return np.asarray(rates / max(counts[:, 0].sum() / counts[:, 1].sum(), 1e-12))


if __name__ == "__main__":
    raise SystemExit(main())
