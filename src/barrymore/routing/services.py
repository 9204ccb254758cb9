"""Place conversations in queues, offer them to people, and take back what nobody took."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import add_event, refs_of, set_owner
from barrymore.formulas.choice import Choice, Need, choose
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.routing.models import Line, Offer, Placement, Presence, Queue
from barrymore.routing.selectors import candidates_for, last_spoke_with, queue_ref_of, unowned_placements
from barrymore.routing.waking import wake_after_commit

NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
UNSEEN = "unseen"
REFUSED_FOR = timedelta(minutes=15)
SEEN_AT_MOST_EVERY = timedelta(seconds=30)
# A page opens something every few seconds, and the database is not asked each time who is here.
ASKED_AT_MOST_EVERY_SECONDS = 5


class AlreadyTaken(Exception):
    """Somebody else owns the conversation; `owner` says who."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


def enqueue(
    conversation: Conversation,
    queue: Queue,
    *,
    priority: int = 2,
    due_at: datetime | None = None,
    line: int = Line.NONE,
) -> Placement:
    """Put a conversation into a queue, or move it to another one."""
    where = {
        "queue": queue,
        "priority": priority,
        "due_at": due_at or NO_DEADLINE,
        "enqueued_at": now(),
        "line": line,
        **_standing(conversation),
    }
    # One statement for a new row and for a moved one; update_or_create takes four.
    placement = Placement(conversation=conversation, **where)
    Placement.objects.bulk_create(
        [placement],
        update_conflicts=True,
        unique_fields=["conversation"],
        # Who hangs on the line while being moved hangs on it afterwards.
        update_fields=[name for name in where if name != "line"],
    )
    conversation.placement = placement
    event = add_event(conversation, "queued", to=queue.name)
    record("conversation.queued", f"message:{event.pk}:queued", **refs_of(conversation, queue=queue.pk))
    return placement


def shelve(conversations: Sequence[Conversation], queues: Sequence[Queue]) -> None:
    """Stand closed conversations of the past each in its queue, where its team sees them; nothing is offered,
    and no fact is written, because nothing has happened today."""
    Placement.objects.bulk_create(
        Placement(
            conversation=conversation,
            queue=queue,
            due_at=NO_DEADLINE,
            enqueued_at=conversation.opened_at,
            **_standing(conversation),
        )
        for conversation, queue in zip(conversations, queues, strict=True)
    )


def prioritise(conversation: Conversation, priority: int, due_at: datetime | None) -> None:
    """Offer the conversation sooner or later than others from now on."""
    Placement.objects.filter(conversation=conversation).update(
        priority=priority, due_at=due_at or NO_DEADLINE
    )


def refresh(conversation: Conversation, due_at: datetime | None) -> None:
    """Bring the list's sort keys in step with the conversation and its nearest deadline."""
    Placement.objects.filter(conversation=conversation).update(
        due_at=due_at or NO_DEADLINE, **_standing(conversation)
    )
    wake_after_commit()


def _standing(conversation: Conversation) -> dict[str, bool]:
    closed = conversation.state == Conversation.State.CLOSED or conversation.is_spam
    return {
        "is_open": not closed,
        "is_paused": conversation.state == Conversation.State.WAITING,
        "has_owner": conversation.owner_id is not None,
    }


def offer_waiting(limit: int = 50) -> int:
    """Offer the conversations that nobody owns, the longest waiting first; returns how many were offered."""
    return sum(next_offer(placement) is not None for placement in unowned_placements(limit))


def next_offer(placement: Placement) -> Offer | None:
    """Offer one conversation to the fitting person, or to nobody when nobody is free.

    Who fits is looked up before anything is locked: others go on writing meanwhile.
    """
    conversation, queue = placement.conversation, placement.queue
    need = Need(
        language=conversation.language,
        waiting_since=placement.enqueued_at,
        excluded=frozenset(_refused_lately(conversation)),
        skills=queue.skills,
        has_waited=_has_waited(placement),
    )
    choice = choose(need, candidates_for(queue, last_spoke_with(conversation)))
    if choice is None:
        return None
    try:
        with transaction.atomic():
            waits = Placement.objects.filter(pk=placement.pk, is_open=True, has_owner=False).exists()
            return hold_out(conversation, placement, choice, queue.offer_seconds) if waits else None
    except IntegrityError:
        # Another worker has offered it at this very moment: its offer stands.
        return None


def _has_waited(placement: Placement) -> bool:
    """Long enough to be offered to others; in a queue that names no time that is so at once."""
    minutes = placement.queue.overflow_minutes
    return minutes is None or now() - placement.enqueued_at >= timedelta(minutes=minutes)


def _refused_lately(conversation: Conversation) -> set[int]:
    refused = Offer.objects.filter(
        conversation=conversation,
        state__in=[Offer.State.EXPIRED, Offer.State.DECLINED],
        ended_at__gt=now() - REFUSED_FOR,
    )
    return set(refused.values_list("staff_id", flat=True))


