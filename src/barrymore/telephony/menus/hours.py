"""When numbers are open, told to Asterisk ahead: for each day of the world the spans of that day.

The spans are those of the calendars of our promises, with their holidays, exceptions and days of 23 and 25
hours: one truth, worked out here. Asterisk's own GotoIfTime knows no exceptions and needs the time zones of
its machine; a line in its database is followed even while we are away. It knows sixty days; a day it does
not know counts as open, since a caller too many hurts less than one turned away.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from barrymore.formulas.working_time import WorkingWeek
from barrymore.journal.moment import now
from barrymore.sla.models import Calendar
from barrymore.sla.weeks import read_week
from barrymore.telephony.ami import Ami, Gone, Refused
from barrymore.telephony.models import Number

FAMILY = "barrymore-hours"
DAYS = 60
MICROS = 1_000_000
DAY = 86_400
CLOSED = "0000000000-0000000000"
MOST_SPANS = 40  # a line of AMI takes a thousand signs


def days_of(week: WorkingWeek, first: datetime, days: int = DAYS) -> dict[str, str]:
    """`2026326` (year and day of the year in UTC) to spans `from-to`, in seconds of 1970, apart by x."""
    start = int(first.astimezone(UTC).timestamp()) // DAY * DAY
    end = start + days * DAY
    found: dict[int, list[str]] = {day: [] for day in range(start, end, DAY)}
    for opens, closes in week.spans(first):
        begin, over = opens // MICROS, closes // MICROS
        if begin >= end:
            break
        for day in range(max(begin // DAY * DAY, start), min(over, end), DAY):
            low, high = max(begin, day), min(over, day + DAY)
            if low < high:
                found[day].append(f"{low:010d}-{high:010d}")
    return {
        f"{datetime.fromtimestamp(day, UTC):%Y%j}": "x".join(spans[:MOST_SPANS]) or CLOSED
        for day, spans in found.items()
    }


def told() -> Iterator[tuple[str, str]]:
    """Key and value for each calendar that a number keeps, from yesterday on."""
    used = Number.objects.filter(is_active=True, hours__isnull=False).values("hours")
    for calendar in Calendar.objects.filter(pk__in=used):
        week = read_week(calendar.pk, calendar.timezone)
        for day, spans in days_of(week, now() - timedelta(days=1)).items():
            yield f"{calendar.pk}-{day}", spans


class Hours:
    """What a node has been told; only what has changed is told again."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def tell(self, ami: Ami) -> int:
        """Write it into Asterisk's database; returns how many lines were new."""
        fresh = {key: value for key, value in told() if self._told.get(key) != value}
        for key, value in fresh.items():
            ami.ask("DBPut", Family=FAMILY, Key=key, Val=value)
        self._told |= fresh
        return len(fresh)


def open_now(ami: Ami, calendar: int) -> str:
    """The spans of today as a node knows them; empty where it knows none."""
    try:
        rows = ami.ask("DBGet", Family=FAMILY, Key=f"{calendar}-{now().astimezone(UTC):%Y%j}")
    except (Refused, Gone):
        return ""
    return rows.answer.get("Val", "")
