"""An answer in a chat waits in the window; whoever has left gets it by mail, where we know one."""

from datetime import timedelta

from django.db import transaction

from barrymore.channels.chat.models import Visitor
from barrymore.conversations.models import Message
from barrymore.conversations.services import address_to, mark_delivery
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case
from barrymore.feedback.services import note_bounce
from barrymore.journal.moment import now

KIND = "chat"
BATCH = 50
# Long enough to read on, short enough not to look like silence.
AWAY_AFTER = timedelta(minutes=2)
LOOKED_AT_EVERY = timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(hours=24)
NOT_READ = "The visitor has not come back to the window and has left no mail address."


def deliver_due_chats() -> int:
    """Look after what nobody has read yet; returns how many went on by mail."""
    return sum(_deliver(row) for row in outbox.claim(KIND, BATCH))


@transaction.atomic
def _deliver(row: OutboxRow) -> bool:
    if "invitation" in row.payload:
        _wait_for_visitor(row)
        return False
    message = Message.objects.select_related("conversation").get(pk=row.payload["message"])
    visitor = Visitor.objects.filter(conversation=message.conversation).first()
    if visitor and visitor.read_id >= message.pk:
        outbox.finish(row)
        mark_delivery(message.pk, Message.Status.SENT, error="")
    elif now() < message.at + AWAY_AFTER:
        outbox.postpone(row, message.at + AWAY_AFTER)
    elif email := _mail_of(visitor, message):
        return _by_mail(row, message, email)
    elif now() < message.at + GIVEN_UP_AFTER:
        outbox.postpone(row, now() + LOOKED_AT_EVERY)
    elif outbox.finish(row):
        mark_delivery(message.pk, Message.Status.FAILED, error=NOT_READ)
    return False


def _mail_of(visitor: Visitor | None, message: Message) -> str:
    if visitor and visitor.email:
        return visitor.email
    # A chat told by REST has no window: its sender's mail is all there is.
    to = message.recipients.get("to", [])
    return to[0] if to and "@" in to[0] else ""


def _by_mail(row: OutboxRow, message: Message, email: str) -> bool:
    """The mail is owed in the transaction that ends the row: one of both always stands."""
    if not outbox.finish(row):
        return False
    address_to(message, [email])
    outbox.owe("mail", f"message:{message.pk}:mail", {"message": message.pk})
    return True


def _wait_for_visitor(row: OutboxRow) -> None:
    """The question is shown in the window when the visitor is there; after its last day nobody was asked."""
    case = Case.objects.get(pk=row.payload["invitation"])
    if case.state == Case.State.SENT and (case.closes_at is None or case.closes_at > now()):
        outbox.postpone(row, now() + LOOKED_AT_EVERY)
    elif outbox.finish(row) and case.state == Case.State.SENT:
        note_bounce(case)
