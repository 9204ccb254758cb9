"""Units are compared only as far as they differ by more than chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barrymore.formulas import leagues
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.leagues import Group


def test_a_small_unit_is_drawn_further_to_the_middle_than_a_large_one() -> None:
    table = leagues.shrink([9, 45, 90, 18, 95, 30], [10, 50, 100, 30, 100, 50])
    small, large = table.means[0], table.means[2]
    assert abs(small - table.prior_mean) < abs(large - table.prior_mean)
    assert table.intervals[0].width > table.intervals[2].width


def test_units_that_differ_only_by_chance_are_not_ranked() -> None:
    chance = np.random.default_rng(3)
    n = [60] * 40
    table = leagues.shrink([int(one) for one in chance.binomial(60, 0.85, 40)], n)
    assert not table.rankable
    assert set(table.means) == {table.prior_mean}
    assert set(leagues.groups(table, n)) == {Group.ALIKE}
    assert leagues.rank_intervals(table, n, n) is None


@pytest.mark.parametrize("x", [[5, 50], [0, 0]])
def test_all_good_or_all_bad_says_nothing_about_differences(x: list[int]) -> None:
    table = leagues.shrink(x, [5, 50])
    assert not table.rankable
    assert all(0 <= one.low < one.high <= 1 for one in table.intervals)


def test_clearly_apart_and_too_few() -> None:
    x, n = [290, 150, 150, 150, 150, 5], [300, 200, 200, 200, 200, 5]
    table = leagues.shrink(x, n)
    found = leagues.groups(table, n)
    assert found[0] is Group.ABOVE
    assert found[-1] is None
    assert Group.ABOVE not in found[1:]


def test_places_are_ranges_that_hold_the_units_order() -> None:
    x, n = [290, 180, 100], [300, 300, 300]
    places = leagues.rank_intervals(leagues.shrink(x, n), x, n)
    assert places == [(1, 1), (2, 2), (3, 3)]


@given(st.integers(leagues.FEWEST_ANSWERS, 400), st.floats(0.05, 0.95))
@settings(max_examples=60, deadline=None)
def test_funnel_limits_are_nested_around_the_level(n: int, level: float) -> None:
    found = leagues.funnel_limits(n, level)
    assert 0 <= found.action.low <= found.warning.low <= found.warning.high <= found.action.high <= 1
    assert found.warning.low <= level <= found.warning.high


def test_a_funnel_narrows_with_the_number_of_answers() -> None:
    widths = [leagues.funnel_limits(n, 0.8).action.width for n in (20, 80, 320, 1280)]
    assert widths == sorted(widths, reverse=True)


def test_units_of_pure_chance_are_not_overdispersed_and_spread_ones_are() -> None:
    chance = np.random.default_rng(1)
    n = [200] * 60
    pure = [int(one) for one in chance.binomial(200, 0.8, 60)]
    spread = [int(one) for one in chance.binomial(200, chance.beta(8, 2, 60))]
    assert leagues.overdispersion(pure, n, 0.8) < 1.6
    assert leagues.overdispersion(spread, n, 0.8) > 5


@given(*(st.integers(1, 300) for _ in range(4)))
@settings(max_examples=60, deadline=None)
def test_one_of_two_is_the_better_one(a: int, b: int, c: int, d: int) -> None:
    there, back = leagues.probability_better((a, b), (c, d)), leagues.probability_better((c, d), (a, b))
    assert there + back == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: leagues.shrink([5], [4]), "COUNT_OUT_OF_RANGE"),
        (lambda: leagues.shrink([5, 1], [10]), "COUNT_OUT_OF_RANGE"),
        (lambda: leagues.shrink([5, 0], [10, 0]), "TOO_FEW_UNITS"),
        (lambda: leagues.funnel_limits(0, 0.5), "COUNT_OUT_OF_RANGE"),
        (lambda: leagues.funnel_limits(10, 1.0), "SHARE_OUT_OF_RANGE"),
        (lambda: leagues.probability_better((0, 1), (1, 1)), "COUNT_OUT_OF_RANGE"),
        (lambda: leagues.overdispersion([0], [0], 0.5), "TOO_FEW_UNITS"),
    ],
)
def test_what_has_no_honest_result_is_refused(call: object, code: str) -> None:
    with pytest.raises(FormulaError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
