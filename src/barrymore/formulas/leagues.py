"""League tables that do not rank noise: shrinkage, funnel limits, groups instead of positions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import optimize, special, stats

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval

CLAIM_ABOVE = 0.975
FEWEST_ANSWERS = 30
# Beyond this many prior answers the units do not differ by more than chance.
NO_SPREAD = 1e6


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Beta-binomial empirical Bayes over units; alpha and beta are None where the units do not differ.

    `means` and `intervals` are in the order of the units; without spread every mean is the pooled one.
    """

    alpha: float | None
    beta: float | None
    prior_mean: float
    means: tuple[float, ...]
    intervals: tuple[Interval, ...]

    @property
    def rankable(self) -> bool:
        """Whether the units differ by more than chance."""
        return self.alpha is not None


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Within which share a unit of n answers stays if it is like all others: 95 and 99.8 %."""

    warning: Interval
    action: Interval


class Group(StrEnum):
    """Where a unit is shown; never a position."""

    ABOVE = "clearly above"
    ALIKE = "not distinguishable"
    BELOW = "clearly below"


def shrink(x: Sequence[float], n: Sequence[int], confidence: float = 0.95) -> Shrunken:
    """Shrink shares x/n towards their common level (Casella, 1985; maximum likelihood of the beta-binomial).

    x and n are counts per unit; x may be a real number where circumstances were levelled out. Errors
    COUNT_OUT_OF_RANGE unless 0 <= x <= n; TOO_FEW_UNITS under two units with answers.
    """
    good, asked = _counts(x, n)
    if np.count_nonzero(asked) < 2:
        raise FormulaError("TOO_FEW_UNITS", "two units with answers are the least that can be compared")
    pooled = float(good.sum() / asked.sum())
    alpha, beta = _fitted(good, asked, pooled)
    ends = ((1 - confidence) / 2, (1 + confidence) / 2)
    if alpha is None or beta is None:
        level = Interval(
            *(float(stats.beta.ppf(p, good.sum() + 0.5, (asked - good).sum() + 0.5)) for p in ends)
        )
        return Shrunken(None, None, pooled, (pooled,) * len(good), (level,) * len(good))
    a, b = alpha + good, beta + asked - good
    low, high = (np.atleast_1d(stats.beta.ppf(p, a, b)) for p in ends)
    intervals = tuple(Interval(float(one), float(other)) for one, other in zip(low, high, strict=True))
    means = tuple(float(mean) for mean in a / (a + b))
    return Shrunken(alpha, beta, alpha / (alpha + beta), means, intervals)


def _counts(x: Sequence[float], n: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    good, asked = np.asarray(x, float), np.asarray(n, float)
    if good.shape != asked.shape or (good < 0).any() or (good > asked).any():
        raise FormulaError("COUNT_OUT_OF_RANGE", "each unit needs 0 <= x <= n")
    return good, asked


def _fitted(good: np.ndarray, asked: np.ndarray, pooled: float) -> tuple[float | None, float | None]:
    """The likelihood over (log-odds of the level, log of the prior's weight); None, None if it only grows."""
    if pooled in {0.0, 1.0}:
        return None, None

    def loss(point: np.ndarray) -> float:
        level, weight = special.expit(point[0]), math.exp(min(point[1], 40.0))
        a, b = level * weight, (1 - level) * weight
        return -float((special.betaln(good + a, asked - good + b) - special.betaln(a, b)).sum())

    start = special.logit(pooled)
    found = min(
        (
            optimize.minimize(
                loss,
                np.array([start, guess]),
                method="Nelder-Mead",
                options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000},
            )
            for guess in (0.5, 2.5, 5.0)
        ),
        key=lambda one: float(one.fun),
    )
    level, weight = float(special.expit(found.x[0])), math.exp(min(float(found.x[1]), 40.0))
    # At an endless weight the likelihood is that of one common level.
    flat = -float((good * math.log(pooled) + (asked - good) * math.log1p(-pooled)).sum())
    if weight > NO_SPREAD or float(found.fun) >= flat - 1e-7:
        return None, None
    return level * weight, (1 - level) * weight


