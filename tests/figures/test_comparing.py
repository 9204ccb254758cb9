"""Points compared: only like with like, groups only where chance is not enough, few answers in no row."""

from datetime import UTC, date, datetime

import pytest

from barrymore.figures.comparing import Comparison, cells_of, compare, quarter, quarters_up_to
from barrymore.figures.scope import Period
from barrymore.figures.tallies import Told
from barrymore.formulas.case_mix import Cell
from barrymore.formulas.leagues import Group

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), "Europe/Vilnius")


def told(point: int, *, served: int | None, good: int, bad: int, scale: str = "smile4") -> Told:
    """What was told at a point, evenly in four parts of the week."""
    found = Told(point)
    best = {"smile4": 4, "scale5": 5}[scale]
    for number in range(4):
        part = (number, 2)
        share = lambda n, number=number: n // 4 + (number < n % 4)  # noqa: E731
        if served is not None:
            found.add(part, "served:employee", share(served))
        found.add(part, f"answer:survey:{scale}:{best}", share(good))
        found.add(part, f"answer:survey:{scale}:1", share(bad))
        found.add(part, "code:survey:I", share(good + bad))
    return found


def house() -> list[Told]:
    """Ten points at about 80 of 100; one far above and one far below."""
    usual = [told(n, served=400, good=160 + n % 5, bad=40 - n % 5) for n in range(1, 11)]
    return [*usual, told(11, served=400, good=195, bad=5), told(12, served=400, good=100, bad=100)]


def group_of(made: Comparison, point: int) -> Group:
    return next(row.group for row in made.rows if row.point == point)


def test_only_points_apart_by_more_than_chance_are_apart() -> None:
    made = compare(house(), "smile4", QUARTER)
    assert made.rankable
    assert (group_of(made, 11), group_of(made, 12)) == (Group.ABOVE, Group.BELOW)
    assert all(group_of(made, n) == Group.ALIKE for n in range(1, 11))
    outside = {row.point: row.outside for row in made.rows}
    assert outside[3] == ""


def test_shares_are_drawn_towards_all_and_their_interval_holds_them() -> None:
    made = compare(house(), "smile4", QUARTER)
    best = next(row for row in made.rows if row.point == 11)
    assert made.level is not None
    assert made.level < best.share < best.observed
    assert all(row.interval.low < row.share < row.interval.high for row in made.rows)


def test_points_that_do_not_differ_cannot_be_ranked() -> None:
    made = compare([told(n, served=400, good=160, bad=40) for n in range(1, 6)], "smile4", QUARTER)
    assert not made.rankable
    assert {row.group for row in made.rows} == {Group.ALIKE}
    assert {row.share for row in made.rows} == {made.level}


def test_under_thirty_answers_there_is_no_row() -> None:
    made = compare([*house(), told(20, served=40, good=29, bad=0)], "smile4", QUARTER)
    assert made.few == 1
    assert 20 not in {row.point for row in made.rows} | {ref for ref, _figure in made.uneven}


def test_too_low_a_response_rate_gives_counts_and_no_place() -> None:
    made = compare([*house(), told(20, served=1000, good=60, bad=0)], "smile4", QUARTER)
    assert [ref for ref, _figure in made.uneven] == [20]
    assert made.uneven[0][1].estimate is None


def test_a_point_that_is_not_compared_says_nothing_about_the_others() -> None:
    poor = told(20, served=3000, good=300, bad=300)
    alone, beside = (compare(found, "smile4", QUARTER) for found in (house(), [*house(), poor]))
    assert beside.level == alone.level
    two = compare([told(1, served=400, good=164, bad=36), told(2, served=400, good=160, bad=40), poor],
                  "smile4", QUARTER)  # fmt: skip
    assert {row.group for row in two.rows} == {Group.ALIKE}


def test_nothing_is_compared_without_a_count_of_the_served_or_on_another_scale() -> None:
    others = [
        told(20, served=None, good=90, bad=10),
        told(21, served=50, good=90, bad=10),
        told(22, served=400, good=90, bad=10, scale="scale5"),
    ]
    made = compare([*house(), *others], "smile4", QUARTER)
    assert (made.uncounted, made.other_scale) == (2, 1)
    assert {row.point for row in made.rows} == set(range(1, 13))


def test_presses_are_never_compared() -> None:
    pressed = Told(30)
    pressed.add((0, 2), "press:colour2:2", 500)
    pressed.add((0, 2), "answer:feedback:smile4:4", 500)
    made = compare([*house(), pressed], "smile4", QUARTER)
    assert (made.few, made.uncounted, made.other_scale, len(made.rows)) == (0, 0, 0, 12)


