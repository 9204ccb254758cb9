"""Calendars as working weeks."""

from datetime import date, time
from functools import lru_cache

from barrymore.formulas.working_time import WorkingWeek
from barrymore.sla.models import Calendar

END_OF_DAY = 1440


def week_of(calendar: Calendar) -> WorkingWeek:
    """The working week of a calendar, remembered per version."""
    return _remembered(calendar.pk, calendar.version, calendar.timezone)


@lru_cache(maxsize=256)
def _remembered(calendar_id: int, version: int, timezone: str) -> WorkingWeek:
    return read_week(calendar_id, timezone)


def forget_weeks() -> None:
    """Forget what is remembered; for tests, whose calendars share ids and versions."""
    _remembered.cache_clear()


def read_week(calendar_id: int, timezone: str) -> WorkingWeek:
    """The working week as the database holds it now, committed or not."""
    calendar = Calendar.objects.get(pk=calendar_id)
    blocks: dict[int, list[tuple[time | str, time | str]]] = {}
    for block in calendar.blocks.all():
        blocks.setdefault(block.weekday, []).append((_clock(block.starts_minute), _clock(block.ends_minute)))
    exceptions: dict[date, list[tuple[time | str, time | str]]] = {}
    for day in calendar.holidays.all():
        open_hours = day.starts_minute is not None and day.ends_minute is not None
        exceptions[day.date] = (
            [(_clock(day.starts_minute or 0), _clock(day.ends_minute or 0))] if open_hours else []
        )
    return WorkingWeek(timezone, blocks, exceptions)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