def funnel_limits(n: int, level: float) -> FunnelLimits:
    """Interpolated exact binomial limits around a level (Spiegelhalter, 2005, appendix A.1.1).

    Errors COUNT_OUT_OF_RANGE for n under 1, SHARE_OUT_OF_RANGE unless 0 < level < 1.
    """
    if n < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "a unit needs at least one answer")
    _open_share(level)
    return FunnelLimits(
        Interval(_funnel_end(n, level, 0.025), _funnel_end(n, level, 0.975)),
        Interval(_funnel_end(n, level, 0.001), _funnel_end(n, level, 0.999)),
    )


def _funnel_end(n: int, level: float, p: float) -> float:
    r = int(stats.binom.ppf(p, n, level))
    at, before = float(stats.binom.cdf(r, n, level)), float(stats.binom.cdf(r - 1, n, level))
    interpolation = (at - p) / (at - before)
    return min(max((r - interpolation) / n, 0.0), 1.0)


def _open_share(share: float) -> None:
    if not 0 < share < 1:
        raise FormulaError("SHARE_OUT_OF_RANGE", "a share between 0 and 1, ends apart, is needed")


def overdispersion(x: Sequence[float], n: Sequence[int], level: float, winsorised: float = 0.10) -> float:
    """phi >= 1: by how much the units spread more than a binomial, extremes drawn in (Spiegelhalter, 2005).

    Multiply the width of a funnel by its square root.
    """
    _open_share(level)
    good, asked = _counts(x, n)
    good, asked = good[asked > 0], asked[asked > 0]
    if not len(asked):
        raise FormulaError("TOO_FEW_UNITS", "no unit has an answer")
    z = np.sort((good / asked - level) / np.sqrt(level * (1 - level) / asked))
    cut = int(winsorised * len(z))
    if cut:
        z[:cut], z[-cut:] = z[cut], z[-cut - 1]
    return max(1.0, float((z**2).mean()))


def probability_better(a: tuple[float, float], b: tuple[float, float]) -> float:
    """P(A > B) for two Beta(good + prior, bad + prior) shares, by quadrature (Gelman & Hill, 2007).

    `a` and `b` are the two parameters of each Beta. Error COUNT_OUT_OF_RANGE unless all are positive.
    """
    if min(*a, *b) <= 0:
        raise FormulaError("COUNT_OUT_OF_RANGE", "both parameters of a Beta are above 0")
    nodes, weights = np.polynomial.legendre.leggauss(400)
    grid = np.asarray((nodes + 1) / 2)
    inner = stats.beta.pdf(grid, *a) * stats.beta.cdf(grid, *b)
    return float(np.clip((weights * inner).sum() / 2, 0.0, 1.0))


def groups(table: Shrunken, n: Sequence[int], *, fewest: int = FEWEST_ANSWERS) -> list[Group | None]:
    """Clearly above, not distinguishable or clearly below the common level; None for a unit with too few.

    A unit is clearly apart when its whole interval lies on one side of the level and the units differ at all.
    """
    found: list[Group | None] = []
    for interval, answered in zip(table.intervals, n, strict=True):
        if answered < fewest:
            found.append(None)
        elif not table.rankable or interval.low <= table.prior_mean <= interval.high:
            found.append(Group.ALIKE)
        else:
            found.append(Group.ABOVE if interval.low > table.prior_mean else Group.BELOW)
    return found


def rank_intervals(
    table: Shrunken, x: Sequence[float], n: Sequence[int], *, draws: int = 4000, seed: int = 1
) -> list[tuple[int, int]] | None:
    """Between which places each unit stands with 95 %, by draws from the posteriors; None if not rankable.

    Place 1 is the highest share. The same seed gives the same places.
    """
    if table.alpha is None or table.beta is None:
        return None
    good, asked = _counts(x, n)
    chance = np.random.default_rng(seed)
    drawn = chance.beta(table.alpha + good, table.beta + asked - good, size=(draws, len(good)))
    places = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    ends = np.quantile(places, [0.025, 0.975], axis=0, method="inverted_cdf")
    return [(int(low), int(high)) for low, high in ends.T]
