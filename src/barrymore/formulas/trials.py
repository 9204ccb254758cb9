"""What a change at some points did, beside points without it: differences that know about days.

Answers of one point and day are alike, so their spread over days widens every interval. Difference of
differences: MOVER (Zou & Donner, 2008) over Newcombe's differences. Always-valid p: the normal mixture of
Johari et al. (2022); with a fixed before-period the estimate still has independent increments in information.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval, wilson
from barrymore.formulas.leagues import overdispersion

# Effects that are looked for are about five of a hundred; fixed before anybody looks.
TAU2 = 0.0025


@dataclass(frozen=True, slots=True)
class Share:
    """x of n, how much more than by chance its days spread, and Wilson on the effective number."""

    x: int
    n: int
    spread: float
    interval: Interval

    @property
    def value(self) -> float:
        """The share."""
        return self.x / self.n

    @property
    def variance(self) -> float:
        """Of the share; one of each kind more keeps it above nothing where all said the same."""
        p = (self.x + 1) / (self.n + 2)
        return p * (1 - p) / self.n * self.spread


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of shares, or of two such, with its interval and its variance."""

    value: float
    interval: Interval
    variance: float


def share_over_days(days: Sequence[tuple[int, int]]) -> Share | None:
    """The share over clusters of (x, n); None without a case. Error COUNT_OUT_OF_RANGE."""
    told = [(x, n) for x, n in days if n]
    x, n = sum(one for one, _n in told), sum(one for _x, one in told)
    if not n:
        return None
    level = x / n
    varied = 0 < level < 1 and len(told) > 1
    spread = overdispersion([a for a, _b in told], [b for _a, b in told], level, 0.0) if varied else 1.0
    # Few clusters cannot show less than chance, and a single one shows nothing.
    interval = wilson(x / spread, n / spread)
    assert interval is not None
    return Share(x, n, spread, interval)


def difference(one: Share, other: Share) -> Difference:
    """one - other with Newcombe's interval (1998, method 10) on effective numbers."""
    value = one.value - other.value
    low = value - math.hypot(one.value - one.interval.low, other.interval.high - other.value)
    high = value + math.hypot(one.interval.high - one.value, other.value - other.interval.low)
    return Difference(value, Interval(low, high), one.variance + other.variance)


def difference_of(one: Difference, other: Difference) -> Difference:
    """Difference in differences: what changed here beyond what changed there."""
    value = one.value - other.value
    low = value - math.hypot(one.value - one.interval.low, other.interval.high - other.value)
    high = value + math.hypot(one.interval.high - one.value, other.value - other.interval.low)
    return Difference(value, Interval(low, high), one.variance + other.variance)


def always_valid(looks: Sequence[Difference], tau2: float = TAU2) -> float:
    """The p value that holds however often somebody looks: the least of all looks so far.

    Error SCALE_OUT_OF_RANGE for tau2 or a variance not above 0.
    """
    if tau2 <= 0 or any(look.variance <= 0 for look in looks):
        raise FormulaError("SCALE_OUT_OF_RANGE", "tau2 and every variance are above 0")
    least = 1.0
    for look in looks:
        v = look.variance
        grown = tau2 * look.value**2 / (2 * v * (v + tau2))
        least = min(least, 1 / (math.sqrt(v / (v + tau2)) * math.exp(min(grown, 700.0))))
    return least