def test_a_group_that_holds_whatever_the_silent_think_is_told() -> None:
    sure = [told(n, served=210, good=160, bad=40) for n in range(1, 9)]
    made = compare([*sure, told(11, served=210, good=198, bad=2), told(12, served=400, good=195, bad=5)],
                   "smile4", QUARTER)  # fmt: skip
    holds = {row.point: row.holds_anyway for row in made.rows if row.group == Group.ABOVE}
    assert holds == {11: True, 12: False}


@pytest.mark.parametrize("told_of", [[], [told(1, served=400, good=160, bad=40)]])
def test_one_point_alone_is_compared_with_nothing(told_of: list[Told]) -> None:
    made = compare(told_of, "smile4", QUARTER)
    assert (made.rows, made.level, made.curve) == ([], None, [])
    assert len(made.uneven) == len(told_of)


def test_everybody_content_everywhere_breaks_nothing() -> None:
    made = compare([told(n, served=60, good=50, bad=0) for n in (1, 2, 3)], "smile4", QUARTER)
    assert not made.rankable and made.level == 1.0
    assert {row.outside for row in made.rows} == {""}


def test_a_funnel_grows_narrower_and_is_wider_where_points_spread() -> None:
    calm = compare([told(n, served=400, good=158 + n, bad=42 - n) for n in range(1, 13)], "smile4", QUARTER)
    apart = [told(n, served=400, good=130 + 5 * n, bad=70 - 5 * n) for n in range(1, 13)]
    wild = compare(apart, "smile4", QUARTER)
    widths = [one.warning.width for _n, one in calm.curve]
    assert widths[0] > widths[-1] > 0
    assert all(one.action.width >= one.warning.width for _n, one in calm.curve)
    assert wild.spread > calm.spread >= 1


def test_quarters_are_those_of_the_calendar() -> None:
    assert quarter(2026, 4, "UTC") == Period(date(2026, 10, 1), date(2026, 12, 31), "UTC")
    assert quarter(2028, 1, "UTC").last == date(2028, 3, 31)
    today = datetime(2026, 2, 3, tzinfo=UTC).date()
    assert quarters_up_to(today, 3) == [(2026, 1), (2025, 4), (2025, 3)]


def by_hours(point: int, day: tuple[int, int], night: tuple[int, int]) -> Told:
    """What was told at a point by day and by night, each as good and answered; two served for one answer."""
    found = Told(point)
    for band, (good, answered) in ((2, day), (5, night)):
        for weekday in range(4):
            found.add((weekday, band), "served:employee", answered // 2)
            found.add((weekday, band), "answer:survey:smile4:4", good // 4)
            found.add((weekday, band), "answer:survey:smile4:1", (answered - good) // 4)
            found.add((weekday, band), "code:survey:I", answered // 4)
    return found


def shifts() -> list[Told]:
    """Eight points of 90 of 100 by day and 60 by night; the last two work by night nearly alone."""
    usual = [by_hours(n, (1080, 1200), (120, 200)) for n in range(1, 7)]
    return [*usual, by_hours(7, (180, 200), (720, 1200)), by_hours(8, (180, 200), (720, 1200))]


def cells(told_of: list[Told], spa: int = 99) -> list[Cell]:
    """Their cells; points after `spa` are of another service."""
    return [
        cell
        for one in told_of
        for cell in cells_of(one, one.point, "smile4", "1", "spa" if one.point > spa else "desk")
    ]


def test_who_works_at_a_harder_hour_is_not_below_for_that() -> None:
    as_said = compare(shifts(), "smile4", QUARTER)
    assert (group_of(as_said, 7), group_of(as_said, 8)) == (Group.BELOW, Group.BELOW)
    assert as_said.levelled == ()
    level = compare(shifts(), "smile4", QUARTER, cells(shifts()))
    assert level.levelled == ("hour",)
    assert {row.group for row in level.rows} == {Group.ALIKE}
    assert {row.figure.values["good"] for row in level.rows} == {1200, 900}


def test_a_service_of_several_points_is_levelled_out_and_that_of_one_is_not() -> None:
    assert compare(house(), "smile4", QUARTER, cells(house(), spa=10)).levelled == ("service",)
    made = compare(house(), "smile4", QUARTER, cells(house(), spa=11))
    assert made.levelled == ()
    assert group_of(made, 12) == Group.BELOW


def test_between_which_places_a_point_stands() -> None:
    places = {row.point: row.places for row in compare(house(), "smile4", QUARTER).rows}
    assert places[11] == (1, 1) and places[12] == (12, 12)
    low, high = places[3] or (0, 0)
    assert high - low >= 6
