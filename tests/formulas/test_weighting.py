"""Weights restore the served margins, or refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import weighting
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.representativeness import r_indicator

cells = st.integers(1, 200)
tables = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=4)


@given(tables, st.lists(st.integers(1, 900), min_size=3, max_size=3))
def test_raking_restores_both_margins(table: list[list[int]], cols: list[int]) -> None:
    total = sum(cols)
    rows = [total / len(table)] * len(table)
    raked = weighting.rake(table, rows, cols)
    assert [sum(row) for row in raked.cells] == pytest.approx(rows, rel=1e-6)
    assert [sum(col) for col in zip(*raked.cells, strict=True)] == pytest.approx(cols, rel=1e-6)
    assert raked.kish.design_effect >= 1 - 1e-9


def test_an_empty_cell_carries_no_weight() -> None:
    raked = weighting.rake([[10, 0], [10, 10]], [30, 30], [40, 20])
    assert raked.weights[0][1] is None
    assert raked.cells[0] == pytest.approx((30, 0), abs=1e-6)
    assert weighting.raked_share(raked, [[10, 0], [10, 10]], [[10, 0], [0, 0]]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("sample", "rows", "cols", "code"),
    [([[40, 0], [20, 0]], [55, 45], [50, 50], "EMPTY_MARGIN"),
     ([[0, 0], [20, 1]], [1, 1], [1, 1], "EMPTY_MARGIN"),
     ([[1, 1], [1, 1]], [55, 45], [50, 40], "MARGINS_DISAGREE"), ([[1, 1], [1]], [2, 1], [2, 1], "SHAPE"),
     ([[1, 1]], [2, 1], [2, 1], "SHAPE"), ([[5, 0], [0, 5]], [8, 2], [2, 8], "NOT_CONVERGED"),
     ([[1, -1], [1, 1]], [1, 1], [1, 1], "NEGATIVE_COUNT")],
)  # fmt: skip
def test_margins_that_cannot_be_reached_are_refused(
    sample: list[list[float]], rows: list[float], cols: list[float], code: str
) -> None:
    with pytest.raises(FormulaError) as refused:
        weighting.rake(sample, rows, cols)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("weights", "effective"), [([1, 1, 1, 1], 4.0), ([2, 2], 2.0), ([1, 0], 1.0), ([3, 1], 1.6)]
)
def test_kish(weights: list[float], effective: float) -> None:
    found = weighting.kish(weights)
    assert found is not None and found.effective_n == pytest.approx(effective)


def test_kish_of_nothing_is_nothing() -> None:
    assert weighting.kish([]) is weighting.kish([0.0]) is None
    with pytest.raises(FormulaError, match="NEGATIVE_WEIGHT"):
        weighting.kish([1, -1])


def test_extreme_weights_are_cut_and_counted() -> None:
    trimmed = weighting.trim([0.1, 1.0, 1.0, 1.9])
    assert trimmed.weights == (0.3, 1.0, 1.0, 1.9) and trimmed.cut == 1
    assert weighting.trim([]).cut == 0


def test_poststratifying_proportional_answers_changes_nothing() -> None:
    found = weighting.poststratify([100, 200], [10, 20], [5, 10])
    assert found is not None and found.estimate == pytest.approx(found.naive)


def test_a_single_answer_has_no_error_and_a_census_none_left() -> None:
    single, census = weighting.poststratify([10], [1], [1]), weighting.poststratify([4, 0], [4, 0], [3, 0])
    assert single is not None and single.standard_error is None
    assert census is not None and (census.estimate, census.standard_error) == (0.75, 0.0)
    assert weighting.poststratify([0], [0], [0]) is None


@pytest.mark.parametrize(
    ("served", "n", "x", "code"),
    [([10, 10], [5, 0], [5, 0], "EMPTY_MARGIN"), ([10], [11], [1], "RESPONSES_EXCEED_SERVED"),
     ([10], [5, 5], [1], "LENGTHS_DIFFER")],
)  # fmt: skip
def test_impossible_strata_are_refused(served: list[int], n: list[int], x: list[int], code: str) -> None:
    with pytest.raises(FormulaError, match=code):
        weighting.poststratify(served, n, x)


def test_uneven_answers_lower_the_r_indicator() -> None:
    found = r_indicator([100, 100], [80, 20])
    # S^2 = 200 * 0.3^2 / 199; worst bias = 2S * 0.5 / (2 * 0.5) = S.
    assert found is not None
    assert found.deviation == pytest.approx(0.3007528, abs=1e-6)
    assert found.r_indicator == pytest.approx(1 - 2 * 0.3007528, abs=1e-6)
    assert found.max_bias == pytest.approx(found.deviation)


def test_silence_has_no_bias_to_state() -> None:
    found = r_indicator([50, 0, 50], [0, 0, 0])
    assert found is not None and found.max_bias is None
    assert r_indicator([], []) is r_indicator([1], [1]) is None
    with pytest.raises(FormulaError, match="RESPONSES_EXCEED_SERVED"):
        r_indicator([1, 5], [2, 1])
    with pytest.raises(FormulaError, match="LENGTHS_DIFFER"):
        r_indicator([1], [1, 1])
