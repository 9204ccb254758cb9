"""Buttons and posters: what was pressed at each point and day, in counts and nothing but counts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from barrymore.figures.presses import Pressed, presses_by_day
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Site
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.selectors import BadPeriod, wanted_of

MOST_ROWS = 1000


@require_GET
@page("figures.read")
def presses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The counts of a period, newest day first; a wrong period says so and shows the last 28 days."""
    if not module_is_on("reports"):
        raise Http404
    query = {name: request.GET.get(name, "") for name in ("since", "until", "site")}
    error = ""
    try:
        wanted = wanted_of(query)
    except BadPeriod as fault:
        error, wanted = str(fault), wanted_of({})
    found = presses_by_day(wanted.period, wanted.scope.site)
    points = Point.objects.select_related("site").in_bulk({one.point for one in found})
    context = {
        "wanted": wanted,
        "sites": Site.objects.all(),
        "error": error,
        "rows": [_row(one, points.get(one.point)) for one in found[:MOST_ROWS]],
        "is_cut": len(found) > MOST_ROWS,
    }
    return render(request, "reports/presses.html", context)


def _row(pressed: Pressed, point: Point | None) -> dict[str, Any]:
    return {
        "day": pressed.day,
        "name": point.name if point else f"{pressed.point}",
        "site": point.site.name if point else "",
        "presses": pressed.presses,
        "said": [(answer_words(*what), n) for what, n in sorted(pressed.said.items(), reverse=True) if n],
        "collapsed": pressed.collapsed,
        "served": pressed.served,
    }


def answer_words(scale: str, score: int) -> str:
    """What a press said, in words where the scale has words."""
    words = {
        ("smile4", 4): _("Great"),
        ("smile4", 3): _("Good"),
        ("smile4", 2): _("Not quite"),
        ("smile4", 1): _("Bad"),
        ("colour2", 2): _("green"),
        ("colour2", 1): _("red"),
    }
    return words.get((scale, score), f"{score}")
