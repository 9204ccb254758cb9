"""REST for kiosks: what the screen shows, whom it lets choose, and the voice messages it brings."""

from collections.abc import Iterator
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from barrymore.channels.devices import screens
from barrymore.channels.devices.api import device_at, tagged
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Target
from barrymore.channels.limits import seconds_to_wait
from barrymore.feedback.photos import keep_photo, photo_may_be_kept
from barrymore.feedback.recordings import NotKept, keep_recording, may_be_kept
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Staff
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["devices"])
FILES_PER_MINUTE = 30
CHUNK = 64 * 1024


class ScreenIn(Schema):
    """What a kiosk is for; `keys` are those of its buttons, from great to bad."""

    mode: Literal["ask", "buttons", "cheer", "post"] = "ask"
    keys: str = Field("1 2 3 4", max_length=20)


class PhotosIn(Schema):
    """Whether guests may attach a photo, and by language what they are told before."""

    on: bool
    notice: dict[str, str] = Field(default_factory=dict, max_length=screens.MOST_NOTICES)


class TargetIn(Schema):
    """Whom or what an answer may be about. `staff` is the number of the person, where it is one of ours."""

    name: str = Field(min_length=1, max_length=80)
    kind: Literal["person", "service"] = "person"
    staff: int | None = None


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(screens.PERMISSION)
    return actor


@router.get("/devices/{device_id}/screen", auth=None, response=dict[str, Any])
def get_screen(request: HttpRequest, device_id: int) -> HttpResponse:
    """What a kiosk shows, told by its own key; 304 while its ETag holds."""
    return tagged(request, screens.screen_told(device_at(request, device_id)))


@router.put("/devices/{device_id}/mode")
def put_mode(request: HttpRequest, device_id: int, told: ScreenIn) -> dict[str, Any]:
    """Set what a kiosk is for."""
    actor = _manager(request)
    device = Device.objects.get(pk=device_id, kind=Device.Kind.KIOSK)
    kept = screens.set_screen(actor, device, told.mode, told.keys)
    return {"device": device.pk, "mode": kept.mode, "keys": kept.keys.split()}


@router.put("/devices/{device_id}/photos")
def put_photos(request: HttpRequest, device_id: int, told: PhotosIn) -> dict[str, Any]:
    """Switch photos on or off; on only with a notice in every language that the screen asks in."""
    actor = _manager(request)
    device = Device.objects.select_related("point__site").get(pk=device_id, kind=Device.Kind.KIOSK)
    kept = screens.set_photos(actor, device, told.on, told.notice)
    return {"device": device.pk, "on": kept.has_photos, "notice": kept.photo_notice}


def target_out(one: Target) -> dict[str, Any]:
    """A target as REST tells it."""
    return {"id": one.pk, "name": one.name, "kind": one.kind, "staff": one.staff_id, "active": one.is_active}


@router.get("/devices/{device_id}/targets")
def get_targets(request: HttpRequest, device_id: int, after: int = 0) -> dict[str, Any]:
    """Whom one may choose at a screen, a hundred at a time."""
    _manager(request)
    rows = Target.objects.filter(device=device_id, is_active=True, pk__gt=after).order_by("pk")[:101]
    shown = list(rows)[:100]
    following = shown[-1].pk if len(rows) > 100 else None
    return {"items": [target_out(one) for one in shown], "next": following}


@router.post("/devices/{device_id}/targets")
def post_target(
    request: HttpRequest, device_id: int, told: TargetIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Let people choose somebody or something at a screen."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        device = Device.objects.get(pk=device_id, kind=Device.Kind.KIOSK)
        staff = Staff.objects.filter(pk=told.staff).first() if told.staff else None
        if told.staff and staff is None:
            raise ValueError(f"staff: there is no {told.staff}")
        return target_out(screens.add_target(actor, device, told.name, told.kind, staff))

    return once_if_keyed(actor.token_ref, idempotency_key, {"device": device_id, **told.dict()}, work)


@router.delete("/devices/{device_id}/targets/{target_id}")
def delete_target(request: HttpRequest, device_id: int, target_id: int) -> dict[str, Any]:
    """Nobody chooses it any more; the answers about it stay."""
    actor = _manager(request)
    target = Target.objects.get(pk=target_id, device=device_id)
    screens.remove_target(actor, target)
    target.refresh_from_db()
    return target_out(target)


@router.post("/devices/{device_id}/files", auth=None, response=dict[str, Any])
def post_file(request: HttpRequest, device_id: int, name: str) -> dict[str, Any]:
    """A voice message of at most 5 MB or a photo of 3 MB; the same name again is the same file."""
    device = device_at(request, device_id)
    if wait := seconds_to_wait(f"files:{device_id}", FILES_PER_MINUTE):
        raise HttpError(429, f"Too many files: wait {wait} seconds.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isascii() and length.isdigit() else 0
    if name.startswith("photo-"):
        return _post_photo(request, device, name, size)
    try:
        kind = may_be_kept(name, request.META.get("CONTENT_TYPE", ""), size)
        kept = keep_recording(
            name, kind, _pieces(request), size,
            device=device.pk, point=device.point_id, site=device.point.site_id,
        )  # fmt: skip
    except NotKept as error:
        raise HttpError(error.status, str(error)) from error
    return {"name": kept.key, "size": kept.size}


def _post_photo(request: HttpRequest, device: Device, name: str, size: int) -> dict[str, Any]:
    """Only of a screen on which photos are on now: a guest has consented to what its notice says."""
    if not screens.takes_photos(device):
        raise HttpError(409, "Photos are switched off at this screen; nothing was kept.")
    try:
        photo_may_be_kept(name, request.META.get("CONTENT_TYPE", ""), size)
        kept = keep_photo(name, _pieces(request), size, device=device.pk)
    except NotKept as error:
        raise HttpError(error.status, str(error)) from error
    return {"name": kept.key, "size": kept.size}


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(CHUNK):
        yield piece
