"""What comes from the gateway: texts, and what became of ours."""

import hashlib
from datetime import timedelta

from django.db import transaction

from barrymore.channels.language import language_of
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.telling import tell_owner
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import mark_delivery
from barrymore.customers.models import Address
from barrymore.customers.recognition import normal_phone
from barrymore.customers.services import opt_in, opt_out
from barrymore.handling.contact import Contact, Received
from barrymore.handling.services import receive
from barrymore.journal.moment import now

# A text some days after the close is about the same matter; later it is a new one.
SAME_MATTER = timedelta(days=3)
STOP_WORDS = frozenset(
    """stop stopall unsubscribe cancel end quit стоп отписка ferma basta stopp lõpeta arrêt arret
    stabdyti atsisakau спри отказ abmelden""".split()
)
START_WORDS = frozenset("start unstop старт avvia pradėti alusta commencer anmelden".split())
BROKEN = {"undelivered", "failed"}


@transaction.atomic
def take_in(number: SmsNumber, sender: str, text: str, message_id: str) -> Received:
    """One text. The same id again changes nothing. Raises BadAddress for a sender nobody can write to."""
    phone = normal_phone(sender)
    received = receive(
        Contact(
            channel="sms",
            external_id=message_id or _id_of(phone, text),
            address_kind=Address.Kind.PHONE,
            address=phone,
            at=now(),
            subject=" ".join(text.split())[:80],
            text=text,
            language=language_of(text),
            conversation_ref=_thread_of(phone),
            queue_ref=number.queue_id,
            site_ref=number.site_id,
            recipients={"number": [number.number]},
        )
    )
    word = text.strip(" .!\"'").lower()
    if word in STOP_WORDS:
        opt_out(Address.Kind.PHONE, phone)
    elif word in START_WORDS:
        opt_in(Address.Kind.PHONE, phone)
    return received


def _id_of(phone: str, text: str) -> str:
    """A gateway that names no id: the same words of the same sender count as brought again."""
    return f"sha256:{hashlib.sha256(f'{phone} {text}'.encode()).hexdigest()}"


def _thread_of(phone: str) -> int | None:
    threads = Conversation.objects.filter(
        channel="sms", address__kind=Address.Kind.PHONE, address__value=phone, is_spam=False
    )
    newest = threads.order_by("-id").first()
    if newest is None:
        return None
    is_over = newest.state == Conversation.State.CLOSED
    is_old = is_over and newest.closed_at is not None and now() - newest.closed_at > SAME_MATTER
    return None if is_old else newest.pk


@transaction.atomic
def note_status(message_ref: int, status: str, error: str) -> None:
    """What became of a text of ours; the network's last word comes later than the gateway's first."""
    message = Message.objects.select_related("conversation__owner", "author").filter(pk=message_ref).first()
    if message is None or message.kind != Message.Kind.OUTBOUND:
        return
    if status == "delivered":
        mark_delivery(message.pk, Message.Status.SENT, delivered_at=now().isoformat(), error="")
    elif status in BROKEN and not message.detail.get("delivered_at"):
        mark_delivery(
            message.pk, Message.Status.FAILED, error=f"The network did not deliver it. {error}".strip()
        )
        tell_owner(message)
