"""The steps of a call without Asterisk: each once, whoever repeats it, and nothing half done."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from barrymore.conversations.models import Conversation, Message
from barrymore.figures import calls as figures
from barrymore.figures.scope import Period
from barrymore.formulas.choice import Waiting, next_waiting
from barrymore.handling import moves, rounds
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Role, Staff
from barrymore.routing import live
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement, Presence, Queue
from barrymore.sla.models import Clock, Policy
from barrymore.telephony import allocation, calls
from barrymore.telephony.hearing import Caller, Leg
from barrymore.telephony.models import Call, Extension, Node, Number, Registration
from barrymore.telephony.reconciling import lose_all, release_idle
from tests.conftest import hire
from tests.telephony.conftest import arrive_at_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(node: Node) -> Node:
    """The node is driven."""
    Node.objects.update(connected_at=now())
    node.refresh_from_db()
    return node


@pytest.fixture
def ready(connected: Node, phone_of: Callable[..., Extension]) -> Callable[[Staff], Staff]:
    """A person at work with a telephone that can be rung."""

    def at_work(staff: Staff) -> Staff:
        extension = phone_of(staff, f"t{staff.pk}", str(200 + staff.pk))
        Registration.objects.create(node=connected, extension=extension, since=now())
        arrive_at_work(staff)
        return staff

    return at_work


def come(
    node: Node, number: Number, unique_id: str = "1.1", caller: str = "+37061234567", **more: object
) -> Call:
    call = calls.arrive(node, Caller(unique_id, f"PJSIP/trunk-1-{unique_id}", number.pk, caller, **more))  # type: ignore[arg-type]
    assert call
    return call


def leg_to(call: Call, staff: Staff) -> Leg:
    return Leg(call.pk, call.attempt, staff.extensions.get().pk, call.unique_id)


def count(kind: str) -> int:
    return Fact.objects.filter(kind=kind).count()


def test_the_same_line_twice_is_one_call(connected: Node, number: Number) -> None:
    come(connected, number)
    assert calls.arrive(connected, Caller("1.1", "x", number.pk)) is None
    assert Call.objects.count() == Conversation.objects.count() == count("call.queued") == 1


def test_a_caller_is_offered_by_nobody_but_who_rings(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    ready(amina)
    call = come(connected, number)
    assert rounds.offers_round() == 0 and not Offer.objects.exists()
    reserved = allocation.for_call(call)
    assert reserved and reserved.staff == amina and Offer.objects.get().staff == amina
    assert rounds.offers_round() == 0


def test_who_has_no_telephone_is_not_rung(
    connected: Node, number: Number, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    call = come(connected, number)
    assert allocation.for_call(call) is None and allocation.for_person(amina.pk) is None
    assert list(allocation.sweep()) == []


def test_the_answer_stops_the_first_clock_and_takes_the_conversation(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff, promise: Policy
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number, at=now() - timedelta(seconds=4)))
    assert call
    answered = calls.answer(leg_to(call, amina))
    assert answered and calls.answer(leg_to(call, amina)) is None
    clocks = dict(Clock.objects.values_list("kind", "state"))
    assert clocks["first_response"] == "met" and clocks["resolution"] == "running"
    fact = Fact.objects.get(kind="call.answered")
    assert 4 <= fact.values["wait_seconds"] < 6 and fact.staff_ref == amina.pk
    assert Conversation.objects.get().owner == amina and Offer.objects.get().state == "accepted"


def test_an_end_comes_once_whoever_says_it(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call and calls.answer(leg_to(call, amina)) and calls.end(call.pk)
    assert calls.end(call.pk) is calls.lose(call.pk) is calls.hold_on(call.pk) is None
    assert calls.pass_on(call.pk, 1, refused=False) is None and calls.answer(leg_to(call, amina)) is None
    assert (count("call.ended"), count("call.lost"), count("call.abandoned")) == (1, 0, 0)
    assert Presence.objects.get().engaged_since is None


def test_nothing_else_is_offered_during_a_call(
    connected: Node,
    number: Number,
    ready: Callable[[Staff], Staff],
    amina: Staff,
    arrive: Callable[..., Conversation],
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call
    arrive()
    assert routing.offer_waiting() == 0
    calls.answer(leg_to(call, amina))
    assert routing.offer_waiting() == 0
    calls.end(call.pk)
    assert routing.offer_waiting() == 1


def test_who_speaks_without_a_page_is_not_taken_for_gone(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call and calls.answer(leg_to(call, amina))
    Presence.objects.update(seen_at=now() - timedelta(hours=1))
    rounds.absence_round()
    assert Presence.objects.get().state == "available"
    calls.end(call.pk)
    rounds.absence_round()
    assert Presence.objects.get().state == "available"


def test_an_anonymous_caller_is_nobody_and_is_closed_when_he_hangs_up(
    connected: Node, number: Number
) -> None:
    call = come(connected, number, caller="anonymous", at=now() - timedelta(minutes=1))
    calls.end(call.pk)
    conversation = Conversation.objects.get()
    assert conversation.customer is None and conversation.state == "closed" and not call.is_short


def test_who_hung_up_is_not_called_back_once_they_were_spoken_with(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    missed = come(connected, number, at=now() - timedelta(minutes=2))
    calls.end(missed.pk)
    other = come(connected, number, "1.2", "+37069999999", at=now() - timedelta(minutes=1))
    calls.end(other.pk)
    assert Conversation.objects.filter(state="open").count() == 2
    ready(amina)
    again = allocation.for_call(come(connected, number, "1.3"))
    assert again and calls.answer(leg_to(again, amina))
    assert Conversation.objects.get(pk=missed.conversation_id).state == "closed"
    assert Conversation.objects.get(pk=other.conversation_id).state == "open"


def test_a_lost_caller_is_called_back_before_other_work(
    connected: Node,
    number: Number,
    ready: Callable[[Staff], Staff],
    amina: Staff,
    arrive: Callable[..., Conversation],
) -> None:
    ready(amina)
    arrive()
    come(connected, number)
    come(connected, number, "1.2", "withheld")
    assert lose_all(connected) == 2 and lose_all(connected) == 0
    assert count("call.lost") == count("callback.owed") == 2
    assert routing.offer_waiting() == 3
    first = Offer.objects.order_by("pk").first()
    assert first and first.conversation.channel == "phone"
    assert "+37061234567" in first.conversation.next_step


def test_a_lost_caller_who_is_still_there_keeps_the_place(connected: Node, number: Number) -> None:
    call = come(connected, number, at=now() - timedelta(seconds=50))
    calls.lose(call.pk)
    found = calls.find_again(call.pk)
    assert found and found.state == "queued" and found.outcome == "" and calls.find_again(call.pk) is None
    assert Placement.objects.get().line == 1 and found.queued_at == call.queued_at
    calls.end(call.pk)
    assert Call.objects.get().outcome == "abandoned" and count("call.found") == 1


def test_who_is_lost_twice_is_one_lost_call_and_nobody_waits_for_ever(
    connected: Node, number: Number
) -> None:
    call = come(connected, number)
    assert calls.lose(call.pk) and calls.find_again(call.pk) and calls.lose(call.pk)
    assert Call.objects.get().outcome == "lost_by_system"
    (told,) = figures.load(Period(now() - timedelta(hours=1), now() + timedelta(hours=1)))
    assert told.is_lost


def test_moving_a_caller_to_another_queue_keeps_the_line(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff, sam: Staff
) -> None:
    call = come(connected, number)
    other = Queue.objects.create(name="Rooms")
    ines = ready(hire("ines@mill.example", "Ines", Role.AGENT, other))
    moves.transfer(call.conversation, sam, queue=other)  # type: ignore[arg-type]
    (reserved,) = allocation.sweep()
    assert reserved.staff == ines


def test_who_takes_a_waiting_call_on_the_page_is_rung(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    call = come(connected, number)
    ready(amina)
    routing.take(call.conversation, amina)  # type: ignore[arg-type]
    (reserved,) = allocation.sweep()
    assert reserved.staff == amina
    passed = calls.pass_on(call.pk, reserved.attempt, refused=False)
    assert passed and Conversation.objects.get().owner is None
    assert Placement.objects.get().has_owner is False


def test_a_repeated_end_of_ringing_is_about_its_own_person(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff, sam: Staff
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call and calls.pass_on(call.pk, 1, refused=True)
    ready(sam)
    again = allocation.for_call(call)
    assert again and (again.staff, again.attempt) == (sam, 2)
    assert calls.pass_on(call.pk, 1, refused=False) is None
    assert Call.objects.get().state == "ringing"


def test_nobody_stays_engaged_without_a_call(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    ready(amina)
    assert live.engage(amina.pk) and not live.engage(amina.pk)
    assert release_idle() == 0
    Presence.objects.update(engaged_since=now() - timedelta(seconds=11))
    assert release_idle() == 1 and Presence.objects.get().engaged_since is None


def test_the_order_is_priority_then_waiting_then_number(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    base = now() - timedelta(minutes=10)
    for place in range(30):
        come(connected, number, f"1.{place}", f"+370612345{place:02}")
    for placement in Placement.objects.all():
        placement.priority = 1 + placement.pk * 7 % 4
        placement.enqueued_at = base + timedelta(seconds=placement.pk * 5 % 3)
        placement.save()
    wanted = next_waiting(
        Waiting(one.conversation_id, one.priority, None, one.enqueued_at) for one in Placement.objects.all()
    )
    ready(amina)
    served = []
    while call := allocation.for_person(amina.pk):
        served.append(call.conversation_id)
        calls.answer(leg_to(call, amina))
        calls.end(call.pk)
        Conversation.objects.update(state="closed")
        Placement.objects.filter(conversation=call.conversation_id).update(is_open=False)
        Conversation.objects.exclude(pk__in=served).update(state="open")
    assert served == [one.ref for one in wanted]


def test_the_sweep_serves_in_the_same_order_and_each_person_once(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], queue: Queue
) -> None:
    for place in range(6):
        come(connected, number, f"1.{place}", f"+370612345{place:02}")
    people = [ready(hire(f"a{n}@mill.example", f"A{n}", Role.AGENT, queue)) for n in range(4)]
    reserved = list(allocation.sweep())
    assert [call.unique_id for call in reserved] == ["1.0", "1.1", "1.2", "1.3"]
    assert {call.staff_id for call in reserved} == {person.pk for person in people}
    assert list(allocation.sweep()) == []


def test_the_sweep_goes_on_where_somebody_was_faster(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], queue: Queue
) -> None:
    for place in range(3):
        come(connected, number, f"1.{place}", f"+370612345{place:02}")
    for n in range(2):
        ready(hire(f"a{n}@mill.example", f"A{n}", Role.AGENT, queue))
    sweep = allocation.sweep()
    assert next(sweep).unique_id == "1.0"
    calls.end(Call.objects.get(unique_id="1.1").pk)
    assert [call.unique_id for call in sweep] == ["1.2"]


@pytest.mark.django_db(transaction=True)
def test_many_free_people_reach_for_few_calls_and_nobody_twice(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], queue: Queue
) -> None:
    for place in range(12):
        come(connected, number, f"1.{place}", f"+370612345{place:02}")
    people = [ready(hire(f"a{n}@mill.example", f"A{n}", Role.AGENT, queue)) for n in range(16)]
    won: list[Call] = []
    start = threading.Barrier(8)

    def reach(part: int) -> None:
        start.wait()
        for person in people[part::8]:
            if call := allocation.for_person(person.pk):
                won.append(call)
        won.extend(allocation.sweep())
        connection.close()

    threads = [threading.Thread(target=reach, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == len({call.pk for call in won}) == len({call.staff_id for call in won}) == 12
    assert Offer.objects.filter(state="open").count() == 12
    assert Presence.objects.exclude(engaged_since=None).count() == 12


def test_what_is_said_in_the_thread(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call and calls.answer(leg_to(call, amina))
    calls.end(call.pk)
    events = list(Message.objects.filter(kind="event").order_by("pk").values_list("event", flat=True))
    assert events == ["queued", "offered", "taken", "call_answered", "call_ended"]
    inbound = Message.objects.get(kind="inbound")
    assert "Reception" in inbound.text


def test_only_where_the_line_hangs(connected: Node, number: Number) -> None:
    come(connected, number)
    assert [q.name for q in live.queues_with_waiting()] == ["Guests"]
    assert live.waiting_in_order(live.queues_with_waiting(), Q(conversation__calls__node=0), 5) == []


def test_after_the_call_it_is_closed_as_everything_is(
    connected: Node, number: Number, ready: Callable[[Staff], Staff], amina: Staff, promise: Policy
) -> None:
    ready(amina)
    call = allocation.for_call(come(connected, number))
    assert call and calls.answer(leg_to(call, amina)) and calls.end(call.pk)
    conversation = Conversation.objects.get()
    moves.note(conversation, amina, "Wants a cot in 412.")
    handling.close(conversation, amina)
    assert not Clock.objects.filter(state="running").exists()
    assert count("conversation.closed") == 1
