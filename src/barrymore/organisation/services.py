"""Change the company, issue tokens, answer a repeated call once, keep the audit trail."""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.access import SCOPES
from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import ApiToken, AuditEntry, Company, IdempotentCall, Staff
from barrymore.organisation.modules import MODULES

TOKEN_LIFE = timedelta(days=365)


class KeyReused(Exception):
    """The Idempotency-Key was used before with another body."""


def audit(actor: Staff | None, action: str, subject: str = "", **detail: Any) -> AuditEntry:
    """Write one line of the audit trail in the caller's transaction."""
    return AuditEntry.objects.create(at=now(), actor=actor, action=action, subject=subject, detail=detail)


@transaction.atomic
def set_module(actor: Staff, name: str, on: bool) -> None:
    """Switch a module on or off for everybody."""
    if name not in MODULES:
        raise ValueError(name)
    company = Company.objects.select_for_update().get(pk=1)
    company.modules = {**company.modules, name: on}
    company.save(update_fields=["modules"])
    forget_settings()
    audit(actor, "module.on" if on else "module.off", name)


@transaction.atomic
def choose_privacy_profile(actor: Staff, profile: str) -> None:
    """Choose the source of defaults for recording, retention and consent; nothing is recorded before."""
    Company.objects.filter(pk=1).update(privacy_profile=profile)
    audit(actor, "privacy.chosen", profile)


def digest_of(secret: str) -> str:
    """What is kept of a token: SHA-256, since the token itself is 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue_token(staff: Staff, name: str, scopes: list[str], *, life: timedelta = TOKEN_LIFE) -> str:
    """Make a token and return its text, which is shown once and never kept."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise ValueError(", ".join(unknown))
    secret = "bm_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        staff=staff,
        name=name,
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        created_at=now(),
        expires_at=now() + life,
    )
    audit(staff, "token.issued", name, scopes=sorted(set(scopes)))
    return secret


@transaction.atomic
def revoke_token(actor: Staff, token_id: int) -> None:
    """End a token at once."""
    token = ApiToken.objects.get(pk=token_id)
    token.revoked_at = now()
    token.save(update_fields=["revoked_at"])
    audit(actor, "token.revoked", token.name)


@transaction.atomic
def once(token_ref: int, key: str, body: Any, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `work` at most once per key and return its answer, the first time and every later time.

    The answer is stored in the transaction of the work itself, so that a crash between the two
    cannot make a retry do it again. The same key with another body raises KeyReused.
    """
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    earlier = IdempotentCall.objects.filter(token_id=token_ref, key=key).first()
    if earlier is None:
        answer = work()
        IdempotentCall.objects.create(
            token_id=token_ref, key=key, fingerprint=fingerprint, response=answer, at=now()
        )
        return answer
    if earlier.fingerprint != fingerprint:
        raise KeyReused(key)
    return dict(earlier.response)


def once_if_keyed(
    token_ref: int | None, key: str | None, body: Any, work: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """`once` where the caller has sent an Idempotency-Key, else simply do the work."""
    if key and token_ref is not None:
        return once(token_ref, key[:120], body, work)
    return work()
