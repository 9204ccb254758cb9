"""Set up what a kiosk shows, and read it as the kiosk does."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Sum

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Screen, Slide, SlideViews, Target
from barrymore.conversations.files import content_type_of, store_bytes
from barrymore.feedback.campaigns import campaign_at
from barrymore.feedback.faces import notice_in
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import company
from barrymore.organisation.services import audit

PERMISSION = "settings.manage"
LARGEST_PICTURE = 5 * 1024 * 1024
MOST_SLIDES = 40
MOST_TARGETS = 1000
LONGEST_NOTICE = 600
MOST_NOTICES = 20
PICTURES = ("image/png", "image/jpeg", "image/gif")


def screen_of(device: Device) -> Screen:
    """How a device works; one that nobody set up asks."""
    return Screen.objects.filter(device=device).first() or Screen(device=device)


@transaction.atomic
def set_screen(actor: Actor, device: Device, mode: str, keys: str) -> Screen:
    """Set what a kiosk is for, and the keys of its buttons from great to bad. Raises ValueError."""
    actor.need(PERMISSION)
    if mode not in Screen.Mode.values:
        raise ValueError(f"mode: {mode!r} is none of {', '.join(Screen.Mode.values)}")
    named = keys.split()
    if len(named) != 4 or len(set(named)) != 4 or any(len(key) != 1 for key in named):
        raise ValueError("keys: four different keys, one sign each, from great to bad, such as 1 2 3 4")
    kept, _new = Screen.objects.update_or_create(
        device=device, defaults={"mode": mode, "keys": " ".join(named)}
    )
    audit(actor.staff, "screen.changed", device.name, mode=mode)
    return kept


def notice_languages(device: Device) -> list[str]:
    """The languages in which a guest of this screen may be asked for a photo."""
    today = now().astimezone(ZoneInfo(device.point.site.timezone)).date()
    campaign = campaign_at(device.point, today)
    return list(campaign.questionnaire.form.languages) if campaign else [device.point.site.language]


@transaction.atomic
def set_photos(actor: Actor, device: Device, is_on: bool, notice: Mapping[str, str]) -> Screen:
    """Switch photos on or off. Raises ValueError while a language of the screen lacks its notice."""
    actor.need(PERMISSION)
    told = {code[:10]: " ".join(text.replace("\x00", "").split()) for code, text in notice.items()}
    told = {code: text for code, text in told.items() if text}
    if any(len(text) > LONGEST_NOTICE for text in told.values()) or len(told) > MOST_NOTICES:
        raise ValueError(f"notice: at most {LONGEST_NOTICE} signs in each of {MOST_NOTICES} languages")
    if is_on and (missing := [code for code in notice_languages(device) if code not in told]):
        raise ValueError(f"notice: write it in {', '.join(missing)} before photos can be on")
    kept, _new = Screen.objects.update_or_create(
        device=device, defaults={"has_photos": is_on, "photo_notice": told}
    )
    audit(actor.staff, "photos.switched", device.name, on=is_on, notice=told)
    return kept


def takes_photos(device: Device) -> bool:
    """Whether this screen may bring photos."""
    return Screen.objects.filter(device=device, has_photos=True).exists() and not asks_anonymously(device)


def asks_anonymously(device: Device) -> bool:
    """Whether what is asked at its point now is anonymous, so that no photo is asked for nor taken."""
    today = now().astimezone(ZoneInfo(device.point.site.timezone)).date()
    campaign = campaign_at(device.point, today)
    return campaign is not None and campaign.is_anonymous


def _picture(data: bytes) -> dict[str, str]:
    """Store a picture under a random name. Raises ValueError for anything else."""
    if len(data) > LARGEST_PICTURE:
        raise ValueError("picture: at most 5 MB; make it smaller")
    kind = content_type_of(data)
    if kind not in PICTURES:
        raise ValueError("picture: send a PNG, JPEG or GIF")
    return {"media": secrets.token_hex(16), "path": store_bytes("screens", data), "content_type": kind}


@transaction.atomic
def add_slide(actor: Actor, device: Device, name: str, data: bytes, **when: Any) -> Slide:
    """A picture for idle times. Raises ValueError."""
    actor.need(PERMISSION)
    if Slide.objects.filter(device=device).count() >= MOST_SLIDES:
        raise ValueError(f"picture: at most {MOST_SLIDES} at one screen; remove one first")
    slide = Slide(device=device, name=_clean(name) or "picture", **_picture(data), **when)
    if slide.since and slide.until and slide.until < slide.since:
        raise ValueError("until: the last day is before the first")
    if not 0 <= slide.from_hour < slide.to_hour <= 24:
        raise ValueError("to_hour: the hours go from 0 to 24, the second after the first")
    slide.save()
    audit(actor.staff, "slide.added", slide.name, device=device.pk)
    return slide


@transaction.atomic
def remove_slide(actor: Actor, slide: Slide) -> None:
    """Take a picture away, with its counts."""
    actor.need(PERMISSION)
    audit(actor.staff, "slide.removed", slide.name, device=slide.device_id)
    slide.delete()


@transaction.atomic
def add_target(
    actor: Actor, device: Device, name: str, kind: str, staff: Staff | None = None, data: bytes = b""
) -> Target:
    """Whom or what an answer may be about. Raises ValueError."""
    actor.need(PERMISSION)
    if kind not in Target.Kind.values:
        raise ValueError(f"kind: {kind!r} is none of {', '.join(Target.Kind.values)}")
    if not (alias := _clean(name)):
        raise ValueError("name: what guests see is needed; an alias will do")
    if Target.objects.filter(device=device, is_active=True).count() >= MOST_TARGETS:
        raise ValueError(f"name: at most {MOST_TARGETS} at one screen")
    if staff and kind != Target.Kind.PERSON:
        raise ValueError("staff: only a person is somebody who works here")
    picture = _picture(data) if data else {}
    target = Target.objects.create(device=device, name=alias, kind=kind, staff=staff, **picture)
    audit(actor.staff, "target.added", alias, device=device.pk)
    return target


@transaction.atomic
def remove_target(actor: Actor, target: Target) -> None:
    """Nobody chooses it any more; the answers about it stay."""
    actor.need(PERMISSION)
    Target.objects.filter(pk=target.pk).update(is_active=False, media=None, path="")
    audit(actor.staff, "target.removed", target.name, device=target.device_id)


def _clean(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:80]


def screen_told(device: Device) -> dict[str, Any]:
    """What a kiosk shows, as it reads it by its key. Names of staff are not among it, only aliases."""
    screen = screen_of(device)
    targets = device.targets.filter(is_active=True) if screen.mode == Screen.Mode.POST else []
    return {
        "company": company().name or "Barrymore",
        "device": device.name,
        "point": device.point.name,
        "mode": screen.mode,
        "keys": screen.keys.split(),
        **_photos_told(screen, device),
        "slides": [
            {
                "id": one.pk,
                "picture": f"/kiosk/media/{one.media}/",
                "since": _day(one.since),
                "until": _day(one.until),
                "from_hour": one.from_hour,
                "to_hour": one.to_hour,
                "seconds": one.seconds,
            }
            for one in device.slides.all()
        ],
        "targets": [
            {
                "id": one.pk,
                "kind": one.kind,
                "name": one.name,
                "picture": f"/kiosk/media/{one.media}/" if one.media else "",
            }
            for one in targets
        ],
    }


def _photos_told(screen: Screen, device: Device) -> dict[str, Any]:
    """The notices, and in which of them guests are told that a program looks for a face."""
    if not screen.has_photos or asks_anonymously(device):
        return {"photo_notice": {}, "photo_face": []}
    faces = {code: told for code in screen.photo_notice if (told := notice_in(code))}
    notice = {
        code: " ".join(filter(None, [text, faces.get(code)])) for code, text in screen.photo_notice.items()
    }
    return {"photo_notice": notice, "photo_face": sorted(faces)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def media_at(name: str) -> tuple[str, str] | None:
    """Path and kind of the picture behind a random name."""
    for found in (Slide.objects.filter(media=name).first(), Target.objects.filter(media=name).first()):
        if found is not None:
            return found.path, found.content_type
    return None


def count_views(device: Device, at: datetime, detail: Mapping[str, Any]) -> None:
    """Add views of one picture in one hour; a picture that is gone counts no more."""
    slide = Slide.objects.filter(pk=detail["slide"], device=device).first()
    if slide is None:
        return
    hour = at.replace(minute=0, second=0, microsecond=0)
    kept, _new = SlideViews.objects.get_or_create(slide=slide, hour=hour)
    SlideViews.objects.filter(pk=kept.pk).update(count=F("count") + detail["count"])


def views_of(device: Device) -> dict[int, int]:
    """How often each picture of a screen was shown."""
    rows = SlideViews.objects.filter(slide__device=device).values("slide").annotate(n=Sum("count"))
    return {row["slide"]: row["n"] for row in rows.order_by()}


def targets_of(refs: set[int]) -> dict[int, Target]:
    """Targets by number, those no longer offered too: an answer may have waited for the network."""
    return Target.objects.in_bulk(refs) if refs else {}


def cheers_of(device: Device) -> int:
    """How often somebody touched a screen that cheers people up: how many, never how good."""
    return DeviceEvent.objects.filter(device_ref=device.pk, kind="cheer").count()
