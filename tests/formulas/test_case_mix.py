"""Circumstances are levelled out before units are compared, where they can be told from the units."""

import numpy as np
import pytest
from scipy import special

from barrymore.formulas.case_mix import Cell, level_out
from barrymore.formulas.errors import FormulaError


def cell(unit: int, good: int, answered: int, **traits: str) -> Cell:
    return Cell(unit, good, answered, traits)


def test_units_that_differ_only_in_their_hours_are_alike_once_hours_are_levelled_out() -> None:
    # Everybody has 90 of 100 by day and 60 of 100 by night; they differ in how much they work at night.
    night = {1: 100, 2: 300, 3: 500, 4: 700}
    cells = [
        one
        for unit, n in night.items()
        for one in (
            cell(unit, 9 * (1000 - n) // 10, 1000 - n, hour="day"),
            cell(unit, 6 * n // 10, n, hour="night"),
        )
    ]
    made = level_out(cells, ["hour"])
    shares = [made.good[unit] / 1000 for unit in night]
    assert made.used == ("hour",)
    assert max(shares) - min(shares) < 0.002
    pooled = sum(one.good for one in cells) / 4000
    assert shares == pytest.approx([pooled] * 4, abs=0.005)


def test_a_unit_that_is_better_at_every_hour_stays_better() -> None:
    cells = [
        cell(1, 95, 100, hour="day"), cell(1, 75, 100, hour="night"),
        cell(2, 90, 100, hour="day"), cell(2, 60, 100, hour="night"),
    ]  # fmt: skip
    made = level_out(cells, ["hour"])
    assert made.good[1] > made.good[2] + 15


def test_the_logit_is_that_of_maximum_likelihood() -> None:
    # With one trait of two levels the fitted chances are the shares of the levels, whatever the software.
    cells = [
        cell(1, 40, 50, hour="a"), cell(2, 30, 50, hour="a"),
        cell(1, 10, 40, hour="b"), cell(2, 20, 40, hour="b"),
    ]  # fmt: skip
    made = level_out(cells, ["hour"])
    assert made.expected[1] == pytest.approx((50 * 0.7 + 40 * 0.375) / 90, abs=1e-3)
    pooled, observed = 100 / 180, 50 / 90
    moved = special.logit(observed) + special.logit(pooled) - special.logit(made.expected[1])
    assert made.good[1] / 90 == pytest.approx(float(special.expit(moved)))


def test_several_traits_are_told_apart() -> None:
    chance = np.random.default_rng(7)
    cells = []
    for unit in range(40):
        site, service = "ab"[unit % 2], "xy"[unit // 2 % 2]
        for hour in "12":
            log_odds = 1.0 - (site == "b") - 0.7 * (service == "y") - 0.5 * (hour == "2")
            good = int(chance.binomial(2000, special.expit(log_odds)))
            cells.append(cell(unit, good, 2000, site=site, service=service, hour=hour))
    made = level_out(cells, ["site", "service", "hour"])
    assert made.used == ("site", "service", "hour")
    shares = np.array([made.good[unit] / 4000 for unit in range(40)])
    assert shares.std() < 0.012  # chance alone gives 0.008; the raw shares spread by 0.14
    assert made.expected[0] > made.expected[3] + 0.3


def test_a_trait_that_belongs_to_one_unit_alone_is_left_out() -> None:
    cells = [cell(1, 5, 50, service="spa"), cell(2, 40, 50, service="desk"), cell(3, 41, 50, service="desk")]
    made = level_out(cells, ["service", "hour"])
    assert (made.used, made.left_out) == ((), ("service", "hour"))
    assert dict(made.good) == pytest.approx({1: 5, 2: 40, 3: 41})


def test_all_and_none_stay_what_they_are() -> None:
    cells = [
        cell(1, 50, 50, hour="a"), cell(1, 50, 50, hour="b"),
        cell(2, 0, 60, hour="a"), cell(2, 0, 20, hour="b"),
        cell(3, 30, 50, hour="a"), cell(3, 20, 50, hour="b"),
    ]  # fmt: skip
    made = level_out(cells, ["hour"])
    assert (made.good[1], made.good[2]) == (100, 0)
    content = level_out([cell(n, 30, 30, hour=hour) for n in (1, 2) for hour in "ab"], ["hour"])
    assert dict(content.good) == {1: 60, 2: 60}


@pytest.mark.parametrize("cells", [[], [cell(1, 0, 0)], [cell(1, 6, 5)], [cell(1, -1, 5)]])
def test_impossible_counts_are_refused(cells: list[Cell]) -> None:
    with pytest.raises(FormulaError, match="COUNT_OUT_OF_RANGE"):
        level_out(cells, ["hour"])
