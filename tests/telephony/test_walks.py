"""Calls by SIPp through a real Asterisk to a person's SIP telephone."""

from collections.abc import Callable

from barrymore.conversations.models import Conversation
from barrymore.handling import rounds
from barrymore.journal.models import Fact
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement, Presence, Queue
from barrymore.telephony import doctor
from barrymore.telephony.models import Extension, Node, Number, Registration, Trunk
from tests.telephony.conftest import NUMBER, House, arrive_at_work, second
from tests.telephony.sip import eventually


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=kind))


def test_a_call_is_answered_and_the_person_hangs_up(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=0.3, talks=1.5)
    caller = whole.sip.call(NUMBER)
    talking = whole.call(state="talking")
    assert talking.staff == amina and talking.conversation
    assert Presence.objects.get(staff=amina).engaged_since is not None
    assert whole.asterisk.channels() == 2
    assert caller.wait(timeout=60) == 0, whole.sip.errors()
    call = whole.call(state="ended")
    conversation = Conversation.objects.get()
    assert (call.outcome, call.is_short, call.caller) == ("answered", False, "+37061234567")
    assert conversation.owner == amina and conversation.channel == "phone"
    assert conversation.first_replied_at is not None and conversation.state == "open"
    for kind in ("call.queued", "call.answered", "call.ended", "conversation.answered"):
        assert len(facts(kind)) == 1, kind
    assert 1.0 < facts("call.ended")[0].values["talk_seconds"] < 3.0
    assert Offer.objects.get().state == "accepted"
    eventually(lambda: Presence.objects.get(staff=amina).engaged_since is None)
    eventually(lambda: whole.asterisk.channels() == 0)


def test_who_hangs_up_in_the_queue_is_counted_once_and_called_back(
    house: Callable[[], House], queue: Queue
) -> None:
    whole = house()
    caller = whole.sip.call(NUMBER, stays=1)
    assert whole.call(state="queued").staff is None
    assert caller.wait(timeout=60) == 0, whole.sip.errors()
    call = whole.call(state="ended")
    assert (call.outcome, call.is_short) == ("abandoned", True)
    (fact,) = facts("call.abandoned")
    assert fact.values["short"] is True and 0.5 < fact.values["wait_seconds"] < 3
    # Whoever hangs up at once asked for nothing that we could do.
    assert Conversation.objects.get().state == "closed"
    assert whole.asterisk.channels() == 0


def test_a_waiting_call_goes_to_who_becomes_free(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina, "break")
    whole = house()
    whole.sip.phone("amina", "pw-amina")
    whole.sip.call(NUMBER, stays=30)
    whole.call(state="queued")
    routing.set_presence(amina, "available")
    call = whole.call(state="talking")
    assert call.answered_at and call.rang_at
    assert (call.rang_at - Presence.objects.get(staff=amina).since).total_seconds() < 1


def test_nobody_lifts_so_the_next_person_is_rung(
    house: Callable[[], House], amina: Staff, queue: Queue, phone_of: Callable[..., Extension]
) -> None:
    ines = second(queue)
    phone_of(amina)
    phone_of(ines, number="202")
    arrive_at_work(amina)
    arrive_at_work(ines)
    Number.objects.update(ring_seconds=1)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=None)
    whole.sip.phone("ines", "pw-ines")
    whole.sip.call(NUMBER, stays=30)
    call = whole.call(state="talking")
    assert (call.staff, call.attempt) == (ines, 2)
    assert [(one.staff, one.state) for one in Offer.objects.order_by("pk")] == [
        (amina, "expired"),
        (ines, "accepted"),
    ]
    assert Presence.objects.get(staff=amina).engaged_since is None
    assert 0.9 < facts("call.answered")[0].values["wait_seconds"] < 25


def test_who_refuses_is_passed_over_at_once(
    house: Callable[[], House], amina: Staff, queue: Queue, phone_of: Callable[..., Extension]
) -> None:
    ines = second(queue)
    phone_of(amina)
    phone_of(ines, number="202")
    arrive_at_work(amina)
    arrive_at_work(ines)
    whole = house()
    whole.sip.phone("amina", "pw-amina", code="486 Busy Here")
    whole.sip.phone("ines", "pw-ines")
    whole.sip.call(NUMBER, stays=30)
    assert whole.call(state="talking").staff == ines
    assert Offer.objects.get(staff=amina).state == "declined"


