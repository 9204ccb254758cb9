"""Send what the outbox owes by text message: answers and invitations, part after part, each once."""

import logging

from django.conf import settings
from django.db import transaction

from barrymore.channels.asking import question_of
from barrymore.channels.sms import gateway
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.sms.segments import messages
from barrymore.channels.telling import tell_owner
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.selectors import last_inbound
from barrymore.conversations.services import mark_delivery
from barrymore.customers.models import Address
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed
from barrymore.journal.moment import now

log = logging.getLogger(__name__)
KIND = "sms"
BATCH = 10


def deliver_due_sms() -> int:
    """Send what is due; returns how many left."""
    return sum(_deliver(row) for row in outbox.claim(KIND, BATCH))


def _deliver(row: OutboxRow) -> bool:
    try:
        _send(row)
    except SendFailed as failure:
        _note_failure(row, failure)
        return False
    except Exception as error:
        log.exception("outbox row %s", row.pk)
        _note_failure(row, SendFailed(f"{type(error).__name__}: {error}", final=False))
        return False
    return _note_sent(row)


def _send(row: OutboxRow) -> None:
    conversation, to, text = _what(row)
    if Address.objects.filter(kind=Address.Kind.PHONE, value=to, opted_out_at__isnull=False).exists():
        raise SendFailed("this number has asked for no more messages", final=True)
    number = number_for(conversation)
    if number is None:
        # Who has written a text waits until the number is back; who has called waits for a call.
        is_text = conversation.channel == KIND
        raise SendFailed("no SMS number is active: connect one in the settings", final=not is_text)
    status_url = f"{settings.BASE_URL}/sms/{number.pk}/status/{row.payload.get('message', 0)}/"
    try:
        _send_parts(row, number, to, text, status_url)
    except SendFailed as failure:
        SmsNumber.objects.filter(pk=number.pk).update(last_error=str(failure))
        raise
    SmsNumber.objects.filter(pk=number.pk).update(last_error="", last_ok_at=now())


def _send_parts(row: OutboxRow, number: SmsNumber, to: str, text: str, status_url: str) -> None:
    """What has left is written down after each part, so that a retry goes on behind it."""
    done: list[str] = list(row.payload.get("sent", []))
    for part in messages(text)[len(done) :]:
        earlier = gateway.sent_before(number, to, part) if row.attempts else ""
        done.append(earlier or gateway.send(number, to, part, status_url))
        outbox.amend(row, {**row.payload, "sent": done})


def _what(row: OutboxRow) -> tuple[Conversation, str, str]:
    if asked := question_of(row):
        return asked.text_of(row)
    message = Message.objects.select_related("conversation__address").get(pk=row.payload["message"])
    to = (message.recipients.get("to") or [""])[0]
    return message.conversation, to, message.text


def number_for(conversation: Conversation) -> SmsNumber | None:
    """The number that the customer wrote to, else one of their site, else any."""
    active = SmsNumber.objects.filter(is_active=True)
    asked = last_inbound(conversation)
    told = (asked.recipients.get("number") or [""])[0] if asked else ""
    own = active.filter(number=told).first()
    return own or active.filter(site=conversation.site_id).first() or active.first()


@transaction.atomic
def _note_sent(row: OutboxRow) -> bool:
    if not outbox.finish(row):
        return False
    if asked := question_of(row):
        asked.forget_token(row)
    else:
        mark_delivery(row.payload["message"], Message.Status.SENT, error="")
    return True


@transaction.atomic
def _note_failure(row: OutboxRow, failure: SendFailed) -> None:
    outbox.fail(row, str(failure), final=failure.final)
    row.refresh_from_db(fields=["state"])
    if row.state != OutboxRow.State.DEAD:
        return
    if asked := question_of(row):
        asked.note_undeliverable(row, is_refused=False)
    else:
        message = Message.objects.select_related("conversation__owner", "author").get(
            pk=row.payload["message"]
        )
        mark_delivery(message.pk, Message.Status.FAILED, error=str(failure)[:500])
        tell_owner(message)
