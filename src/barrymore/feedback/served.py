"""Customers served, counted independently of any answer: by a tap, by a device, by a register or a door."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.presses import Place
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point

MOST_AT_ONCE = 1000
# How long a tap by mistake can be taken back, and how long one may wait in a browser without network.
TAKE_BACK_WITHIN = timedelta(minutes=5)
KEPT_AT_MOST = timedelta(hours=72)
AHEAD = timedelta(minutes=5)


class Source(models.TextChoices):
    """Who counted. Only what the staff do not count themselves can check what they do."""

    EMPLOYEE = "employee", _("Employee button")
    REGISTER = "register", _("Register")
    TICKETS = "tickets", _("Queue tickets")
    DOOR = "door", _("Door counter")
    OTHER = "other", _("Another system")


@dataclass(frozen=True)
class Served:
    """Customers served at one moment. `key` is the same at every repetition."""

    key: str
    at: datetime
    count: int = 1
    source: str = Source.EMPLOYEE
    staff_ref: int | None = None


class NotCounted(ValueError):
    """It cannot count; `why` is one word, the text says what to do."""

    def __init__(self, why: str, what: str) -> None:
        super().__init__(what)
        self.why = why


def count_served(place: Place, served: Served, file_ref: int | None = None) -> Fact:
    """Keep it, with the file that told it. A second time IntegrityError: the key is there."""
    return record(
        "served.counted",
        served.key,
        at=served.at,
        site=place.site,
        channel="device" if place.device else "",
        staff_ref=served.staff_ref,
        dims={
            "point": place.point,
            "device": place.device,
            "step": place.step,
            "source": str(served.source),
            **({"file": file_ref} if file_ref else {}),
        },
        values={"count": served.count},
    )


def tell_served(actor: Actor, point: Point, served: Served) -> bool:
    """Keep what a person or a system told; False where it is known already.

    The caller holds a transaction. Raises NotAllowed, NotCounted.
    """
    actor.need_at_site("served.count", point.site_id)
    _check(point, served)
    if Fact.objects.filter(key=served.key).exists():
        return False
    count_served(place_of(point), served)
    return True


def take_back(actor: Actor, key: str) -> bool:
    """Take back a tap of one's own that was a mistake; False where it was taken back before.

    The tap stays in the journal beside its return. Raises NotAllowed, NotCounted.
    """
    actor.need_somewhere("served.count")
    told = Fact.objects.filter(key=key, kind="served.counted", staff_ref=actor.staff.pk).first()
    if told is None or told.values["count"] < 0:
        raise NotCounted("unknown", "There is no such tap of yours.")
    if told.recorded_at < now() - TAKE_BACK_WITHIN:
        raise NotCounted("too_late", "A tap can be taken back for five minutes.")
    if Fact.objects.filter(key=f"{key}:back").exists():
        return False
    back = {"count": -told.values["count"]}
    record(
        "served.counted",
        f"{key}:back",
        at=told.at,
        site=told.site,
        staff_ref=told.staff_ref,
        dims=told.dims,
        values=back,
    )
    return True


def place_of(point: Point) -> Place:
    """A point that a person or a system speaks of, not a device."""
    return Place(point=point.pk, device=0, site=point.site_id, step=point.step)


def _check(point: Point, served: Served) -> None:
    if not point.is_active:
        raise NotCounted("point", "This point is out of use.")
    if served.source not in Source.values:
        raise NotCounted("source", f"source: one of {', '.join(Source.values)}")
    if not 1 <= served.count <= MOST_AT_ONCE:
        raise NotCounted("count", f"count: from 1 to {MOST_AT_ONCE}")
    if served.at > now() + AHEAD:
        raise NotCounted("future", "at: this moment has not come yet.")
