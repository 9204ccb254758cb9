"""The employee button in the page: one tap for every customer served."""

import json
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from barrymore.feedback.campaigns import campaign_at
from barrymore.feedback.selectors import served_today
from barrymore.feedback.taps import MOST_TAPS, Tap, keep_taps
from barrymore.figures.scope import today_in, zone_of
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.pages import page
from barrymore.organisation.points import points_of

CHOSEN = "served_point"
# Why a tap could not count, to whoever tapped.
WHY = {
    "late": _("A tap was more than three days old, so it was not counted."),
    "future": _("The clock of this device is ahead, so a tap was not counted."),
    "point": _("This point is out of use, so a tap was not counted."),
    "not_allowed": _("You do not count at this point, so a tap was not counted."),
    "too_late": _("A tap can be taken back for five minutes."),
}
MOST_BYTES = 64 * 1024


@never_cache
@require_GET
@page("served.count", somewhere=True)
def served(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The big button of one point, and today's count; without a chosen point, the points."""
    points = points_of(actor, "served.count")
    point = _chosen(request, points)
    context: dict[str, Any] = {"points": points, "point": point, "sites": {one.site_id for one in points}}
    if point:
        context["today"] = served_today(point, actor.staff)
        asked = campaign_at(point, today_in(zone_of(point.site_id)))
        context["prompt"] = asked.prompt if asked else ""
    return render(request, "feedback/served.html", context)


def _chosen(request: HttpRequest, points: list[Point]) -> Point | None:
    """The point of this computer; with only one there is nothing to choose."""
    kept = request.session.get(CHOSEN)
    found = next((one for one in points if one.pk == kept), None)
    return points[0] if found is None and len(points) == 1 else found


@require_POST
@page("served.count", somewhere=True)
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Work at a point from now on; none leads back to the list."""
    told = request.POST.get("point", "")
    known = {str(one.pk): one.pk for one in points_of(actor, "served.count")}
    if told and told not in known:
        raise Http404
    request.session[CHOSEN] = known.get(told)
    return HttpResponseRedirect(reverse("served:served"))


@require_POST
@page("served.count", somewhere=True)
def taps(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Taps that a browser has kept until now: what became of each, by its key.

    At a shared computer the page may still be that of whoever sat there before: their taps are not the
    person's who sits there now, so they are refused (409) and stay in the browser.
    """
    told = _told(request)
    if told is None:
        detail = f'Send {{"taps": […]}}, at most {MOST_TAPS}.'
        return JsonResponse({"detail": detail}, status=422)
    if request.GET.get("person") != str(actor.staff.pk):
        return JsonResponse({"detail": "These are taps of another person."}, status=409)
    outcomes = keep_taps(actor, told)
    point = _chosen(request, points_of(actor, "served.count"))
    today = served_today(point, actor.staff) if point else 0
    refused = next((str(WHY[one]) for one in outcomes.values() if one in WHY), "")
    return JsonResponse({"outcomes": outcomes, "today": today, "refused": refused})


def _told(request: HttpRequest) -> list[Tap] | None:
    try:
        rows = json.loads(request.body if len(request.body) <= MOST_BYTES else b"")["taps"]
        if len(rows) > MOST_TAPS:
            return None
        return [
            Tap(str(row["key"]), int(row["point"]), datetime.fromisoformat(row["at"]), bool(row.get("back")))
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
