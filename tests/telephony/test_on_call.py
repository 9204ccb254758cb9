"""The part of the page for a call that lasts, its REST, and the rows behind it, without Asterisk."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from barrymore.conversations.models import CallRecording, RecordingProfile
from barrymore.journal.models import Fact
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Offer, Placement, Presence, Queue
from barrymore.telephony import calls
from barrymore.telephony.ami import Value
from barrymore.telephony.hand import Hand
from barrymore.telephony.hearing import Caller, Ear, Leg, LegOver, Met, Referred
from barrymore.telephony.lanes import Lanes
from barrymore.telephony.models import Call, Extension, Node, Number, Order, Passing, Registration, Talk
from barrymore.telephony.reconciling import release_idle
from barrymore.telephony.switchboard import Switchboard
from barrymore.telephony.talks import keeping, orders, passing
from barrymore.telephony.talks.passing import CannotPass
from barrymore.telephony.talks.selectors import whom
from tests.telephony.conftest import arrive_at_work, second

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(amina: Staff, queue: Queue, node: Node, phone_of: Callable[..., Extension]) -> Staff:
    """Both have telephones that are there."""
    colleague = second(queue)
    for staff, number in ((amina, "201"), (colleague, "202")):
        extension = phone_of(staff, number=number)
        Registration.objects.create(node=node, extension=extension, since=timezone.now())
        arrive_at_work(staff)
    return colleague


@pytest.fixture
def call(amina: Staff, ines: Staff, node: Node, number: Number) -> Call:
    """Lee speaks with Amina, and is recorded."""
    RecordingProfile.objects.create(is_on=True, country="LT", basis="notice", chosen_at=timezone.now())
    come = calls.arrive(node, Caller("1.1", "PJSIP/trunk-1-1", number.pk, "+37061234567"))
    assert come
    Call.objects.update(recording="told")
    made = calls.answer(Leg(come.pk, 0, amina.extensions.get().pk, "1.1"))
    assert made and keeping.record_talk(made, Talk.objects.get())
    return made


def engaged() -> set[str]:
    held = Presence.objects.exclude(engaged_since=None).select_related("staff")
    return {one.staff.first_name for one in held}


def test_who_has_the_caller_sees_that_it_is_recorded_and_whom_to_ask(
    client: Client, call: Call, amina: Staff
) -> None:
    client.force_login(amina)
    for address in (f"/phone/talk/{call.conversation_id}/", "/phone/talk/"):
        text = client.get(address).content.decode()
        assert "Being recorded" in text and "Pause for card data" in text
        assert "Ines Duarte (202)" in text and "every 2s" in text


def test_nothing_is_drawn_anew_while_nothing_changes(client: Client, call: Call, amina: Staff) -> None:
    client.force_login(amina)
    address = f"/phone/talk/{call.conversation_id}/"
    seen = re.findall(r'"seen": "([^"]+)"', client.get(address).content.decode())[0]
    assert client.get(address, {"seen": seen}).status_code == 204
    CallRecording.objects.update(state="paused")
    assert "Recording paused" in client.get(address, {"seen": seen}).content.decode()


def test_others_see_who_speaks_and_press_nothing(client: Client, call: Call, ines: Staff) -> None:
    client.force_login(ines)
    text = client.get(f"/phone/talk/{call.conversation_id}/").content.decode()
    assert "Amina Sarr" in text and "Pass on" not in text and "Pause for card data" not in text
    answer = client.post(f"/phone/calls/{call.pk}/act/", {"what": "park"}).content.decode()
    assert "Only the person who has the caller can do that." in answer and not Order.objects.exists()


def test_where_no_call_lasts_nothing_is_shown_or_asked_again(
    client: Client, call: Call, amina: Staff
) -> None:
    calls.end(call.pk)
    client.force_login(amina)
    text = client.get(f"/phone/talk/{call.conversation_id}/").content.decode()
    assert "On the telephone" not in text and "every 2s" not in text
    assert client.post(f"/phone/calls/{call.pk}/act/", {"what": "park"}).status_code == 404


def test_a_button_leaves_an_order_and_a_wrong_name_is_told(client: Client, call: Call, amina: Staff) -> None:
    client.force_login(amina)
    wrong = client.post(f"/phone/calls/{call.pk}/act/", {"what": "consult", "whom": "Nobody"})
    assert "nobody of that name" in wrong.content.decode() and not Order.objects.exists()
    client.post(
        f"/phone/calls/{call.pk}/act/",
        {"what": "consult", "whom": "Ines Duarte (202)", "from": "//evil.example/"},
    )
    order = Order.objects.get()
    assert (order.what, order.to, order.staff) == ("consult", Staff.objects.get(name="Ines Duarte"), amina)


def test_rest_tells_who_spoke_and_takes_an_act(client: Client, call: Call, amina: Staff) -> None:
    token = issue_token(amina, "t", ["conversations.read", "conversations.answer"])
    head = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    told = client.get(f"/api/v1/calls/{call.pk}", **head).json()
    assert told["recording"] == "running" and told["talks"][0]["with"] == "customer"
    address = f"/api/v1/calls/{call.pk}/acts"
    answer = client.post(address, json.dumps({"act": "pause"}), content_type="application/json", **head)
    assert answer.status_code == 202 and Order.objects.get().what == "pause"
    wrong = client.post(address, json.dumps({"act": "take"}), content_type="application/json", **head)
    assert wrong.status_code == 409 and Order.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ines duarte", "to"), ("202", "to"), ("x (202)", "to"), ("guests", "queue")],
)
def test_whom_somebody_means(ines: Staff, queue: Queue, typed: str, found: str) -> None:
    assert whom(typed) == {found: ines if found == "to" else queue}


@pytest.mark.parametrize("typed", ["", "999", "Ines", "x" * 300, "١٢٣"])
def test_whom_nobody_means(ines: Staff, typed: str) -> None:
    with pytest.raises(CannotPass):
        whom(typed)


def test_two_of_one_name_are_told_apart_by_extension(
    ines: Staff, queue: Queue, phone_of: Callable[..., Extension]
) -> None:
    from tests.conftest import hire

    phone_of(hire("ines2@mill.example", "Ines Duarte", "agent", queue), "ines2", "203")
    with pytest.raises(CannotPass, match="several"):
        whom("Ines Duarte")
    assert whom("Ines Duarte (202)") == {"to": ines}


def test_who_is_gone_or_speaks_is_not_rung_and_the_caller_stays(
    call: Call, amina: Staff, ines: Staff
) -> None:
    Presence.objects.filter(staff=ines).update(engaged_since=timezone.now())
    with pytest.raises(CannotPass, match="busy"):
        passing.to_person(call, amina, ines)
    Registration.objects.filter(extension__staff=ines).delete()
    with pytest.raises(CannotPass, match="nobody"):
        passing.consult(call, amina, ines)
    with pytest.raises(CannotPass, match="self"):
        passing.to_person(call, amina, amina)
    call.refresh_from_db()
    assert (call.state, call.staff) == ("talking", amina) and not Passing.objects.exists()
    assert Talk.objects.get().ended_at is None


def test_a_queue_gives_the_place_of_who_came_then(call: Call, amina: Staff, queue: Queue) -> None:
    other = Queue.objects.create(name="Billing")
    early = timezone.now() - timedelta(minutes=9)
    Call.objects.update(queued_at=early)
    call.refresh_from_db()
    passing.to_queue(call, amina, other)
    placement = Placement.objects.get()
    assert (placement.queue, placement.enqueued_at, placement.line) == (other, early, 1)
    call.refresh_from_db()
    assert (call.state, call.staff, engaged()) == ("queued", None, set())
    # Who gave the caller away is not the next to be rung for them.
    assert Offer.objects.get().staff == amina and Passing.objects.get().state == "done"


def test_the_second_of_two_clicks_changes_nothing(call: Call, amina: Staff, ines: Staff) -> None:
    passing.to_person(call, amina, ines)
    for again in (lambda: passing.to_person(call, amina, ines), lambda: passing.park(call, amina)):
        with pytest.raises(CannotPass):
            again()
    assert Passing.objects.count() == 1 and Fact.objects.filter(kind="call.passed").count() == 1
    assert engaged() == {"Ines"}


def test_who_is_asked_stays_engaged_and_is_free_when_the_call_ends(
    call: Call, amina: Staff, ines: Staff
) -> None:
    under_way = passing.consult(call, amina, ines)
    Presence.objects.update(engaged_since=timezone.now() - timedelta(minutes=1))
    assert release_idle() == 0 and engaged() == {"Amina", "Ines"}
    with pytest.raises(CannotPass, match="open"):
        passing.park(call, amina)
    assert passing.speak_aside(call, under_way, "a", "b", timezone.now())
    assert not passing.speak_aside(call, under_way, "a", "b", timezone.now())
    calls.end(call.pk)
    assert engaged() == set() and not Talk.objects.filter(ended_at=None).exists()
    assert Call.objects.get().staff == amina and Passing.objects.get().state == "over"


def test_time_with_the_caller_is_counted_once_however_many_speak(
    call: Call, amina: Staff, ines: Staff
) -> None:
    began = timezone.now() - timedelta(minutes=1)
    Talk.objects.all().delete()
    for staff, since, until, kind in (
        (amina, 0, 10, "customer"), (amina, 10, 20, "aside"), (amina, 20, 30, "together"),
        (ines, 20, 40, "together"),
    ):  # fmt: skip
        Talk.objects.create(
            call=call, staff=staff, leg=f"{staff.pk}", kind=kind,
            began_at=began + timedelta(seconds=since), ended_at=began + timedelta(seconds=until),
        )  # fmt: skip
    assert keeping.talked_seconds(call) == 30


def test_an_order_that_nobody_took_in_time_is_not_done_late(call: Call, amina: Staff, node: Node) -> None:
    order = orders.ask(Actor(amina), call, "park")
    Order.objects.update(made_at=timezone.now() - timedelta(seconds=30))
    orders.hand_out({node.pk: None})  # type: ignore[dict-item]
    order.refresh_from_db()
    assert order.fault == "late" and Call.objects.get().state == "talking"


def test_a_pause_and_the_end_of_the_part_leave_a_true_row(call: Call) -> None:
    recording = CallRecording.objects.get()
    assert keeping.running(call) == recording
    calls.end(call.pk)
    assert keeping.running(call) is None
    assert [one.recording for one in keeping.unfetched(call.node_id)] == [recording]


def test_a_telephone_that_passes_on_by_itself_is_heard() -> None:
    leg = Leg(12, 3, 7, "1795353206.4")
    event = {
        "Event": "BlindTransfer",
        "Result": "Success",
        "TransfererUniqueid": str(leg),
        "Extension": "202",
    }
    assert Ear().hear(event) == Referred(leg, "202", "")
    assert Ear().hear(event | {"Result": "Fail"}) is None
    assert Ear().hear(event | {"TransfererUniqueid": "1.2"}) is None
    attended = {
        "Event": "AttendedTransfer", "Result": "Success", "OrigTransfererUniqueid": str(leg),
        "TransferTargetChannel": "PJSIP/202-ab12-0000000f",
    }  # fmt: skip
    assert Ear().hear(attended) == Referred(leg, "", "202-ab12")


class SilentHand(Hand):
    """Says nothing, and remembers what it would have said."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.said: list[tuple[str, str]] = []

    def say(self, action: str, name: str = "", **headers: Value) -> None:
        self.said.append((action, str(headers.get("Channel", ""))))


