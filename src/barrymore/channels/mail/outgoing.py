"""Send what the outbox owes: answers and invitations, each once, with retries that carry the same id."""

import logging
from datetime import timedelta

from django.db import transaction

from barrymore.channels.asking import question_of
from barrymore.channels.console.delivery import deliver as print_answer
from barrymore.channels.mail.account import AccountFailed, smtp_server
from barrymore.channels.mail.choosing import first_mailbox, mailbox_of
from barrymore.channels.mail.composing import Outgoing, compose
from barrymore.channels.models import Mailbox
from barrymore.channels.telling import tell_owner
from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.selectors import messages_with_files
from barrymore.customers.services import note_bounce
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import TIMEOUT_SECONDS, SendFailed, send
from barrymore.journal.moment import now

log = logging.getLogger(__name__)
# Channels without a road of their own yet: an answer goes by mail where the customer has left an address.
BY_MAIL = ("mail", "form", "walkup", "phone")
KINDS = (*BY_MAIL, "console")
BATCH = 10
ENOUGH_LEASE = timedelta(seconds=TIMEOUT_SECONDS + 10)


def deliver_due_mails() -> int:
    """Send what is due; returns how many left."""
    due = OutboxRow.objects.filter(kind__in=KINDS, state=OutboxRow.State.WAITING, next_attempt_at__lte=now())
    sent = 0
    for kind in list(due.order_by().values_list("kind", flat=True).distinct()):
        down: dict[int, SendFailed] = {}
        for row in outbox.claim(kind, BATCH):
            sent += _deliver(row, down)
    return sent


def resend(row_id: int) -> bool:
    """Try a failed row again now; its message waits again. False for a row that has left or never was."""
    row = OutboxRow.objects.filter(pk=row_id, kind__in=KINDS).first()
    if row is None or not outbox.resend(row_id):
        return False
    if "message" in row.payload:
        conversations.mark_delivery(row.payload["message"], Message.Status.QUEUED)
    return True


def _deliver(row: OutboxRow, down: dict[int, SendFailed]) -> bool:
    """One row. `down` remembers which servers failed in this round: nobody waits for them twice."""
    if row.kind != "console" and _lease_is_short(row):
        return False
    try:
        remark = _send(row, down)
    except SendFailed as failure:
        _note_failure(row, failure)
        return False
    except Exception as error:
        log.exception("outbox row %s", row.pk)
        _note_failure(row, SendFailed(f"{type(error).__name__}: {error}", final=False))
        return False
    return _note_sent(row, remark)


def _lease_is_short(row: OutboxRow) -> bool:
    until = (
        OutboxRow.objects.filter(pk=row.pk, lease=row.lease).values_list("leased_until", flat=True).first()
    )
    return until is None or until - now() < ENOUGH_LEASE


def _send(row: OutboxRow, down: dict[int, SendFailed]) -> str:
    if asked := question_of(row):
        mailbox = _mailbox(asked.conversation_of(row))
        return _through(mailbox, asked.compose(row, mailbox), down)
    message = messages_with_files([row.payload["message"]]).select_related("conversation").get()
    if row.kind == "console":
        print_answer(message)
        return ""
    mailbox = _mailbox(message.conversation)
    try:
        outgoing = compose(message, mailbox)
    except SendFailed as failure:
        if row.kind == "mail":
            raise
        raise SendFailed(f"nothing can be sent by {row.kind} yet, and {failure}", final=True) from failure
    return _through(mailbox, outgoing, down)


def _mailbox(conversation: Conversation | None) -> Mailbox:
    mailbox = mailbox_of(conversation) if conversation else first_mailbox()
    if mailbox is None:
        raise SendFailed("no mailbox is active: connect one in the settings", final=False)
    return mailbox


def _through(mailbox: Mailbox, outgoing: Outgoing, down: dict[int, SendFailed]) -> str:
    if mailbox.pk in down:
        raise down[mailbox.pk]
    try:
        return _hand_over(mailbox, outgoing)
    except AccountFailed as error:
        failure = SendFailed(str(error), final=False, is_server=True)
        down[mailbox.pk] = failure
        raise failure from error
    except SendFailed as failure:
        if failure.is_server:
            down[mailbox.pk] = failure
        raise


def _hand_over(mailbox: Mailbox, outgoing: Outgoing) -> str:
    server = smtp_server(mailbox)
    try:
        return send(server, outgoing.mail, outgoing.sender, outgoing.recipients)
    except SendFailed as failure:
        # Some providers let nobody send with an empty envelope sender.
        if not (failure.is_sender and outgoing.sender == ""):
            raise
        return send(server, outgoing.mail, mailbox.address, outgoing.recipients)


@transaction.atomic
def _note_sent(row: OutboxRow, remark: str) -> bool:
    if not outbox.finish(row):
        return False
    if asked := question_of(row):
        asked.forget_token(row)
    else:
        detail = {"refused": remark} if remark else {}
        conversations.mark_delivery(row.payload["message"], Message.Status.SENT, error="", **detail)
    return True


@transaction.atomic
def _note_failure(row: OutboxRow, failure: SendFailed) -> None:
    outbox.fail(row, str(failure), final=failure.final)
    row.refresh_from_db(fields=["state"])
    if row.state != OutboxRow.State.DEAD:
        return
    if asked := question_of(row):
        asked.note_undeliverable(row, is_refused=failure.final)
        return
    message = Message.objects.select_related("conversation__owner").get(pk=row.payload["message"])
    conversations.mark_delivery(message.pk, Message.Status.FAILED, error=str(failure)[:500])
    if failure.final and len(recipients := message.recipients.get("to", [])) == 1 and row.kind == "mail":
        note_bounce(recipients[0])
    tell_owner(message)
