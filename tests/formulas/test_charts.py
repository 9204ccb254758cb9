"""Charts find a change, and say how often they cry wolf."""

import numpy as np
import pytest

from barrymore.formulas import charts
from barrymore.formulas.errors import FormulaError


@pytest.mark.parametrize(
    ("k", "h", "shift", "periods"),
    # Published by Montgomery, SQC, table 9.3, and Lucas & Crosier, 1982: h 4 and h 5 at k 0.5.
    [(0.5, 4, 0, 168), (0.5, 4, 1, 8.38), (0.5, 5, 0, 465), (0.5, 5, 1, 10.4), (0.5, 5, 2, 4.01)],
)
def test_run_lengths_of_cumulative_sums(k: float, h: float, shift: float, periods: float) -> None:
    assert charts.cusum_run_length(k, h, shift) == pytest.approx(periods, rel=0.01)


@pytest.mark.parametrize(
    ("weight", "limit", "shift", "periods"),
    # Lucas & Saccucci, 1990, table 3.
    [(0.1, 2.814, 0, 500), (0.1, 2.814, 1, 10.3), (0.2, 2.962, 0, 500), (0.4, 3.054, 0, 500)],
)
def test_run_lengths_of_weighted_averages(weight: float, limit: float, shift: float, periods: float) -> None:
    assert charts.ewma_run_length(weight, limit, shift) == pytest.approx(periods, rel=0.02)


def test_the_limit_for_a_wanted_silence() -> None:
    assert charts.limit_for(465) == pytest.approx(5.0, abs=0.02)
    assert charts.cusum_run_length(0.5, charts.limit_for(5000)) == pytest.approx(5000, rel=0.01)


def test_a_chart_with_many_readers_is_calmer() -> None:
    """Forty charts read daily cry wolf once a week together where each waits 280 days."""
    assert charts.limit_for(280) > charts.limit_for(7)


def test_exact_tails_where_few_are_expected() -> None:
    assert charts.exact_signal(0.02, 30) == 5
    assert charts.exact_signal(0.5, 1) == 2  # one case alone is never a signal


def test_limits_stay_between_none_and_all() -> None:
    for limit in charts.p_chart_limits(0.03, [1, 5, 1000]):
        assert 0 <= limit.low < limit.high <= 1


def test_days_that_vary_more_than_chance_get_wider_limits() -> None:
    x, n = [120, 135, 118, 160, 105, 142, 128], [2000] * 7
    found = charts.laney(x, n)
    plain = charts.p_chart_limits(found.level, n)
    assert found.spread > charts.LANEY_FROM
    assert found.limits[0].width > plain[0].width


def test_nothing_ever_bad_has_no_width() -> None:
    found = charts.laney([0, 0, 0], [50, 60, 70])
    assert (found.level, found.spread) == (0, 0)


def test_a_lasting_shift_is_found_and_none_is_not() -> None:
    chance = np.random.default_rng(5)
    calm = list(map(float, chance.normal(0, 1, 200)))
    shifted = [*calm[:40], *(value + 1.5 for value in calm[40:80])]
    assert charts.cusum(shifted, 0, 1).first_signal is not None
    assert 40 < (charts.cusum(shifted, 0, 1).first_signal or 0) < 60
    assert charts.ewma(shifted, 0, 1).first_signal is not None
    assert charts.ewma(calm[:100], 0, 1, limit=4).first_signal is None


def test_single_bad_cases_are_no_signal_and_a_row_of_them_is() -> None:
    usual = [1 if n % 25 == 0 else 0 for n in range(200)]
    assert charts.bernoulli_cusum(usual, 0.05, 0.15, 3.5).first_signal is None
    assert charts.bernoulli_cusum([*usual, 1, 1, 1, 1, 1], 0.05, 0.15, 3.5).first_signal is not None


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: charts.p_chart_limits(0, [5]), "SHARE_OUT_OF_RANGE"),
        (lambda: charts.p_chart_limits(0.5, [0]), "COUNT_OUT_OF_RANGE"),
        (lambda: charts.exact_signal(0.5, 0), "COUNT_OUT_OF_RANGE"),
        (lambda: charts.laney([1], [10]), "TOO_FEW_PERIODS"),
        (lambda: charts.laney([11, 1], [10, 10]), "COUNT_OUT_OF_RANGE"),
        (lambda: charts.ewma([1], 0, 0), "SCALE_OUT_OF_RANGE"),
        (lambda: charts.cusum([1], 0, 1, h=0), "SCALE_OUT_OF_RANGE"),
        (lambda: charts.bernoulli_cusum([1], 0.2, 0.1, 3), "SHARE_OUT_OF_RANGE"),
        (lambda: charts.cusum_run_length(0.5, 0), "SCALE_OUT_OF_RANGE"),
        (lambda: charts.ewma_run_length(2, 1), "SCALE_OUT_OF_RANGE"),
        (lambda: charts.limit_for(1), "SCALE_OUT_OF_RANGE"),
    ],
)
def test_what_has_no_honest_result_is_refused(call: object, code: str) -> None:
    with pytest.raises(FormulaError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
