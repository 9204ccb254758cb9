"""Settings pages of devices: add, connect by a code, print a poster, revoke, and how they all are."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from barrymore.channels.devices import services
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.qr import code_of
from barrymore.channels.devices.rounds import minutes_that_do_not_add_up
from barrymore.channels.devices.selectors import health
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import company
from barrymore.web.point_views import DeviceForm
from barrymore.web.views import signs_for_itself

SIZES = ("a5", "a4")


@never_cache
@require_POST
@page("settings.manage")
def add(request: HttpRequest, actor: Actor, point_id: int) -> HttpResponse:
    """Put a device at a point; a poster is printed, any other device is shown its code."""
    point = get_object_or_404(Point, pk=point_id)
    form = DeviceForm(request.POST, prefix="device")
    if not form.is_valid():
        raise Http404
    known = [code for code, _name in settings.LANGUAGES]
    wanted = [code for code in known if code in request.POST.getlist("languages")]
    device = services.add_device(actor, point, form.cleaned_data["kind"], form.cleaned_data["name"], wanted)
    if device.kind == Device.Kind.POSTER:
        return HttpResponseRedirect(reverse("devices:poster", args=[device.pk]))
    return _show_code(request, actor, device)


@never_cache
@require_POST
@page("settings.manage")
def code(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """A new code for a device."""
    device = get_object_or_404(Device.objects.select_related("point"), pk=device_id)
    if device.kind == Device.Kind.POSTER or device.revoked_at:
        raise Http404
    return _show_code(request, actor, device)


def _show_code(request: HttpRequest, actor: Actor, device: Device) -> HttpResponse:
    """Once: nothing of the code is kept but its hash."""
    told = services.invite_device(actor, device)
    link = f"{settings.BASE_URL}/enrol/{told}/"
    context = {
        "title": device.name,
        "up_url": reverse("points:point", args=[device.point_id]),
        "up_title": device.point.name,
        "device": device,
        "link": link,
        "code": told,
        "qr": code_of(link),
        "enrol_url": f"{settings.BASE_URL}/api/v1/devices/enrol",
        "kiosk_url": f"{settings.BASE_URL}/kiosk/",
        "authority_url": f"{settings.BASE_URL}{reverse('authority')}" if signs_for_itself() else "",
    }
    return render(request, "web/device_code.html", context)


@require_POST
@page("settings.manage")
def revoke(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """End a device."""
    device = get_object_or_404(Device, pk=device_id)
    services.revoke_device(actor, device)
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("points:point", args=[device.point_id]))


@require_GET
@page("settings.manage")
def poster(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """A poster to print, A5 or A4."""
    posters = Device.objects.filter(kind=Device.Kind.POSTER).select_related("point__site")
    device = get_object_or_404(posters, pk=device_id)
    address = f"{settings.BASE_URL}/p/{device.code}/"
    size = request.GET.get("size", "")
    languages = device.languages or [company().language]
    context = {
        "device": device,
        "point": device.point,
        "company": company().name or "Barrymore",
        "address": address,
        "shown_address": address.partition("://")[2],
        "qr": code_of(address),
        "size": size if size in SIZES else SIZES[0],
        "sizes": SIZES,
        "words": [_words(one) for one in languages],
    }
    return render(request, "web/poster.html", context)


def _words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "language": language,
            "question": _("How was it?"),
            "what": _("Scan, choose a face, done. No app, no name."),
        }


@require_GET
@page("settings.manage")
def devices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How all devices are: last sign of life, battery, what is missing and what was rejected."""
    context: dict[str, Any] = {
        "title": _("Devices"),
        "devices": health(),
        "imbalances": minutes_that_do_not_add_up(),
        "points_url": reverse("points:points"),
    }
    return render(request, "web/devices.html", context)
