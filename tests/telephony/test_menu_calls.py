"""Callers who press keys, through a real Asterisk: menu, hours, message, call-back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from barrymore.conversations.models import Attachment, Conversation, Message, RecordingProfile
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.routing.models import Placement, Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar
from barrymore.telephony.configuring.writing import Place, files_of
from barrymore.telephony.menu_models import Menu, MenuKey
from barrymore.telephony.menus import node_sounds, sounds
from barrymore.telephony.models import Call, Node, Number
from tests.telephony.conftest import NUMBER, House
from tests.telephony.keys import press, speaking
from tests.telephony.menus import prompt
from tests.telephony.sip import eventually


@pytest.fixture
def menu(number: Number, queue: Queue) -> Menu:
    """1 leads to the bookings, 2 to a menu in Lithuanian, 3 leaves a message."""
    first = Menu.objects.create(name="Welcome", greeting=prompt("Welcome", 0.4), wait_seconds=4)
    other = Menu.objects.create(name="Lietuviškai", greeting=prompt("Sveiki", 0.4, "lt"), wait_seconds=2)
    bookings = Queue.objects.create(name="Bookings", site=queue.site)
    MenuKey.objects.create(menu=first, key="1", does="queue", queue=bookings)
    MenuKey.objects.create(menu=first, key="2", does="menu", language="lt", leads_to=other)
    MenuKey.objects.create(menu=first, key="3", does="voicemail")
    MenuKey.objects.create(menu=first, key="4", does="callback")
    MenuKey.objects.create(menu=other, key="#", does="queue", queue=bookings)
    Number.objects.update(menu=first)
    return first


def events(call: Call) -> list[str]:
    """The timeline of the call's conversation."""
    found = Message.objects.filter(conversation=call.conversation_id, kind="event").order_by("pk")
    return [one.event for one in found]


def test_a_key_leads_to_its_queue_in_its_language_and_stands_on_the_timeline(
    house: Callable[[], House], menu: Menu
) -> None:
    whole = house()
    # Before the first message Asterisk has no folder for messages, and says so when it is asked.
    log = [line for line in whole.asterisk.log.splitlines() if "Error opening directory" not in line]
    assert [line for line in log if "WARNING" in line or "ERROR" in line] == []
    press(whole.sip, NUMBER, (0.8, "2"), (1.0, "#"))
    call = whole.call(state="queued")
    assert call.conversation and call.conversation.language == "lt"
    assert Placement.objects.get().queue.name == "Bookings"
    keys = Message.objects.filter(event="menu_key").order_by("pk")
    assert [(one.detail["by"], one.detail["to"]) for one in keys] == [("2", "Welcome"), ("#", "Lietuviškai")]
    assert Fact.objects.filter(kind="call.chose").count() == 2
    assert Fact.objects.filter(kind="call.queued").count() == 1


def test_everything_that_the_dialplan_uses_is_loaded(
    house: Callable[[], House], menu: Menu, closed: Calendar
) -> None:
    Number.objects.update(offers_callback=True, tells_place=True)
    whole = house()
    text = (whole.asterisk.home / "extensions.conf").read_text()
    # What is missing is found only by the caller who is cut off there.
    for name in {*re.findall(r"(?:,|same => n(?:\([a-z]+\))?,)([A-Z][A-Za-z]+)\(", text)}:
        assert "is not registered" not in whole.asterisk.ask(f"core show application {name}"), name
    for name in {*re.findall(r"\$\{([A-Z]+)\(", text)}:
        assert "No function by that name" not in whole.asterisk.ask(f"core show function {name}"), name


@pytest.mark.long
def test_wrong_keys_and_silence_end_at_a_person(house: Callable[[], House], menu: Menu) -> None:
    Menu.objects.update(wait_seconds=2)
    whole = house()
    # A storm of keys that lead nowhere, and somebody who presses none at all.
    press(whole.sip, NUMBER, (0.8, "9"), (0.05, "8"), (0.05, "7"), (0.05, "9"), (0.05, "*"), (0.05, "9"))
    press(whole.sip, NUMBER, from_header="<sip:+37061234568@[local_ip]>")
    press(whole.sip, NUMBER, (0.8, "0"), from_header="<sip:+37061234569@[local_ip]>")
    eventually(lambda: Call.objects.filter(state="queued").count() == 3, 40)
    assert set(Placement.objects.values_list("queue__name", flat=True)) == {"Guests"}
    zero = Call.objects.get(caller="+37061234569")
    assert "menu_key" in events(zero)


@pytest.fixture
def closed(number: Number) -> Calendar:
    """Open on a single day long ago."""
    calendar = Calendar.objects.create(name="Never", timezone="Europe/Vilnius")
    set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
    calendar.blocks.all().delete()
    Number.objects.update(hours=calendar)
    for purpose in ("closed", "voicemail", "thanks"):
        prompt(purpose, 0.3, purpose=purpose)
    return calendar


def test_outside_hours_a_message_becomes_an_item_of_the_inbox(
    house: Callable[[], House], closed: Calendar
) -> None:
    whole = house()
    speaking(whole.sip, NUMBER, stays=5)
    call = whole.call(outcome="voicemail")
    assert call.conversation and call.state == "ended" and call.caller == "+37061234567"
    sound = Attachment.objects.get()
    assert sound.content_type == "audio/wav" and sound.size > 16_000
    conversation = Conversation.objects.get()
    assert conversation.state == "open" and conversation.is_unread
    assert Placement.objects.get().line == 0
    assert Fact.objects.get(kind="call.voicemail").values["seconds"] > 1
    assert not Fact.objects.filter(kind__in=["call.queued", "call.abandoned"]).exists()
    eventually(lambda: node_sounds.listed(whole.node) == [])


