"""Read the company, its staff and its tokens."""

from datetime import timedelta

from django.db.models import QuerySet

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.kept import Kept
from barrymore.organisation.models import ApiToken, AuditEntry, Company, Site, Staff
from barrymore.organisation.services import digest_of

USED_AT_MOST_EVERY = timedelta(minutes=1)


def company() -> Company:
    """The one company; made at the first question."""
    return Company.objects.get_or_create(pk=1)[0]


_modules = Kept(lambda: company().modules)


def module_is_on(name: str) -> bool:
    """Whether a module is switched on; a module nobody has switched is on."""
    return bool(_modules().get(name, True))


def active_staff() -> QuerySet[Staff]:
    """Everybody who works here now, by name."""
    return Staff.objects.filter(is_active=True)


def sites() -> QuerySet[Site]:
    """All sites by name."""
    return Site.objects.all()


def actor_of_token(secret: str) -> Actor | None:
    """The actor behind a live token, or None for an unknown, expired or revoked one."""
    token = (
        ApiToken.objects.select_related("staff")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now(), staff__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or now() - token.last_used_at > USED_AT_MOST_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now())
    return Actor(staff=token.staff, scopes=frozenset(token.scopes), token_ref=token.pk)


def audit_trail() -> QuerySet[AuditEntry]:
    """The audit trail, newest first."""
    return AuditEntry.objects.select_related("actor").order_by("-id")
