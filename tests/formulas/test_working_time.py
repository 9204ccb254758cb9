"""Working time is exact over nights, lunches, holidays and clock changes."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.working_time import (
    END_OF_DAY,
    Block,
    NoWorkingTimeError,
    WorkingWeek,
    add_working_time,
    working_time_between,
)

ALWAYS: dict[int, list[Block]] = {day: [("00:00", END_OF_DAY)] for day in range(7)}
OFFICE: dict[int, list[Block]] = {day: [("09:00", "12:00"), ("13:00", "18:00")] for day in range(5)}
NIGHTS: dict[int, list[Block]] = {day: [("22:00", "06:00")] for day in range(7)}
ODD: dict[int, list[Block]] = {day: [("01:30", "02:30"), ("02:45", "03:15")] for day in range(7)}
ZONES = ["Europe/Berlin", "Europe/Vilnius", "America/New_York"]
# Around both clock changes of 2026 in Europe (29 March, 25 October) and New York (8 March, 1 November).
CHANGES = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 6), (3, 27), (10, 23), (10, 30))]


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc,arg-type]


@settings(max_examples=150)
@given(
    st.sampled_from(ZONES),
    st.sampled_from([ALWAYS, OFFICE, NIGHTS, ODD]),
    st.sampled_from(CHANGES),
    st.integers(0, 4 * 86_400),
    st.integers(0, 40 * 3600),
)
def test_adding_and_measuring_are_inverse(
    zone: str, blocks: dict[int, list[Block]], near: datetime, offset: int, seconds: int
) -> None:
    week = WorkingWeek(zone, blocks, {date(2026, 3, 30): [], date(2026, 10, 26): [("10:00", "11:00")]})
    start, duration = near + timedelta(seconds=offset), timedelta(seconds=seconds)
    due = add_working_time(start, duration, week)
    assert due.tzinfo is UTC
    assert working_time_between(start, due, week) == duration
    assert working_time_between(due, start, week) == -duration


@settings(max_examples=40)
@given(
    st.sampled_from(ZONES), st.sampled_from([OFFICE, NIGHTS]), st.sampled_from(CHANGES),
    st.integers(0, 288), st.integers(0, 288),
)  # fmt: skip
def test_it_agrees_with_counting_minutes(
    zone: str, blocks: dict[int, list[Block]], near: datetime, start_at: int, length: int
) -> None:
    start = near + timedelta(minutes=15 * start_at)
    quarters = [(start + timedelta(minutes=15 * i)).astimezone(ZoneInfo(zone)) for i in range(length)]
    open_now = 0
    for quarter in quarters:
        clock = quarter.time()
        if blocks is NIGHTS:
            open_now += clock >= time(22) or clock < time(6)
        else:
            lunch = time(12) <= clock < time(13)
            open_now += quarter.weekday() < 5 and time(9) <= clock < time(18) and not lunch
    end = start + timedelta(minutes=15 * length)
    assert working_time_between(start, end, WorkingWeek(zone, blocks)) == timedelta(minutes=15 * open_now)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Berlin", (2026, 3, 29), 23), ("Europe/Vilnius", (2026, 10, 25), 25),
     ("America/New_York", (2026, 3, 8), 23), ("America/New_York", (2026, 11, 1), 25),
     ("America/Santiago", (2026, 9, 6), 23), ("America/Havana", (2026, 11, 1), 25),
     ("Europe/Berlin", (2026, 6, 1), 24)],
)  # fmt: skip
def test_a_day_round_the_clock_has_its_true_length(zone: str, day: tuple[int, int, int], hours: int) -> None:
    date_ = date(*day)
    only_that_day = WorkingWeek(zone, {}, {date_: [("00:00", "24:00")]})
    around = datetime.combine(date_, time(12), UTC)
    start, end = around - timedelta(days=3), around + timedelta(days=3)
    assert working_time_between(start, end, only_that_day) == timedelta(hours=hours)
    assert working_time_between(start, end, WorkingWeek(zone, ALWAYS)) == timedelta(days=6)


def test_lunch_and_a_holiday_are_skipped() -> None:
    week = WorkingWeek(
        "Europe/Vilnius", OFFICE, {date(2026, 12, 24): [("09:00", "11:00")], date(2026, 12, 25): []}
    )
    due = add_working_time(local("Europe/Vilnius", 2026, 12, 23, 11, 30), timedelta(hours=7), week)
    assert due == local("Europe/Vilnius", 2026, 12, 24, 10, 30)
    due = add_working_time(local("Europe/Vilnius", 2026, 12, 24, 10, 30), timedelta(hours=1), week)
    assert due == local("Europe/Vilnius", 2026, 12, 28, 9, 30)


def test_a_promise_that_fills_a_block_ends_at_its_close() -> None:
    week = WorkingWeek("Europe/Berlin", OFFICE)
    friday = local("Europe/Berlin", 2026, 11, 20, 17, 0)
    assert add_working_time(friday, timedelta(hours=1), week) == local("Europe/Berlin", 2026, 11, 20, 18, 0)
    assert add_working_time(friday, timedelta(0), week) == friday


def test_a_skipped_wall_time_is_the_moment_of_the_jump() -> None:
    week = WorkingWeek("Europe/Berlin", {6: [("02:30", "04:00")]})
    day = datetime(2026, 3, 29, tzinfo=UTC)
    assert working_time_between(day, day + timedelta(days=1), week) == timedelta(hours=1)


def test_overlapping_blocks_count_once_and_midnight_ends_a_day() -> None:
    week = WorkingWeek("UTC", {0: [("08:00", "12:00"), (time(10), time(14))], 1: [("22:00", "00:00")]})
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert working_time_between(monday, monday + timedelta(days=7), week) == timedelta(hours=8)


def test_a_week_without_working_time_is_refused() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with pytest.raises(NoWorkingTimeError, match="NO_WORKING_TIME"):
        add_working_time(now, timedelta(minutes=1), WorkingWeek("UTC", {}))
    once = WorkingWeek("UTC", {}, {date(2026, 11, 21): [("09:00", "10:00")]})
    assert add_working_time(now, timedelta(hours=1), once).hour == 10
    with pytest.raises(NoWorkingTimeError):
        add_working_time(now, timedelta(hours=2), once)
    assert working_time_between(now, now + timedelta(days=9), WorkingWeek("UTC", {})) == timedelta(0)


@pytest.mark.parametrize(
    ("zone", "blocks", "code"),
    [("Mars/Base", OFFICE, "UNKNOWN_TIMEZONE"), ("UTC", {7: []}, "BAD_WEEKDAY"),
     ("UTC", {0: [("9am", "18:00")]}, "BAD_TIME"), ("UTC", {0: [("09:00", "09:00")]}, "BAD_BLOCK")],
)  # fmt: skip
def test_a_bad_calendar_is_refused(zone: str, blocks: dict[int, list[Block]], code: str) -> None:
    with pytest.raises(FormulaError, match=code):
        WorkingWeek(zone, blocks)


def test_bad_moments_are_refused() -> None:
    week, now = WorkingWeek("UTC", ALWAYS), datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(FormulaError, match="NAIVE_DATETIME"):
        add_working_time(now.replace(tzinfo=None), timedelta(1), week)
    with pytest.raises(FormulaError, match="NEGATIVE_DURATION"):
        add_working_time(now, timedelta(-1), week)
    with pytest.raises(FormulaError, match="BAD_BLOCK"):
        WorkingWeek("UTC", {}, {date(2026, 1, 1): [("22:00", "06:00")]})


def test_a_typical_deadline_is_fast() -> None:
    week, start = WorkingWeek("Europe/Vilnius", OFFICE), datetime(2026, 11, 20, 14, tzinfo=UTC)
    add_working_time(start, timedelta(hours=16), week)
    begun = stopwatch.perf_counter()
    for _ in range(1000):
        add_working_time(start, timedelta(hours=16), week)
    assert stopwatch.perf_counter() - begun < 0.1