@pytest.mark.long
def test_a_message_that_was_left_while_we_were_away_is_found(
    house: Callable[[], House], closed: Calendar
) -> None:
    whole = house()
    whole.rest()
    caller = speaking(whole.sip, NUMBER, stays=5)
    # This one hangs up at once.
    press(whole.sip, NUMBER, stays=0.5, from_header="<sip:+37061234568@[local_ip]>")
    assert caller.wait(timeout=30) == 0, whole.sip.errors()
    eventually(lambda: whole.asterisk.channels() == 0)
    whole.work()
    assert whole.call(caller="+37061234567").outcome == "voicemail"
    assert Attachment.objects.count() == 1


def test_any_hour_keys_lead_to_a_person_when_it_is_closed(
    house: Callable[[], House], menu: Menu, closed: Calendar
) -> None:
    MenuKey.objects.filter(key="1", menu=menu).update(at_any_hour=True)
    whole = house()
    press(whole.sip, NUMBER, (1.0, "1"))
    whole.call(state="queued")
    assert Placement.objects.get().queue.name == "Bookings"


def test_a_wish_to_be_called_back_keeps_its_place(house: Callable[[], House], menu: Menu) -> None:
    whole = house()
    press(whole.sip, NUMBER, (0.8, "4"))
    call = whole.call(outcome="callback")
    assert call.conversation and "+37061234567" in call.conversation.next_step
    assert call.conversation.state == "open"
    eventually(lambda: "0 results" in whole.asterisk.ask("database show barrymore-wish"))


def test_who_waits_presses_one_and_is_called_back(house: Callable[[], House], number: Number) -> None:
    for purpose in ("offer", "callback", "nonumber"):
        prompt(purpose, 0.3, purpose=purpose)
    Number.objects.update(offers_callback=True)
    whole = house()
    press(whole.sip, NUMBER, (2.0, "1"))
    call = whole.call(state="queued")
    call = whole.call(outcome="callback", pk=call.pk)
    placement = Placement.objects.get()
    assert placement.line == 0 and placement.enqueued_at <= call.ended_at
    assert events(call)[-1] == "callback_wished"
    (fact,) = Fact.objects.filter(kind="call.callback")
    assert fact.values["wait_seconds"] > 1
    eventually(lambda: whole.asterisk.channels() == 0)
    assert Call.objects.get().outcome == "callback" and Conversation.objects.count() == 1


def test_our_process_is_away_while_a_caller_presses(house: Callable[[], House], menu: Menu) -> None:
    whole = house()
    whole.rest()
    press(whole.sip, NUMBER, (0.8, "1"))
    press(whole.sip, NUMBER, (0.8, "4"), from_header="<sip:+37061234568@[local_ip]>")
    eventually(lambda: "MusicOnHold" in whole.asterisk.ask("core show channels"))
    eventually(lambda: "1 result" in whole.asterisk.ask("database show barrymore-wish"))
    eventually(lambda: whole.asterisk.channels() == 1)
    whole.work()
    call = whole.call(state="queued")
    assert call.conversation and call.conversation.placement.queue.name == "Bookings"
    assert "menu_key" in events(call)
    assert whole.call(outcome="callback").caller == "+37061234568"


@pytest.mark.parametrize(
    ("basis", "pressed", "otherwise", "key"),
    [
        ("notice", "declined", "told", "9"),
        pytest.param("consent", "agreed", "declined", "1", marks=pytest.mark.long),
    ],
)
def test_a_caller_is_told_or_asked_before_the_queue_and_served_whatever_the_answer(
    house: Callable[[], House], number: Number, basis: str, pressed: str, otherwise: str, key: str
) -> None:
    RecordingProfile.objects.create(is_on=True, country="LT", basis=basis, keep_days=30, chosen_at=now())
    prompt("recorded", 0.4, purpose=basis)
    whole = house()
    press(whole.sip, NUMBER, (0.8, key))
    press(whole.sip, NUMBER, from_header="<sip:+37061234568@[local_ip]>")
    assert whole.call(state="queued", caller="+37061234567").recording == pressed
    other = whole.call(state="queued", caller="+37061234568")
    assert other.recording == otherwise and f"recording_{otherwise}" in events(other)


def test_what_could_not_be_said_was_not_told(
    node: Node, number: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "can_speak", lambda: False)
    RecordingProfile.objects.create(is_on=True, country="LT", basis="notice", keep_days=30, chosen_at=now())
    text = files_of(node, Place(Path("/x"), "/x"))["extensions.conf"]
    assert f"Goto(barrymore-wait,q{number.pk},1)" in text and "notice" not in text


@pytest.mark.long
def test_who_waited_and_wished_while_we_were_away_has_not_given_up(
    house: Callable[[], House], number: Number
) -> None:
    for purpose in ("offer", "callback", "nonumber"):
        prompt(purpose, 0.3, purpose=purpose)
    Number.objects.update(offers_callback=True)
    whole = house()
    press(whole.sip, NUMBER, (4.0, "1"))
    call = whole.call(state="queued")
    whole.rest()
    eventually(lambda: whole.asterisk.channels() == 0)
    whole.work()
    assert whole.call(pk=call.pk, state="ended").outcome == "callback"
    assert not Fact.objects.filter(kind="call.abandoned").exists()
