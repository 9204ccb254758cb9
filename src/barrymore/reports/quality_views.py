"""The quality board as a page and as a wall."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from barrymore.figures.scope import today_in, zone_of
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Room, Site
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.press_views import answer_words
from barrymore.reports.quality import Line, quality_of, weeks_of
from barrymore.reports.selectors import BadPeriod, wanted_of
from barrymore.reports.views import in_words


@require_GET
@page("figures.read")
def quality(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every point in a period; a wrong period says so and shows the last 28 days. `wall=1` is for a wall."""
    if not module_is_on("reports"):
        raise Http404
    query = {name: request.GET.get(name, "") for name in ("since", "until", "site")}
    error = ""
    try:
        wanted = wanted_of(query)
    except BadPeriod as fault:
        error, wanted = str(fault), wanted_of({})
    sites: dict[str, list[dict[str, Any]]] = {}
    rooms = _rooms(wanted.scope.site)
    # One of another site is none.
    room = next((one for one in rooms if f"{one.pk}" == request.GET.get("room")), None)
    board = quality_of(wanted.period, wanted.scope.site, room.pk if room else None)
    for line in board.lines:
        sites.setdefault(line.point.site.name, []).append(_shown(line))
    context = {
        "wanted": wanted,
        "all_sites": Site.objects.all(),
        "rooms": rooms,
        "room": room,
        "together": in_words(board.together) if board.together else None,
        "together_said": board.together.values if board.together else {},
        "error": error,
        "sites": sites,
        "wall": request.GET.get("wall") == "1",
    }
    return render(request, "reports/quality.html", context)


def _rooms(site: int | None) -> list[Room]:
    """Rooms that have points, of a site or of all sites."""
    found = Room.objects.filter(points__is_active=True).select_related("site").distinct()
    return list(found.filter(site=site) if site else found)


@require_GET
@page("figures.read")
def weeks(request: HttpRequest, actor: Actor, point_id: int) -> HttpResponse:
    """The last weeks of one point, asked for when they are unfolded."""
    point = get_object_or_404(Point, pk=point_id)
    until = parse_date(request.GET.get("until", "")) or today_in(zone_of(point.site_id))
    return render(request, "reports/quality_weeks.html", {"weeks": weeks_of(point, until)})


def _shown(line: Line) -> dict[str, Any]:
    return {
        **vars(line),
        "presses": line.presses,
        "said": [(answer_words(scale, score), n) for scale, score, n in line.pressed],
        "fig": in_words(line.figure) if line.figure else None,
        "gap": _gap(line),
    }


def _gap(line: Line) -> int | None:
    """How many more the other count has seen than the employees; None where only one of them counted."""
    if line.served is None or line.external is None:
        return None
    return line.external - line.served
