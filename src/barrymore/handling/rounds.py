"""What happens by itself: promises that run out, offers that lapse, work that comes back."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from barrymore.alerts.models import Notice
from barrymore.alerts.services import notify
from barrymore.conversations import selectors as threads
from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation
from barrymore.feedback.relationships import ask_round
from barrymore.feedback.services import close_expired
from barrymore.handling.selectors import silent_conversations
from barrymore.journal.moment import now
from barrymore.organisation.models import Role, Staff
from barrymore.organisation.selectors import module_is_on
from barrymore.routing import services as routing
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.routing.selectors import absent_owners, queue_members
from barrymore.sla import selectors as clocks
from barrymore.sla.models import Clock
from barrymore.sla.services import fire_breach, fire_warning, resume_clocks

UNSEEN_FOR = timedelta(minutes=3)
ABSENT_WITHOUT_PROMISE = timedelta(hours=1)
ANSWERS_FOR_QUEUE = [Role.SUPERVISOR, Role.ADMINISTRATOR]


def promises_round() -> int:
    """Warn of promises that run out soon and note the broken ones, each exactly once."""
    fired = sum(_warn(clock_id) for clock_id in clocks.clocks_to_warn())
    return fired + sum(_break(clock_id) for clock_id in clocks.clocks_to_breach())


@transaction.atomic
def _warn(clock_id: int) -> bool:
    clock = fire_warning(clock_id)
    if clock is None:
        return False
    owner = clock.conversation.owner
    people = [owner] if owner else list(queue_members(_queue_of(clock.conversation))[:20])
    _notify(people, "promise.soon", clock, f"clock:{clock.pk}:warned")
    return True


@transaction.atomic
def _break(clock_id: int) -> bool:
    clock = fire_breach(clock_id)
    if clock is None:
        return False
    people = {clock.conversation.owner} if clock.conversation.owner else set()
    people |= set(queue_members(_queue_of(clock.conversation), ANSWERS_FOR_QUEUE))
    _notify(people, "promise.broken", clock, f"clock:{clock.pk}:breached")
    conversations.add_event(clock.conversation, "promise_broken", promise=clock.kind)
    return True


def _notify(people: Iterable[Staff], kind: str, clock: Clock, key: str) -> list[Notice]:
    conversation = clock.conversation
    return notify(
        people, kind, key, conversation_ref=conversation.pk, subject=conversation.subject, promise=clock.kind
    )


def _queue_of(conversation: Conversation) -> Queue:
    return Placement.objects.select_related("queue").get(conversation=conversation).queue


def offers_round() -> int:
    """Take back offers that lapsed and hold out what nobody owns."""
    routing.expire_offers()
    return routing.offer_waiting() if module_is_on("offers") else 0


def absence_round() -> int:
    """Notice who has left, and give their work back before a promise breaks."""
    # Who speaks on the telephone is there, with or without a page.
    gone = Presence.objects.exclude(state=Presence.State.AWAY).filter(
        seen_at__lt=now() - UNSEEN_FOR, engaged_since=None
    )
    for presence in gone.select_related("staff")[:100]:
        routing.set_presence(presence.staff, Presence.State.AWAY, routing.UNSEEN)
    returned = 0
    for person in absent_owners():
        owned = threads.owned_by(person).filter(state=Conversation.State.OPEN)
        for conversation in owned.select_related("customer", "owner__presence"):
            returned += _return(conversation)
    return returned


@transaction.atomic
def _return(conversation: Conversation) -> bool:
    """Offer an absent owner's conversation again once its promise nears, or the absence outlasts it."""
    live = clocks.live_clocks(conversation)
    nearing = any(clock.warn_at and clock.warn_at <= now() for clock in live)
    longest = timedelta(minutes=live[0].target_minutes) if live else ABSENT_WITHOUT_PROMISE
    presence = getattr(conversation.owner, "presence", None)
    outlasted = presence is None or now() - presence.since >= longest
    if not (nearing or outlasted):
        return False
    routing.assign(conversation, None, None)
    return True


def steps_round() -> int:
    """Bring back conversations whose next step is due."""
    return sum(_wake(conversation.pk) for conversation in threads.steps_overdue())


@transaction.atomic
def _wake(conversation_id: int) -> bool:
    conversation = threads.conversation(conversation_id)
    if conversation.next_step_at is None or conversation.next_step_at > now():
        return False
    conversations.add_event(conversation, "came_back", what=conversation.next_step)
    conversations.set_next_step(conversation, "", None)
    if conversation.state == Conversation.State.WAITING:
        conversations.set_state(conversation, Conversation.State.OPEN)
        resume_clocks(conversation)
    Conversation.objects.filter(pk=conversation.pk).update(is_unread=True)
    routing.refresh(conversation, clocks.nearest_due(conversation))
    return True


def silence_round() -> int:
    """Tell the supervisors of each conversation that nobody is about to answer, once per silence."""
    told = 0
    for conversation in silent_conversations()[:100]:
        told += _tell_silence(conversation)
    return told


@transaction.atomic
def _tell_silence(conversation: Conversation) -> bool:
    key = f"conversation:{conversation.pk}:silent:{int(conversation.last_message_at.timestamp())}"
    people = list(queue_members(_queue_of(conversation), ANSWERS_FOR_QUEUE))
    if not people or Notice.objects.filter(key=f"{key}:{people[0].pk}").exists():
        return False
    notify(people, "conversation.silent", key, conversation_ref=conversation.pk, subject=conversation.subject)
    return True


def surveys_round() -> int:
    """Ask those whose turn it is about us as a whole; give every case past its closing day its final code."""
    return ask_round() + close_expired()
