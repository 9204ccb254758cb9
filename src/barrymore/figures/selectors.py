"""Ask for a figure: the only way for pages, the API and exports."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.figures import points
from barrymore.figures.at_points import PLACES, figure_at, figures_at, points_in
from barrymore.figures.figure import Figure
from barrymore.figures.registry import METRICS, Metric
from barrymore.figures.scope import DIMENSIONS, Period, Scope, value_of
from barrymore.organisation.models import Point


class UnknownMetric(ValueError):
    """There is no such metric, or it is no figure of its own."""


class Reading:
    """The items of a metric in a scope over several periods, read once; each figure is of a slice."""

    def __init__(self, metric: str, scope: Scope, *periods: Period) -> None:
        """Read from the first day of the periods to their last. Raises UnknownMetric."""
        self.definition = _metric(metric)
        if scope.room is not None:
            raise ValueError(f"room: only customers at points have one; ask for {points.NAME}")
        if scope.staff is not None:
            raise ValueError("staff: what concerns a person is told at /reports/people/ alone")
        self.scope = scope
        first, last = min(period.first for period in periods), max(period.last for period in periods)
        found = self.definition.load(Period(first, last, periods[0].timezone))
        self.items = [item for item in found if scope.holds(self.definition.scope_fact(item))]

    def within(self, period: Period) -> list[Any]:
        """The items that belong to a period."""
        since, until = period.since, period.until
        return [item for item in self.items if since <= self.definition.scope_fact(item).at < until]

    def figure(self, period: Period) -> Figure:
        """The one figure of a period."""
        return self.definition.compute(self.within(period), self.scope, period)

    def by(self, period: Period, dimension: str) -> dict[Any, Figure]:
        """One figure for each value of a dimension that occurs in a period. Raises ValueError."""
        _check(dimension)
        groups: dict[Any, list[Any]] = {}
        for item in self.within(period):
            groups.setdefault(value_of(self.definition.scope_fact(item), dimension), []).append(item)
        return {
            value: self.definition.compute(items, replace(self.scope, **{dimension: value}), period)
            for value, items in groups.items()
        }

    def weeks(self, period: Period) -> list[Figure]:
        """The same figure for each week (Monday to Sunday) that a period touches, oldest first."""
        zone = ZoneInfo(period.timezone)
        weeks: dict[date, list[Any]] = {}
        for item in self.within(period):
            day = self.definition.scope_fact(item).at.astimezone(zone).date()
            weeks.setdefault(day - timedelta(days=day.weekday()), []).append(item)
        monday = period.first - timedelta(days=period.first.weekday())
        figures = []
        while monday <= period.last:
            week = Period(monday, monday + timedelta(days=6), period.timezone)
            figures.append(self.definition.compute(weeks.get(monday, []), self.scope, week))
            monday += timedelta(days=7)
        return figures


def figure(metric: str, scope: Scope, period: Period, *, from_facts: bool = False) -> Figure:
    """One figure. Raises UnknownMetric.

    That of points is added up from tallies; `from_facts` works it out anew, and must give the same.
    """
    if metric == points.NAME:
        return figure_at(scope, period, from_facts=from_facts)
    return Reading(metric, scope, period).figure(period)


def figures_by(metric: str, scope: Scope, period: Period, dimension: str) -> dict[Any, Figure]:
    """One figure for each value of a dimension that occurs, from one reading of the facts."""
    if metric == points.NAME:
        return _points_by(scope, period, dimension)
    _check(dimension)
    return Reading(metric, scope, period).by(period, dimension)


def _points_by(scope: Scope, period: Period, dimension: str) -> dict[Any, Figure]:
    """Each part from one reading of the tallies, however many parts there are."""
    if dimension not in PLACES:
        raise ValueError(f"by: one of {', '.join(PLACES)}")
    parts: dict[Any, list[int]] = {}
    for place in Point.objects.filter(pk__in=points_in(scope)).order_by("pk"):
        parts.setdefault(place.pk if dimension == "point" else getattr(place, f"{dimension}_id"), []).append(
            place.pk
        )
    return figures_at(
        {part: (replace(scope, **{dimension: part}), refs) for part, refs in parts.items()}, period
    )


def weeks_of(metric: str, scope: Scope, period: Period) -> list[Figure]:
    """The same figure for each week (Monday to Sunday) that the period touches, oldest first."""
    return Reading(metric, scope, period).weeks(period)


def _check(dimension: str) -> None:
    if dimension not in DIMENSIONS:
        raise ValueError(f"by: one of {', '.join(DIMENSIONS)}")


def _metric(name: str) -> Metric:
    if name not in METRICS:
        raise UnknownMetric(f"metric: one of {', '.join([*METRICS, points.NAME])}")
    return METRICS[name]
