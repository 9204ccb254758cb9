"""Put a report together: the whole, its parts, its weeks, and the period before."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope, today_in, zone_of
from barrymore.figures.selectors import Reading
from barrymore.organisation.models import Site
from barrymore.reports.library import REPORTS, Report
from barrymore.routing.models import Queue
from barrymore.sla.models import Clock

WEEKS_DRAWN = 12
LONGEST_DAYS = 366
CHANNELS = {
    "mail": gettext_lazy("Mail"),
    "chat": gettext_lazy("Chat"),
    "form": gettext_lazy("Web form"),
    "phone": gettext_lazy("Telephone"),
    "sms": gettext_lazy("SMS"),
    "walkup": gettext_lazy("At the desk"),
}


class BadPeriod(ValueError):
    """The dates make no period; the text says what to write."""


@dataclass(frozen=True)
class Part:
    """One line of a report: a site, queue, role, channel or kind of promise, now and in the period before."""

    value: Any
    name: str
    figure: Figure
    before: Figure | None


@dataclass(frozen=True)
class Wanted:
    """What a reader has asked for."""

    scope: Scope
    period: Period
    by: str = "queue"


@dataclass(frozen=True)
class Shown:
    """A report ready to be shown, in any form."""

    report: Report
    wanted: Wanted
    whole: Figure
    before: Figure
    parts: list[Part]
    weeks: list[Figure]
    reading: Reading


def wanted_of(query: dict[str, str], report: Report = REPORTS["satisfaction"]) -> Wanted:
    """Read a reader's wish from a query; without dates the last 28 days. Raises BadPeriod, ValueError."""
    zone = zone_of(_number(query.get("site")))
    last = _day(query.get("until")) or today_in(zone)
    first = _day(query.get("since")) or last - timedelta(days=27)
    if last < first:
        raise BadPeriod(_("The period ends before it begins. Swap the two dates."))
    if (last - first).days > LONGEST_DAYS:
        raise BadPeriod(_("The period is longer than a year. Choose a shorter one."))
    by = query.get("by") or report.divisions[0]
    if by not in report.divisions:
        raise BadPeriod(f"by: {', '.join(report.divisions)}")
    return Wanted(
        Scope(
            site=_number(query.get("site")),
            queue=_number(query.get("queue")),
            role=query.get("role") or None,
            channel=query.get("channel") or None,
            promise=(query.get("promise") or None) if "promise" in report.divisions else None,
        ),
        Period(first, last, zone),
        by,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadPeriod(_("Write dates as 2026-11-21.")) from error


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def shown(report: Report, wanted: Wanted) -> Shown:
    """Make the report; the facts are read once, and the number of statements does not depend on the parts."""
    period = wanted.period
    long = Period(period.last - timedelta(weeks=WEEKS_DRAWN - 1), period.last, period.timezone)
    reading = Reading(report.metric, wanted.scope, period, period.before, long)
    earlier = reading.by(period.before, wanted.by)
    names = names_of(wanted.by)
    return Shown(
        report=report,
        wanted=wanted,
        whole=reading.figure(period),
        before=reading.figure(period.before),
        parts=sorted(
            (
                Part(value, names.get(value) or _name(value), found, earlier.get(value))
                for value, found in reading.by(period, wanted.by).items()
            ),
            key=lambda part: (-part.figure.served, part.name),
        ),
        weeks=reading.weeks(long),
        reading=reading,
    )


def names_of(dimension: str) -> dict[Any, str]:
    """Names for the values of a dimension."""
    if dimension == "site":
        return {site.pk: site.name for site in Site.objects.all()}
    if dimension == "queue":
        return {queue.pk: queue.name for queue in Queue.objects.all()}
    if dimension == "channel":
        return {name: str(label) for name, label in CHANNELS.items()}
    if dimension == "promise":
        return {kind.value: str(kind.label) for kind in Clock.Kind}
    return {}


def _name(value: Any) -> str:
    return str(value) if value not in (None, "") else _("not known")
