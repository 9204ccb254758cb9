"""Pages for guests and for whoever sets a device up: behind a poster's code, and behind an enrolment code."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from barrymore.channels.devices.forms import PosterForm, ticket_for
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.selectors import poster_of
from barrymore.channels.devices.services import NoSuchCode, device_of_code, enrol, say_by_poster
from barrymore.channels.limits import seconds_to_wait
from barrymore.channels.mail.choosing import mailbox_at
from barrymore.channels.survey_link.texts import CODES
from barrymore.organisation.models import Point
from barrymore.organisation.selectors import company

SAID_PER_MINUTE = 20
ENROLS_PER_MINUTE = 20


@csrf_exempt  # whoever scans a poster may take no cookies; the signed ticket takes their place
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a printed QR code: asked by GET, told only by POST, so that no preview can tell."""
    device = poster_of(code)
    with translation.override(_language(request)):
        response = _tell(request, device) if device and _is_open(device) else _closed(request, device)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _language(request: HttpRequest) -> str:
    asked = request.POST.get("lang") or request.GET.get("lang", "")
    return asked if asked in CODES else translation.get_language_from_request(request)


def _is_open(device: Device) -> bool:
    return device.revoked_at is None and device.point.is_active


def _tell(request: HttpRequest, device: Device) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, device)
    form = PosterForm(request.POST, device=device)
    if wait := seconds_to_wait(f"poster:{device.pk}:{request.META.get('REMOTE_ADDR', '')}", SAID_PER_MINUTE):
        return _ask(request, device, status=429, ticket=request.POST.get("ticket", ""), wait=wait)
    if not form.is_valid():
        kept = "" if "ticket" in form.errors else request.POST.get("ticket", "")
        errors = [error for errors in form.errors.values() for error in errors]
        return _ask(request, device, status=422, ticket=kept, errors=errors)
    is_new = say_by_poster(device, form.cleaned_data["ticket"], form.score(), form.cleaned_data["comment"])
    return _page(request, "channels/poster_thanks.html", device.point, is_new=is_new)


def _ask(
    request: HttpRequest, device: Device, *, status: int = 200, ticket: str = "", **more: Any
) -> HttpResponse:
    return _page(
        request,
        "channels/poster.html",
        device.point,
        status=status,
        ticket=ticket or ticket_for(device),
        chosen=request.POST.get("smile", ""),
        comment=request.POST.get("comment", ""),
        **more,
    )


def _closed(request: HttpRequest, device: Device | None) -> HttpResponse:
    """An unknown code and one that is out of use look alike."""
    point = device.point if device else None
    return _page(request, "channels/poster_closed.html", point, status=410 if device else 404)


def _page(
    request: HttpRequest, template: str, point: Point | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    code = translation.get_language()
    mailbox = mailbox_at(point.site_id if point else None)
    address = mailbox.address if mailbox else ""
    subject = quote(point.name) if point else ""
    context = {
        "company": company().name or "Barrymore",
        "point": point,
        "language_code": code,
        "language_name": dict(settings.LANGUAGES).get(code, code),
        "languages": settings.LANGUAGES,
        "person": f"mailto:{quote(address, safe='@')}?subject={subject}" if address else "",
        **more,
    }
    return render(request, template, context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the code that a settings page shows: one tap trades it for the key, which is shown once."""
    if wait := seconds_to_wait(f"enrol:{request.META.get('REMOTE_ADDR', '')}", ENROLS_PER_MINUTE):
        return render(request, "channels/enrol.html", {"wait": wait}, status=429)
    if request.method != "POST":
        device = device_of_code(code)
        if device and device.kind == Device.Kind.KIOSK:
            # Behind the # it reaches no log; the screen trades it for its key in one tap.
            return HttpResponseRedirect(f"/kiosk/#code={code}")
        return render(request, "channels/enrol.html", {"device": device}, status=200 if device else 404)
    try:
        device, key = enrol(code)
    except NoSuchCode:
        return render(request, "channels/enrol.html", {}, status=404)
    events = f"{settings.BASE_URL}/api/v1/devices/{device.pk}/events"
    return render(request, "channels/enrol.html", {"device": device, "key": key, "events": events})
