"""Who a visitor is: a secret token of the window, and the web site's signature for those it knows."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from barrymore.channels.chat.models import Visitor, Widget
from barrymore.customers.recognition import clean_name, normal_email
from barrymore.journal.moment import now
from barrymore.organisation.secrets import unseal

ROTATED_EVERY = timedelta(hours=12)
EARLIER_HOLDS = timedelta(minutes=10)
SEEN_AT_MOST_EVERY = timedelta(seconds=10)


class BadIdentity(ValueError):
    """The web site's signature does not fit what it says of the visitor."""


@dataclass(frozen=True)
class Known:
    """Somebody whom the web site has signed in: its own id of them, their mail and name."""

    ref: str
    email: str = ""
    name: str = ""


def signature_of(widget: Widget, ref: str, email: str) -> str:
    """What the web site's server must send: HMAC-SHA256 of `ref`, a line break and the mail, in hex."""
    return hmac.new(unseal(widget.secret).encode(), f"{ref}\n{email}".encode(), hashlib.sha256).hexdigest()


def known_of(widget: Widget, told: dict[str, str]) -> Known | None:
    """The signed-in user whom the web site vouches for, None where it names nobody.

    Raises BadIdentity, BadAddress.
    """
    ref, email = told.get("ref", "")[:120], told.get("email", "")
    if not ref:
        return None
    if not hmac.compare_digest(signature_of(widget, ref, email).encode(), told.get("hash", "").encode()):
        raise BadIdentity(ref)
    return Known(ref, normal_email(email) if email else "", clean_name(told.get("name", "")))


def new_token() -> tuple[str, str]:
    """A token for the browser and the digest that we keep."""
    token = secrets.token_urlsafe(32)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor_of(token: str) -> Visitor | None:
    """The visitor who holds a token, or held it a moment ago."""
    digest = digest_of(token)
    fresh = now() - EARLIER_HOLDS
    holders = Visitor.objects.select_related("widget", "conversation__owner", "address").filter(
        widget__is_active=True
    )
    return (
        holders.filter(token_digest=digest).first()
        or holders.filter(Q(earlier_digest=digest), rotated_at__gt=fresh).first()
    )


def rotated(visitor: Visitor) -> str:
    """A new token once the present one is old, else nothing; the old one holds a little longer."""
    if now() - visitor.rotated_at < ROTATED_EVERY:
        return ""
    return rotate(visitor)


def rotate(visitor: Visitor) -> str:
    """Give the visitor another token."""
    token, digest = new_token()
    visitor.earlier_digest, visitor.token_digest, visitor.rotated_at = visitor.token_digest, digest, now()
    visitor.save(update_fields=["earlier_digest", "token_digest", "rotated_at"])
    return token


def note_seen(visitor: Visitor) -> None:
    """The window is open."""
    if now() - visitor.seen_at > SEEN_AT_MOST_EVERY:
        Visitor.objects.filter(pk=visitor.pk).update(seen_at=now())
