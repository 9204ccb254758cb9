"""Non-response bounds are as wide as the silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import bounds
from barrymore.formulas.errors import FormulaError

answers = st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)).map(
    lambda t: (t[0], t[1], t[0] + t[1] + t[2] + 1)
)


@given(answers)
def test_the_width_is_one_minus_the_response_rate(case: tuple[int, int, int]) -> None:
    found = bounds.manski(*case)
    assert found is not None
    assert found.width == pytest.approx(1 - found.response_rate, abs=1e-12)
    assert found.high - found.low == pytest.approx(found.width, abs=1e-12)


@given(answers)
def test_the_zones_sum_to_everyone_served(case: tuple[int, int, int]) -> None:
    found = bounds.zones(*case)
    assert found is not None
    assert found.satisfied + found.tolerance + found.dissatisfied == pytest.approx(1)
    assert found.not_rated_share + found.dissatisfied == pytest.approx(found.not_confirmed_satisfied)


@given(answers)
def test_the_interval_covers_the_bounds(case: tuple[int, int, int]) -> None:
    found, interval = bounds.manski(*case), bounds.imbens_manski(*case)
    assert found is not None and interval is not None
    assert 0 <= interval.low <= found.low and found.high <= interval.high <= 1
    assert 1.6448 <= interval.multiplier <= 1.96


@pytest.mark.parametrize(
    ("case", "multiplier"), [((90, 10, 100), 1.959964), ((100, 0, 100), 1.959964), ((0, 0, 100), 1.644854)]
)
def test_the_multiplier_falls_as_silence_grows(case: tuple[int, int, int], multiplier: float) -> None:
    interval = bounds.imbens_manski(*case)
    assert interval is not None and interval.multiplier == pytest.approx(multiplier, abs=1e-5)


def test_feedback_and_uncounted_customers_have_no_zones() -> None:
    assert bounds.zones(290, 14, 500, solicited=False) is None
    assert bounds.zones(290, 14, None) is bounds.zones(0, 0, 0) is None
    assert bounds.manski(0, 0, 0) is bounds.imbens_manski(0, 0, 0) is None


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [((95, 5, 100), (50, 50, 100), "A>B"), ((10, 80, 100), (90, 5, 100), "B>A"),
     ((50, 50, 100), (50, 50, 100), "INDISTINGUISHABLE"), ((9, 1, 100), (1, 9, 100), "INDISTINGUISHABLE"),
     ((0, 0, 0), (1, 0, 1), "INDISTINGUISHABLE")],
)  # fmt: skip
def test_better_needs_bounds_that_do_not_touch(
    first: tuple[int, int, int], second: tuple[int, int, int], verdict: str
) -> None:
    assert bounds.compare(bounds.manski(*first), bounds.manski(*second)) == verdict


@pytest.mark.parametrize(
    ("observed", "claim", "needed"), [(1.0, 0.8, 0.8), (0.8, 0.8, 1.0), (0.7, 0.8, None), (0.0, 0.0, 0.0)]
)
def test_a_claim_needs_a_response_rate(observed: float, claim: float, needed: float | None) -> None:
    assert bounds.rate_needed(observed, claim) == needed


def test_missing_at_random_gives_the_naive_share() -> None:
    interval = bounds.sensitivity(80, 20, 200)
    assert interval is not None
    # The silent at half the odds: 0.5 * 0.8 / (0.2 + 0.4) = 2/3, half of everyone.
    assert interval == pytest.approx(((0.8 + 2 / 3) / 2, 0.8))
    assert bounds.sensitivity(0, 0, 10) is None


def test_impossible_input_is_refused() -> None:
    with pytest.raises(FormulaError, match="RESPONSES_EXCEED_SERVED"):
        bounds.manski(60, 50, 100)
    with pytest.raises(FormulaError, match="NEGATIVE_COUNT"):
        bounds.manski(-1, 0, 100)
    with pytest.raises(FormulaError, match="SHARE_OUT_OF_RANGE"):
        bounds.rate_needed(1.2, 0.5)
    with pytest.raises(FormulaError, match="ODDS_RATIO_OUT_OF_RANGE"):
        bounds.sensitivity(1, 1, 4, (1.0, 0.5))
