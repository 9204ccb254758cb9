"""Intervals agree with published tables and behave at the ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import intervals
from barrymore.formulas.errors import FormulaError

shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (score without continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_matches_newcombe(x: int, n: int, low: float, high: float) -> None:
    assert intervals.wilson(x, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    # Newcombe 1998, table I, method 5 (Clopper-Pearson).
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_matches_newcombe(x: int, n: int, low: float, high: float) -> None:
    assert intervals.clopper_pearson(x, n) == pytest.approx((low, high), abs=5e-5)


@given(shares, st.floats(0.5, 0.999))
def test_wilson_stays_within_zero_and_one_and_contains_the_share(
    share: tuple[int, int], level: float
) -> None:
    interval = intervals.wilson(*share, level)
    assert interval is not None
    assert 0 <= interval.low <= share[0] / share[1] <= interval.high <= 1


@given(shares)
def test_the_exact_interval_contains_wilson_mirrored(share: tuple[int, int]) -> None:
    x, n = share
    here, mirrored = intervals.clopper_pearson(x, n), intervals.clopper_pearson(n - x, n)
    assert here is not None and mirrored is not None
    assert here.low == pytest.approx(1 - mirrored.high, abs=1e-9)


def test_the_ends_are_exact() -> None:
    for method in (intervals.wilson, intervals.jeffreys, intervals.clopper_pearson):
        none, every = method(0, 10), method(10, 10)
        assert none is not None and every is not None
        assert none.low == 0 and every.high == 1
        assert none.width > 0.2 and every.width > 0.2


def test_no_answers_have_no_interval() -> None:
    assert intervals.wilson(0, 0) is intervals.jeffreys(0, 0) is intervals.clopper_pearson(0, 0) is None
    assert intervals.agresti_coull(0, 0) is intervals.wilson_finite(0, 0, 5) is None
    assert intervals.hypergeometric(0, 0, 5) is intervals.student([3.0]) is None


def test_a_census_has_no_sampling_error() -> None:
    assert intervals.wilson_finite(8, 10, 10) == (0.8, 0.8, None)
    assert intervals.hypergeometric(8, 10, 10) == (0.8, 0.8)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(n, 90))))
def test_the_exact_finite_interval_inverts_both_tails(drawn: tuple[int, int, int]) -> None:
    x, n, population = drawn
    interval = intervals.hypergeometric(x, n, population)
    assert interval is not None
    total = math.comb(population, n)

    def at_least(marked: int) -> float:
        ways = (math.comb(marked, k) * math.comb(population - marked, n - k) for k in range(x, n + 1))
        return sum(ways) / total

    credible = [m for m in range(x, population - n + x + 1) if at_least(m) > 0.025]
    assert interval.low == credible[0] / population
    assert interval.low <= x / n <= interval.high


def test_student_matches_a_hand_calculation() -> None:
    # t(0.975, 4) = 2.776445, s = 1.581139, n = 5.
    assert intervals.student([1, 2, 3, 4, 5]) == pytest.approx((1.036757, 4.963243), abs=1e-6)


def test_clusters_shrink_the_effective_number() -> None:
    assert intervals.clustered_n(200, 11, 0.1) == 100
    assert intervals.clustered_n(200, 1, 0.9) == 200


@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10)])
def test_impossible_counts_are_refused(x: int, n: int) -> None:
    with pytest.raises(FormulaError, match="COUNT_OUT_OF_RANGE"):
        intervals.wilson(x, n)
    with pytest.raises(FormulaError, match="COUNT_OUT_OF_RANGE"):
        intervals.hypergeometric(5, 10, 9)
    with pytest.raises(FormulaError, match="CONFIDENCE_OUT_OF_RANGE"):
        intervals.wilson(1, 2, 1.0)