@pytest.fixture
def board(call: Call, amina: Staff, ines: Staff) -> Switchboard:
    """Amina has asked Ines, who has lifted."""
    board = Switchboard(call.node, Lanes(0))
    board.hand = SilentHand(call.node)
    main = Leg(call.pk, 0, amina.extensions.get().pk, "1.1")
    board.talking[call.pk] = main
    under_way = passing.consult(call, amina, ines)
    asked = Leg(call.pk, under_way.attempt, ines.extensions.get().pk, "1.1")
    board.act(Met(asked, None, frozenset({str(main), str(asked)})))
    assert Passing.objects.get().state == "talking"
    board.later = lambda *_more: None  # type: ignore[method-assign]
    return board


def said(board: Switchboard) -> list[tuple[str, str]]:
    assert isinstance(board.hand, SilentHand)
    return board.hand.said


def test_a_key_for_passing_on_pressed_aside_puts_through(board: Switchboard, call: Call, ines: Staff) -> None:
    board.act(Referred(board.talking[call.pk], "999"))
    call.refresh_from_db()
    assert (call.state, call.staff, engaged()) == ("talking", ines, {"Ines"})
    assert board.talking[call.pk].attempt == 1 and ("Redirect", str(board.talking[call.pk])) in said(board)


def test_events_that_come_twice_or_late_change_nothing(board: Switchboard, call: Call, ines: Staff) -> None:
    main, asked = board.talking[call.pk], board.talks.aside[call.pk]
    both = frozenset({str(main), str(asked)})
    board.act(LegOver(main, "16", is_cut=False))
    for late in (Met(asked, None, both), LegOver(main, "16", is_cut=False), Met(main, None, both)):
        board.act(late)
    call.refresh_from_db()
    assert (call.state, call.staff, engaged()) == ("talking", ines, {"Ines"})
    assert Passing.objects.get().state == "done"
    board.act(LegOver(asked, "16", is_cut=False))
    board.act(LegOver(asked, "16", is_cut=False))
    call.refresh_from_db()
    assert (call.state, call.outcome, engaged()) == ("ended", "answered", set())
    assert Fact.objects.filter(kind="call.ended").count() == 1


def test_the_line_of_the_asker_breaks_and_the_caller_waits_on(
    board: Switchboard, call: Call, ines: Staff
) -> None:
    asked = board.talks.aside[call.pk]
    Presence.objects.update(state="break")
    board.act(LegOver(board.talking[call.pk], "38", is_cut=True))
    call.refresh_from_db()
    assert (call.state, call.staff, engaged()) == ("queued", None, set())
    assert ("Hangup", str(asked)) in said(board) and Passing.objects.get().state == "over"
    assert not Talk.objects.filter(ended_at=None).exists()
