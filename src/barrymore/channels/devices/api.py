"""REST for devices: add, enrol with a code, look, revoke. Their events come by the edge."""

import json
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from barrymore.channels.devices import services
from barrymore.channels.devices.edge import NO_KEY
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.selectors import Health, device_of_key, health
from barrymore.channels.limits import seconds_to_wait
from barrymore.feedback.campaigns import campaign_at, campaign_told
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Point
from barrymore.organisation.services import digest_of, once_if_keyed

router = Router(tags=["devices"])
PERMISSION = "settings.manage"
ENROLS_PER_MINUTE = 20


class DeviceIn(Schema):
    """A device at a point; `languages` are those of a poster's printed words."""

    point: int
    kind: Literal["poster", "button", "kiosk", "employee", "door"]
    name: str = Field("", max_length=80)
    languages: list[str] = Field(default_factory=list, max_length=8)


class CodeIn(Schema):
    """The code that the settings page shows once."""

    code: str = Field(min_length=1, max_length=100)


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(PERMISSION)
    return actor


def device_out(device: Device) -> dict[str, Any]:
    """A device as REST tells it; never its key."""
    return {
        "id": device.pk,
        "point": device.point_id,
        "kind": device.kind,
        "name": device.name,
        "enrolled": device.enrolled_at is not None or device.kind == Device.Kind.POSTER,
        "revoked_at": device.revoked_at.isoformat() if device.revoked_at else None,
        "address": f"{settings.BASE_URL}/p/{device.code}/" if device.kind == Device.Kind.POSTER else None,
    }


def _health_out(one: Health) -> dict[str, Any]:
    device = one.device
    return {
        **device_out(device),
        "seen_at": device.seen_at.isoformat() if device.seen_at else None,
        "battery": device.battery,
        "firmware": device.firmware,
        "presses_today": one.presses_today,
        "known_lost": one.lost,
        "declared_lost": device.declared_lost,
        "rejected": one.rejected,
        "silent": one.is_silent,
        "clashed_at": device.clashed_at.isoformat() if device.clashed_at else None,
    }


@router.get("/devices")
def get_devices(request: HttpRequest) -> dict[str, Any]:
    """All live devices and how they are."""
    _manager(request)
    return {"items": [_health_out(one) for one in health()]}


@router.post("/devices")
def post_device(
    request: HttpRequest, device: DeviceIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Put a device at a point; ask for its code with POST …/code."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        point = Point.objects.filter(pk=device.point).first()
        if point is None:
            raise ValueError(f"point: there is no {device.point}")
        known = {code for code, _name in settings.LANGUAGES}
        if unknown := sorted(set(device.languages) - known):
            raise ValueError(f"languages: {', '.join(unknown)!r} is none of {', '.join(sorted(known))}")
        return device_out(services.add_device(actor, point, device.kind, device.name, device.languages))

    return once_if_keyed(actor.token_ref, idempotency_key, device.dict(), work)


@router.post("/devices/enrol", auth=None)
def enrol(request: HttpRequest, told: CodeIn) -> dict[str, Any]:
    """Trade a code for the device's key, once; the code is the right to do so."""
    if wait := seconds_to_wait(f"enrol:{request.META.get('REMOTE_ADDR', '')}", ENROLS_PER_MINUTE):
        raise HttpError(429, f"Too many tries: wait {wait} seconds.")
    device, key = services.enrol(told.code)
    events = f"{settings.BASE_URL}/api/v1/devices/{device.pk}/events"
    return {"id": device.pk, "key": key, "events": events}


@router.get("/devices/{device_id}/campaign", auth=None, response=dict[str, Any])
def get_device_campaign(request: HttpRequest, device_id: int) -> HttpResponse:
    """What a device asks now, told by its own key; 304 while its ETag holds, 404 where nothing is asked."""
    device = device_at(request, device_id)
    today = now().astimezone(ZoneInfo(device.point.site.timezone)).date()
    campaign = campaign_at(device.point, today)
    if campaign is None:
        raise HttpError(404, "No campaign runs at this point.")
    told = campaign_told(campaign)
    if device.kind != Device.Kind.EMPLOYEE:
        told["prompt"] = ""
    return tagged(request, told)


def device_at(request: HttpRequest, device_id: int) -> Device:
    """The device whose own live key the call shows. Raises 401."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(key) <= 100 or device_of_key(key) != device_id:
        raise HttpError(401, NO_KEY)
    return Device.objects.select_related("point__site").get(pk=device_id)


def tagged(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """What is told, or 304 where the device has it."""
    tag = f'"{digest_of(json.dumps(told, sort_keys=True))[:24]}"'
    is_known = request.headers.get("If-None-Match") == tag
    answer = HttpResponse(status=304) if is_known else JsonResponse(told)
    answer.headers["ETag"], answer.headers["Cache-Control"] = tag, "private, no-cache"
    return answer


@router.post("/devices/{device_id}/code")
def post_code(request: HttpRequest, device_id: int) -> dict[str, Any]:
    """A new code, valid for 15 minutes; every earlier one ends, so a repeated call leaves one that works."""
    actor = _manager(request)
    device = Device.objects.get(pk=device_id)
    code = services.invite_device(actor, device)
    return {"id": device.pk, "code": code, "link": f"{settings.BASE_URL}/enrol/{code}/"}


@router.post("/devices/{device_id}/revoke")
def revoke(request: HttpRequest, device_id: int) -> dict[str, Any]:
    """End a device's key or page."""
    actor = _manager(request)
    device = Device.objects.get(pk=device_id)
    services.revoke_device(actor, device)
    device.refresh_from_db()
    return device_out(device)
