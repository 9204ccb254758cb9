"""What the chart of a report draws: lines and bands over the weeks; gaps where a figure is withheld."""

import math
from dataclasses import replace
from itertools import dropwhile
from typing import Any

from django.utils.translation import gettext as _

from barrymore.figures import calls
from barrymore.figures.figure import Figure
from barrymore.reports.selectors import Shown
from barrymore.ui.times import day_words


def charts_of(shown: Shown) -> list[dict[str, Any]]:
    """The charts of a report, each with its title and the data for the browser."""
    drawn = replace(shown, weeks=_since_the_first(shown.weeks))
    charts = {
        "speed_of_answer": [_speed],
        "contacts": [_daily],
        "promises_kept": [_kept],
        calls.NAME: [_in_time],
    }
    return [draw(drawn) for draw in charts.get(shown.whole.metric, [_shares, _answers])]


def _since_the_first(weeks: list[Figure]) -> list[Figure]:
    """Without the empty weeks before the house opened."""
    return list(dropwhile(lambda week: not week.served, weeks))


def _labels(figures: list[Figure]) -> list[str]:
    return [day_words(figure.period.first) for figure in figures]


def _shares(shown: Shown) -> dict[str, Any]:
    return {
        "title": _(
            "Good among those who answered, with 95 per cent interval; weeks below grade B are left out"
        ),
        "tall": True,
        "data": {
            "labels": _labels(shown.weeks),
            "lines": [
                {"name": _("good"), "values": [week.estimate for week in shown.weeks], "style": "main"}
            ],
            "band": [list(week.interval) if week.interval else None for week in shown.weeks],
            "unit": "share",
            "least": lowest_of([week.interval[0] for week in shown.weeks if week.interval]),
            "most": 1,
        },
    }


def lowest_of(lows: list[float]) -> float:
    """Where the axis of shares begins: at a round tenth below the lowest interval, or at 0."""
    least = max(math.floor(min(lows, default=0.0) * 10 - 0.5) / 10, 0.0)
    return least if least >= 0.5 else 0.0


def _answers(shown: Shown) -> dict[str, Any]:
    return {
        "title": _("Answered among those asked"),
        "tall": False,
        "data": {
            "labels": _labels(shown.weeks),
            "lines": [
                {
                    "name": _("answered"),
                    "values": [week.response_rate for week in shown.weeks],
                    "style": "main",
                }
            ],
            "unit": "share",
            "least": 0,
            "most": 1,
        },
    }


def _in_time(shown: Shown) -> dict[str, Any]:
    title = _(
        "In time among the calls that ended, with 95 per cent interval; weeks below grade B are left out"
    )
    return _of_ended(shown, title, _("in time"))


def _kept(shown: Shown) -> dict[str, Any]:
    title = _("Kept among those that ended, with 95 per cent interval; weeks below grade B are left out")
    return _of_ended(shown, title, _("kept"))


def _of_ended(shown: Shown, title: str, name: str) -> dict[str, Any]:
    """A share of what has ended, week by week."""
    return {
        "title": title,
        "tall": True,
        "data": {
            "labels": _labels(shown.weeks),
            "lines": [_line(name, shown.weeks)],
            "band": _band(shown.weeks),
            "unit": "share",
            "least": lowest_of([week.interval[0] for week in shown.weeks if week.interval]),
            "most": 1,
        },
    }


def _daily(shown: Shown) -> dict[str, Any]:
    return {
        "title": _("Contacts a day by week, with 95 per cent interval over the days"),
        "tall": True,
        "data": {
            "labels": _labels(shown.weeks),
            "lines": [_line(_("a day"), shown.weeks)],
            "band": _band(shown.weeks),
            "unit": "count",
            "least": 0,
        },
    }


def _line(name: str, weeks: list[Figure]) -> dict[str, Any]:
    return {"name": name, "values": [week.estimate for week in weeks], "style": "main"}


def _band(weeks: list[Figure]) -> list[list[float] | None]:
    return [list(week.interval) if week.interval else None for week in weeks]


def _speed(shown: Shown) -> dict[str, Any]:
    return {
        "title": _("Mean with its 95 per cent interval, median and 90th percentile by week of arrival"),
        "tall": True,
        "data": {
            "labels": _labels(shown.weeks),
            "lines": [
                {"name": _("mean"), "values": [week.estimate for week in shown.weeks], "style": "main"},
                {"name": _("half wait less"), "values": _value(shown, "median"), "style": "thin"},
                {"name": _("one in ten longer"), "values": _value(shown, "p90"), "style": "thin"},
            ],
            "band": [list(week.interval) if week.interval else None for week in shown.weeks],
            "unit": "seconds",
            "least": 0,
        },
    }


def _value(shown: Shown, name: str) -> list[float | None]:
    return [week.values.get(name) for week in shown.weeks]
