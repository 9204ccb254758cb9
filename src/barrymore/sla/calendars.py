"""Edit a calendar: its version rises and only clocks that still run are worked out anew."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.db import transaction

from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit
from barrymore.sla.models import Block, Calendar, Clock, Holiday
from barrymore.sla.selectors import LIVE
from barrymore.sla.services import recompute
from barrymore.sla.weeks import read_week

Hours = tuple[int, int, int]  # weekday, first minute, last minute
Day = tuple[date, str, int | None, int | None]


class BadHours(ValueError):
    """Open hours that end before they begin, overlap, or never open."""


def check_hours(hours: Sequence[Hours]) -> None:
    """Raise BadHours with the weekday and minutes of the first fault."""
    if not hours:
        raise BadHours("closed always")
    ordered = sorted(hours)
    for weekday, starts, ends in ordered:
        if not (0 <= weekday <= 6 and 0 <= starts < ends <= 1440):
            raise BadHours(f"{weekday}: {starts}-{ends}")
    for (day, _, ends), (next_day, starts, _end) in pairwise(ordered):
        if day == next_day and starts < ends:
            raise BadHours(f"{day}: {starts} < {ends}")


@transaction.atomic
def set_hours(actor: Staff | None, calendar: Calendar, hours: Sequence[Hours], days: Sequence[Day]) -> None:
    """Replace the open hours and holidays of a calendar and work its live clocks out anew."""
    check_hours(hours)
    calendar.blocks.all().delete()
    calendar.holidays.all().delete()
    Block.objects.bulk_create(
        Block(calendar=calendar, weekday=day, starts_minute=starts, ends_minute=ends)
        for day, starts, ends in hours
    )
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, date=on, name=name, starts_minute=starts, ends_minute=ends)
        for on, name, starts, ends in days
    )
    calendar.version += 1
    calendar.save(update_fields=["version", "timezone", "name"])
    week = read_week(calendar.pk, calendar.timezone)
    for clock in Clock.objects.filter(calendar=calendar, state__in=LIVE).select_related("conversation"):
        clock.calendar = calendar
        recompute(clock, week)
    audit(actor, "calendar.changed", calendar.name, version=calendar.version)


@transaction.atomic
def save_calendar(
    actor: Staff,
    calendar: Calendar | None,
    *,
    name: str,
    timezone: str,
    hours: Sequence[Hours],
    days: Sequence[Day],
) -> Calendar:
    """Make or change a calendar with its hours. Raises BadHours."""
    found = calendar or Calendar.objects.create(name=name)
    found.name, found.timezone = name, timezone
    set_hours(actor, found, hours, days)
    return found
