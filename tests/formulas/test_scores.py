"""NPS, CSAT and CES skip silence and stay on their scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import scores
from barrymore.formulas.errors import FormulaError

counts = st.builds(scores.NpsCounts, st.integers(0, 999), st.integers(0, 999), st.integers(1, 999))


@given(counts)
def test_the_adjusted_interval_stays_on_the_scale_and_is_never_empty(found: scores.NpsCounts) -> None:
    result = scores.nps(found)
    assert result is not None
    assert -100 <= result.adjusted.low < result.adjusted.high <= 100


def test_all_promoters_do_not_make_certainty() -> None:
    result = scores.nps(scores.NpsCounts(10, 0, 0))
    assert result is not None
    assert result.score == 100 and result.wald.width == 0
    assert result.adjusted.low == pytest.approx(47.5, abs=0.1) and result.adjusted.high == 100


def test_the_difference_turns_its_sign_with_the_order() -> None:
    a, b = scores.NpsCounts(50, 30, 20), scores.NpsCounts(120, 20, 10)
    there, back = scores.nps_difference(a, b), scores.nps_difference(b, a)
    assert there is not None and back is not None
    assert there.difference == pytest.approx(-back.difference) and there.significant
    assert there.p == pytest.approx(back.p)


def test_without_answers_there_is_no_score() -> None:
    nobody = scores.NpsCounts(0, 0, 0)
    assert scores.nps(nobody) is scores.nps_difference(nobody, scores.NpsCounts(1, 0, 0)) is None
    assert scores.csat([None]) is scores.ces([]) is None
    assert scores.nps_counts([]) == nobody


def test_a_difference_without_variance_is_not_tested() -> None:
    result = scores.nps_difference(scores.NpsCounts(5, 0, 0), scores.NpsCounts(0, 0, 5))
    assert result is not None and (result.difference, result.z, result.significant) == (-200, None, False)


def test_a_skipped_item_is_counted_and_never_zero() -> None:
    result = scores.csat([5, None, 4, 1])
    assert result is not None
    assert (result.share, result.answered, result.skipped) == (2 / 3, 3, 1)
    effort = scores.ces([7, None])
    assert effort is not None and (effort.mean, effort.interval, effort.skipped) == (7, None, 1)
    assert scores.nps_counts([None, 9]).total == 1


def test_answers_outside_the_scale_are_refused() -> None:
    for refused in (lambda: scores.csat([6]), lambda: scores.ces([0]), lambda: scores.nps_counts([11])):
        with pytest.raises(FormulaError, match="OUT_OF_SCALE"):
            refused()
    with pytest.raises(FormulaError, match="NEGATIVE_COUNT"):
        scores.NpsCounts(-1, 0, 0)
