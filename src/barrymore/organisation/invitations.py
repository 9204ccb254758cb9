"""Invite people who work here: one link, once, for three days, and only to what they were invited to."""

import hashlib
import json
import secrets
from datetime import timedelta

from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Invitation, Staff
from barrymore.organisation.roles import key_of, need_over
from barrymore.organisation.services import audit, digest_of

GOOD_FOR = timedelta(hours=72)


class NotValid(Exception):
    """The link was used, has grown too old, or the person's role has changed since."""


def rights_of(staff: Staff) -> str:
    """A fingerprint of everything that an invitation was about."""
    about = {
        "email": staff.email,
        "role": key_of(staff),
        "sites": sorted(staff.sites.values_list("pk", flat=True)),
        "posts": sorted([post.scope, key_of(post)] for post in staff.posts.all()),
        "password": staff.password,
        "active": staff.is_active,
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def invite(actor: Actor, staff: Staff) -> str:
    """Make the link's secret, shown once and never kept; every earlier invitation ends. Raises NotAllowed."""
    need_over(actor, staff)
    end_invitations(staff)
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(
        staff=staff,
        digest=digest_of(secret),
        rights=rights_of(staff),
        created_by=actor.staff,
        created_at=now(),
        expires_at=now() + GOOD_FOR,
    )
    audit(actor.staff, "staff.invited", staff.email)
    return secret


def end_invitations(staff: Staff) -> int:
    """No link to this person works any more; how many did."""
    return Invitation.objects.filter(staff=staff, used_at=None, revoked_at=None).update(revoked_at=now())


def invited_by(secret: str) -> Staff:
    """Who is invited by a link. Raises NotValid."""
    found = (
        Invitation.objects.select_related("staff__custom_role")
        .filter(digest=digest_of(secret), used_at=None, revoked_at=None, expires_at__gt=now())
        .first()
    )
    if found is None or not found.staff.is_active or found.rights != rights_of(found.staff):
        raise NotValid
    return found.staff


@transaction.atomic
def accept(secret: str, password: str) -> Staff:
    """Set the password and use the link up; of two at once one wins. Raises NotValid."""
    staff = invited_by(secret)
    if not Invitation.objects.filter(digest=digest_of(secret), used_at=None).update(used_at=now()):
        raise NotValid
    staff.set_password(password)
    staff.save(update_fields=["password"])
    audit(staff, "staff.joined", staff.email)
    return staff


def open_invitation(staff: Staff) -> Invitation | None:
    """The invitation that a person can still use."""
    live = Invitation.objects.filter(staff=staff, used_at=None, revoked_at=None, expires_at__gt=now())
    found = live.order_by("-id").first()
    return found if found and found.rights == rights_of(staff) else None
