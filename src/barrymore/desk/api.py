"""REST that shows and moves conversations."""

from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.selectors import thread
from barrymore.conversations.services import Said
from barrymore.desk.cursors import after_of, cursor_of
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.organisation.access import actor_of
from barrymore.organisation.models import Staff
from barrymore.organisation.services import once_if_keyed
from barrymore.routing import services as routing
from barrymore.routing.models import Placement, Presence, Priority
from barrymore.routing.selectors import list_page, presence_of, visible_placement
from barrymore.routing.sight import visible_queues
from barrymore.sla.selectors import live_clocks

router = Router(tags=["conversations"])
PAGE = 50


class Reply(Schema):
    """An answer to the customer."""

    text: str
    cc: list[str] = []
    bcc: list[str] = []
    expects_reply: bool = True


class Note(Schema):
    """What only the team sees."""

    text: str


class Close(Schema):
    """How a conversation is closed; `not_asking` is a counted reason not to ask the customer."""

    not_asking: str = ""


class Transfer(Schema):
    """To whom a conversation goes."""

    queue: int | None = None
    staff: int | None = None


class PriorityIn(Schema):
    """1 low, 2 normal, 3 high, 4 urgent."""

    priority: int


class PresenceIn(Schema):
    """Whether a person takes work, and why not."""

    state: str
    reason: str = ""


def visible(request: HttpRequest, conversation_id: int, permission: str = "conversations.read") -> Placement:
    """The placement of a conversation that the caller may see. Raises NotAllowed, DoesNotExist."""
    actor = actor_of(request)
    actor.need_somewhere(permission)
    placement = visible_placement(actor.staff, conversation_id)
    if placement is None:
        raise Conversation.DoesNotExist
    actor.need_at(permission, placement.queue)
    return placement


def row_out(placement: Placement) -> dict[str, Any]:
    """A row of the list."""
    conversation = placement.conversation
    return {
        "id": conversation.pk,
        "subject": conversation.subject,
        "channel": conversation.channel,
        "state": conversation.state,
        "priority": placement.priority,
        "queue": placement.queue_id,
        "owner": conversation.owner.name if conversation.owner else None,
        "customer": conversation.customer.name if conversation.customer else None,
        "from": conversation.address.value if conversation.address else None,
        "language": conversation.language,
        "answered": conversation.first_replied_at is not None,
        "due_at": placement.due_at if placement.due_at.year < 9000 else None,
    }


def message_out(message: Message) -> dict[str, Any]:
    """A message of the thread."""
    return {
        "id": message.pk,
        "kind": message.kind,
        "at": message.at,
        "author": message.author.name if message.author else message.author_name,
        "text": message.text,
        "status": message.status,
        "event": message.event,
        "attachments": [{"id": file.pk, "name": file.name, "size": file.size} for file in message.files],
    }


@router.get("/conversations")
def conversations(
    request: HttpRequest, queue: int | None = None, mine: bool = False, cursor: str = ""
) -> dict[str, Any]:
    """Unclosed conversations that the caller may see, the nearest deadline first."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    queues = list(visible_queues(actor.staff).values_list("pk", flat=True))
    if queue is not None:
        queues = [pk for pk in queues if pk == queue]
    rows = list_page(queues, owner=actor.staff if mine else None, after=after_of(cursor), limit=PAGE + 1)
    more = cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else None
    return {"items": [row_out(row) for row in rows[:PAGE]], "next": more}


@router.get("/conversations/{conversation_id}")
def conversation(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """One conversation with its newest messages and its clocks."""
    placement = visible(request, conversation_id)
    found = placement.conversation
    clocks = [
        {"kind": clock.kind, "state": clock.state, "due_at": clock.due_at} for clock in live_clocks(found)
    ]
    messages = [message_out(message) for message in thread(found)]
    return {**row_out(placement), "messages": messages, "clocks": clocks}


@router.post("/conversations/{conversation_id}/replies")
def reply(
    request: HttpRequest, conversation_id: int, reply: Reply, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Answer the customer; the message leaves by the conversation's own channel."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    said = Said(text=reply.text, name=actor.staff.name, recipients={"cc": reply.cc, "bcc": reply.bcc})

    def work() -> dict[str, Any]:
        message = handling.answer(found, actor.staff, said, expects_reply=reply.expects_reply)
        return {"id": message.pk, "status": message.status}

    return once_if_keyed(actor.token_ref, idempotency_key, [conversation_id, reply.dict()], work)


@router.post("/conversations/{conversation_id}/notes")
def note(
    request: HttpRequest, conversation_id: int, note: Note, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Write what only the team sees."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation

    def work() -> dict[str, Any]:
        return {"id": moves.note(found, actor.staff, note.text).pk}

    return once_if_keyed(actor.token_ref, idempotency_key, [conversation_id, note.dict()], work)


@router.post("/conversations/{conversation_id}/take")
def take(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """Become the owner; 409 when a colleague is."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    routing.take(found, actor.staff)
    return {"id": found.pk, "owner": actor.staff.name}


@router.put("/me/presence")
def presence(request: HttpRequest, wish: PresenceIn) -> dict[str, Any]:
    """Say whether the token's owner takes work; the same again says that the person is still there."""
    actor = actor_of(request)
    actor.need_somewhere("presence.set")
    if wish.state not in Presence.State.values:
        raise ValueError(f"state: one of {', '.join(Presence.State.values)}")
    current = presence_of(actor.staff)
    if current is None or current.state != wish.state:
        routing.set_presence(actor.staff, wish.state, wish.reason)
    else:
        routing.note_seen(actor.staff)
    return {"state": wish.state}


@router.post("/conversations/{conversation_id}/close")
def close(request: HttpRequest, conversation_id: int, how: Close) -> dict[str, Any]:
    """Close; a closed one stays as it is."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    handling.close(found, actor.staff, not_asking=how.not_asking)
    return {"id": found.pk, "state": found.state}


@router.post("/conversations/{conversation_id}/reopen")
def reopen(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """Open a closed conversation again."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    handling.reopen(found, actor.staff)
    return {"id": found.pk, "state": found.state}


@router.post("/conversations/{conversation_id}/priority")
def priority(request: HttpRequest, conversation_id: int, wish: PriorityIn) -> dict[str, Any]:
    """Offer it sooner or later than others; a higher priority may bring its promises nearer."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    if wish.priority not in Priority.values:
        raise ValueError("priority: 1 low, 2 normal, 3 high, 4 urgent")
    moves.prioritise(found, actor.staff, wish.priority)
    return {"id": found.pk, "priority": wish.priority}


@router.post("/conversations/{conversation_id}/transfer")
def transfer(request: HttpRequest, conversation_id: int, to: Transfer) -> dict[str, Any]:
    """Hand over to a colleague or to another queue that the caller may see."""
    actor = actor_of(request)
    found = visible(request, conversation_id, "conversations.answer").conversation
    queue = visible_queues(actor.staff).get(pk=to.queue) if to.queue else None
    person = Staff.objects.get(pk=to.staff, is_active=True) if to.staff else None
    if queue is None and person is None:
        raise ValueError("name a queue or a member of staff")
    moves.transfer(found, actor.staff, to=person, queue=queue)
    return {"id": found.pk, "owner": person.name if person else None}
