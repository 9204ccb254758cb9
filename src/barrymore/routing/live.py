"""Those who hang on the line: who of them is next for a person, and who of the people is next for them.

The order is that of all work: by priority, then the longest waiting, then the lower number.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from barrymore.conversations.models import Conversation
from barrymore.formulas.choice import Candidate, Choice, Need, choose
from barrymore.journal.moment import now
from barrymore.routing.models import Line, Offer, Placement, Presence, Queue
from barrymore.routing.selectors import candidates_for, last_spoke_with
from barrymore.routing.waking import wake_after_commit

# Who let it ring is not rung again at once for the same caller; others are.
RESTS = timedelta(seconds=30)
# Whom a free person fits stands in front as a rule; only where nobody does, further back is looked.
LOOKED_AT = (4, 40, 2000)


def engage(staff_ref: int) -> bool:
    """Reserve a person for a call. Of two who try, one does: the conditional update is the race."""
    free = Presence.objects.filter(
        staff=staff_ref, staff__is_active=True, state=Presence.State.AVAILABLE, engaged_since=None
    )
    return bool(free.update(engaged_since=now()))


def engage_anyway(staff_ref: int) -> None:
    """A person speaks, whatever they said of themselves before."""
    presence, _made = Presence.objects.get_or_create(
        staff_id=staff_ref, defaults={"state": Presence.State.BUSY, "since": now(), "seen_at": now()}
    )
    Presence.objects.filter(pk=presence.pk, engaged_since=None).update(engaged_since=now())


def release(staff_refs: Iterable[int]) -> None:
    """Their telephones are free again. Speaking was a sign of life."""
    Presence.objects.filter(staff__in=list(staff_refs)).update(engaged_since=None, seen_at=now())
    wake_after_commit()


def withdraw(conversation_id: int) -> None:
    """Nobody need take it any more."""
    Offer.objects.filter(conversation=conversation_id, state=Offer.State.OPEN).update(
        state=Offer.State.WITHDRAWN, ended_at=now()
    )


def set_line(conversation_id: int, line: int) -> None:
    """Say whether somebody hangs on the line of a conversation."""
    Placement.objects.filter(conversation=conversation_id).update(line=line)


def free_people(among: Q) -> QuerySet[Presence]:
    """Who takes work, holds no telephone, and is one of `among` (said of the presence)."""
    return Presence.objects.filter(
        among, state=Presence.State.AVAILABLE, engaged_since=None, staff__is_active=True
    )


def next_for(staff_ref: int, calls: Q, among: Q) -> tuple[Placement, Choice] | None:
    """The first waiting call that a person fits, in order; `calls` narrows the placements."""
    queues = list(
        Queue.objects.filter(Q(members=staff_ref) | Q(overflow_queue__members=staff_ref)).distinct()
    )
    refused = _refused_by(staff_ref)
    known: dict[int, list[Candidate]] = {}
    for limit in LOOKED_AT:
        found = waiting_in_order(queues, calls, limit)
        for placement in found:
            queue = placement.queue
            if queue.pk not in known:
                known[queue.pk] = candidates_for(queue, among=among & Q(pk=staff_ref))
            if placement.conversation_id in refused:
                continue
            choice = choose(_need(placement, frozenset()), known[queue.pk])
            if choice is not None:
                return placement, choice
        if len(found) < limit:
            break
    return None


def next_person(placement: Placement, people: Sequence[Candidate]) -> Choice | None:
    """Who of the free people shall be rung for one waiting call; None where nobody fits."""
    if not people:
        return None
    last = last_spoke_with(placement.conversation)
    known = [replace(one, last_spoke=True) if one.staff_ref == last else one for one in people]
    return choose(_need(placement, _refusers(placement.conversation)), known)


def waiting_in_order(queues: Sequence[Queue], calls: Q, limit: int) -> list[Placement]:
    """The first waiting calls of some queues; each queue is a range of its index."""
    found = [
        list(
            Placement.objects.filter(calls, line=Line.WAITING, has_owner=False, queue=queue, is_open=True)
            .select_related("queue", "conversation__customer")
            .order_by("-priority", "enqueued_at", "id")[:limit]
        )
        for queue in queues
    ]
    return list(heapq.merge(*found, key=_urgency))[:limit]


def queues_with_waiting() -> list[Queue]:
    """The queues in which somebody hangs on the line."""
    waiting = Placement.objects.filter(line=Line.WAITING, has_owner=False, is_open=True)
    return list(Queue.objects.filter(pk__in=waiting.order_by().values("queue").distinct()))


def _urgency(placement: Placement) -> tuple[int, datetime, int]:
    return -placement.priority, placement.enqueued_at, placement.pk


def _need(placement: Placement, excluded: frozenset[int]) -> Need:
    minutes = placement.queue.overflow_minutes
    waited = minutes is None or now() - placement.enqueued_at >= timedelta(minutes=minutes)
    return Need(
        language=placement.conversation.language,
        waiting_since=placement.enqueued_at,
        excluded=excluded,
        skills=placement.queue.skills,
        has_waited=waited,
    )


def _lately(offers: Q) -> QuerySet[Offer]:
    refused = [Offer.State.EXPIRED, Offer.State.DECLINED]
    return Offer.objects.filter(offers, state__in=refused, ended_at__gt=now() - RESTS)


def _refused_by(staff_ref: int) -> set[int]:
    since = Q(staff=staff_ref, offered_at__gt=now() - 20 * RESTS)
    return set(_lately(since).values_list("conversation_id", flat=True))


def _refusers(conversation: Conversation) -> frozenset[int]:
    return frozenset(_lately(Q(conversation=conversation)).values_list("staff_id", flat=True))
