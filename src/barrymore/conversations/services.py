"""Write conversations: arrivals, messages, notes, owners, states, drafts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Unpack

from barrymore.conversations.models import (
    Arrival,
    Attachment,
    Conversation,
    Draft,
    Message,
    Participant,
    ProductArea,
    Reason,
)
from barrymore.customers.models import Address, Customer
from barrymore.journal.moment import now
from barrymore.journal.services import Refs
from barrymore.organisation.models import Site, Staff

State = Conversation.State


@dataclass(frozen=True)
class Said:
    """What a message says, whatever the channel."""

    text: str
    html: str = ""
    name: str = ""
    external_id: str = ""
    recipients: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Opening:
    """What a new conversation starts with."""

    channel: str
    subject: str = ""
    language: str = ""
    customer: Customer | None = None
    address: Address | None = None
    site: Site | None = None
    is_spam: bool = False
    is_unread: bool = False


def refs_of(conversation: Conversation, **more: Unpack[Refs]) -> Refs:
    """What every fact about a conversation carries, and what this one adds or says otherwise."""
    role = conversation.customer.role if conversation.customer else ""
    refs = Refs(
        site=conversation.site_id,
        channel=conversation.channel,
        language=conversation.language,
        customer_ref=conversation.customer_id,
        conversation_ref=conversation.pk,
        dims={"role": role, "reason": conversation.reason_id, "area": conversation.area_id},
    )
    refs.update(more)
    return refs


def open_conversation(opening: Opening) -> Conversation:
    """Begin a thread. The caller places it in a queue in the same transaction."""
    moment = now()
    return Conversation.objects.create(
        subject=opening.subject[:250],
        channel=opening.channel,
        language=opening.language,
        customer=opening.customer,
        address=opening.address,
        site=opening.site,
        is_spam=opening.is_spam,
        is_unread=opening.is_unread,
        opened_at=moment,
        last_message_at=moment,
    )


def record_arrival(
    conversation: Conversation,
    channel: str,
    external_id: str,
    address: Address | None,
    said: Said,
    *,
    is_opening: bool = False,
) -> Arrival:
    """Add what the customer said. The same channel and external id twice raises IntegrityError.

    What opens a conversation is as old as it, and leaves it as it was opened.
    """
    at = conversation.opened_at if is_opening else now()
    message = _add(conversation, Message.Kind.INBOUND, said, address=address, at=at)
    arrival = Arrival.objects.create(
        channel=channel, external_id=external_id, conversation=conversation, message=message, at=message.at
    )
    if address is not None and address.pk != conversation.address_id:
        Participant.objects.get_or_create(conversation=conversation, address=address)
    if not is_opening:
        conversation.last_message_at = message.at
        conversation.is_unread = True
        conversation.save(update_fields=["last_message_at", "is_unread"])
    return arrival


def add_outbound(conversation: Conversation, author: Staff, said: Said, *, state: str) -> Message:
    """Add our answer, which the channel sends from the outbox, and say whose move it is now."""
    message = _add(conversation, Message.Kind.OUTBOUND, said, author=author, status=Message.Status.QUEUED)
    conversation.last_message_at = message.at
    conversation.is_unread = False
    conversation.state = state
    if conversation.first_replied_at is None:
        conversation.first_replied_at = message.at
    conversation.save(update_fields=["last_message_at", "is_unread", "first_replied_at", "state"])
    return message


def note_spoken(conversation: Conversation, at: datetime) -> None:
    """Somebody has spoken with the customer: that is our answer, and it is our move."""
    conversation.last_message_at = at
    conversation.is_unread = False
    conversation.state = State.OPEN
    if conversation.first_replied_at is None:
        conversation.first_replied_at = at
    conversation.save(update_fields=["last_message_at", "is_unread", "first_replied_at", "state"])


def add_forward(conversation: Conversation, author: Staff, said: Said, subject: str) -> Message:
    """Add what goes on to somebody else: no answer to the customer, so nothing of the thread moves."""
    detail = {"forward": True, "subject": subject}
    return _add(
        conversation, Message.Kind.OUTBOUND, said, author=author, status=Message.Status.QUEUED, detail=detail
    )


def add_note(conversation: Conversation, author: Staff, text: str) -> Message:
    """Add what only the team sees."""
    return _add(conversation, Message.Kind.NOTE, Said(text=text, name=author.name), author=author)


def add_event(conversation: Conversation, event: str, author: Staff | None = None, **detail: Any) -> Message:
    """Add a line that tells what happened: offered, taken, closed. `detail` holds ids and names."""
    return Message.objects.create(
        conversation=conversation,
        kind=Message.Kind.EVENT,
        at=now(),
        author=author,
        event=event,
        detail=detail,
    )


def same_file(file: Attachment) -> dict[str, Any]:
    """The fields of an attachment that points to the same stored bytes."""
    names = ("name", "content_type", "size", "digest", "path")
    return {name: getattr(file, name) for name in names}


def _add(
    conversation: Conversation, kind: Message.Kind, said: Said, at: datetime | None = None, **fields: Any
) -> Message:
    message = Message.objects.create(
        conversation=conversation,
        kind=kind,
        at=at or now(),
        author_name=said.name,
        text=said.text,
        html=said.html,
        external_id=said.external_id[:250],
        recipients=said.recipients,
        **fields,
    )
    Attachment.objects.bulk_create([Attachment(message=message, **file) for file in said.files])
    return message


def set_state(conversation: Conversation, state: str) -> None:
    """Say whose move it is; closing counts the closes."""
    changes: dict[str, Any] = {"state": state}
    if state == State.CLOSED:
        changes |= {"closed_at": now(), "times_closed": conversation.times_closed + 1}
        changes |= {"next_step": "", "next_step_at": None}
    for name, value in changes.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(changes))


def set_owner(conversation: Conversation, owner: Staff | None) -> bool:
    """Give the conversation to one person or to nobody; False when that was so already."""
    if conversation.owner_id == (owner.pk if owner else None):
        return False
    conversation.owner = owner
    conversation.owned_since = now() if owner else None
    conversation.save(update_fields=["owner", "owned_since"])
    return True


def set_next_step(conversation: Conversation, what: str, at: datetime | None) -> None:
    """Write down what happens next, and when the conversation comes back by itself."""
    conversation.next_step, conversation.next_step_at = what[:200], at
    conversation.save(update_fields=["next_step", "next_step_at"])


def classify(
    conversation: Conversation,
    *,
    reason: Reason | None,
    area: ProductArea | None,
    suggested: bool = False,
) -> None:
    """Set contact reason and product area; a person's choice is never overwritten by a suggestion."""
    if suggested and not conversation.is_suggested and (conversation.reason_id or conversation.area_id):
        return
    conversation.reason, conversation.area, conversation.is_suggested = reason, area, suggested
    conversation.save(update_fields=["reason", "area", "is_suggested"])


