"""Did it help? Comparisons of two groups, and those that may be watched while they run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import optimize, special, stats

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval, wilson
from barrymore.formulas.quantiles import normal_cdf, two_sided_z

MISMATCH_BELOW = 0.001


@dataclass(frozen=True, slots=True)
class Compared:
    """x1/n1 - x2/n2 with Newcombe's interval; z and p are None where both shares are 0 or both are 1."""

    difference: float
    interval: Interval
    z: float | None
    p: float | None
    exact_p: float


class Verdict(StrEnum):
    """What a sequential test says."""

    WORSE = "H1"
    USUAL = "H0"
    GO_ON = "continue"


@dataclass(frozen=True, slots=True)
class Sequential:
    """The verdict, after how many cases, and the log likelihood ratio there."""

    verdict: Verdict
    n: int
    log_ratio: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """p values that bear many questions, in the order given, and how many stay below alpha."""

    p: tuple[float, ...]
    rejected: int


def compare_shares(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> Compared:
    """The difference of two shares (Newcombe, 1998, method 10), pooled z and Fisher's exact test.

    Only for groups made by chance: a before and an after alone is no experiment. Error COUNT_OUT_OF_RANGE.
    """
    if min(n1, n2) < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "both groups need at least one case")
    one, other = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    assert one is not None and other is not None
    p1, p2 = x1 / n1, x2 / n2
    low = p1 - p2 - math.hypot(p1 - one.low, other.high - p2)
    high = p1 - p2 + math.hypot(one.high - p1, p2 - other.low)
    pooled = (x1 + x2) / (n1 + n2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    z = (p1 - p2) / spread if spread else None
    exact = float(stats.fisher_exact(np.array([[x1, n1 - x1], [x2, n2 - x2]])).pvalue)
    p = 2 * normal_cdf(-abs(z)) if z is not None else None
    return Compared(p1 - p2, Interval(low, high), z, p, exact)


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """The mixture likelihood ratio and a p value that holds at every look."""

    ratio: float
    p: float


def mixture_test(mean_a: float, mean_b: float, per_arm: int, tau2: float) -> AlwaysValid:
    """mSPRT of two shares at per_arm cases in each arm (Johari, Koomen, Pekelis & Walsh, 2022).

    Over time the p value is the least of all looks. Errors COUNT_OUT_OF_RANGE, SHARE_OUT_OF_RANGE,
    SCALE_OUT_OF_RANGE for tau2 not above 0.
    """
    if per_arm < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "both arms need at least one case")
    if not (0 <= mean_a <= 1 and 0 <= mean_b <= 1):
        raise FormulaError("SHARE_OUT_OF_RANGE", "both means are shares")
    if tau2 <= 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "tau2 is above 0")
    variance = mean_a * (1 - mean_a) + mean_b * (1 - mean_b)
    if variance == 0:
        # Nothing varies yet, so nothing can be told apart honestly.
        return AlwaysValid(1.0, 1.0)
    shrunk = variance / (variance + per_arm * tau2)
    grown = per_arm**2 * tau2 * (mean_b - mean_a) ** 2 / (2 * variance * (variance + per_arm * tau2))
    ratio = math.sqrt(shrunk) * math.exp(min(grown, 700.0))
    return AlwaysValid(ratio, min(1.0, 1 / ratio))


def confidence_sequence(
    x: int, n: int, alpha: float = 0.05, prior: tuple[float, float] = (0.5, 0.5)
) -> Interval:
    """An interval of a share that may be watched after every answer (Robbins, 1970; Howard et al., 2021).

    The shares whose beta-binomial mixture ratio stays under 1/alpha. Error COUNT_OUT_OF_RANGE.
    """
    if not 0 <= x <= n or min(prior) <= 0 or not 0 < alpha < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "0 <= x <= n, a prior above 0 and alpha between 0 and 1")
    if n == 0:
        return Interval(0.0, 1.0)
    mixed = special.betaln(prior[0] + x, prior[1] + n - x) - special.betaln(*prior)

    def over(share: float) -> float:
        return float(mixed - special.xlogy(x, share) - special.xlog1py(n - x, -share) + math.log(alpha))

    top, tiny = x / n, 1e-12
    low = 0.0 if x == 0 or over(tiny) <= 0 else float(optimize.brentq(over, tiny, top, xtol=1e-14))
    high = 1.0 if x == n or over(1 - tiny) <= 0 else float(optimize.brentq(over, top, 1 - tiny, xtol=1e-14))
    return Interval(low, high)


def wald_sequential(
    cases: Sequence[int], usual: float, worse: float, alpha: float = 0.05, beta: float = 0.10
) -> Sequential:
    """Wald's test of a share, case by case, to its first verdict (Wald, 1945).

    Error SHARE_OUT_OF_RANGE unless 0 < usual < worse < 1.
    """
    if not 0 < usual < worse < 1 or not (0 < alpha < 1 and 0 < beta < 1):
        raise FormulaError("SHARE_OUT_OF_RANGE", "0 < usual < worse < 1, alpha and beta between 0 and 1")
    upper, lower = math.log((1 - beta) / alpha), math.log(beta / (1 - alpha))
    ratio = 0.0
    for number, case in enumerate(cases, start=1):
        ratio += math.log(worse / usual) if case else math.log((1 - worse) / (1 - usual))
        if ratio >= upper:
            return Sequential(Verdict.WORSE, number, ratio)
        if ratio <= lower:
            return Sequential(Verdict.USUAL, number, ratio)
    return Sequential(Verdict.GO_ON, len(cases), ratio)


