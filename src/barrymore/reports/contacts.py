"""The report of contacts: its heat table by hour and weekday, its small charts, its sheet."""

from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.figures.contacts import WeekHours, contacts_of, hours_of
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period
from barrymore.figures.spoken import count
from barrymore.figures.told import mean
from barrymore.reports.selectors import Shown, names_of
from barrymore.ui.times import day_words

LEVELS = 5
MOST_CHARTS = 6
Sheet = tuple[str, list[str], list[list[Any]]]


@dataclass(frozen=True)
class Cell:
    """One hour of the week: contacts, how many such hours there were, and how strong its colour is."""

    hour: int
    n: int
    lived: float
    level: int

    @property
    def told(self) -> str:
        """`12 contacts in 4 such hours`."""
        words = ngettext("{n} contact in {hours} such hours", "{n} contacts in {hours} such hours", self.n)
        return words.format(n=count(self.n), hours=mean(self.lived) if self.lived % 1 else count(self.lived))


def context(made: Shown) -> dict[str, Any]:
    """What the page shows beside the figures."""
    week = hours_of(made.reading.within(made.wanted.period), made.wanted.period)
    return {
        "heat": _heat(week),
        "hour_numbers": list(range(24)),
        "hour_totals": [sum(day[hour] for day in week.counts) for hour in range(24)],
        "odd": [_odd_words(odd.day, odd.hour, odd.hours) for odd in week.odd],
        "small": _small(made),
    }


def detail(made: Shown) -> dict[str, Any]:
    """The hours of the week for REST: lists of 24 for each of 7 days, Monday first."""
    week = hours_of(made.reading.within(made.wanted.period), made.wanted.period)
    return {"hours": {"contacts": week.counts, "hours_lived": week.lived}}


def sheets(made: Shown) -> list[Sheet]:
    """A sheet with one line for each hour of the week."""
    week = hours_of(made.reading.within(made.wanted.period), made.wanted.period)
    rows: list[list[Any]] = [
        [str(WEEKDAYS[day]), hour, week.counts[day][hour], week.lived[day][hour]]
        for day in range(7)
        for hour in range(24)
    ]
    return [("hours", ["weekday", "hour", "contacts", "hours_lived"], rows)]


def _heat(week: WeekHours) -> list[dict[str, Any]]:
    """Seven rows of cells; the colour follows contacts for each such hour, so that no odd night misleads."""
    rates = [
        [n / hours if hours else 0.0 for n, hours in zip(*day, strict=True)]
        for day in zip(week.counts, week.lived, strict=True)
    ]
    highest = max(max(day) for day in rates)
    return [
        {
            "name": str(WEEKDAYS_ABBR[day]),
            "title": str(WEEKDAYS[day]),
            "total": sum(week.counts[day]),
            "cells": [
                Cell(hour, week.counts[day][hour], week.lived[day][hour], _level(rates[day][hour], highest))
                for hour in range(24)
            ],
        }
        for day in range(7)
    ]


def _level(rate: float, highest: float) -> int:
    """0 for nothing, else 1 to LEVELS in equal steps."""
    return max(1, round(rate / highest * LEVELS)) if rate else 0


def _odd_words(day: Any, hour: int, hours: float) -> str:
    clock = f"{hour:02d}:00"
    if hours == 0:
        return _("On {day} there was no hour from {clock}: the clocks went forward.").format(
            day=day_words(day), clock=clock
        )
    if hours == 2:
        return _("On {day} the hour from {clock} came twice: the clocks went back.").format(
            day=day_words(day), clock=clock
        )
    return _("On {day} the hour from {clock} lasted {n} hours.").format(
        day=day_words(day), clock=clock, n=mean(hours)
    )


def _small(made: Shown) -> list[dict[str, Any]]:
    """A small chart for each channel: contacts by hour of the day, now and before; one scale."""
    period = made.wanted.period
    names = names_of("channel")
    channels = sorted(made.reading.by(period, "channel").items(), key=lambda one: -one[1].served)[
        :MOST_CHARTS
    ]
    lines = [(channel, found, *_by_hour(made, channel)) for channel, found in channels]
    highest = max((value for *_rest, now, before in lines for value in [*now, *before]), default=1.0)
    return [
        {
            "name": names.get(channel) or channel or _("not known"),
            "title": _small_title(found),
            "data": _chart(now, before, highest),
        }
        for channel, found, now, before in lines
    ]


def _small_title(found: Figure) -> str:
    words = ngettext("{n} contact, {mean} a day", "{n} contacts, {mean} a day", found.served)
    return words.format(n=count(found.served), mean=mean(found.estimate))


def _chart(now: list[float], before: list[float], highest: float) -> dict[str, Any]:
    lines = [{"name": _("now"), "values": now, "style": "main"}]
    if any(before):
        lines.append({"name": _("before"), "values": before, "style": "before"})
    return {
        "labels": [f"{hour:02d}" for hour in range(24)],
        "lines": lines,
        "unit": "count",
        "least": 0,
        "most": _axis_end(highest),
    }


def _axis_end(highest: float) -> float:
    """Three even steps of 1, 2 or 5 times a power of ten, so that every tick is a round number."""
    step = 0.1
    while step * 3 < highest:
        step = step * 2.5 if f"{step:.1e}".startswith("2") else step * 2
    return round(step * 3, 1)


def _by_hour(made: Shown, channel: str) -> tuple[list[float], list[float]]:
    period = made.wanted.period
    return _mean_hours(made, channel, period), _mean_hours(made, channel, period.before)


def _mean_hours(made: Shown, channel: str, period: Period) -> list[float]:
    """Contacts of one channel in each hour of the day, for each such hour that there was."""
    items = [item for item in made.reading.within(period) if item.fact.channel == channel]
    if not contacts_of(items):
        return [0.0] * 24
    week = hours_of(items, period)
    return [
        round(n / hours, 2) if (hours := sum(day[hour] for day in week.lived)) else 0.0
        for hour in range(24)
        if (n := sum(day[hour] for day in week.counts)) is not None
    ]
