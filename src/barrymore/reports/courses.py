"""The course of a point as charts, signals in words, and REST."""

from typing import Any

from django.utils.translation import gettext as _

from barrymore.figures import spoken
from barrymore.figures.course import RATE, RATIO, SATISFACTION, Chart, Course
from barrymore.figures.course_words import conclusions_of
from barrymore.reports.drawing import lowest_of
from barrymore.ui.times import day_words


def titles() -> dict[str, str]:
    """The three charts, in the order in which they are read."""
    return {
        SATISFACTION: _("Good of 100 who answered"),
        RATE: _("Answered of 100 served"),
        RATIO: _("Counted by us of 100 by another count"),
    }


def drawn(course: Course) -> list[dict[str, Any]]:
    """The charts for the browser: the values in their limits, and the smoothed level."""
    return [_drawn(course, course.charts[name], title) for name, title in titles().items()]


def _drawn(course: Course, chart: Chart, title: str) -> dict[str, Any]:
    known = [value for value in chart.values if value is not None]
    ends = [end for limit in chart.limits if limit for end in limit]
    most = 1.0 if chart.name != RATIO else max([1.0, *known, *ends])
    return {
        "title": title,
        "name": chart.name,
        "is_empty": not known,
        "usual": spoken.in_100(chart.usual.level) if chart.usual else "",
        "data": {
            "labels": [day_words(one.begins) for one in course.periods],
            "lines": [
                {"name": _("each"), "values": chart.values, "style": "each"},
                {"name": _("smoothed"), "values": chart.smooth, "style": "main"},
            ],
            "band": [list(limit) if limit else None for limit in chart.limits] or None,
            "unit": "share",
            "least": lowest_of([*known, *ends]),
            "most": round(most + 0.005, 2) if most > 1 else 1,
        },
    }


def signals_of(course: Course) -> list[dict[str, Any]]:
    """Every signal that is shown, the newest first, with its counts."""
    words = {
        ("period", 1): _("above what is usual"),
        ("period", -1): _("below what is usual"),
        ("drift", 1): _("has drifted up"),
        ("drift", -1): _("has drifted down"),
    }
    found = [
        {
            "begins": course.periods[signal.place].begins,
            "chart": name,
            "title": title,
            "rule": signal.rule,
            "side": signal.side,
            "told": words[signal.rule, signal.side],
            "x": course.charts[name].x[signal.place],
            "n": course.charts[name].n[signal.place],
        }
        for name, title in titles().items()
        for signal in course.charts[name].signals
    ]
    return sorted(found, key=lambda one: one["begins"], reverse=True)


def said_by_rest(course: Course) -> dict[str, Any]:
    """The course as REST tells it: every value with its counts."""
    return {
        "point": course.point.pk,
        "every": course.every,
        "scale": course.scale,
        "periods": [one.begins.isoformat() for one in course.periods],
        "charts": {name: _chart(chart) for name, chart in course.charts.items()},
        "base": [day.isoformat() for day in course.based_on] if course.based_on else None,
        "base_reason": course.rebased.reason if course.rebased else None,
        "charts_in_house": course.charts_in_house,
        "sigmas": course.set_to.sigmas,
        "h": course.set_to.h,
        "conclusions": conclusions_of(course),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "x": chart.x,
        "n": chart.n,
        "values": chart.values,
        "limits": [list(limit) if limit else None for limit in chart.limits],
        "usual": chart.usual.level if chart.usual else None,
        "signals": [{"place": one.place, "rule": one.rule, "side": one.side} for one in chart.signals],
    }
