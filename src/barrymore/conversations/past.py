"""Write threads of the past as they were, and take them out again; nothing of today moves by it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from barrymore.conversations.models import Arrival, Attachment, Conversation, Draft, Message
from barrymore.customers.models import Address, Customer
from barrymore.journal.moment import now
from barrymore.organisation.models import Site, Staff

AT_ONCE = 500


@dataclass(frozen=True)
class SaidThen:
    """One message of the past. `arrival` is the id under which it would have arrived here."""

    kind: str
    at: datetime
    name: str = ""
    text: str = ""
    html: str = ""
    external_id: str = ""
    arrival: str = ""
    to: tuple[str, ...] = ()
    author: Staff | None = None
    address: Address | None = None
    files: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class PastThread:
    """A thread of the past, its messages in order. `origin` says where it comes from."""

    subject: str
    channel: str
    state: str
    opened_at: datetime
    last_message_at: datetime
    origin: str
    said: tuple[SaidThen, ...]
    closed_at: datetime | None = None
    first_replied_at: datetime | None = None
    language: str = ""
    customer: Customer | None = None
    address: Address | None = None
    site: Site | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def keep_past(threads: Sequence[PastThread]) -> list[Conversation]:
    """Write the threads in a few statements, however many they are; each ends with a line of its origin."""
    made = Conversation.objects.bulk_create([_conversation(thread) for thread in threads])
    said: list[tuple[SaidThen, Message]] = []
    messages: list[Message] = []
    for conversation, thread in zip(made, threads, strict=True):
        told = [(one, _message(conversation, one)) for one in thread.said]
        said += told
        messages += [message for _, message in told]
        messages.append(_origin(conversation, thread))
    Message.objects.bulk_create(messages, batch_size=AT_ONCE)
    files = [Attachment(message=message, **file) for one, message in said for file in one.files]
    Attachment.objects.bulk_create(files, batch_size=AT_ONCE)
    arrivals = [_arrival(message, one) for one, message in said if one.arrival]
    # What has arrived here before keeps its row: it is known already, and is not known twice.
    Arrival.objects.bulk_create(arrivals, batch_size=AT_ONCE, ignore_conflicts=True)
    return made


def _origin(conversation: Conversation, thread: PastThread) -> Message:
    return Message(
        conversation=conversation,
        kind=Message.Kind.EVENT,
        at=now(),
        event="imported",
        detail={"by": thread.origin, **thread.detail},
    )


def _conversation(thread: PastThread) -> Conversation:
    is_closed = thread.state == Conversation.State.CLOSED
    return Conversation(
        subject=thread.subject[:250],
        channel=thread.channel,
        language=thread.language,
        state=thread.state,
        customer=thread.customer,
        address=thread.address,
        site=thread.site,
        is_unread=not is_closed,
        opened_at=thread.opened_at,
        last_message_at=thread.last_message_at,
        first_replied_at=thread.first_replied_at,
        closed_at=thread.closed_at if is_closed else None,
        times_closed=int(is_closed),
    )


def _message(conversation: Conversation, one: SaidThen) -> Message:
    return Message(
        conversation=conversation,
        kind=one.kind,
        at=one.at,
        author=one.author,
        address=one.address,
        author_name=one.name,
        text=one.text,
        html=one.html,
        external_id=one.external_id[:250],
        recipients={"to": list(one.to)} if one.to else {},
    )


def _arrival(message: Message, one: SaidThen) -> Arrival:
    return Arrival(
        channel=message.conversation.channel,
        external_id=one.arrival[:250],
        conversation=message.conversation,
        message=message,
        at=one.at,
    )


def files_of(conversation_ids: Sequence[int]) -> list[str]:
    """The stored files that these conversations name and no other one does."""
    named = set(
        Attachment.objects.filter(message__conversation__in=conversation_ids).values_list("path", flat=True)
    )
    elsewhere = Attachment.objects.filter(path__in=named).exclude(message__conversation__in=conversation_ids)
    return sorted(named - set(elsewhere.values_list("path", flat=True)))


def forget_threads(conversation_ids: Sequence[int]) -> None:
    """Take conversations out with everything said in them; their files are the caller's to remove."""
    Conversation.objects.filter(pk__in=conversation_ids).delete()


def drafted_in(conversation_ids: Sequence[int]) -> set[int]:
    """Those of the conversations in which somebody has begun to write."""
    return set(Draft.objects.filter(conversation__in=conversation_ids).values_list("conversation", flat=True))
