"""A chart against a frozen usual level: what one period says, what drifts, and how often it cries wolf.

Limits: NIST/SEMATECH e-Handbook 6.3; exact tails where few are expected; Laney (2002) where periods vary by
more than chance. Drift: two-sided CUSUM of the standardised values (Page, 1954), begun anew after a signal.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy import stats

from barrymore.formulas.charts import LANEY_FROM, LEAST_EXPECTED, cusum, exact_signal, laney, limit_for
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval

LEAST_PERIODS = 20
# A chart never cries wolf more often than one of three sigmas does.
TEXTBOOK_LENGTH = 370.0
RULES = 2


@dataclass(frozen=True, slots=True)
class Usual:
    """The frozen level of a chart. `sigma` is of one case."""

    level: float
    sigma: float
    spread: float
    periods: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """From how many sigmas on one period signals, from which h on a drift does, and how seldom by chance."""

    sigmas: float
    h: float
    run_length: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Which period (from 0) lies apart, by which rule (`period`, `drift`), on which side (1 above)."""

    place: int
    rule: str
    side: int


def sensitivity(charts: int, periods_per_week: int) -> Sensitivity:
    """So that all charts together cry wolf once a week at most; two rules watch each chart.

    Error COUNT_OUT_OF_RANGE for less than one chart or period.
    """
    if charts < 1 or periods_per_week < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "at least one chart and one period")
    return _for_length(max(TEXTBOOK_LENGTH, float(RULES * charts * periods_per_week)))


@lru_cache(maxsize=64)
def _for_length(run_length: float) -> Sensitivity:
    return Sensitivity(float(stats.norm.isf(1 / (2 * run_length))), limit_for(run_length), run_length)


def usual_share(x: Sequence[int], n: Sequence[int]) -> Usual:
    """The level of a share over its base periods. Error TOO_FEW_PERIODS under twenty with cases."""
    pairs = [(good, cases) for good, cases in zip(x, n, strict=True) if cases]
    if len(pairs) < LEAST_PERIODS:
        raise FormulaError("TOO_FEW_PERIODS", f"{LEAST_PERIODS} periods with cases are the least")
    found = laney([good for good, _cases in pairs], [cases for _good, cases in pairs])
    half = 0.5 / sum(cases for _good, cases in pairs)
    # A share of 0 or 1 over the base leaves no room for chance: half a case is taken as seen.
    level = min(max(found.level, half), 1 - half)
    spread = found.spread if found.spread > LANEY_FROM else 1.0
    return Usual(level, math.sqrt(level * (1 - level)), spread, len(pairs))


def usual_ratio(ours: Sequence[int], theirs: Sequence[int]) -> Usual:
    """The level of one count to another; sigma of one customer, so that at least one of a period is chance.

    The squared gap of a period grows with its customers, as that of any count does (Cochran, 1977, ch. 6).
    Error TOO_FEW_PERIODS under twenty periods in which both counted.
    """
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if one and other]
    if len(pairs) < LEAST_PERIODS:
        raise FormulaError("TOO_FEW_PERIODS", f"{LEAST_PERIODS} periods with both counts are the least")
    total = sum(other for _one, other in pairs)
    level = sum(one for one, _other in pairs) / total
    gaps = sum((one - level * other) ** 2 / other for one, other in pairs) / len(pairs)
    return Usual(level, math.sqrt(max(gaps, len(pairs) / total)), 1.0, len(pairs))


def share_limits(usual: Usual, n: int, sigmas: float) -> Interval:
    """Within which share a period of n cases stays by chance. Error COUNT_OUT_OF_RANGE under one case."""
    if n < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "a period needs at least one case")
    if n * min(usual.level, 1 - usual.level) < LEAST_EXPECTED:
        alpha = float(stats.norm.sf(sigmas))
        high, low = exact_signal(usual.level, n, alpha) - 1, n - exact_signal(1 - usual.level, n, alpha) + 1
        return Interval(max(low, 0) / n, min(high, n) / n)
    width = sigmas * usual.sigma * usual.spread / math.sqrt(n)
    return Interval(max(0.0, usual.level - width), min(1.0, usual.level + width))


def share_score(usual: Usual, x: int, n: int) -> float:
    """How many sigmas a period lies above the usual share."""
    return (x / n - usual.level) / (usual.sigma * usual.spread / math.sqrt(n))


def ratio_limits(usual: Usual, n: int, sigmas: float) -> Interval:
    """Within which ratio a period of n by the other count stays by chance; under five customers always."""
    width = max(sigmas * usual.sigma / math.sqrt(n), LEAST_EXPECTED / n)
    return Interval(max(0.0, usual.level - width), usual.level + width)


def ratio_score(usual: Usual, x: int, n: int) -> float:
    """How many sigmas a period lies above the usual ratio."""
    return (x / n - usual.level) * math.sqrt(n) / usual.sigma


def period_signals(
    values: Sequence[float | None], limits: Sequence[Interval | None], begin: int = 0
) -> list[Signal]:
    """Periods outside their limits, from place `begin` on; a hair's breadth is no signal."""
    found = []
    for place, (value, limit) in enumerate(zip(values, limits, strict=True)):
        if place < begin or value is None or limit is None:
            continue
        if value > limit.high + 1e-12:
            found.append(Signal(place, "period", 1))
        elif value < limit.low - 1e-12:
            found.append(Signal(place, "period", -1))
    return found


def drift_signals(scores: Sequence[float | None], h: float, begin: int = 0) -> list[Signal]:
    """Where the sums cross h, begun anew after each signal; periods without a value are passed over."""
    rest = [(place, score) for place, score in enumerate(scores) if place >= begin and score is not None]
    found: list[Signal] = []
    while rest:
        sums = cusum([score for _place, score in rest], 0.0, 1.0, h=h)
        if sums.first_signal is None:
            break
        last = sums.first_signal - 1
        found.append(Signal(rest[last][0], "drift", 1 if sums.above[last] > sums.below[last] else -1))
        rest = rest[last + 1 :]
    return found
