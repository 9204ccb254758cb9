"""The shared computer: one tap on one's name and a PIN, or a badge; and the page that sets it up."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.organisation import workstations
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff, Workstation
from barrymore.organisation.pages import page

COOKIE = "workstation"
KEPT_SECONDS = 365 * 24 * 3600
BACKEND = "barrymore.web.backend.Backend"


class StationForm(forms.Form):
    """A name and where it stands."""

    name = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), help_text=gettext_lazy("Such as: Reception, left")
    )
    site = forms.ModelChoiceField(Site.objects.all(), required=False, label=gettext_lazy("Site"))


def station_of(request: HttpRequest) -> Workstation | None:
    """The workstation of this browser."""
    return workstations.workstation_of(request.COOKIES.get(COOKIE, ""))


@never_cache
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Choose oneself. Whoever was there before is signed out by it."""
    station = station_of(request)
    if station is None:
        return redirect("account_login")
    if request.method != "POST":
        logout(request)
        return _ask(request, station)
    try:
        person, how = _person(request, station)
    except workstations.Locked:
        text = _("Too many wrong numbers. Sign in with your password, or wait a quarter of an hour.")
        return _ask(request, station, fault=text, status=429)
    except workstations.BadPin:
        return _ask(request, station, fault=_("That was not it. Try again."), status=422)
    logout(request)
    login(request, person, backend=BACKEND)
    request.session["workstation"] = station.pk
    request.session.set_expiry(int(workstations.IDLE_AFTER.total_seconds()))
    workstations.note_switch(station, person, how)
    return redirect("home")


def _person(request: HttpRequest, station: Workstation) -> tuple[Staff, str]:
    if badge := request.POST.get("badge", ""):
        return workstations.by_badge(station, badge), "badge"
    told = request.POST.get("person", "")
    return workstations.by_pin(
        station, int(told) if told.isdigit() else 0, request.POST.get("pin", "")
    ), "pin"


def _ask(request: HttpRequest, station: Workstation, *, fault: str = "", status: int = 200) -> HttpResponse:
    chosen = request.POST.get("person", "")
    people = list(workstations.people_at(station)[:60])
    context = {"station": station, "people": people, "fault": fault, "chosen": chosen}
    return render(request, "web/switch.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page("workstations.manage")
def stations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All shared computers; this one can be made one of them."""
    form = StationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _station, token = workstations.make_workstation(
            actor, form.cleaned_data["name"], form.cleaned_data["site"]
        )
        answer = redirect("switch")
        answer.set_cookie(
            COOKIE, token, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings.HTTPS
        )
        return answer
    context: dict[str, Any] = {
        "title": _("Shared computers"),
        "form": form,
        "stations": Workstation.objects.filter(revoked_at=None).select_related("site"),
        "here": station_of(request),
    }
    return render(request, "web/stations.html", context)


@require_POST
@page("workstations.manage")
def revoke(request: HttpRequest, actor: Actor, station_id: int) -> HttpResponse:
    """Nobody switches there any more."""
    workstations.revoke_workstation(actor, get_object_or_404(Workstation, pk=station_id))
    messages.success(request, _("Kept."))
    return redirect("stations")


@require_POST
@page()
def own_pin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Set or remove one's PIN; not from a shared computer, where only the PIN itself was shown."""
    if actor.staff.is_limited:
        messages.error(request, _("Sign in with your password to change the PIN."))
    else:
        try:
            workstations.set_pin(actor.staff, request.POST.get("pin", ""))
            messages.success(request, _("Kept."))
        except workstations.BadPin:
            messages.error(request, _("Four to eight figures that nobody guesses: not 1234, not 7777."))
    return HttpResponseRedirect("/me/")
