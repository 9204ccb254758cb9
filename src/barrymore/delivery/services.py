"""Owe an effect, claim it, and write down how it ended."""

import random
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from barrymore.delivery.models import OutboxRow
from barrymore.journal.moment import now

LEASE = timedelta(seconds=120)
FIRST_RETRY_SECONDS = 15
LONGEST_RETRY_SECONDS = 6 * 3600
MOST_ATTEMPTS = 12


def owe(
    kind: str, effect_key: str, payload: dict[str, Any], *, not_before: datetime | None = None
) -> OutboxRow:
    """Put an effect into the outbox inside the caller's transaction.

    A second row for the same effect raises IntegrityError.
    """
    moment = now()
    return OutboxRow.objects.create(
        kind=kind,
        effect_key=effect_key,
        payload=payload,
        next_attempt_at=not_before or moment,
        created_at=moment,
    )


@transaction.atomic
def claim(kind: str, limit: int = 20) -> list[OutboxRow]:
    """Lease the due rows of one kind to this caller; nobody else gets them until the lease runs out."""
    moment = now()
    due = OutboxRow.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=moment),
        kind=kind,
        state=OutboxRow.State.WAITING,
        next_attempt_at__lte=moment,
    ).order_by("next_attempt_at")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    rows = list(due[:limit])
    lease = secrets.token_hex(8)
    OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).update(lease=lease, leased_until=moment + LEASE)
    for row in rows:
        row.lease = lease
    return rows


def finish(row: OutboxRow) -> bool:
    """Mark a claimed row as sent. False when the lease was lost meanwhile: then the effect's
    own identity (its Message-ID) keeps a second sending harmless."""
    return bool(
        _held(row).update(state=OutboxRow.State.SENT, done_at=now(), last_error="", leased_until=None)
    )


def redact(row: OutboxRow, payload: dict[str, Any]) -> None:
    """Take a secret out of the payload of a row that has ended."""
    ended = OutboxRow.objects.filter(pk=row.pk).exclude(state=OutboxRow.State.WAITING)
    ended.update(payload=payload)


def fail(row: OutboxRow, error: str, *, final: bool = False) -> None:
    """Write down a failure: try again later with jitter, or give up where a repeat cannot help."""
    attempts = row.attempts + 1
    dead = final or attempts >= MOST_ATTEMPTS
    pause = min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    pause *= random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, decides nothing
    _held(row).update(
        state=OutboxRow.State.DEAD if dead else OutboxRow.State.WAITING,
        attempts=attempts,
        last_error=error[:2000],
        next_attempt_at=now() + timedelta(seconds=pause),
        leased_until=None,
        done_at=now() if dead else None,
    )


def amend(row: OutboxRow, payload: dict[str, Any]) -> None:
    """Write down how far a claimed row has come."""
    row.payload = payload
    _held(row).update(payload=payload)


def postpone(row: OutboxRow, until: datetime) -> None:
    """Look at a claimed row again later; nothing has failed, so nothing is counted."""
    _held(row).update(next_attempt_at=until, leased_until=None)


def settle(effect_key: str) -> bool:
    """The effect has come about by itself (somebody has read it). False when its row had ended before."""
    return bool(
        OutboxRow.objects.filter(effect_key=effect_key, state=OutboxRow.State.WAITING).update(
            state=OutboxRow.State.SENT, done_at=now(), last_error="", leased_until=None
        )
    )


def resend(row_id: int, payload: dict[str, Any] | None = None) -> bool:
    """Wake a dead or waiting row now, with a changed payload where the sender has mended it."""
    changes: dict[str, Any] = {"payload": payload} if payload is not None else {}
    return bool(
        OutboxRow.objects.filter(pk=row_id, state__in=[OutboxRow.State.DEAD, OutboxRow.State.WAITING]).update(
            state=OutboxRow.State.WAITING, attempts=0, next_attempt_at=now(), leased_until=None, **changes
        )
    )


def cancel(effect_key: str) -> bool:
    """Take back an effect that has not begun. False when it is too late."""
    return bool(
        OutboxRow.objects.filter(
            Q(leased_until=None) | Q(leased_until__lt=now()),
            effect_key=effect_key,
            state=OutboxRow.State.WAITING,
        ).update(state=OutboxRow.State.CANCELLED, done_at=now())
    )


def release_leases() -> int:
    """Forget the leases of a process that is gone. Only for the embedded mode, whose process is alone."""
    return OutboxRow.objects.filter(state=OutboxRow.State.WAITING, leased_until__isnull=False).update(
        leased_until=None
    )


def _held(row: OutboxRow) -> Any:
    return OutboxRow.objects.filter(pk=row.pk, lease=row.lease, state=OutboxRow.State.WAITING)