def test_nobody_lifts_and_nobody_else_is_there_so_the_caller_keeps_the_place(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    Number.objects.update(ring_seconds=1)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=None)
    caller = whole.sip.call(NUMBER, stays=7)
    first = whole.call(state="ringing")
    again = whole.call(state="queued", attempt=1)
    assert again.queued_at == first.queued_at and again.staff is None
    assert Placement.objects.get().line == 1
    assert whole.asterisk.channels() == 1
    assert caller.wait(timeout=60) == 0
    call = whole.call(state="ended")
    assert (call.outcome, call.is_short) == ("abandoned", False)
    conversation = Conversation.objects.get()
    assert conversation.state == "open" and "+37061234567" in conversation.next_step


def test_the_caller_hangs_up_while_it_rings(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=None)
    whole.sip.call(NUMBER, stays=4)
    whole.call(state="ringing")
    eventually(lambda: whole.asterisk.channels() == 2)
    assert whole.call(state="ended").outcome == "abandoned"
    # Within the five seconds of ringing: her telephone falls silent with the caller.
    eventually(lambda: whole.asterisk.channels() == 0, 4)
    assert Presence.objects.get(staff=amina).engaged_since is None
    assert Offer.objects.get().state == "withdrawn"


def test_the_caller_hangs_up_in_the_talk(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina")
    whole.sip.call(NUMBER, stays=8)
    whole.call(state="talking")
    assert whole.call(state="ended").outcome == "answered"
    eventually(lambda: whole.asterisk.channels() == 0)
    assert Presence.objects.get(staff=amina).engaged_since is None


def test_two_callers_and_one_person(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=1)
    whole.sip.call(NUMBER, stays=20)
    first = whole.call(state="talking")
    whole.sip.call(NUMBER, stays=20, from_header="<sip:+37061234568@[local_ip]>")
    waiting = whole.call(state="queued")
    # Whoever speaks is rung for nobody else, neither by the sweep nor by the round.
    rounds.offers_round()
    assert Offer.objects.filter(state="open").count() == 0
    then = whole.call(state="talking", pk=waiting.pk)
    assert then.staff == amina
    first.refresh_from_db()
    assert first.outcome == "answered" and first.ended_at and then.answered_at
    assert (then.answered_at - first.ended_at).total_seconds() < 1
    whole.call(state="ended", pk=waiting.pk)
    assert len(facts("call.answered")) == len(facts("call.ended")) == 2


def test_all_telephones_of_a_person_ring_and_one_takes_it(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    phone_of(amina, "amina-home")
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=None)
    whole.sip.phone("amina-home", "pw-amina-home", answers_after=1, talks=4)
    whole.sip.call(NUMBER)
    eventually(lambda: whole.asterisk.channels() == 3)
    whole.call(state="talking")
    eventually(lambda: whole.asterisk.channels() == 2, 2)
    assert whole.call(state="ended").outcome == "answered"


def test_both_telephones_are_lifted_at_once(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    phone_of(amina, "amina-home")
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=0.5, talks=3)
    whole.sip.phone("amina-home", "pw-amina-home", answers_after=0.5, talks=3)
    whole.sip.call(NUMBER)
    whole.call(state="talking")
    eventually(lambda: whole.asterisk.channels() == 2, 2)
    assert whole.call(state="ended").outcome == "answered"
    assert len(facts("call.answered")) == 1


def test_the_doctor_finds_a_house_in_order_and_then_its_faults(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    Trunk.objects.create(
        node=Node.objects.get(),
        name="signs in",
        host="127.0.0.9",
        username="u",
        secret=seal("x"),
        registers=True,
    )
    whole = house()
    whole.sip.phone("amina", "pw-amina")
    eventually(lambda: Registration.objects.exists())
    told = {check.name: check for check in doctor.checks()}
    assert {
        told[name].state for name in ("main Asterisk", "main calls", "numbers", "telephones", "calls")
    } == {"ok"}
    assert told["main Asterisk"].detail.startswith("16.28")
    # Nobody answers there, so we are not signed in.
    assert told["main signs in"].state == "bad" and "main modules" not in told
    Node.objects.update(secret=seal("another"))
    told = {check.name: check for check in doctor.checks()}
    assert told["main manager"].state == "bad" and "config" in told["main manager"].advice
