"""Settings pages of the points and of the devices that stand there."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.selectors import comments_at, health
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Room, Site
from barrymore.organisation.pages import page
from barrymore.organisation.points import points as all_points
from barrymore.organisation.points import save_point


class PointForm(forms.Form):
    """Where the point is, what it is called, and which step of the service happens there."""

    site = forms.ModelChoiceField(Site.objects.all(), label=gettext_lazy("Site"))
    room = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Room"),
        help_text=gettext_lazy("Such as: Lobby. Points of one room stand together in the lists."),
    )
    name = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), help_text=gettext_lazy("Such as: Reception, till 3")
    )
    step = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Step of the service"),
        help_text=gettext_lazy("What the customer does there, such as: check-in, paying, leaving"),
    )
    is_active = forms.BooleanField(required=False, initial=True, label=gettext_lazy("In use"))


class DeviceForm(forms.Form):
    """A device to put at a point."""

    kind = forms.ChoiceField(choices=Device.Kind.choices, label=gettext_lazy("What it is"))
    name = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Empty: that of the point"),
    )


@require_GET
@page("settings.manage")
def points(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All points by site and room, with what stands there."""
    devices: dict[int, int] = {}
    for one in Device.objects.filter(revoked_at=None).values_list("point_id", flat=True):
        devices[one] = devices.get(one, 0) + 1
    sites: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for point in all_points():
        room = point.room.name if point.room else ""
        row = {"point": point, "devices": devices.get(point.pk, 0)}
        sites.setdefault(point.site.name, {}).setdefault(room, []).append(row)
    context = {"title": _("Points"), "sites": sites, "add_url": reverse("points:new")}
    return render(request, "web/points.html", context)


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def point(request: HttpRequest, actor: Actor, point_id: int | None = None) -> HttpResponse:
    """One point: where it is, its devices, and what guests wrote there."""
    found = get_object_or_404(Point, pk=point_id) if point_id else None
    form = PointForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        kept = save_point(actor, found, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("points:point", args=[kept.pk]))
    context = {
        "title": found.name if found else _("New point"),
        "form": form,
        "rooms": sorted(set(Room.objects.values_list("name", flat=True))),
        "up_url": reverse("points:points"),
        "up_title": _("Points"),
        **(_devices(found) if found else {}),
    }
    return render(request, "web/point.html", context)


def _initial(found: Point | None) -> dict[str, Any]:
    if found is None:
        only = list(Site.objects.all()[:2])
        return {"site": only[0].pk, "is_active": True} if len(only) == 1 else {"is_active": True}
    room = found.room.name if found.room else ""
    named = {name: getattr(found, name) for name in ("name", "step", "is_active")}
    return {**named, "site": found.site_id, "room": room}


def _devices(found: Point) -> dict[str, Any]:
    return {
        "point": found,
        "devices": [one for one in health() if one.device.point_id == found.pk],
        "device_form": DeviceForm(prefix="device"),
        "languages": settings.LANGUAGES,
        "comments": comments_at(found.pk),
    }
