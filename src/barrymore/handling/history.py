"""Take over conversations that were held elsewhere, and give them back; no figure of today moves by it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation, Message, Participant
from barrymore.conversations.past import (
    PastThread,
    SaidThen,
    drafted_in,
    files_of,
    forget_threads,
    keep_past,
)
from barrymore.conversations.services import refs_of
from barrymore.customers.models import Address, Customer
from barrymore.customers.past import Pair, forget_addresses, known_addresses
from barrymore.customers.recognition import BadAddress, normal
from barrymore.customers.services import identify
from barrymore.feedback.models import Case
from barrymore.handling.past import Direction, PastConversation, PastCustomer, PastMessage
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.models import Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Queue
from barrymore.sla import services as sla

State = Conversation.State
PRIORITY = 2
LOOK_AFTER = timedelta(days=1)
ASK_AFTER = timedelta(days=7)
# What comes about by itself around a conversation: nobody has touched it by that.
AUTOMATIC_EVENTS = ("offered", "offer_expired", "came_back", "promise_broken")
AUTOMATIC_FACTS = (
    *("conversation.imported", "conversation.queued", "offer.made", "offer.expired"),
    *("clock.warned", "clock.breached", "notice.given"),
)


@dataclass(frozen=True)
class Destination:
    """Where the conversations go. `origin` names the source, `ref` the import; `queues` are by small name."""

    ref: int
    origin: str
    queue: Queue
    queues: Mapping[str, Queue] = field(default_factory=dict)
    closes_open: bool = False


@dataclass(frozen=True)
class Taken:
    """One conversation that is here now, up to which message it is as it came, and whom it made known."""

    conversation_ref: int
    last_message_ref: int
    new_address_ref: int | None = None


@dataclass(frozen=True)
class GivenBack:
    """What was removed, what stays because somebody has touched it, and the files to remove."""

    removed: tuple[int, ...]
    stays: tuple[int, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class _Who:
    address: Address | None = None
    customer: Customer | None = None
    is_new: bool = False


@transaction.atomic
@in_one_insert()
def take_over(batch: Sequence[PastConversation], into: Destination) -> list[Taken]:
    """Write a batch as it was, in one transaction: closed ones stay closed and make no noise at all.

    Open ones stand in the queue with a promise that counts from now, unless `into` says to close them.
    """
    people = _identify(batch)
    staff = _colleagues(batch)
    threads = [_thread(past, _who(past, people), staff, into) for past in batch]
    made = keep_past(threads)
    queues = [into.queues.get(past.queue.lower(), into.queue) for past in batch]
    closed = [pair for pair in zip(made, queues, strict=True) if pair[0].state == State.CLOSED]
    routing.shelve([pair[0] for pair in closed], [pair[1] for pair in closed])
    for conversation, queue in zip(made, queues, strict=True):
        if conversation.state != State.CLOSED:
            _place(conversation, queue)
        _tell(conversation, queue, into)
    return _taken(made, batch, people)


def _identify(batch: Sequence[PastConversation]) -> dict[Pair, _Who]:
    """Everybody who wrote in the batch, found in one statement; who is unknown becomes known."""
    pairs = {pair: past.customer for past in batch if (pair := normal_pair(past.customer))}
    known = known_addresses(pairs)
    found = {pair: _Who(address, address.customer) for pair, address in known.items()}
    for pair, customer in pairs.items():
        if pair not in found:
            made = identify(*pair, name=customer.name, language=customer.language)
            found[pair] = _Who(made.address, made.customer, is_new=True)
    return found


def normal_pair(customer: PastCustomer) -> Pair | None:
    """Kind and normal value of the address; None where there is none that can be used."""
    kind, value = customer.address
    try:
        return (kind, normal(kind, value)) if kind else None
    except BadAddress:
        return None


def _who(past: PastConversation, people: Mapping[Pair, _Who]) -> _Who:
    pair = normal_pair(past.customer)
    return people[pair] if pair else _Who()


def _colleagues(batch: Sequence[PastConversation]) -> dict[str, Staff]:
    """Those of us who have answered then and work here, by address."""
    ours = {
        one.email.lower() for past in batch for one in past.messages if one.direction != Direction.INBOUND
    }
    return {person.email: person for person in Staff.objects.filter(email__in=ours - {""})}


def _thread(past: PastConversation, who: _Who, staff: Mapping[str, Staff], into: Destination) -> PastThread:
    state = State.CLOSED if into.closes_open else past.state
    return PastThread(
        subject=past.subject,
        channel=_channel(past.channel, who.address),
        state=state,
        opened_at=past.opened_at,
        last_message_at=past.last_at,
        closed_at=past.closed_at or past.last_at,
        first_replied_at=past.first_replied_at,
        origin=into.origin,
        said=tuple(_said(one, who, staff) for one in past.messages),
        language=past.language or (who.customer.language if who.customer else ""),
        customer=who.customer,
        address=who.address,
        site=into.queue.site,
        detail={"source": past.source_id, "queue": past.queue, "tags": list(past.tags)},
    )


def _channel(told: str, address: Address | None) -> str:
    """The channel by which an answer can leave here: a chat of another house is over."""
    if address is not None and address.kind == Address.Kind.EMAIL:
        return told if told in {"mail", "form", "phone"} else "mail"
    return told if told in {"phone", "sms"} else "phone"


def _said(one: PastMessage, who: _Who, staff: Mapping[str, Staff]) -> SaidThen:
    is_theirs = one.direction == Direction.INBOUND
    is_customer = is_theirs and who.address is not None and one.email.lower() in {"", who.address.value}
    return SaidThen(
        kind=Message.Kind(one.direction),
        at=one.at,
        name=one.name or one.email,
        text=one.text,
        html=one.html,
        external_id=one.external_id,
        arrival=one.external_id if is_theirs else "",
        to=one.to,
        author=None if is_theirs else staff.get(one.email.lower()),
        address=who.address if is_customer else None,
        files=tuple(vars(upload) for upload in one.uploads),
    )


def _place(conversation: Conversation, queue: Queue) -> None:
    """Somebody must take it or it comes back by itself; what is promised counts from now."""
    is_waiting = conversation.state == State.WAITING
    clocks = [] if is_waiting else sla.start_clocks(conversation, queue.pk, PRIORITY)
    due = min((clock.due_at for clock in clocks if clock.due_at), default=None)
    routing.enqueue(conversation, queue, priority=PRIORITY, due_at=due)
    what = gettext("Imported: has the customer answered?") if is_waiting else gettext("Imported: answer it")
    conversations.set_next_step(conversation, what, _step_at(due, is_waiting))


def _step_at(due: datetime | None, is_waiting: bool) -> datetime:
    return due or now() + (ASK_AFTER if is_waiting else LOOK_AFTER)


def _tell(conversation: Conversation, queue: Queue, into: Destination) -> None:
    """The one fact of the past: no figure counts it, and the journal still knows it."""
    refs = refs_of(conversation, queue=queue.pk, values={"import": into.ref})
    key = f"import:{into.ref}:{conversation.pk}"
    record("conversation.imported", key, at=conversation.opened_at, **refs)


def _taken(
    made: Sequence[Conversation], batch: Sequence[PastConversation], people: Mapping[Pair, _Who]
) -> list[Taken]:
    last = dict(
        Message.objects.filter(conversation__in=made)
        .values_list("conversation")
        .annotate(last=Max("pk"))
        .order_by()
    )
    told: set[int] = set()
    taken = []
    for conversation, past in zip(made, batch, strict=True):
        who = _who(past, people)
        new = who.address.pk if who.is_new and who.address and who.address.pk not in told else None
        told |= {new} if new else set()
        taken.append(Taken(conversation.pk, last[conversation.pk], new))
    return taken


@transaction.atomic
@in_one_insert()
def give_back(imported: Mapping[int, int], ref: int) -> GivenBack:
    """Remove the imported conversations that nobody has touched; `imported` says up to which message
    each of them is as it came."""
    stays = _touched(imported)
    gone = [pk for pk in imported if pk not in stays]
    paths = files_of(gone)
    for conversation in Conversation.objects.filter(pk__in=gone).select_related("customer"):
        key = f"import:{ref}:{conversation.pk}:undone"
        record("conversation.import_undone", key, **refs_of(conversation))
    forget_threads(gone)
    return GivenBack(tuple(gone), tuple(sorted(stays)), tuple(paths))


def _touched(imported: Mapping[int, int]) -> set[int]:
    """Those in which somebody has said or done something since they came."""
    ids = list(imported)
    owned = Conversation.objects.filter(pk__in=ids, owner__isnull=False).values_list("pk", flat=True)
    acted = Fact.objects.filter(conversation_ref__in=ids).exclude(kind__in=AUTOMATIC_FACTS)
    said = Message.objects.filter(conversation__in=ids, pk__gt=min(imported.values(), default=0)).exclude(
        event__in=AUTOMATIC_EVENTS
    )
    later = {
        conversation
        for conversation, pk in said.values_list("conversation_id", "pk")
        if pk > imported[conversation]
    }
    acted_in = {ref for ref in acted.values_list("conversation_ref", flat=True) if ref is not None}
    return set(owned) | acted_in | later | drafted_in(ids)


@transaction.atomic
def forget_people(address_ids: Iterable[int]) -> int:
    """Forget the strangers among some addresses, of whom nothing is left; returns how many people."""
    ids = set(address_ids)
    mine = {"address__in": ids}
    for model in (Conversation, Message, Participant, Case):
        ids -= set(model._default_manager.filter(**mine).values_list("address", flat=True))
    busy = Conversation.objects.filter(customer__addresses__in=ids).values_list("customer", flat=True)
    asked = Case.objects.filter(customer__addresses__in=ids).values_list("customer", flat=True)
    kept = Address.objects.filter(customer__in={*busy, *asked}).values_list("pk", flat=True)
    return forget_addresses(sorted(ids - set(kept)))
