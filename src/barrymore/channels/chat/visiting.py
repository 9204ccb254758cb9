"""A visitor's side of a chat: begin, say, leave an address, read what was answered."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.channels.chat.identity import Known, new_token, rotate
from barrymore.channels.chat.models import Visitor, Widget
from barrymore.channels.language import language_of
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import mark_delivery
from barrymore.customers.models import Address
from barrymore.customers.recognition import clean_name, normal_email, normal_phone
from barrymore.customers.services import identify
from barrymore.delivery import services as outbox
from barrymore.handling.contact import Contact, Received, Upload
from barrymore.handling.moves import plan_step
from barrymore.handling.services import receive
from barrymore.journal.moment import now

LONGEST_TEXT = 10_000
SHOWN = 100


@dataclass(frozen=True)
class Newcomer:
    """What the window tells of a visitor at the beginning."""

    name: str = ""
    language: str = ""
    page: str = ""
    known: Known | None = None


@dataclass(frozen=True)
class Wish:
    """A call back: to which number, and when it suits."""

    phone: str
    at: datetime | None = None


@transaction.atomic
def begin(widget: Widget, newcomer: Newcomer) -> tuple[Visitor, str]:
    """A visitor and the token that only their browser holds.

    Somebody whom the web site has signed in goes on with the conversation they have open.
    """
    if newcomer.known and (earlier := _earlier(widget, newcomer.known)):
        return earlier, rotate(earlier)
    token, digest = new_token()
    moment = now()
    visitor = Visitor.objects.create(
        widget=widget,
        ref=secrets.token_urlsafe(16),
        token_digest=digest,
        rotated_at=moment,
        identity_ref=newcomer.known.ref if newcomer.known else "",
        email=newcomer.known.email if newcomer.known else "",
        name=(newcomer.known.name if newcomer.known else "") or clean_name(newcomer.name),
        language=newcomer.language[:10],
        page=newcomer.page[:500],
        begun_at=moment,
        seen_at=moment,
    )
    _recognise(visitor, newcomer.known)
    return visitor, token


def _earlier(widget: Widget, known: Known) -> Visitor | None:
    own = Visitor.objects.filter(widget=widget, identity_ref=known.ref, conversation__isnull=False)
    return own.exclude(conversation__state=Conversation.State.CLOSED).order_by("-id").first()


def _recognise(visitor: Visitor, known: Known | None) -> None:
    """A signed-in user is the customer with that mail; anybody else is only this browser."""
    kind, value = Address.Kind.VISITOR, visitor.ref
    if known:
        kind, value = (
            (Address.Kind.EMAIL, known.email) if known.email else (kind, f"{visitor.widget.key}.{known.ref}")
        )
    found = identify(kind, value, name=visitor.name, language=visitor.language, proved=known is not None)
    visitor.address = found.address
    visitor.save(update_fields=["address"])


@transaction.atomic
def say(visitor: Visitor, text: str, said_id: str, uploads: tuple[Upload, ...] = ()) -> Received:
    """Take in what the visitor wrote; the same `said_id` again changes nothing."""
    address = visitor.address
    assert address is not None, "a visitor is recognised at the beginning"
    received = receive(
        Contact(
            channel="chat",
            external_id=f"{visitor.ref}:{said_id}"[:250],
            address_kind=address.kind,
            address=address.value,
            at=now(),
            name=visitor.name,
            subject=_subject(text) if visitor.conversation_id is None else "",
            text=text,
            language=language_of(text) or visitor.language,
            conversation_ref=visitor.conversation_id,
            queue_ref=visitor.widget.queue_id,
            site_ref=visitor.widget.site_id,
            uploads=uploads,
        )
    )
    if visitor.conversation_id is None:
        visitor.conversation_id = received.conversation_ref
        visitor.save(update_fields=["conversation"])
    return received


def _subject(text: str) -> str:
    return " ".join(text.split())[:80]


@transaction.atomic
def leave_address(visitor: Visitor, *, name: str = "", email: str = "", wish: Wish | None = None) -> None:
    """Where an answer reaches the visitor once the window is closed, and whether to call. Raises BadAddress.

    A typed address is written to and never believed: it leads to no customer.
    """
    visitor.name = clean_name(name) or visitor.name
    visitor.email = normal_email(email) if email else visitor.email
    visitor.save(update_fields=["name", "email"])
    customer = visitor.address.customer if visitor.address else None
    if customer and visitor.name and not customer.name:
        customer.name = visitor.name
        customer.save(update_fields=["name"])
    if wish and visitor.conversation_id:
        number = normal_phone(wish.phone)
        what = _("Call back: %(number)s") % {"number": number}
        plan_step(Conversation.objects.get(pk=visitor.conversation_id), what, wish.at)


def read(visitor: Visitor, after: int = 0) -> list[Message]:
    """What was said behind a message, as the visitor may see it: never a note. It counts as delivered."""
    if visitor.conversation_id is None:
        return []
    seen = Message.objects.filter(conversation=visitor.conversation_id, pk__gt=after).filter(
        kind__in=[Message.Kind.INBOUND, Message.Kind.OUTBOUND]
    )
    messages = [
        message
        for message in seen.select_related("author").prefetch_related("attachments").order_by("-id")[:SHOWN]
        if not message.detail.get("forward")
    ][::-1]
    _note_read(visitor, messages)
    return messages


def _note_read(visitor: Visitor, messages: list[Message]) -> None:
    ours = [one for one in messages if one.kind == Message.Kind.OUTBOUND and one.pk > visitor.read_id]
    if not ours:
        return
    with transaction.atomic():
        for message in ours:
            if outbox.settle(f"message:{message.pk}"):
                mark_delivery(message.pk, Message.Status.SENT, error="")
        visitor.read_id = ours[-1].pk
        visitor.save(update_fields=["read_id"])


def shown(message: Message, files: list[dict[str, Any]]) -> dict[str, Any]:
    """A message as the window draws it; of our people the first name."""
    is_ours = message.kind == Message.Kind.OUTBOUND
    return {
        "id": message.pk,
        "ours": is_ours,
        "who": message.author.first_name if is_ours and message.author else "",
        "text": message.text,
        "at": message.at.isoformat(),
        "files": files,
    }
