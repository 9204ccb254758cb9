"""Charts against a frozen level: they find what has changed, and cry wolf as seldom as they say."""

import numpy as np
import pytest

from barrymore.formulas.courses import (
    drift_signals,
    period_signals,
    ratio_limits,
    ratio_score,
    sensitivity,
    share_limits,
    share_score,
    usual_ratio,
    usual_share,
)
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval

DAYS, EACH = 30, 100


def test_a_usual_share_is_that_of_all_cases() -> None:
    usual = usual_share([40, 60] * 10, [50, 150] * 10)
    assert usual.level == pytest.approx(0.5)
    assert usual.periods == 20
    assert usual.spread > 1.2


def test_under_twenty_periods_there_is_no_usual() -> None:
    with pytest.raises(FormulaError):
        usual_share([1] * 19 + [0], [2] * 19 + [0])
    with pytest.raises(FormulaError):
        usual_ratio([1] * 19 + [0], [2] * 20)


def test_all_content_in_the_base_leaves_room_for_one() -> None:
    usual = usual_share([10] * 20, [10] * 20)
    assert usual.level == pytest.approx(1 - 0.5 / 200)
    assert share_limits(usual, 10, 3.0).low < 1


def test_limits_are_three_sigmas_where_many_are_expected() -> None:
    usual = usual_share([50] * 20, [100] * 20)
    assert share_limits(usual, 100, 3.0) == pytest.approx((0.35, 0.65))
    assert share_limits(usual, 400, 3.0) == pytest.approx((0.425, 0.575))


def test_few_expected_take_an_exact_tail() -> None:
    usual = usual_share([1] * 20, [50] * 20)
    limits = share_limits(usual, 50, 3.0)
    assert (limits.low, limits.high) == (0.0, pytest.approx(5 / 50))


def test_the_more_charts_the_less_each_cries() -> None:
    few, many = sensitivity(1, 7), sensitivity(900, 7)
    assert (few.run_length, few.sigmas) == (370.0, pytest.approx(3.0, abs=0.01))
    assert many.run_length == 2 * 900 * 7
    assert many.h > few.h > 4 and many.sigmas > few.sigmas
    with pytest.raises(FormulaError):
        sensitivity(0, 7)


def test_a_house_without_change_cries_about_once_a_week_at_most() -> None:
    chance, charts, weeks = np.random.default_rng(11), 60, 40
    set_to, alarms = sensitivity(charts, 7), 0
    for _ in range(charts):
        base = chance.binomial(EACH, 0.5, 60)
        usual = usual_share([int(x) for x in base], [EACH] * 60)
        days = [int(x) for x in chance.binomial(EACH, 0.5, weeks * 7)]
        limits = [share_limits(usual, EACH, set_to.sigmas)] * len(days)
        alarms += len(period_signals([x / EACH for x in days], limits))
        alarms += len(drift_signals([share_score(usual, x, EACH) for x in days], set_to.h))
    # A base of sixty periods does not know the level exactly, which costs some false alarms.
    assert alarms / weeks < 2


def test_a_lasting_fall_of_one_sigma_is_found_within_weeks() -> None:
    chance, set_to, waits = np.random.default_rng(3), sensitivity(12, 7), []
    usual = usual_share([50] * 20, [EACH] * 20)
    for _ in range(60):
        days = [int(x) for x in chance.binomial(EACH, 0.45, 90)]
        found = drift_signals([share_score(usual, x, EACH) for x in days], set_to.h)
        assert found and found[0].side == -1
        waits.append(found[0].place + 1)
    assert np.median(waits) <= 14


def test_signals_begin_anew_and_end_with_their_cause() -> None:
    scores = [-3.0] * 6 + [0.0] * 30
    found = drift_signals(scores, 5.0)
    assert [one.place for one in found] == [2, 5]
    assert drift_signals([None, *scores], 5.0, begin=7) == []


def test_days_without_a_value_are_passed_over() -> None:
    limits = [Interval(0.4, 0.6), None, Interval(0.4, 0.6)]
    found = period_signals([0.7, None, 0.3], limits)
    assert [(one.place, one.side) for one in found] == [(0, 1), (2, -1)]
    assert period_signals([0.7, None, 0.3], limits, begin=3) == []


def test_a_ratio_never_has_a_sigma_under_one_customer() -> None:
    same = usual_ratio([100] * 20, [100] * 20)
    assert (same.level, same.sigma) == (1.0, pytest.approx(0.1))
    assert ratio_limits(same, 100, 3.0) == pytest.approx((0.95, 1.05))
    assert ratio_limits(same, 10_000, 3.0) == pytest.approx((0.997, 1.003))
    assert ratio_score(same, 105, 100) == pytest.approx(5.0)


def test_a_few_customers_whom_the_till_misses_are_no_signal() -> None:
    chance, signals, days = np.random.default_rng(5), 0, 2000
    ours = [int(n) for n in chance.integers(14, 27, 60 + days)]
    theirs = [int(chance.binomial(n, 0.96)) for n in ours]
    usual = usual_ratio(ours[:60], theirs[:60])
    ratios = [one / other for one, other in zip(ours[60:], theirs[60:], strict=True)]
    signals = len(period_signals(ratios, [ratio_limits(usual, n, 3.0) for n in theirs[60:]]))
    assert signals / days < 1 / 370


def test_a_tenth_of_the_customers_left_out_is_found() -> None:
    usual = usual_ratio([100, 98, 101, 99] * 5, [100, 100, 100, 100] * 5)
    scores: list[float | None] = [ratio_score(usual, 90, 100)] * 5
    assert drift_signals(scores, 5.0)[0].side == -1
