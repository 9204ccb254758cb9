"""Taps on the employee button as a browser keeps and sends them: each counts once, whenever it arrives."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from barrymore.feedback.served import KEPT_AT_MOST, NotCounted, Served, take_back, tell_served
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Point

MOST_TAPS = 200
KEY = re.compile(r"[A-Za-z0-9-]{8,60}")
COUNTED, KNOWN, TAKEN_BACK = "counted", "known", "taken_back"


@dataclass(frozen=True)
class Tap:
    """One tap at a point; `back` takes back the earlier one with the same key."""

    key: str
    point: int
    at: datetime
    back: bool = False


def keep_taps(actor: Actor, taps: Iterable[Tap]) -> dict[str, str]:
    """Keep each tap; by its key `counted`, `known`, `taken_back`, or in one word why it cannot count."""
    told = list(taps)
    points = Point.objects.in_bulk({tap.point for tap in told})
    return {tap.key: _keep(actor, tap, points.get(tap.point)) for tap in told}


def _keep(actor: Actor, tap: Tap, point: Point | None) -> str:
    if not KEY.fullmatch(tap.key):
        return "key"
    # A key is the browser's own; the person's number keeps two of the same apart.
    key = f"tap:{actor.staff.pk}:{tap.key}"
    try:
        with transaction.atomic():
            if tap.back:
                return TAKEN_BACK if take_back(actor, key) else KNOWN
            return _count(actor, tap, key, point)
    except IntegrityError:
        return KNOWN  # the same tap by another request in the same moment
    except NotCounted as error:
        return error.why
    except NotAllowed:
        return "not_allowed"


def _count(actor: Actor, tap: Tap, key: str, point: Point | None) -> str:
    if point is None:
        return "point"
    if tap.at.tzinfo is None or tap.at < now() - KEPT_AT_MOST:
        return "late"
    served = Served(key=key, at=tap.at, staff_ref=actor.staff.pk)
    return COUNTED if tell_served(actor, point, served) else KNOWN