def planned_looks(looks: int, kind: str = "obf", alpha: float = 0.05) -> tuple[float, tuple[float, ...]]:
    """The constant and the two-sided z bound of each of some equal looks (Jennison & Turnbull, 2000, ch. 2).

    `kind` is obf (O'Brien & Fleming, 1979) or pocock (1977). Errors LOOKS_OUT_OF_RANGE, UNKNOWN_KIND.
    """
    if not 1 <= looks <= 20 or not 0 < alpha < 1:
        raise FormulaError("LOOKS_OUT_OF_RANGE", "from 1 to 20 looks, and alpha between 0 and 1")
    shapes = {"obf": [math.sqrt(looks / k) for k in range(1, looks + 1)], "pocock": [1.0] * looks}
    if kind not in shapes:
        raise FormulaError("UNKNOWN_KIND", "obf or pocock")
    shape = shapes[kind]
    constant = float(
        optimize.brentq(lambda c: _crossing([c * one for one in shape]) - alpha, 0.5, 8.0, xtol=1e-10)
    )
    return constant, tuple(constant * one for one in shape)


def _crossing(bounds: Sequence[float], points: int = 1201) -> float:
    """P(|Z_k| > bound_k for some k) by recursive integration over the running sum (Armitage et al., 1969)."""
    edge = bounds[0]
    grid = np.linspace(-edge, edge, points)
    density = stats.norm.pdf(grid)
    for k, bound in enumerate(bounds[1:], start=2):
        reach = bound * math.sqrt(k)
        wider = np.linspace(-reach, reach, points)
        steps = stats.norm.pdf(wider[:, None] - grid[None, :])
        density = np.atleast_1d(np.trapezoid(steps * density[None, :], grid, axis=1))
        grid = wider
    return 1 - float(np.trapezoid(density, grid))


def adjust_many(p: Sequence[float], alpha: float = 0.05, method: str = "holm") -> Adjusted:
    """Bear in mind how many questions were asked: holm (1979), bh (Benjamini & Hochberg, 1995), by (2001).

    Errors P_OUT_OF_RANGE, UNKNOWN_KIND.
    """
    values = np.asarray(p, float)
    if ((values < 0) | (values > 1)).any():
        raise FormulaError("P_OUT_OF_RANGE", "a p value lies between 0 and 1")
    if method not in {"holm", "bh", "by"}:
        raise FormulaError("UNKNOWN_KIND", "holm, bh or by")
    if not len(values):
        return Adjusted((), 0)
    count, order = len(values), np.argsort(values, kind="stable")
    ranks = np.arange(1, count + 1)
    if method == "holm":
        raised = np.maximum.accumulate((count - ranks + 1) * values[order])
    else:
        penalty = float((1 / ranks).sum()) if method == "by" else 1.0
        raised = np.minimum.accumulate((count / ranks * penalty * values[order])[::-1])[::-1]
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(raised, 1.0)
    return Adjusted(tuple(map(float, adjusted)), int((adjusted <= alpha).sum()))


def sample_size(p1: float, p2: float, alpha: float = 0.05, power: float = 0.80) -> int:
    """Cases per arm to tell two shares apart, two-sided, without continuity correction (Fleiss et al., 2003).

    Errors SHARE_OUT_OF_RANGE, NO_DIFFERENCE.
    """
    if not (0 < p1 < 1 and 0 < p2 < 1 and 0 < alpha < 1 and 0 < power < 1):
        raise FormulaError("SHARE_OUT_OF_RANGE", "shares, alpha and power lie between 0 and 1")
    if p1 == p2:
        raise FormulaError("NO_DIFFERENCE", "equal shares are never told apart")
    z_alpha, z_power = two_sided_z(1 - alpha), float(stats.norm.ppf(power))
    mean = (p1 + p2) / 2
    root = z_alpha * math.sqrt(2 * mean * (1 - mean)) + z_power * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return math.ceil((root / (p1 - p2)) ** 2)


def arms_mismatch(counts: Sequence[int], shares: Sequence[float]) -> float:
    """p of the chi-square test that cases fell to the arms as planned; under 0.001 blocks every verdict.

    Errors COUNT_OUT_OF_RANGE, SHARE_OUT_OF_RANGE.
    """
    total = sum(counts)
    if len(counts) != len(shares) or total < 1 or min(counts) < 0:
        raise FormulaError("COUNT_OUT_OF_RANGE", "a count for each arm, and at least one case")
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise FormulaError("SHARE_OUT_OF_RANGE", "the planned shares are above 0 and sum to 1")
    return float(stats.chisquare(counts, [total * share for share in shares]).pvalue)
