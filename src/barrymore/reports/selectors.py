"""Put a report together: the whole, its parts, its weeks, and the period before."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from barrymore.figures.figure import Figure
from barrymore.figures.scope import DIMENSIONS, Period, Scope, today_in
from barrymore.figures.selectors import figure, figures_by, weeks_of
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import company
from barrymore.reports.library import Report
from barrymore.routing.models import Queue

WEEKS_DRAWN = 12
LONGEST_DAYS = 366


class BadPeriod(ValueError):
    """The dates make no period; the text says what to write."""


@dataclass(frozen=True)
class Part:
    """One line of a report: a site, queue, role or channel, now and in the period before."""

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


def wanted_of(query: dict[str, str]) -> Wanted:
    """Read a reader's wish from a query; without dates the last 28 days. Raises BadPeriod, ValueError."""
    zone = company().timezone
    last = _day(query.get("until")) or today_in(zone)
    first = _day(query.get("since")) or last - timedelta(days=27)
    if last < first:
        raise BadPeriod(_("The period ends before it begins. Swap the two dates."))
    if (last - first).days > LONGEST_DAYS:
        raise BadPeriod(_("The period is longer than a year. Choose a shorter one."))
    by = query.get("by") or "queue"
    if by not in DIMENSIONS:
        raise BadPeriod(f"by: {', '.join(DIMENSIONS)}")
    return Wanted(
        Scope(
            site=_number(query.get("site")),
            queue=_number(query.get("queue")),
            role=query.get("role") or None,
            channel=query.get("channel") or None,
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
    """Make the report; the number of queries does not depend on the number of parts."""
    parts = figures_by(report.metric, wanted.scope, wanted.period, wanted.by)
    earlier = figures_by(report.metric, wanted.scope, wanted.period.before, wanted.by)
    names = names_of(wanted.by)
    long = Period(
        wanted.period.last - timedelta(weeks=WEEKS_DRAWN - 1), wanted.period.last, wanted.period.timezone
    )
    return Shown(
        report=report,
        wanted=wanted,
        whole=figure(report.metric, wanted.scope, wanted.period),
        before=figure(report.metric, wanted.scope, wanted.period.before),
        parts=sorted(
            (
                Part(value, names.get(value) or _name(value), found, earlier.get(value))
                for value, found in parts.items()
            ),
            key=lambda part: (-part.figure.served, part.name),
        ),
        weeks=weeks_of(report.metric, wanted.scope, long),
    )


def names_of(dimension: str) -> dict[Any, str]:
    """Names for the values of a dimension."""
    if dimension == "site":
        return {site.pk: site.name for site in Site.objects.all()}
    if dimension == "queue":
        return {queue.pk: queue.name for queue in Queue.objects.all()}
    return {}


def _name(value: Any) -> str:
    return str(value) if value not in (None, "") else _("not known")
