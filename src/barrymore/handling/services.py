"""A contact's life in order, each step one transaction of plain calls."""

from datetime import datetime

from django.db import transaction

from barrymore.conversations import selectors as threads
from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation, Message, Reason
from barrymore.conversations.services import Opening, Said, refs_of
from barrymore.conversations.suggestion import suggest
from barrymore.customers.models import Address, Customer
from barrymore.customers.services import identify
from barrymore.delivery import services as outbox
from barrymore.feedback import services as feedback
from barrymore.handling.contact import Contact, Received
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.models import Site, Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Line, Queue
from barrymore.routing.selectors import queue_or_default, queue_ref_of
from barrymore.sla import services as sla
from barrymore.sla.selectors import nearest_due

State = Conversation.State


class NothingToSend(ValueError):
    """An answer without a word, or to nobody."""


@transaction.atomic
@in_one_insert()
def receive(contact: Contact) -> Received:
    """Take in one contact. The same channel and external id again returns the first result.

    Raises BadAddress for a sender that is no address.
    """
    earlier = threads.earlier_arrival(contact.channel, contact.external_id)
    if earlier is not None:
        return Received(earlier.pk, earlier.conversation_id, is_new=False)
    address, customer = _who(contact)
    conversation = _continued(contact)
    is_opening = conversation is None
    if conversation is None:
        conversation = _opened(contact, address, customer)
    arrival = conversations.record_arrival(
        conversation, contact.channel, contact.external_id, address, _said(contact), is_opening=is_opening
    )
    if is_opening:
        _place(conversation, contact)
    else:
        _continue(conversation)
    refs = refs_of(conversation, channel=contact.channel, queue=queue_ref_of(conversation))
    record("contact.received", f"contact:{arrival.pk}:received", **refs)
    return Received(arrival.pk, conversation.pk, is_new=True)


def _who(contact: Contact) -> tuple[Address | None, Customer | None]:
    if not contact.address:
        return None, Customer.objects.filter(pk=contact.customer_ref or 0).first()
    found = identify(
        contact.address_kind,
        contact.address,
        name=contact.name,
        language=contact.language,
        proved=contact.proved,
    )
    return found.address, found.customer


def _continued(contact: Contact) -> Conversation | None:
    """The thread that the contact's channel has proved it belongs to."""
    if contact.conversation_ref is None:
        return None
    return (
        Conversation.objects.select_related("customer", "address", "owner")
        .filter(pk=contact.conversation_ref)
        .first()
    )


def _opened(contact: Contact, address: Address | None, customer: Customer | None) -> Conversation:
    site = Site.objects.filter(pk=contact.site_ref).first() if contact.site_ref else None
    conversation = conversations.open_conversation(
        Opening(
            channel=contact.channel,
            subject=contact.subject,
            language=contact.language or (customer.language if customer else ""),
            customer=customer,
            address=address,
            site=site,
            is_spam=contact.is_spam,
            is_unread=True,
        )
    )
    reason, area = suggest(f"{contact.subject} {contact.text}")
    if contact.reason_ref:
        reason = Reason.objects.filter(pk=contact.reason_ref).first() or reason
    if reason or area:
        conversations.classify(conversation, reason=reason, area=area, suggested=True)
    return conversation


def _said(contact: Contact) -> Said:
    files = tuple(vars(upload) for upload in contact.uploads)
    return Said(
        text=contact.text,
        html=contact.html,
        name=contact.name,
        external_id=contact.external_id,
        recipients=contact.recipients,
        files=files,
    )


def _place(conversation: Conversation, contact: Contact) -> None:
    queue = queue_or_default(contact.queue_ref)
    clocks = [] if conversation.is_spam else sla.start_clocks(conversation, queue.pk, 2)
    due = min((clock.due_at for clock in clocks if clock.due_at), default=None)
    line = Line.WAITING if contact.is_live else Line.NONE
    routing.enqueue(conversation, queue, due_at=due, line=line)
    refs = refs_of(conversation, queue=queue.pk, values={"spam": conversation.is_spam})
    record("conversation.opened", f"conversation:{conversation.pk}:opened", **refs)


def _continue(conversation: Conversation) -> None:
    """The customer has written again: what waited runs on, what was closed opens."""
    feedback.cancel_waiting(conversation)
    if conversation.state == State.CLOSED:
        due = open_again(conversation, by=None)
    elif conversation.state == State.WAITING:
        conversations.set_state(conversation, State.OPEN)
        conversations.set_next_step(conversation, "", None)
        due = sla.resume_clocks(conversation)
    else:
        due = nearest_due(conversation)
    placement = getattr(conversation, "placement", None)
    if placement and conversation.first_replied_at is not None:
        next_due = sla.start_next_response(conversation, placement.queue_id, placement.priority)
        due = min((one for one in (due, next_due) if one), default=None)
    routing.refresh(conversation, due)


