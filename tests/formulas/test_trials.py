"""Differences agree with their textbooks, widen with days that spread, and survive being watched."""

import numpy as np
import pytest

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.experiments import compare_shares, mixture_test
from barrymore.formulas.intervals import Interval
from barrymore.formulas.trials import (
    Difference,
    Share,
    always_valid,
    difference,
    difference_of,
    share_over_days,
)


def share(x: int, n: int) -> Share:
    """All of one day."""
    found = share_over_days([(x, n)])
    assert found is not None
    return found


def test_a_difference_is_newcombes() -> None:
    # Newcombe (1998), example (a): 56/70 and 48/80.
    found = difference(share(56, 70), share(48, 80))
    assert found.value == pytest.approx(0.2)
    assert found.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.interval == pytest.approx(compare_shares(56, 70, 48, 80).interval)


def test_days_that_spread_widen_the_interval() -> None:
    calm, wild = share_over_days([(50, 100)] * 10), share_over_days([(20, 100), (80, 100)] * 5)
    assert calm is not None and wild is not None
    assert calm.value == wild.value and calm.spread == 1.0
    assert wild.spread == pytest.approx(36.0)
    assert wild.interval.width > 4 * calm.interval.width
    assert share_over_days([(0, 0)]) is None


def test_what_changed_everywhere_is_taken_off() -> None:
    here = difference(share(180, 200), share(160, 200))
    there = difference(share(170, 200), share(160, 200))
    found = difference_of(here, there)
    assert found.value == pytest.approx(0.05)
    assert found.interval.low < 0.05 < found.interval.high
    assert found.interval.width > max(here.interval.width, there.interval.width)
    assert found.variance == pytest.approx(here.variance + there.variance)


def test_one_look_is_the_mixture_of_the_textbook() -> None:
    p, q, n = 0.6, 0.5, 400
    variance = (p * (1 - p) + q * (1 - q)) / n
    look = Difference(p - q, Interval(0, 0), variance)
    assert always_valid([look]) == pytest.approx(mixture_test(p, q, n, 0.0025).p)
    assert always_valid([look, Difference(0.0, Interval(0, 0), variance / 2)]) == always_valid([look])
    assert always_valid([]) == 1.0
    with pytest.raises(FormulaError):
        always_valid([Difference(0.1, Interval(0, 0), 0.0)])


def test_watched_every_day_it_seldom_finds_what_is_not_there() -> None:
    chance, found, runs = np.random.default_rng(7), 0, 150
    for _ in range(runs):
        before = [share(int(chance.binomial(600, 0.8)), 600) for _arm in range(2)]
        arms, looks = [[0, 0], [0, 0]], []
        for _day in range(40):
            for arm in arms:
                arm[0] += int(chance.binomial(30, 0.8))
                arm[1] += 30
            now = [share(*arm) for arm in arms]
            looks.append(difference_of(difference(now[0], before[0]), difference(now[1], before[1])))
        found += always_valid(looks) < 0.05
    assert found / runs < 0.06


def test_a_real_change_is_found() -> None:
    looks = [difference(share(90 * n // 100, n), share(70 * n // 100, n)) for n in (100, 200, 400)]
    assert always_valid(looks) < 0.001
