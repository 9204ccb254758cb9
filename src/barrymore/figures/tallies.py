"""Read tallies: what was told at each point, by week or by part of the week, in one statement each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from barrymore.figures.models import Reopening, Tally
from barrymore.figures.scope import Period
from barrymore.figures.tallying import Zones, lines_of, slot_of
from barrymore.journal.selectors import facts_of

Part: TypeAlias = tuple[int, int]  # weekday and band
KINDS = (
    "press.counted",
    "press.collapsed",
    "served.counted",
    "answer.given",
    "press.left_out",
    "flag.raised",
    "flag.rejected",
    "point.looked_at",
    "device.lost",
    "point.losses_looked_at",
)


@dataclass
class Told:
    """What was told at a point: counts by what, and the same by part of the week."""

    point: int
    all: dict[str, int] = field(default_factory=dict)
    parts: dict[Part, dict[str, int]] = field(default_factory=dict)

    def add(self, part: Part, what: str, n: int) -> None:
        """Count something."""
        self.all[what] = self.all.get(what, 0) + n
        here = self.parts.setdefault(part, {})
        here[what] = here.get(what, 0) + n

    def total(self, begin: str) -> int:
        """The sum of every count whose name begins so."""
        return sum(n for what, n in self.all.items() if what.startswith(begin))


def told_by_point(
    period: Period, points: Iterable[int] | None = None, *, campaign: int | None = None
) -> dict[int, Told]:
    """By point, from the tallies; the period's days are those of each site.

    With a campaign only its answers, beside all that belongs to none, such as those served.
    """
    refs = None if points is None else list(points)
    if refs == []:
        return {}
    found: dict[int, Told] = {}
    within = _within(period, refs)
    if campaign is not None:
        within = within.filter(campaign_ref__in=[0, campaign])
    rows = within.values_list("point_ref", "weekday", "band", "what")
    statement, params = rows.annotate(n=Sum("count")).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        # Tens of thousands of rows, each of them once: read past the objects that a queryset makes of them.
        for point, weekday, band, what, n in cursor.fetchall():
            told = found.get(point) or found.setdefault(point, Told(point))
            told.parts.setdefault((weekday, band), {})[what] = n
            told.all[what] = told.all.get(what, 0) + n
    return found


def told_by_week(period: Period, points: Iterable[int] | None = None) -> dict[tuple[int, date], Counter[str]]:
    """Counts by point and Monday."""
    found: dict[tuple[int, date], Counter[str]] = {}
    rows = _within(period, points).values_list("point_ref", "week", "what").annotate(n=Sum("count"))
    for point, monday, what, n in rows.order_by():
        found.setdefault((point, monday), Counter())[what] += n
    return found


def told_by_period(point: int, every: str, spans: Sequence[tuple[date, date]]) -> dict[date, Counter[str]]:
    """Counts of a point by day, or by week under its Monday, within some spans of days."""
    within = Q()
    for first, last in spans:
        within |= Q(day__gte=first, day__lte=last)
    rows = Tally.objects.filter(within, point_ref=point)
    found: dict[date, Counter[str]] = {}
    for begins, what, n in rows.values_list(every, "what").annotate(n=Sum("count")).order_by():
        found.setdefault(begins, Counter())[what] += n
    return found


def first_answer_day(point: int) -> date | None:
    """The first day on which somebody who was asked answered at a point."""
    asked = Tally.objects.filter(point_ref=point, what__startswith="answer:survey:")
    return asked.order_by("day").values_list("day", flat=True).first()


def points_that_ask(first: date, last: date, points: Iterable[int]) -> list[int]:
    """At which of some points people who were asked have answered."""
    asked = _within(Period(first, last), points).filter(what__startswith="answer:survey:")
    return sorted(set(asked.values_list("point_ref", flat=True).order_by().distinct()))


def points_with_answers(first: date, last: date) -> int:
    """At how many points of the house people who were asked have answered."""
    asked = Tally.objects.filter(day__gte=first, day__lte=last, what__startswith="answer:survey:")
    return asked.values("point_ref").distinct().order_by().count()


def answers_by_campaign(period: Period, points: Iterable[int], *, naming: bool = False) -> dict[int, int]:
    """How many who were asked have answered each campaign; with `naming` only answers that name somebody."""
    rows = _within(period, points).filter(what__startswith="answer:survey:", campaign_ref__gt=0)
    rows = rows.filter(staff_ref__gt=0) if naming else rows
    return dict(rows.values_list("campaign_ref").annotate(n=Sum("count")).order_by())


def told_by_day(period: Period, points: Iterable[int]) -> dict[tuple[int, date], Counter[str]]:
    """Counts by point and day."""
    found: dict[tuple[int, date], Counter[str]] = {}
    rows = _within(period, points).values_list("point_ref", "day", "what").annotate(n=Sum("count"))
    for point, day, what, n in rows.order_by():
        found.setdefault((point, day), Counter())[what] += n
    return found


def told_by_person(
    period: Period, points: Iterable[int] | None = None
) -> list[tuple[date, int, int, str, int]]:
    """Day, point, person (0 for nobody), what, and how many; the newest day first."""
    rows = _within(period, points).values_list("day", "point_ref", "staff_ref", "what")
    return list(rows.annotate(n=Sum("count")).order_by("-day", "point_ref", "staff_ref", "what"))


def reopened(period: Period, points: Iterable[int] | None = None) -> dict[int, int]:
    """How many events came after the end of their day, by point."""
    rows = Reopening.objects.filter(day__gte=period.first, day__lte=period.last)
    if points is not None:
        rows = rows.filter(point_ref__in=points)
    return dict(rows.values_list("point_ref").annotate(n=Sum("events")).order_by())


def told_from_facts(period: Period, point: int) -> Told:
    """The same as `told_by_point` of one point, from the facts themselves: to prove the tallies."""
    found, zones = Told(point), Zones()
    for kind in KINDS:
        # A day of a site begins up to a day before or after that of the period's zone.
        for fact in facts_of(kind, *period.with_margin()).filter(dims__point=point):
            slot = slot_of(fact, zones.of(fact.site))
            if period.first <= slot.day <= period.last:
                for what, n in lines_of(fact):
                    found.add((slot.day.weekday(), slot.band), what, n)
    return found


def _within(period: Period, points: Iterable[int] | None) -> QuerySet[Tally]:
    rows = Tally.objects.filter(day__gte=period.first, day__lte=period.last)
    return rows if points is None else rows.filter(point_ref__in=list(points))
