"""Hours of the week are counted where they were lived, through both nights on which the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barrymore.formulas.week_hours import OddHour, counts_by_hour, hours_lived, odd_hours

VILNIUS = "Europe/Vilnius"
SUNDAY, MONDAY = 6, 0


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_contact_counts_at_the_hour_of_the_local_day() -> None:
    # 22:30 UTC on a Sunday of November is half past midnight on Monday in Vilnius.
    counts = counts_by_hour([utc(2026, 11, 15, 22, 30), utc(2026, 11, 16, 6, 0)], VILNIUS)
    assert (counts[MONDAY][0], counts[MONDAY][8]) == (1, 1)
    assert sum(map(sum, counts)) == 2


def test_both_hours_of_the_doubled_one_count_to_it() -> None:
    # On 25 October 2026 it is three o'clock twice: at 00:15 and at 01:15 UTC.
    counts = counts_by_hour([utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 1, 15)], VILNIUS)
    assert counts[SUNDAY][3] == 2


def test_an_ordinary_week_has_each_hour_once() -> None:
    lived = hours_lived(utc(2026, 11, 8, 22), utc(2026, 11, 15, 22), VILNIUS)
    assert lived == [[1.0] * 24 for _ in range(7)]


@pytest.mark.parametrize(
    ("since", "until", "whole", "hour", "times"),
    [
        # 29 March 2026: from 02:59 to 04:00, 23 hours from 22:00 to 21:00 UTC.
        (utc(2026, 3, 28, 22), utc(2026, 3, 29, 21), 23.0, 3, 0.0),
        # 25 October 2026: from 03:59 to 03:00, 25 hours from 21:00 to 22:00 UTC.
        (utc(2026, 10, 24, 21), utc(2026, 10, 25, 22), 25.0, 3, 2.0),
    ],
)
def test_the_night_on_which_the_clocks_change(
    since: datetime, until: datetime, whole: float, hour: int, times: float
) -> None:
    sunday = hours_lived(since, until, VILNIUS)[SUNDAY]
    assert sum(sunday) == whole
    assert sunday[hour] == times
    assert [n for at, n in enumerate(sunday) if at != hour] == [1.0] * 23


def test_four_weeks_with_a_night_of_25_hours_have_five_such_hours() -> None:
    lived = hours_lived(utc(2026, 10, 4, 21), utc(2026, 11, 1, 22), VILNIUS)
    assert (lived[SUNDAY][3], lived[SUNDAY][4], lived[MONDAY][3]) == (5.0, 4.0, 4.0)


def test_the_hour_that_still_runs_is_lived_in_part() -> None:
    lived = hours_lived(utc(2026, 11, 15, 22), utc(2026, 11, 15, 23, 30), VILNIUS)
    assert lived[MONDAY][:3] == [1.0, 0.5, 0.0]


def test_nothing_is_lived_before_it_began() -> None:
    assert sum(map(sum, hours_lived(utc(2026, 11, 16), utc(2026, 11, 15), VILNIUS))) == 0


def test_the_odd_hours_are_named() -> None:
    assert odd_hours(date(2026, 3, 1), date(2026, 11, 30), VILNIUS) == [
        OddHour(date(2026, 3, 29), 3, 0.0),
        OddHour(date(2026, 10, 25), 3, 2.0),
    ]
    assert odd_hours(date(2026, 3, 1), date(2026, 11, 30), "UTC") == []


def test_a_zone_that_changes_by_half_an_hour() -> None:
    # Lord Howe Island goes back by half an hour: one hour of the night has an hour and a half.
    assert odd_hours(date(2026, 4, 5), date(2026, 4, 5), "Australia/Lord_Howe") == [
        OddHour(date(2026, 4, 5), 1, 1.5)
    ]


def test_all_hours_of_a_year_are_there() -> None:
    since, until = utc(2025, 12, 31, 22), utc(2026, 12, 31, 22)
    assert sum(map(sum, hours_lived(since, until, VILNIUS))) == (until - since) / timedelta(hours=1)
