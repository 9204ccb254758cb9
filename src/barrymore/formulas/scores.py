"""Scores of scales: NPS with the adjusted interval, CSAT as top-2 share, CES as agreement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval, student, wilson
from barrymore.formulas.quantiles import normal_cdf, two_sided_z

Answers = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class NpsCounts:
    """Answers of 9-10, 7-8 and 0-6. Error NEGATIVE_COUNT."""

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        if min(self.promoters, self.passives, self.detractors) < 0:
            raise FormulaError("NEGATIVE_COUNT", "counts must be 0 or more")

    @property
    def total(self) -> int:
        """All answers."""
        return self.promoters + self.passives + self.detractors


@dataclass(frozen=True, slots=True)
class Nps:
    """Score, error and intervals in points from -100 to 100; show `adjusted`, keep `wald` to check."""

    score: float
    standard_error: float
    wald: Interval
    adjusted: Interval


@dataclass(frozen=True, slots=True)
class NpsDifference:
    """Second minus first in points; z and p are None where both errors are 0."""

    difference: float
    standard_error: float
    z: float | None
    p: float | None
    significant: bool


@dataclass(frozen=True, slots=True)
class Csat:
    """Top-2 share with its Wilson interval, the mean as second number, answered and skipped counts."""

    share: float
    interval: Interval
    mean: float
    answered: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Ces:
    """Mean with t-interval (None below two answers), share that agrees, answered and skipped counts."""

    mean: float
    interval: Interval | None
    share_agree: float
    answered: int
    skipped: int


def nps_counts(scores: Answers) -> NpsCounts:
    """Sort 0-10 answers into promoters, passives, detractors (Reichheld, 2003); None is skipped.

    Error OUT_OF_SCALE.
    """
    given = _given(scores, (0, 10))
    promoters, detractors = sum(s >= 9 for s in given), sum(s < 7 for s in given)
    return NpsCounts(promoters, len(given) - promoters - detractors, detractors)


def nps(counts: NpsCounts, confidence: float = 0.95) -> Nps | None:
    """NPS = P - D in points with SE = sqrt((P+D-(P-D)^2)/n); None without answers.

    The adjusted Wald interval adds 3/4, 3/2, 3/4 answers (Rocks, 2016) and is cut to -100..100.
    """
    if counts.total == 0:
        return None
    z = two_sided_z(confidence)
    score, error = _net(counts.promoters, counts.detractors, counts.total)
    padded, padded_error = _net(counts.promoters + 0.75, counts.detractors + 0.75, counts.total + 3)
    return Nps(score, error, _around(score, z * error), _around(padded, z * padded_error))


def nps_difference(first: NpsCounts, second: NpsCounts, confidence: float = 0.95) -> NpsDifference | None:
    """Second minus first, errors by root-sum-square (Rocks, 2016); None if one is empty."""
    before, after = nps(first), nps(second)
    if before is None or after is None:
        return None
    difference = after.score - before.score
    error = math.hypot(before.standard_error, after.standard_error)
    if error == 0:
        return NpsDifference(difference, 0.0, None, None, False)
    z = difference / error
    p = 2 * normal_cdf(-abs(z))
    return NpsDifference(difference, error, z, p, p < 1 - confidence)


def csat(scores: Answers, scale: tuple[int, int] = (1, 5), confidence: float = 0.95) -> Csat | None:
    """Share of the two best points of the scale (lowest, highest), with Wilson (Wilson, 1927).

    None in the list is a skipped item, never 0. None without answers. Error OUT_OF_SCALE.
    """
    given = _given(scores, scale)
    top = sum(s >= scale[1] - 1 for s in given)
    interval = wilson(top, len(given), confidence)
    if interval is None:
        return None
    return Csat(top / len(given), interval, fmean(given), len(given), len(scores) - len(given))


def ces(
    scores: Answers, scale: tuple[int, int] = (1, 7), agree_from: int = 5, confidence: float = 0.95
) -> Ces | None:
    """Customer effort 2.0, 7-point agreement: mean with t-interval and share >= 5 (Dixon et al., 2013).

    None in the list is a skipped item. None without answers. Error OUT_OF_SCALE.
    """
    given = _given(scores, scale)
    if not given:
        return None
    agree = sum(s >= agree_from for s in given) / len(given)
    return Ces(fmean(given), student(given, confidence), agree, len(given), len(scores) - len(given))


def _given(scores: Answers, scale: tuple[int, int]) -> list[float]:
    given = [s for s in scores if s is not None]
    if any(not scale[0] <= s <= scale[1] for s in given):
        raise FormulaError("OUT_OF_SCALE", f"answers must lie from {scale[0]} to {scale[1]}")
    return given


def _net(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    p, d = promoters / n, detractors / n
    # At one-sided answers the variance is 0 and rounding may leave it a hair below.
    return 100 * (p - d), 100 * math.sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def _around(score: float, half: float) -> Interval:
    return Interval(max(-100.0, score - half), min(100.0, score + half))
