"""Add a device, enrol it with a code that works once, revoke it; keep what a poster's page was told."""

import json
import secrets
from datetime import timedelta

from django.db import transaction

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.reading import LONGEST_COMMENT
from barrymore.channels.devices.writer import Batch, write
from barrymore.channels.signs import storable
from barrymore.journal.inbox import Event
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.services import audit, digest_of

ENROL_WITHIN = timedelta(minutes=15)
KEY_BEGINS = "bmd_"
TYPED = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class NoSuchCode(ValueError):
    """The code is unknown, was used before, or is older than a quarter of an hour."""


@transaction.atomic
def add_device(actor: Actor, point: Point, kind: str, name: str, languages: list[str]) -> Device:
    """Put a device at a point. Raises NotAllowed, ValueError."""
    actor.need("settings.manage")
    if kind not in Device.Kind.values:
        raise ValueError(f"kind: {kind!r} is none of {', '.join(Device.Kind.values)}")
    name = " ".join(name.replace("\x00", "").split())[:80] or point.name
    device = Device.objects.create(
        point=point,
        kind=kind,
        name=name,
        languages=languages,
        code=secrets.token_urlsafe(9),
        created_at=now(),
    )
    audit(actor.staff, "device.added", name, point=point.pk, kind=kind)
    return device


@transaction.atomic
def invite_device(actor: Actor, device: Device) -> str:
    """A new code, shown once; an earlier one ends. The key in use works until the new one is fetched."""
    actor.need("settings.manage")
    if device.kind == Device.Kind.POSTER or device.revoked_at:
        raise ValueError("kind: a poster needs no key, and a revoked device gets none")
    code = _short_code() if device.kind == Device.Kind.KIOSK else secrets.token_urlsafe(18)
    device.enrol_digest, device.enrol_until = digest_of(code), now() + ENROL_WITHIN
    device.save(update_fields=["enrol_digest", "enrol_until"])
    audit(actor.staff, "device.invited", device.name)
    return code


def _short_code() -> str:
    """A code that can be typed at a screen: 50 bits, none of whose signs look alike."""
    signs = [secrets.choice(TYPED) for _ in range(10)]
    return f"{''.join(signs[:5])}-{''.join(signs[5:])}"


def device_of_code(code: str) -> Device | None:
    """The device that waits behind a code."""
    waiting = Device.objects.filter(enrol_until__gt=now(), revoked_at=None).exclude(enrol_digest="")
    return waiting.filter(enrol_digest=digest_of(code)).select_related("point__site").first()


@transaction.atomic
def enrol(code: str) -> tuple[Device, str]:
    """Trade a code for the key, once. Raises NoSuchCode."""
    device = device_of_code(code)
    key = KEY_BEGINS + secrets.token_urlsafe(32)
    taken = 0
    if device is not None:
        # Of two that come at the same moment one finds the code gone.
        taken = Device.objects.filter(pk=device.pk, enrol_digest=digest_of(code)).update(
            enrol_digest="", enrol_until=None, key_digest=digest_of(key), enrolled_at=now(), clashed_at=None
        )
    if device is None or not taken:
        raise NoSuchCode("code: unknown, used before, or older than 15 minutes; ask for a new one")
    audit(None, "device.enrolled", device.name)
    return device, key


@transaction.atomic
def revoke_device(actor: Actor, device: Device) -> None:
    """End a device: its key or its page takes nothing more, everywhere within seconds."""
    actor.need("settings.manage")
    Device.objects.filter(pk=device.pk, revoked_at=None).update(
        revoked_at=now(), enrol_digest="", enrol_until=None
    )
    audit(actor.staff, "device.revoked", device.name)


def say_by_poster(device: Device, ticket: str, score: int, comment: str) -> bool:
    """What a guest said on a poster's page, by the way of every device event; False if it was said before.

    The ticket is the page's own number: whatever is sent twice from one open page counts once.
    """
    at = now()
    detail = {"comment": storable(comment).strip()[:LONGEST_COMMENT]} if comment.strip() else {}
    event = Event(
        device.pk, f"page.{ticket}", 1, "press", at, at, ticket[:16], score, "smile4", json.dumps(detail),
        is_numbered=False,
    )  # fmt: skip
    [told] = write([Batch(device.pk, at, [event])])
    return bool(told.stored)
