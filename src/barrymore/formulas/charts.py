"""Control charts: when a share or a level has changed by more than chance, and how often they cry wolf."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval

THREE_SIGMA = 3.0
SIGNAL_ALPHA = 0.00135
LEAST_EXPECTED = 5.0
LANEY_FROM = 1.2
STATES = 301


@dataclass(frozen=True, slots=True)
class Laney:
    """A p' chart: the common share, how much more than binomial it varies, and the limits of each period."""

    level: float
    spread: float
    limits: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Ewma:
    """The weighted levels, their limits (distance from the middle), and the first period outside (from 1)."""

    levels: tuple[float, ...]
    limits: tuple[Interval, ...]
    first_signal: int | None


@dataclass(frozen=True, slots=True)
class Cusum:
    """Sums above and below, in units of sigma or of likelihood, and the first signal (from 1)."""

    above: tuple[float, ...]
    below: tuple[float, ...]
    first_signal: int | None


def p_chart_limits(level: float, n: Sequence[int]) -> list[Interval]:
    """Three-sigma limits of a share per period of n cases (NIST/SEMATECH e-Handbook 6.3).

    Where n * level is under 5 take `exact_signal` instead. Errors SHARE_OUT_OF_RANGE, COUNT_OUT_OF_RANGE.
    """
    _share(level)
    if any(one < 1 for one in n):
        raise FormulaError("COUNT_OUT_OF_RANGE", "a period needs at least one case")
    widths = [THREE_SIGMA * math.sqrt(level * (1 - level) / one) for one in n]
    return [Interval(max(0.0, level - width), min(1.0, level + width)) for width in widths]


def exact_signal(level: float, n: int, alpha: float = SIGNAL_ALPHA) -> int:
    """The least count of n that is rarer than alpha at this level: an exact tail for few expected cases."""
    _share(level)
    if n < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "a period needs at least one case")
    return next(x for x in range(n + 2) if float(stats.binom.sf(x - 1, n, level)) <= alpha)


def laney(x: Sequence[int], n: Sequence[int]) -> Laney:
    """A p' chart for many cases a period, whose share varies from day to day (Laney, 2002).

    sigma_z is the mean moving range of the z scores over 1.128. Errors TOO_FEW_PERIODS,
    COUNT_OUT_OF_RANGE.
    """
    good, cases = np.asarray(x, float), np.asarray(n, float)
    if len(good) != len(cases) or (cases < 1).any() or (good < 0).any() or (good > cases).any():
        raise FormulaError("COUNT_OUT_OF_RANGE", "each period needs 0 <= x <= n and at least one case")
    if len(good) < 2:
        raise FormulaError("TOO_FEW_PERIODS", "two periods are the least that can vary")
    level = float(good.sum() / cases.sum())
    sigma = np.sqrt(level * (1 - level) / cases)
    if not sigma.all():
        return Laney(level, 0.0, tuple(Interval(level, level) for _ in cases))
    z = (good / cases - level) / sigma
    spread = float(np.abs(np.diff(z)).mean() / 1.128)
    widths = THREE_SIGMA * sigma * spread
    limits = tuple(Interval(max(0.0, level - w), min(1.0, level + w)) for w in map(float, widths))
    return Laney(level, spread, limits)


def ewma(
    values: Sequence[float], mean: float, sigma: float, weight: float = 0.1, limit: float = 2.814
) -> Ewma:
    """Exponentially weighted moving average with its exact limits (Roberts, 1959; Montgomery, SQC).

    `weight` is of the newest value, `limit` in sigmas of the average. Error SCALE_OUT_OF_RANGE.
    """
    if sigma <= 0 or not 0 < weight <= 1 or limit <= 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "sigma, weight and limit are above 0, weight at most 1")
    level, levels, limits, first = mean, [], [], None
    for number, value in enumerate(values, start=1):
        level = weight * value + (1 - weight) * level
        width = limit * sigma * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * number)))
        levels.append(level)
        limits.append(Interval(mean - width, mean + width))
        if first is None and abs(level - mean) > width:
            first = number
    return Ewma(tuple(levels), tuple(limits), first)


