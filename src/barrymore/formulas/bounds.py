"""What non-response leaves open: worst-case bounds, zones, and what a claim would need."""

import math
from dataclasses import dataclass
from typing import Literal

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval
from barrymore.formulas.quantiles import normal_cdf, tail, two_sided_z

Comparison = Literal["A>B", "B>A", "INDISTINGUISHABLE"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Worst-case range of the satisfied share; `naive` is the share among answers, None without answers."""

    low: float
    high: float
    width: float
    response_rate: float
    naive: float | None


@dataclass(frozen=True, slots=True)
class Zones:
    """Shares of everyone served; the first three sum to 1, the last two are conventions, not estimates."""

    satisfied: float
    tolerance: float
    dissatisfied: float
    not_rated_share: float
    not_confirmed_satisfied: float


@dataclass(frozen=True, slots=True)
class PartialInterval:
    """Interval for a share that is only known to lie between bounds; `multiplier` is the C of the source."""

    low: float
    high: float
    multiplier: float


def manski(satisfied: int, dissatisfied: int, served: int) -> Bounds | None:
    """Bounds [s/N, (N-d)/N], whose width is 1 - response rate (Manski, 1989; Horowitz & Manski, 2000).

    A neutral answer counts as dissatisfied. None when nobody was served.
    Errors: NEGATIVE_COUNT, RESPONSES_EXCEED_SERVED.
    """
    _check(satisfied, dissatisfied, served)
    if served == 0:
        return None
    answered = satisfied + dissatisfied
    return Bounds(
        low=satisfied / served,
        high=(served - dissatisfied) / served,
        width=(served - answered) / served,
        response_rate=answered / served,
        naive=satisfied / answered if answered else None,
    )


def zones(satisfied: int, dissatisfied: int, served: int | None, solicited: bool = True) -> Zones | None:
    """Satisfied, tolerance and dissatisfied zone of a solicited survey (the ProLAN convention).

    None unless it was solicited and the served were counted independently and are more than 0.
    Errors as `manski`. `not_confirmed_satisfied` is 1 - the Manski lower bound.
    """
    if not solicited or served is None:
        return None
    bounds = manski(satisfied, dissatisfied, served)
    if bounds is None:
        return None
    return Zones(
        satisfied=bounds.low,
        tolerance=bounds.width,
        dissatisfied=dissatisfied / served,
        not_rated_share=bounds.width,
        not_confirmed_satisfied=(served - satisfied) / served,
    )


def imbens_manski(
    satisfied: int, dissatisfied: int, served: int, confidence: float = 0.95
) -> PartialInterval | None:
    """Interval that covers the partially identified share (Imbens & Manski, 2004), cut to 0..1.

    C solves Phi(C + width/max(se)) - Phi(-C) = confidence: 1.96 at full response, towards 1.645 as the
    bounds widen. None when nobody was served. Errors as `manski`.
    """
    bounds = manski(satisfied, dissatisfied, served)
    if bounds is None:
        return None
    low_error = math.sqrt(bounds.low * (1 - bounds.low) / served)
    high_error = math.sqrt(bounds.high * (1 - bounds.high) / served)
    multiplier = _multiplier(bounds.width, max(low_error, high_error), confidence)
    return PartialInterval(
        low=max(0.0, bounds.low - multiplier * low_error),
        high=min(1.0, bounds.high + multiplier * high_error),
        multiplier=multiplier,
    )


def compare(first: Bounds | None, second: Bounds | None) -> Comparison:
    """Which is better whatever the silent think: only if the bounds do not even touch (Manski, 2003)."""
    if first is None or second is None:
        return "INDISTINGUISHABLE"
    if first.low > second.high:
        return "A>B"
    return "B>A" if second.low > first.high else "INDISTINGUISHABLE"


def rate_needed(observed_share: float, claimed_share: float) -> float | None:
    """Response rate below which "at least claimed" cannot hold without assumptions: c/p (Manski, 2003).

    Shares from 0 to 1. None when the observed share is below the claim: no rate supports it.
    Error SHARE_OUT_OF_RANGE.
    """
    if not (0 <= observed_share <= 1 and 0 <= claimed_share <= 1):
        raise FormulaError("SHARE_OUT_OF_RANGE", "both shares must be from 0 to 1")
    if claimed_share == 0:
        return 0.0
    return claimed_share / observed_share if observed_share >= claimed_share else None


def sensitivity(
    satisfied: int, dissatisfied: int, served: int, odds_ratios: tuple[float, float] = (0.5, 1.0)
) -> Interval | None:
    """Satisfied share if the silent had these odds of satisfaction relative to those who answered.

    `odds_ratios` is (lowest, highest), both above 0; 1 means missing at random. None without answers.
    Errors as `manski`, and ODDS_RATIO_OUT_OF_RANGE.
    """
    bounds = manski(satisfied, dissatisfied, served)
    if not 0 < odds_ratios[0] <= odds_ratios[1]:
        raise FormulaError("ODDS_RATIO_OUT_OF_RANGE", "needs 0 < lowest <= highest")
    if bounds is None or bounds.naive is None:
        return None
    low, high = (bounds.low + bounds.width * _shifted(bounds.naive, odds_ratio) for odds_ratio in odds_ratios)
    return Interval(low, high)


def _shifted(share: float, odds_ratio: float) -> float:
    return odds_ratio * share / (1 - share + odds_ratio * share)


def _check(satisfied: int, dissatisfied: int, served: int) -> None:
    if min(satisfied, dissatisfied, served) < 0:
        raise FormulaError("NEGATIVE_COUNT", "counts must be 0 or more")
    if satisfied + dissatisfied > served:
        raise FormulaError(
            "RESPONSES_EXCEED_SERVED",
            f"{satisfied + dissatisfied} answers for {served} served: the served count is broken",
        )


def _multiplier(width: float, error: float, confidence: float) -> float:
    two_sided, one_sided = two_sided_z(confidence), two_sided_z(1 - 4 * tail(confidence))
    if error == 0:
        return two_sided if width == 0 else one_sided
    low, high = one_sided, two_sided
    # 60 halvings of an interval shorter than 1 reach the last bit of a float.
    for _ in range(60):
        middle = (low + high) / 2
        if normal_cdf(middle + width / error) - normal_cdf(-middle) < confidence:
            low = middle
        else:
            high = middle
    return high
