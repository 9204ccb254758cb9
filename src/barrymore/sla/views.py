"""Settings pages of opening hours."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.sla.calendars import save_calendar
from barrymore.sla.forms import CalendarForm
from barrymore.sla.models import Calendar


@require_GET
@page("promises.manage")
def calendars(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All opening hours."""
    rows = [
        {"name": one.name, "detail": one.timezone, "url": reverse("sla:calendar", args=[one.pk])}
        for one in Calendar.objects.all()
    ]
    return render(request, LIST, list_of(_("Opening hours"), rows, "sla:new_calendar"))


@require_http_methods(["GET", "POST"])
@page("promises.manage")
def calendar(request: HttpRequest, actor: Actor, calendar_id: int | None = None) -> HttpResponse:
    """One week with its holidays; promises that run are worked out anew."""
    found = get_object_or_404(Calendar, pk=calendar_id) if calendar_id else None
    form = CalendarForm(request.POST or None, calendar=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        save_calendar(
            actor.staff,
            found,
            name=data["name"],
            timezone=data["timezone"],
            hours=data["hours"],
            days=data["holidays"],
        )
        messages.success(request, _("Kept. Promises that run were worked out anew."))
        return redirect("sla:calendars")
    context = {
        "title": found.name if found else _("New opening hours"),
        "intro": _("Several blocks a day, apart by commas: 09:00-13:00, 14:00-18:00. Empty means closed."),
        "form": form,
        "up_url": reverse("sla:calendars"),
        "up_title": _("Opening hours"),
    }
    return render(request, "organisation/form.html", context)
