"""Response rates keep their order and refuse impossible frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.outcomes import (
    OutcomeCounts,
    asked_rate,
    bias_analysis_due,
    classify,
    response_rates,
)

counts = st.integers(min_value=0, max_value=10_000)
frames = st.builds(
    OutcomeCounts, counts, counts, counts, counts, counts, counts, counts, st.floats(min_value=0, max_value=1)
)


@given(frames)
def test_rates_keep_the_order_of_the_standard(frame: OutcomeCounts) -> None:
    rates = response_rates(frame)
    if rates.rr5 is None or rates.rr1 is None or rates.rr2 is None or rates.rr3 is None:
        return
    assert rates.rr1 <= rates.rr3 + 1e-12 <= rates.rr5 + 2e-12
    assert rates.rr1 <= rates.rr2 <= 1


def test_an_empty_frame_has_no_rates() -> None:
    rates = response_rates(OutcomeCounts())
    assert rates.rr1 is rates.rr6 is rates.coop1 is rates.ref3 is rates.con2 is None


def test_the_codes_sum_to_the_frame() -> None:
    assert OutcomeCounts(1, 2, 3, 4, 5, 6, 7).frame == 28


@pytest.mark.parametrize(
    ("answered", "applicable", "code"),
    [(10, 10, "I"), (9, 10, "I"), (8, 10, "P"), (4, 5, "P"), (5, 10, "P"), (4, 10, "R"), (0, 10, "R"),
     (1, 1, "I"), (0, 1, "R"), (0, 0, None)],
)  # fmt: skip
def test_a_form_is_classified(answered: int, applicable: int, code: str | None) -> None:
    assert classify(answered, applicable) == code


def test_asked_rate_shows_who_was_never_asked() -> None:
    assert asked_rate(OutcomeCounts(complete=40, refusal=20, non_contact=40), 100) == 0.6
    assert asked_rate(OutcomeCounts(), 0) is None


@pytest.mark.parametrize(("rate", "due"), [(None, True), (0.79, True), (0.8, False), (1.0, False)])
def test_bias_analysis_is_due_below_eighty_percent(rate: float | None, due: bool) -> None:
    assert bias_analysis_due(rate) is due


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(FormulaError, match="NEGATIVE_COUNT"):
        OutcomeCounts(complete=5, partial=-1)
    with pytest.raises(FormulaError, match="ELIGIBILITY_OUT_OF_RANGE"):
        OutcomeCounts(eligibility=1.1)
    with pytest.raises(FormulaError, match="ANSWERS_EXCEED_ITEMS"):
        classify(11, 10)