def cusum(values: Sequence[float], mean: float, sigma: float, k: float = 0.5, h: float = 5.0) -> Cusum:
    """Two-sided tabular cumulative sums, in the unit of the values (Page, 1954; Montgomery, SQC, 9.1).

    k and h are in sigmas. Error SCALE_OUT_OF_RANGE.
    """
    if sigma <= 0 or k < 0 or h <= 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "sigma and h are above 0, k is not below it")
    up = down = 0.0
    above, below, first = [], [], None
    for number, value in enumerate(values, start=1):
        up = max(0.0, up + value - mean - k * sigma)
        down = max(0.0, down + mean - value - k * sigma)
        above.append(up)
        below.append(down)
        if first is None and max(up, down) > h * sigma:
            first = number
    return Cusum(tuple(above), tuple(below), first)


def bernoulli_cusum(cases: Sequence[int], usual: float, worse: float, h: float) -> Cusum:
    """One step a case, for rare bad ones (Reynolds & Stoumbos, 1999; Steiner et al., 2000).

    `usual` and `worse` are the shares between which the likelihood ratio decides. Error SHARE_OUT_OF_RANGE.
    """
    _share(usual)
    _share(worse)
    if worse <= usual or h <= 0:
        raise FormulaError("SHARE_OUT_OF_RANGE", "the worse share is above the usual one, and h above 0")
    bad, good = math.log(worse / usual), math.log((1 - worse) / (1 - usual))
    level, sums, first = 0.0, [], None
    for number, case in enumerate(cases, start=1):
        level = max(0.0, level + (bad if case else good))
        sums.append(level)
        if first is None and level > h:
            first = number
    return Cusum(tuple(sums), (), first)


def cusum_run_length(k: float, h: float, shift: float = 0.0, *, two_sided: bool = True) -> float:
    """Mean periods to a signal at a lasting shift of so many sigmas, by a Markov chain (Brook & Evans, 1972).

    Two sides combine as 1/ARL = 1/ARL+ + 1/ARL- (Van Dobben de Bruyn, 1968).
    """
    if k < 0 or h <= 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "h is above 0 and k not below it")
    up = _one_sided_length(k, h, shift)
    return 1 / (1 / up + 1 / _one_sided_length(k, h, -shift)) if two_sided else up


def _one_sided_length(k: float, h: float, shift: float) -> float:
    width = 2 * h / (2 * STATES - 1)
    middles = np.arange(STATES) * width
    upper = middles[None, :] - middles[:, None] + width / 2 + k - shift
    lower = upper - width
    moves = stats.norm.cdf(upper) - stats.norm.cdf(lower)
    moves[:, 0] = stats.norm.cdf(upper[:, 0])
    return float(np.linalg.solve(np.eye(STATES) - moves, np.ones(STATES))[0])


def ewma_run_length(weight: float, limit: float, shift: float = 0.0) -> float:
    """Mean periods to a signal with steady limits (Lucas & Saccucci, 1990)."""
    if not 0 < weight <= 1 or limit <= 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "weight and limit are above 0, weight at most 1")
    edge = limit * math.sqrt(weight / (2 - weight))
    width = 2 * edge / STATES
    middles = -edge + (np.arange(STATES) + 0.5) * width
    centre = (1 - weight) * middles[:, None]
    upper = (middles[None, :] + width / 2 - centre) / weight - shift
    lower = (middles[None, :] - width / 2 - centre) / weight - shift
    moves = stats.norm.cdf(upper) - stats.norm.cdf(lower)
    lengths = np.linalg.solve(np.eye(STATES) - moves, np.ones(STATES))
    return float(lengths[STATES // 2])


def limit_for(run_length: float, k: float = 0.5) -> float:
    """The h at which a two-sided CUSUM cries wolf once in so many periods on average."""
    if run_length <= 1:
        raise FormulaError("SCALE_OUT_OF_RANGE", "a run length is above one period")
    low, high = 0.05, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cusum_run_length(k, middle) < run_length else (low, middle)
    return (low + high) / 2


def _share(share: float) -> None:
    if not 0 < share < 1:
        raise FormulaError("SHARE_OUT_OF_RANGE", "a share between 0 and 1, ends apart, is needed")