def hold_out(conversation: Conversation, placement: Placement, choice: Choice, seconds: int) -> Offer:
    """Write the offer, in the caller's transaction. Raises IntegrityError where one is open already."""
    offer = Offer.objects.create(
        conversation=conversation,
        staff_id=choice.staff_ref,
        reasons=list(choice.reasons),
        offered_at=now(),
        expires_at=now() + timedelta(seconds=seconds),
    )
    add_event(conversation, "offered", offer.staff, to=offer.staff.name, reasons=offer.reasons)
    record(
        "offer.made",
        f"offer:{offer.pk}:made",
        **refs_of(conversation, queue=placement.queue_id, staff_ref=offer.staff_id),
    )
    return offer


def take(conversation: Conversation, staff: Staff) -> None:
    """Make a person the owner, if nobody else is. Raises AlreadyTaken."""
    if _took(conversation, staff):
        return
    owner = Conversation.objects.select_related("owner").get(pk=conversation.pk).owner
    if owner is not None and owner.pk != staff.pk:
        raise AlreadyTaken(owner.name)


@transaction.atomic(savepoint=False)
def _took(conversation: Conversation, staff: Staff) -> bool:
    # The conditional update is the race: of two takers only one sees a row change.
    if not Conversation.objects.filter(pk=conversation.pk, owner=None).update(owner=staff, owned_since=now()):
        return False
    conversation.owner, conversation.owned_since = staff, now()
    Placement.objects.filter(conversation=conversation).update(has_owner=True)
    _end_offers(conversation, accepted_by=staff)
    _tell_owner(add_event(conversation, "taken", staff, by=staff.name), staff)
    return True


@transaction.atomic(savepoint=False)
def assign(conversation: Conversation, staff: Staff | None, by: Staff | None) -> None:
    """Give the conversation to a person, or back to the queue."""
    if not set_owner(conversation, staff):
        return
    Placement.objects.filter(conversation=conversation).update(has_owner=staff is not None)
    _end_offers(conversation, accepted_by=staff)
    what = "assigned" if staff else "returned"
    names = {"to": staff.name if staff else "", "by": by.name if by else ""}
    _tell_owner(add_event(conversation, what, by, **names), staff)


def _tell_owner(event: Message, staff: Staff | None) -> None:
    conversation = event.conversation
    queue = queue_ref_of(conversation)
    record(
        "conversation.owned" if staff else "conversation.returned",
        f"message:{event.pk}:owner",
        **refs_of(conversation, queue=queue, staff_ref=staff.pk if staff else None),
    )


def _end_offers(conversation: Conversation, accepted_by: Staff | None) -> None:
    ended = Case(
        When(staff=accepted_by, then=Value(Offer.State.ACCEPTED)), default=Value(Offer.State.WITHDRAWN)
    )
    open_offers = Offer.objects.filter(conversation=conversation, state=Offer.State.OPEN)
    open_offers.update(state=ended if accepted_by else Offer.State.WITHDRAWN, ended_at=now())


@transaction.atomic
def decline(offer_id: int, staff: Staff) -> bool:
    """Say no to an offer; it goes to the next person. False when it has ended already."""
    return end_offer(offer_id, Offer.State.DECLINED, staff_id=staff.pk)


def expire_offers() -> int:
    """Take back the offers that nobody answered in time."""
    late = Offer.objects.filter(state=Offer.State.OPEN, expires_at__lte=now()).values_list("pk", flat=True)
    return sum(_expire(offer_id) for offer_id in list(late[:100]))


@transaction.atomic
def _expire(offer_id: int) -> bool:
    return end_offer(offer_id, Offer.State.EXPIRED)


def end_offer(offer_id: int, state: Offer.State, **of: int) -> bool:
    """End an open offer in the caller's transaction; False when it has ended already."""
    ended = Offer.objects.filter(pk=offer_id, state=Offer.State.OPEN, **of).update(
        state=state, ended_at=now()
    )
    if ended:
        offer = Offer.objects.select_related("conversation__customer", "staff").get(pk=offer_id)
        add_event(offer.conversation, f"offer_{state}", offer.staff, to=offer.staff.name)
        record(
            f"offer.{state}",
            f"offer:{offer.pk}:ended",
            **refs_of(offer.conversation, staff_ref=offer.staff_id),
        )
    return bool(ended)


@transaction.atomic
def set_presence(staff: Staff, state: str, reason: str = "") -> Presence:
    """Say whether a person takes work, and why not."""
    presence, _ = Presence.objects.update_or_create(
        staff=staff,
        defaults={"state": state, "reason": reason[:80], "since": now(), "seen_at": now()},
    )
    record(
        "presence.changed",
        f"presence:{staff.pk}:{now().isoformat()}:{state}",
        staff_ref=staff.pk,
        dims={"state": state},
    )
    wake_after_commit()
    return presence


def note_seen(staff: Staff) -> None:
    """The person's page is open: work may be offered, again if only the closed page had ended it."""
    if not cache.add(f"seen:{staff.pk}", True, ASKED_AT_MOST_EVERY_SECONDS):
        return
    stale = Presence.objects.filter(staff=staff, seen_at__lt=now() - SEEN_AT_MOST_EVERY)
    if stale.update(seen_at=now()):
        gone = Presence.objects.filter(staff=staff, state=Presence.State.AWAY, reason=UNSEEN)
        if gone.exists():
            set_presence(staff, Presence.State.AVAILABLE)