def set_spam(conversation: Conversation, is_spam: bool) -> None:
    """Put a conversation into the spam folder or take it out."""
    conversation.is_spam = is_spam
    conversation.save(update_fields=["is_spam"])


def set_person(conversation: Conversation, customer: Customer | None) -> None:
    """Say who wrote, where the address alone could not."""
    conversation.customer = customer
    conversation.save(update_fields=["customer"])


def mark_read(conversation: Conversation) -> None:
    """Somebody has opened it."""
    if conversation.is_unread:
        Conversation.objects.filter(pk=conversation.pk).update(is_unread=False)


def address_to(message: Message, to: list[str]) -> None:
    """Say to which addresses an outbound message goes after all."""
    message.recipients = {**message.recipients, "to": to}
    message.save(update_fields=["recipients"])


def mark_delivery(message_id: int, status: Message.Status, **detail: Any) -> None:
    """Write down how the sending of an outbound message went."""
    message = Message.objects.get(pk=message_id)
    message.status = status
    message.detail = {**message.detail, **detail}
    message.save(update_fields=["status", "detail"])


def keep_draft(conversation_id: int, staff: Staff, kind: str, text: str) -> datetime | None:
    """Keep what has been written so far; an empty text forgets the draft. Returns when it was kept."""
    drafts = Draft.objects.filter(conversation_id=conversation_id, staff=staff, kind=kind)
    if not text.strip():
        drafts.delete()
        return None
    draft, _ = Draft.objects.update_or_create(
        conversation_id=conversation_id,
        staff=staff,
        kind=kind,
        defaults={"text": text, "updated_at": now()},
    )
    return draft.updated_at


def forget_draft(conversation: Conversation, staff: Staff, kind: str) -> None:
    """The draft has become a message."""
    Draft.objects.filter(conversation=conversation, staff=staff, kind=kind).delete()