def open_again(conversation: Conversation, by: Staff | None) -> datetime | None:
    """Open a closed conversation; returns the deadline that runs on."""
    conversations.set_state(conversation, State.OPEN)
    due = sla.reopen_clocks(conversation)
    event = conversations.add_event(conversation, "reopened", by, by=by.name if by else "")
    record("conversation.reopened", f"message:{event.pk}:reopened", **refs_of(conversation))
    return due


@transaction.atomic
@in_one_insert()
def answer(
    conversation: Conversation,
    staff: Staff,
    said: Said,
    *,
    expects_reply: bool = True,
) -> Message:
    """Answer: the message goes into the outbox, the first-response clock stops, the writer becomes owner.

    `expects_reply` says that we now wait for the customer, which pauses the other clocks.
    Whoever answers may answer for a colleague. Raises NothingToSend.
    """
    if not said.text.strip():
        raise NothingToSend
    asked = threads.last_inbound(conversation)
    if not said.recipients.get("to"):
        to = _reply_to(conversation, asked)
        said = Said(**{**vars(said), "recipients": {**said.recipients, "to": to}})
    is_first = conversation.first_replied_at is None and asked is not None
    if conversation.state == State.CLOSED:
        open_again(conversation, by=staff)
    message = conversations.add_outbound(
        conversation, staff, said, state=State.WAITING if expects_reply else State.OPEN
    )
    conversations.forget_draft(conversation, staff, Message.Kind.OUTBOUND)
    outbox.owe(_road(conversation, said), f"message:{message.pk}", {"message": message.pk})
    if conversation.owner_id is None:
        routing.take(conversation, staff)
    due = sla.note_answer(conversation, waiting=expects_reply)
    _tell_answer(conversation, message, is_first)
    routing.refresh(conversation, due)
    return message


def _road(conversation: Conversation, said: Said) -> str:
    """By what an answer leaves: who called, or told us at the desk, and left a number is written a text."""
    to = said.recipients.get("to") or [""]
    is_spoken = conversation.channel in {"phone", "walkup"}
    return "sms" if is_spoken and to[0] and "@" not in to[0] else conversation.channel


def _reply_to(conversation: Conversation, asked: Message | None) -> list[str]:
    address = asked.address if asked and asked.address else conversation.address
    if address is None:
        raise NothingToSend("nobody to write to")
    # A visitor of a web site is answered in the window, which is no address to write down.
    return [] if address.kind == Address.Kind.VISITOR else [address.value]


def _tell_answer(conversation: Conversation, message: Message, is_first: bool) -> None:
    refs = refs_of(conversation, staff_ref=message.author_id, queue=queue_ref_of(conversation))
    record("message.sent", f"message:{message.pk}:sent", **refs)
    if is_first:
        waited = (message.at - conversation.opened_at).total_seconds()
        key = f"conversation:{conversation.pk}:first_reply"
        refs["values"] = {"wait_seconds": round(waited, 3)}
        record("conversation.answered", key, **refs)


@transaction.atomic
def start(
    staff: Staff, queue: Queue, address_text: str, subject: str, said: Said, *, channel: str = "mail"
) -> Conversation:
    """Begin a conversation with a customer ourselves; we wait for them from the first message."""
    who = identify("email", address_text)
    conversation = conversations.open_conversation(
        Opening(
            channel=channel,
            subject=subject,
            language=who.customer.language if who.customer else "",
            customer=who.customer,
            address=who.address,
            site=queue.site,
        )
    )
    record("conversation.started", f"conversation:{conversation.pk}:started", **refs_of(conversation))
    routing.enqueue(conversation, queue)
    answer(
        conversation,
        staff,
        Said(**{**vars(said), "recipients": {**said.recipients, "to": [who.address.value]}}),
    )
    return conversation


@transaction.atomic
@in_one_insert()
def close(conversation: Conversation, staff: Staff | None, *, not_asking: str = "") -> None:
    """Close: clocks stop, the agent is free, and the customer is asked with a known probability.

    `not_asking` is the reason why this customer shall not be asked; it is counted.
    """
    if conversation.state == State.CLOSED:
        return
    conversations.set_state(conversation, State.CLOSED)
    sla.stop_clocks(conversation)
    routing.refresh(conversation, None)
    event = conversations.add_event(
        conversation, "closed", staff, by=staff.name if staff else "", not_asking=not_asking
    )
    queue_ref = queue_ref_of(conversation)
    values = {
        "open_seconds": round((now() - conversation.opened_at).total_seconds()),
        "answered": conversation.first_replied_at is not None,
        "closing": conversation.times_closed,
    }
    refs = refs_of(conversation, queue=queue_ref, staff_ref=staff.pk if staff else None, values=values)
    record("conversation.closed", f"message:{event.pk}:closed", **refs)
    if conversation.first_replied_at is not None:
        feedback.open_case(conversation, conversation.owner or staff, queue_ref, suppressed=not_asking)


@transaction.atomic
def reopen(conversation: Conversation, staff: Staff) -> None:
    """Open a closed conversation again; whoever was to be asked about it is not asked yet."""
    if conversation.state != State.CLOSED:
        return
    feedback.cancel_waiting(conversation)
    routing.refresh(conversation, open_again(conversation, by=staff))
