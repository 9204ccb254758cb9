"""Events by hour of the week in a time zone, and how often each of these hours was there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS, HOURS = 7, 24
DAY = timedelta(hours=24)
# All offsets of zones are whole quarters of an hour.
QUARTER = timedelta(minutes=15)
Week = list[list[int]]
Lived = list[list[float]]


@dataclass(frozen=True)
class OddHour:
    """An hour that a night of changed clocks leaves out (`hours` 0) or has longer than once (2)."""

    day: date
    hour: int
    hours: float


def counts_by_hour(moments: Iterable[datetime], timezone: str) -> Week:
    """How many moments fell into each hour of the local week: [weekday, Monday is 0][hour]."""
    zone = ZoneInfo(timezone)
    counts = [[0] * HOURS for _ in range(DAYS)]
    for moment in moments:
        local = moment.astimezone(zone)
        counts[local.weekday()][local.hour] += 1
    return counts


def hours_lived(since: datetime, until: datetime, timezone: str) -> Lived:
    """How many hours of each hour of the local week lie between two moments: [weekday][hour].

    A night of 23 hours has one hour of 0, one of 25 hours has one of 2; `until` may stand amid an hour.
    """
    zone = ZoneInfo(timezone)
    lived = [[0.0] * HOURS for _ in range(DAYS)]
    day = since.astimezone(zone).date()
    while (start := _midnight(day, zone)) < until:
        end = _midnight(day + timedelta(days=1), zone)
        if start >= since and end <= until and end - start == DAY:
            lived[day.weekday()] = [hours + 1 for hours in lived[day.weekday()]]
        else:
            for hour, hours in _hours_of(max(start, since), min(end, until), zone).items():
                lived[day.weekday()][hour] += hours
        day += timedelta(days=1)
    return lived


def odd_hours(first: date, last: date, timezone: str) -> list[OddHour]:
    """The hours that are missing or doubled on the days from `first` to `last`."""
    zone = ZoneInfo(timezone)
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        if end - start != DAY:
            lived = _hours_of(start, end, zone)
            found += [OddHour(day, hour, lived.get(hour, 0.0)) for hour in range(HOURS)]
    return [odd for odd in found if odd.hours != 1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _hours_of(since: datetime, until: datetime, zone: ZoneInfo) -> dict[int, float]:
    """Local hours between two moments of one day, walked in UTC, where no hour is missing or doubled."""
    lived: dict[int, float] = {}
    moment = since.astimezone(UTC)
    while moment < until:
        # The first step ends at a whole quarter, so that no later one crosses into the next hour.
        over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
        following = min(moment + QUARTER - over, until)
        hour = moment.astimezone(zone).hour
        lived[hour] = lived.get(hour, 0.0) + (following - moment) / timedelta(hours=1)
        moment = following
    return lived
