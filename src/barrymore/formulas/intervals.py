"""Confidence intervals for shares and means; Wald is left out on purpose, at 10 of 10 its width is 0."""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.quantiles import (
    beta_quantile,
    hypergeometric_tails,
    student_quantile,
    tail,
    two_sided_z,
)


class Interval(NamedTuple):
    """A range from low to high, in the unit of its estimate."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """high - low."""
        return self.high - self.low


class FiniteInterval(NamedTuple):
    """An interval with finite population correction; `effective_n` is None for a census."""

    low: float
    high: float
    effective_n: float | None


def wilson(x: float, n: float, confidence: float = 0.95) -> Interval | None:
    """Score interval of a share x/n: the default everywhere (Wilson, 1927; Brown, Cai & DasGupta, 2001).

    x and n may be effective (weighted) counts. None when n is 0. Error COUNT_OUT_OF_RANGE unless 0 <= x <= n.
    """
    _check(x, n)
    return _score(x / n, n, two_sided_z(confidence)) if n else None


def wilson_finite(x: int, n: int, population: int, confidence: float = 0.95) -> FiniteInterval | None:
    """Score interval for the share among `population` customers of whom n were drawn (Cochran, 1977, ch. 3).

    n_eff = n(N-1)/(N-n); a census has no sampling error. Only for random invitations or a census, and never
    for future customers. None when n is 0. Error COUNT_OUT_OF_RANGE.
    """
    _check(x, n, population)
    if n == 0:
        return None
    if n == population:
        return FiniteInterval(x / n, x / n, None)
    effective = n * (population - 1) / (population - n)
    interval = _score(x / n, effective, two_sided_z(confidence))
    return FiniteInterval(interval.low, interval.high, effective)


def jeffreys(x: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Equal-tailed Beta(1/2, 1/2) interval with the end rule of Brown, Cai & DasGupta (2001).

    Low is 0 at x = 0, high is 1 at x = n. None when n is 0. Error COUNT_OUT_OF_RANGE.
    """
    _check(x, n)
    return _beta_interval(x, n, confidence, (0.5, 0.5), (0.5, 0.5)) if n else None


def clopper_pearson(x: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Exact interval with guaranteed coverage, for contracts (Clopper & Pearson, 1934).

    None when n is 0. Error COUNT_OUT_OF_RANGE.
    """
    _check(x, n)
    return _beta_interval(x, n, confidence, (0, 1), (1, 0)) if n else None


def agresti_coull(x: float, n: float, confidence: float = 0.95) -> Interval | None:
    """Hand check of Wilson: add z^2/2 to each side, then Wald (Agresti & Coull, 1998), cut to 0..1."""
    _check(x, n)
    if n == 0:
        return None
    z = two_sided_z(confidence)
    padded = n + z * z
    centre = (x + z * z / 2) / padded
    half = z * math.sqrt(centre * (1 - centre) / padded)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def hypergeometric(x: int, n: int, population: int, confidence: float = 0.95) -> Interval | None:
    """Exact interval for the share in a finite population by inverting both tails (Wright, 1991).

    Ends are whole persons divided by `population`. None when n is 0. Error COUNT_OUT_OF_RANGE.
    """
    _check(x, n, population)
    if n == 0:
        return None
    alpha = tail(confidence)
    fewest, most = x, population - (n - x)
    low, high = fewest, most
    # Both tails are monotone in the number marked, so a bisection finds the first and last credible one.
    while low < high:
        middle = (low + high) // 2
        if hypergeometric_tails(x, n, population, middle)[1] > alpha:
            high = middle
        else:
            low = middle + 1
    first, low, high = low, fewest, most
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeometric_tails(x, n, population, middle)[0] > alpha:
            low = middle
        else:
            high = middle - 1
    return Interval(first / population, low / population)


def student(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """t-interval of a mean (Student, 1908), in the unit of the values; None below two values."""
    n = len(values)
    if n < 2:
        return None
    mean = fmean(values)
    half = student_quantile(1 - tail(confidence), n - 1) * stdev(values) / math.sqrt(n)
    return Interval(mean - half, mean + half)


def clustered_n(n: float, mean_cluster_size: float, correlation: float) -> float:
    """Effective n of answers that come in clusters such as site-days: n / (1 + (m-1) rho) (Kish, 1965)."""
    return n / (1 + (mean_cluster_size - 1) * correlation)


def _check(x: float, n: float, population: float | None = None) -> None:
    if not 0 <= x <= n or (population is not None and n > population):
        raise FormulaError("COUNT_OUT_OF_RANGE", f"needs 0 <= x <= n <= N, got x={x}, n={n}, N={population}")


def _score(p: float, n: float, z: float) -> Interval:
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Rounding must not push an end past p itself: the ends are exact where p is 0 or 1.
    low = 0.0 if p == 0 else min(p, max(0.0, centre - half))
    return Interval(low, 1.0 if p == 1 else max(p, min(1.0, centre + half)))


def _beta_interval(
    x: int, n: int, confidence: float, at_low: tuple[float, float], at_high: tuple[float, float]
) -> Interval:
    alpha = tail(confidence)
    low = 0.0 if x == 0 else beta_quantile(alpha, x + at_low[0], n - x + at_low[1])
    high = 1.0 if x == n else beta_quantile(1 - alpha, x + at_high[0], n - x + at_high[1])
    return Interval(low, high)
