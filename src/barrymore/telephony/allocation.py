"""Bring free people and waiting callers together, in the order of all work; the switchboard rings them."""

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from barrymore.formulas.choice import Candidate, Choice
from barrymore.routing import live
from barrymore.routing.models import Line, Placement
from barrymore.routing.selectors import candidates_for
from barrymore.telephony.calls import call_of, hold_out
from barrymore.telephony.menus.turns import goes_first
from barrymore.telephony.models import Call, Node, Registration

TRIES = 5
BATCH = 50
GIVEN = ("given",)  # by hand, whatever the order


def reachable(**of: object) -> QuerySet[Registration]:
    """The telephones that can be rung now."""
    return Registration.objects.filter(extension__is_active=True, **of)


def people_at(node_ref: int) -> Q:
    """Staff whose telephone can be rung through a node."""
    return Q(pk__in=reachable(node=node_ref).values("extension__staff"))


def connected_nodes() -> QuerySet[Node]:
    """The nodes that somebody drives at this moment."""
    return Node.objects.filter(is_active=True).exclude(connected_at=None)


def for_person(staff_ref: int) -> Call | None:
    """The next call for somebody who has become free, reserved for them; None where none waits."""
    nodes = connected_nodes().filter(registrations__extension__staff=staff_ref)
    places = list(nodes.values_list("pk", flat=True).distinct())
    if not places:
        return None
    calls = Q(conversation__calls__state=Call.State.QUEUED, conversation__calls__node__in=places)
    for _ in range(TRIES):
        found = live.next_for(staff_ref, calls, Q())
        if found is None:
            return None
        if call := _reserve(*found):
            return call
    return None


def for_call(call: Call) -> Call | None:
    """A free person for a caller who has just come, reserved; None where nobody is free."""
    for _ in range(TRIES):
        placement = _placements().filter(conversation=call.conversation_id).first()
        if placement is None:
            return None
        choice = live.next_person(placement, candidates_for(placement.queue, among=people_at(call.node_id)))
        if choice is None:
            return None
        if reserved := _reserve(placement, choice):
            return reserved
    return None


def sweep() -> Iterator[Call]:
    """Everything that fits now, in order: what an event has missed, or what time alone has made possible.

    Each is reserved when it is asked for: ring it before asking for the next.
    """
    yield from _given()
    yield from _waiting()


def _waiting() -> Iterator[Call]:
    if not live.free_people(Q(staff__in=reachable().values("extension__staff"))).exists():
        return
    known: dict[tuple[int, int], list[Candidate]] = {}
    calls = Q(conversation__calls__state=Call.State.QUEUED, conversation__calls__node__in=connected_nodes())
    found = live.waiting_in_order(live.queues_with_waiting(), calls, BATCH)
    places = _nodes_of(found)
    for placement in found:
        key = (placement.queue_id, places.get(placement.conversation_id, 0))
        if not key[1]:
            continue
        if key not in known:
            known[key] = candidates_for(placement.queue, among=people_at(key[1]))
        choice = live.next_person(placement, known[key])
        if choice is None:
            continue
        call = _reserve(placement, choice)
        if call or _call_of(placement):
            for people in known.values():
                people[:] = [one for one in people if one.staff_ref != choice.staff_ref]
        if call:
            yield call


def _nodes_of(placements: Iterable[Placement]) -> dict[int, int]:
    """Where each caller waits, by the conversation."""
    conversations = [one.conversation_id for one in placements]
    waits = Call.objects.filter(conversation__in=conversations, state=Call.State.QUEUED)
    return {ref: node for ref, node in waits.values_list("conversation", "node") if ref is not None}


def _given() -> Iterator[Call]:
    """Callers who wait while somebody has taken their conversation on the page: that person is rung."""
    given = Placement.objects.filter(line=Line.WAITING, has_owner=True, is_open=True)
    for placement in given.select_related("queue", "conversation__customer", "conversation__owner")[:BATCH]:
        owner, call = placement.conversation.owner, _call_of(placement)
        if owner is None or call is None:
            continue
        if not reachable(node=call.node_id, extension__staff=owner).exists():
            continue
        if reserved := _reserve(placement, Choice(owner.pk, GIVEN)):
            yield reserved


def to_ring(nodes: Iterable[int]) -> list[Call]:
    """Calls of some nodes for which a person is reserved and not rung yet."""
    return list(Call.objects.filter(node__in=list(nodes), state=Call.State.RINGING, rang_at=None))


def _placements() -> QuerySet[Placement]:
    waiting = Placement.objects.filter(line=Line.WAITING, has_owner=False, is_open=True)
    return waiting.select_related("queue", "conversation__customer")


def _call_of(placement: Placement) -> Call | None:
    return Call.objects.filter(conversation=placement.conversation_id, state=Call.State.QUEUED).first()


def _reserve(placement: Placement, choice: Choice) -> Call | None:
    call = _call_of(placement)
    if choice.reasons != GIVEN and goes_first(placement, choice.staff_ref):
        return None
    return hold_out(call_of(call.pk), placement, choice) if call else None
