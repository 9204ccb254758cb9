"""A computer that several people share: who may switch to themselves there, by PIN or badge."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff, Workstation
from barrymore.organisation.services import audit, digest_of

PIN = re.compile(r"\d{4,8}")
EASY = re.compile(r"(\d)\1*|0?123456789?0?.*|9876.*|1234.*|0000.*")
WRONG_AT_MOST = 5
LOCKED_SECONDS = 15 * 60
IDLE_AFTER = timedelta(minutes=10)


class BadPin(ValueError):
    """The PIN is wrong, or too easy to guess."""


class Locked(Exception):
    """Too many wrong PINs; the person signs in with the password or waits."""


def set_pin(staff: Staff, pin: str) -> None:
    """Keep a person's PIN (only its hash); an empty one takes it away. Raises BadPin."""
    if pin and (not PIN.fullmatch(pin) or EASY.fullmatch(pin)):
        raise BadPin
    staff.pin = make_password(pin) if pin else ""
    staff.save(update_fields=["pin"])
    audit(staff, "staff.pin_set" if pin else "staff.pin_removed", staff.name)


def set_badge(actor: Staff, staff: Staff, code: str) -> None:
    """Give a badge to a person; the one who had it before has it no more. An empty code takes it away."""
    digest = badge_digest(code) if code else ""
    with transaction.atomic():
        if digest:
            Staff.objects.filter(badge_digest=digest).update(badge_digest="")
        staff.badge_digest = digest
        staff.save(update_fields=["badge_digest"])
        audit(actor, "staff.badge_set" if code else "staff.badge_removed", staff.name)


def badge_digest(code: str) -> str:
    """What is kept of a badge's number: short numbers could be tried out without the house's key."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"badge:{code.strip()}".encode(), hashlib.sha256
    ).hexdigest()


@transaction.atomic
def make_workstation(actor: Actor, name: str, site: Site | None) -> tuple[Workstation, str]:
    """Turn a computer into a shared one; returns the token that its browser keeps. Raises NotAllowed."""
    actor.need("workstations.manage")
    token = secrets.token_urlsafe(32)
    station = Workstation.objects.create(
        name=name[:80], site=site, digest=digest_of(token), created_by=actor.staff, created_at=now()
    )
    audit(actor.staff, "workstation.made", station.name)
    return station, token


@transaction.atomic
def revoke_workstation(actor: Actor, station: Workstation) -> None:
    """Nobody switches there any more. Raises NotAllowed."""
    actor.need("workstations.manage")
    station.revoked_at = now()
    station.save(update_fields=["revoked_at"])
    audit(actor.staff, "workstation.revoked", station.name)


def workstation_of(token: str) -> Workstation | None:
    """The live workstation whose browser holds a token."""
    if not token:
        return None
    return Workstation.objects.filter(digest=digest_of(token), revoked_at=None).select_related("site").first()


def people_at(station: Workstation) -> QuerySet[Staff]:
    """Who may switch there: those of its site, and those of no site in particular, with PIN or badge."""
    people = Staff.objects.filter(~Q(pin="") | ~Q(badge_digest=""), is_active=True)
    if station.site_id:
        people = people.filter(Q(sites=station.site_id) | Q(sites=None)).distinct()
    return people.order_by("name")


def by_pin(station: Workstation, staff_ref: int, pin: str) -> Staff:
    """The person whose PIN it is. Raises BadPin, Locked."""
    key = f"pin:{staff_ref}"
    if cache.get(key, 0) >= WRONG_AT_MOST:
        raise Locked
    person = people_at(station).filter(pk=staff_ref).exclude(pin="").first()
    if person is None or not check_password(pin, person.pin):
        cache.add(key, 0, timeout=LOCKED_SECONDS)
        cache.incr(key)
        raise BadPin
    cache.delete(key)
    return person


def by_badge(station: Workstation, code: str) -> Staff:
    """The person whose badge it is. Raises BadPin, Locked."""
    key = f"badge:{station.pk}"
    if cache.get(key, 0) >= WRONG_AT_MOST * 4:
        raise Locked
    person = people_at(station).filter(badge_digest=badge_digest(code)).first() if code.strip() else None
    if person is None:
        cache.add(key, 0, timeout=LOCKED_SECONDS)
        cache.incr(key)
        raise BadPin
    return person


def note_switch(station: Workstation, staff: Staff, how: str) -> None:
    """Write down who switched, where and how."""
    Workstation.objects.filter(pk=station.pk).update(seen_at=now())
    audit(staff, "workstation.switched", station.name, how=how)
