"""Move a conversation without answering it: notes, forwards, hand-overs, next steps, spam, classification."""

from datetime import datetime
from typing import Any

from django.db import transaction

from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said, refs_of
from barrymore.customers.models import Customer
from barrymore.delivery import services as outbox
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Placement, Queue
from barrymore.routing.selectors import queue_ref_of
from barrymore.sla import services as sla
from barrymore.sla.selectors import nearest_due


class NothingWritten(ValueError):
    """A note without a word."""


class NeedsNextStep(ValueError):
    """A next step must lie in the future, otherwise nobody would ever take it."""


@transaction.atomic
def note(conversation: Conversation, staff: Staff, text: str) -> Message:
    """Write what only the team sees."""
    if not text.strip():
        raise NothingWritten
    message = conversations.add_note(conversation, staff, text)
    refs = refs_of(conversation, staff_ref=staff.pk, queue=queue_ref_of(conversation))
    record("note.added", f"message:{message.pk}:note", **refs)
    conversations.forget_draft(conversation, staff, Message.Kind.NOTE)
    return message


@transaction.atomic
def forward(conversation: Conversation, staff: Staff, said: Said, subject: str) -> Message:
    """Pass what was said on to somebody else by mail.

    This is no answer to the customer: clocks, state, owner and first answer stay as they are.
    Raises NothingWritten without a word or an address.
    """
    to = said.recipients.get("to", [])
    if not said.text.strip() or not to:
        raise NothingWritten
    message = conversations.add_forward(conversation, staff, said, subject)
    outbox.owe("mail", f"message:{message.pk}", {"message": message.pk})
    conversations.add_event(conversation, "forwarded", staff, by=staff.name, to=", ".join(to))
    refs = refs_of(conversation, staff_ref=staff.pk, queue=queue_ref_of(conversation))
    record("message.forwarded", f"message:{message.pk}:forwarded", **refs)
    return message


@transaction.atomic
def transfer(
    conversation: Conversation, by: Staff, *, to: Staff | None = None, queue: Queue | None = None
) -> None:
    """Hand over to a colleague or to another queue; the promises already running stay."""
    if queue is not None:
        routing.assign(conversation, None, by)
        priority = Placement.objects.get(conversation=conversation).priority
        routing.enqueue(conversation, queue, priority=priority, due_at=nearest_due(conversation))
    if to is not None:
        routing.assign(conversation, to, by)


@transaction.atomic
def prioritise(conversation: Conversation, staff: Staff, priority: int) -> None:
    """Set how soon it is offered; what is promised can only come nearer by it, never move away."""
    placement = Placement.objects.select_for_update().get(conversation=conversation)
    if placement.priority == priority:
        return
    due = sla.bring_nearer(conversation, placement.queue_id, priority)
    routing.prioritise(conversation, priority, due)
    event = conversations.add_event(conversation, "prioritised", staff, to=priority, by=staff.name)
    refs = refs_of(conversation, staff_ref=staff.pk, queue=placement.queue_id)
    refs["values"] = {"priority": priority, "before": placement.priority}
    record("conversation.prioritised", f"message:{event.pk}:prioritised", **refs)


@transaction.atomic
def wait_until(conversation: Conversation, staff: Staff, what: str, at: datetime) -> None:
    """Set the next step; at that time the conversation comes back by itself."""
    if at <= now():
        raise NeedsNextStep
    conversations.set_next_step(conversation, what, at)
    event = conversations.add_event(conversation, "next_step", staff, what=what, at=at.isoformat())
    record("conversation.next_step", f"message:{event.pk}:next_step", **refs_of(conversation))


@transaction.atomic
def plan_step(conversation: Conversation, what: str, at: datetime | None) -> None:
    """Write down what the customer asked us to do next; without a time it is for whoever takes it."""
    if at is not None and at <= now():
        raise NeedsNextStep
    conversations.set_next_step(conversation, what, at)
    told = at.isoformat() if at else ""
    event = conversations.add_event(conversation, "asked_for", what=what, at=told)
    record("conversation.next_step", f"message:{event.pk}:next_step", **refs_of(conversation))


@transaction.atomic
def mark_spam(conversation: Conversation, staff: Staff | None, is_spam: bool) -> None:
    """Move to the spam folder, or out of it as if it had arrived now."""
    if conversation.is_spam == is_spam:
        return
    conversations.set_spam(conversation, is_spam)
    placement = Placement.objects.select_related("queue").get(conversation=conversation)
    if is_spam:
        sla.cancel_clocks(conversation)
    else:
        sla.start_clocks(conversation, placement.queue_id, placement.priority)
    routing.refresh(conversation, nearest_due(conversation))
    event = conversations.add_event(conversation, "spam" if is_spam else "not_spam", staff)
    refs = refs_of(conversation, staff_ref=staff.pk if staff else None)
    record(f"conversation.{event.event}", f"message:{event.pk}:spam", **refs)


@transaction.atomic
def name_person(conversation: Conversation, customer: Customer | None, staff: Staff) -> None:
    """Say who wrote from a shared address."""
    conversations.set_person(conversation, customer)
    event = conversations.add_event(conversation, "person", staff, to=str(customer or ""))
    record("conversation.person", f"message:{event.pk}:person", **refs_of(conversation))


@transaction.atomic
def classify(conversation: Conversation, staff: Staff, **chosen: Any) -> None:
    """Set reason and product area by a person's hand."""
    conversations.classify(
        conversation,
        reason=chosen.get("reason", conversation.reason),
        area=chosen.get("area", conversation.area),
    )
    stamp = now().isoformat()
    refs = refs_of(conversation, staff_ref=staff.pk)
    record("conversation.classified", f"conversation:{conversation.pk}:classified:{stamp}", **refs)
