"""What could not be sent, and what came in and could not be read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from barrymore.channels.mail.outgoing import KINDS
from barrymore.channels.models import RawMail
from barrymore.conversations.models import Message
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.selectors import failed_rows
from barrymore.feedback.models import Case


@dataclass(frozen=True)
class FailedMail:
    """A mail that did not leave. `pk` is its outbox row; `is_dead` when nothing happens any more
    without a person; `message_id` is None for an invitation."""

    pk: int
    conversation_id: int | None
    message_id: int | None
    subject: str
    to: str
    error: str
    attempts: int
    is_dead: bool
    next_attempt_at: datetime
    created_at: datetime


def failed_mails(limit: int = 100) -> list[FailedMail]:
    """Answers and invitations that failed at least once and have not left, newest first."""
    rows = list(failed_rows(list(KINDS))[:limit])
    messages = Message.objects.select_related("conversation").in_bulk(
        [row.payload["message"] for row in rows if "message" in row.payload]
    )
    cases = Case.objects.select_related("conversation", "address").in_bulk(
        [row.payload["invitation"] for row in rows if "invitation" in row.payload]
    )
    return [_failed(row, messages, cases) for row in rows]


def _failed(row: OutboxRow, messages: dict[int, Message], cases: dict[int, Case]) -> FailedMail:
    message, case = messages.get(row.payload.get("message", 0)), cases.get(row.payload.get("invitation", 0))
    to = ", ".join(message.recipients.get("to", [])) if message else ""
    if case and case.address:
        to = case.address.value
    origin = message or case
    return FailedMail(
        pk=row.pk,
        conversation_id=origin.conversation_id if origin else None,
        message_id=message.pk if message else None,
        subject=origin.conversation.subject if origin and origin.conversation else "",
        to=to,
        error=row.last_error,
        attempts=row.attempts,
        is_dead=row.state == OutboxRow.State.DEAD,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
    )


def quarantined_mails() -> QuerySet[RawMail]:
    """Mails that nobody could read by machine, newest first; the raw bytes are kept."""
    held = RawMail.objects.filter(state=RawMail.State.QUARANTINED)
    return held.select_related("mailbox").order_by("-id")


def mail_balance() -> dict[str, int]:
    """How many mails stand in each state; the sum is what was received."""
    states = RawMail.State.values
    return {state: RawMail.objects.filter(state=state).count() for state in states}
