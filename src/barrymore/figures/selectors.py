"""Ask for a figure: the only way for pages, the API and exports."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.figures.figure import Figure
from barrymore.figures.registry import METRICS, Metric
from barrymore.figures.scope import DIMENSIONS, Period, Scope, value_of


class UnknownMetric(ValueError):
    """There is no such metric, or it is no figure of its own."""


def figure(metric: str, scope: Scope, period: Period) -> Figure:
    """One figure. Raises UnknownMetric."""
    definition = _metric(metric)
    items = [item for item in definition.load(period) if scope.holds(definition.scope_fact(item))]
    return definition.compute(items, scope, period)


def figures_by(metric: str, scope: Scope, period: Period, dimension: str) -> dict[Any, Figure]:
    """One figure for each value of a dimension that occurs, from one reading of the facts."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"by: one of {', '.join(DIMENSIONS)}")
    definition = _metric(metric)
    groups: dict[Any, list[Any]] = {}
    for item in definition.load(period):
        fact = definition.scope_fact(item)
        if scope.holds(fact):
            groups.setdefault(value_of(fact, dimension), []).append(item)
    return {
        value: definition.compute(items, replace(scope, **{dimension: value}), period)
        for value, items in groups.items()
    }


def weeks_of(metric: str, scope: Scope, period: Period) -> list[Figure]:
    """The same figure for each week (Monday to Sunday) that the period touches, oldest first."""
    definition = _metric(metric)
    zone = ZoneInfo(period.timezone)
    weeks: dict[date, list[Any]] = {}
    for item in definition.load(period):
        fact = definition.scope_fact(item)
        if scope.holds(fact):
            day = fact.at.astimezone(zone).date()
            weeks.setdefault(day - timedelta(days=day.weekday()), []).append(item)
    monday = period.first - timedelta(days=period.first.weekday())
    figures = []
    while monday <= period.last:
        week = Period(monday, monday + timedelta(days=6), period.timezone)
        figures.append(definition.compute(weeks.get(monday, []), scope, week))
        monday += timedelta(days=7)
    return figures


def _metric(name: str) -> Metric:
    if name not in METRICS:
        raise UnknownMetric(f"metric: one of {', '.join(METRICS)}")
    return METRICS[name]
