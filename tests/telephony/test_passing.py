"""A caller is passed on, put aside, somebody is asked first, all three speak: on a real Asterisk."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.journal.models import Fact
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.routing.models import Presence, Queue
from barrymore.telephony.models import Call, Extension, Number, Passing, Talk
from barrymore.telephony.talks import orders
from tests.telephony.conftest import NUMBER, House, arrive_at_work, second
from tests.telephony.sip import eventually

Phones = Callable[..., Extension]


@pytest.fixture
def ines(amina: Staff, queue: Queue, phone_of: Phones, transactional_db: None) -> Staff:
    """Amina takes calls; Ines has a telephone and does other work."""
    colleague = second(queue)
    phone_of(amina)
    phone_of(colleague, number="202")
    arrive_at_work(amina)
    arrive_at_work(colleague, "busy")
    return colleague


def press(call: Call, staff: Staff, what: str, **to: object) -> None:
    """As if on the page."""
    fresh = Call.objects.select_related("conversation__placement__queue").get(pk=call.pk)
    orders.ask(Actor(staff), fresh, what, **to)  # type: ignore[arg-type]


def engaged() -> set[str]:
    held = Presence.objects.exclude(engaged_since=None).select_related("staff")
    return {one.staff.first_name for one in held}


def talks() -> list[tuple[str, str, bool]]:
    found = Talk.objects.order_by("pk").select_related("staff")
    return [(one.staff.first_name, one.kind, one.ended_at is None) for one in found if one.staff]


def nobody_left(whole: House) -> None:
    eventually(lambda: whole.asterisk.channels() == 0)
    eventually(lambda: engaged() == set())
    assert not Talk.objects.filter(ended_at=None).exists()
    assert not Passing.objects.filter(ended_at=None).exists()


def talking(whole: House, ines_phone: dict[str, object] | None = None, **amina_phone: object) -> Call:
    """Lee speaks with Amina."""
    whole.sip.phone("amina", "pw-amina", **amina_phone)  # type: ignore[arg-type]
    whole.sip.phone("ines", "pw-ines", **(ines_phone or {}))  # type: ignore[arg-type]
    whole.sip.call(NUMBER, stays=40)
    return whole.call(state="talking", staff__name="Amina Sarr")


def test_a_caller_is_passed_on_to_a_person(house: Callable[[], House], amina: Staff, ines: Staff) -> None:
    whole = house()
    call = talking(whole, {"talks": 2})
    press(call, amina, "transfer", to=ines)
    now_hers = whole.call(state="talking", staff=ines)
    assert now_hers.pk == call.pk and now_hers.conversation and now_hers.conversation.owner == ines
    eventually(lambda: whole.asterisk.channels() == 2)
    assert engaged() == {"Ines"}
    ended = whole.call(state="ended")
    assert (ended.outcome, ended.staff) == ("answered", ines)
    nobody_left(whole)
    assert talks() == [("Amina", "customer", False), ("Ines", "customer", False)]
    assert Passing.objects.get().state == "done"
    kinds = ["call.answered", "call.ended", "call.passed"]
    assert [Fact.objects.filter(kind=kind).count() for kind in kinds] == [1, 1, 1]
    assert Fact.objects.filter(kind="call.talked").count() == 2


def test_who_does_not_take_it_gives_it_back_to_who_gave_it(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    Number.objects.update(ring_seconds=5)
    whole = house()
    call = talking(whole, {"code": "486 Busy Here"})
    press(call, amina, "transfer", to=ines)
    eventually(lambda: Passing.objects.filter(kind="back", state="done").exists())
    again = whole.call(state="talking", staff=amina)
    assert again.pk == call.pk and engaged() == {"Amina"}
    assert talks() == [("Amina", "customer", False), ("Amina", "customer", True)]


def test_somebody_is_asked_first_and_then_has_the_caller(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 30})
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    eventually(lambda: whole.asterisk.channels() == 3)
    assert whole.call(state="talking").staff == amina and engaged() == {"Amina", "Ines"}
    press(call, amina, "complete")
    whole.call(state="talking", staff=ines)
    eventually(lambda: whole.asterisk.channels() == 2)
    eventually(lambda: engaged() == {"Ines"})
    eventually(lambda: ("Ines", "customer", True) in talks())
    assert talks()[1:3] == [("Amina", "aside", False), ("Ines", "aside", False)]


@pytest.mark.long
def test_who_was_asked_goes_and_the_caller_is_back(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 1})
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    eventually(lambda: talks()[-1:] == [("Amina", "customer", True)])
    eventually(lambda: whole.asterisk.channels() == 2)
    assert engaged() == {"Amina"} and whole.call(state="talking").staff == amina


@pytest.mark.long
def test_all_three_speak_and_the_first_leaves(house: Callable[[], House], amina: Staff, ines: Staff) -> None:
    whole = house()
    call = talking(whole, {"talks": 6}, talks=5)
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    press(call, amina, "join")
    eventually(lambda: Passing.objects.filter(state="joined").exists())
    eventually(lambda: "3" in whole.asterisk.ask("confbridge list").split())
    whole.call(state="talking", staff=ines)
    assert whole.call(state="ended").staff == ines
    nobody_left(whole)
    assert [row for row in talks() if row[1] == "together"] == [
        ("Amina", "together", False), ("Ines", "together", False),
    ]  # fmt: skip


def test_a_caller_is_put_aside_and_taken_at_another_desk(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 2})
    press(call, amina, "park")
    assert whole.call(state="parked").staff is None
    eventually(lambda: whole.asterisk.channels() == 1)
    eventually(lambda: engaged() == set())
    press(call, ines, "take")
    whole.call(state="talking", staff=ines)
    assert whole.call(state="ended").staff == ines
    nobody_left(whole)


@pytest.mark.long
def test_our_process_is_away_in_the_middle_of_asking(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 30}, talks=30)
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    whole.rest()
    whole.work()
    press(call, amina, "complete")
    whole.call(state="talking", staff=ines)
    eventually(lambda: whole.asterisk.channels() == 2)


@pytest.mark.long
def test_the_asker_has_gone_while_our_process_was_away(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 30}, talks=4)
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    whole.rest()
    eventually(lambda: "amina" not in whole.asterisk.ask("core show channels"))
    whole.work()
    # Whoever was asked is still there: the caller is theirs.
    whole.call(state="talking", staff=ines)
    eventually(lambda: ("Ines", "customer", True) in talks())
    eventually(lambda: engaged() == {"Ines"})


def test_the_telephone_itself_passes_the_caller_on(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"talks": 2}, refers="202")
    assert whole.call(state="talking", staff=ines).pk == call.pk
    assert whole.call(state="ended").staff == ines
    nobody_left(whole)
    assert Passing.objects.get().state == "done"


@pytest.mark.long
def test_hanging_up_while_it_rings_passes_the_caller_on(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    call = talking(whole, {"answers_after": 3.0, "talks": 2}, talks=2)
    press(call, amina, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(kind="cold").exists())
    assert whole.call(state="talking", staff=ines).pk == call.pk
    assert whole.call(state="ended").staff == ines
    nobody_left(whole)


@pytest.mark.long
@pytest.mark.parametrize("moment", ["ringing", "aside", "together"])
def test_the_caller_hangs_up_at_any_moment(
    house: Callable[[], House], amina: Staff, ines: Staff, moment: str
) -> None:
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=60)
    whole.sip.phone("ines", "pw-ines", answers_after=30.0 if moment == "ringing" else 0.1, talks=60)
    caller = whole.sip.call(NUMBER, stays=10)
    call = whole.call(state="talking")
    press(call, amina, "consult", to=ines)
    if moment != "ringing":
        eventually(lambda: Passing.objects.filter(state="talking").exists())
    if moment == "together":
        press(call, amina, "join")
        eventually(lambda: Passing.objects.filter(state="joined").exists())
    assert caller.wait(timeout=60) == 0
    ended = whole.call(state="ended")
    assert (ended.outcome, ended.staff) == ("answered", amina)
    nobody_left(whole)


@pytest.mark.long
def test_a_caller_whom_nobody_takes_back_rings_at_who_put_them_aside(
    house: Callable[[], House], amina: Staff, ines: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "PARKED_AT_MOST", timedelta(seconds=1))
    whole = house()
    call = talking(whole)
    press(call, amina, "park")
    again = whole.call(state="talking", staff=amina, attempt=2)
    assert again.pk == call.pk
    assert [one.kind for one in Passing.objects.order_by("pk")] == ["park", "back"]


@pytest.mark.long
def test_colleagues_call_each_other_and_meet_in_a_room(
    house: Callable[[], House], amina: Staff, ines: Staff
) -> None:
    whole = house()
    whole.sip.phone("ines", "pw-ines", talks=2)
    inside = whole.sip.dial("amina", "pw-amina", "202", stays=6)
    eventually(lambda: whole.asterisk.channels() == 2)
    eventually(lambda: "Dial" in whole.asterisk.ask("core show channels"))
    eventually(lambda: whole.asterisk.channels() == 0)
    first = whole.sip.dial("amina", "pw-amina", "*801", stays=4)
    second_one = whole.sip.dial("ines", "pw-ines", "*801", stays=4)
    eventually(lambda: re.search(r"barrymore-room-01\s+2\b", whole.asterisk.ask("confbridge list")))
    assert first.wait(timeout=20) == second_one.wait(timeout=20) == 0, whole.sip.errors()
    inside.kill()
    # Among colleagues nothing is counted, and nobody is a customer.
    assert not Call.objects.exists()
