"""Menus on their page, hours ahead, and what a caller's choice is read as; without Asterisk."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from barrymore.conversations.models import Message, RecordingProfile
from barrymore.formulas.working_time import WorkingWeek
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar
from barrymore.telephony.configuring.writing import Place, files_of
from barrymore.telephony.menu_models import Menu
from barrymore.telephony.menus import leaving, sounds
from barrymore.telephony.menus.chosen import Chosen, chosen_of, message_of, wish_of
from barrymore.telephony.menus.editing import Aim, fault_of_all, save_menu, warnings_of
from barrymore.telephony.menus.hours import CLOSED, days_of, told
from barrymore.telephony.menus.plan import menu_plan, planned
from barrymore.telephony.menus.unsaid import unsaid
from barrymore.telephony.models import Call, Node, Number
from barrymore.telephony.spelling import CannotWrite
from tests.telephony.menus import prompt, tone

pytestmark = pytest.mark.django_db
HOME = "/settings/telephone/menus/"
AT = Place(Path("/x"), "/x")


@pytest.fixture
def page(client: Client, dora: Staff) -> Client:
    client.force_login(dora)
    return client


def row(place: int, aim: str, language: str = "", any_hour: bool = False) -> dict[str, str]:
    told = {f"aim{place}": aim, f"language{place}": language}
    return told | ({f"any_hour{place}": "on"} if any_hour else {})


def test_a_menu_is_kept_with_its_keys_and_shown_as_it_is_heard(page: Client, queue: Queue) -> None:
    welcome = prompt("Welcome")
    told = {"name": "First", "greeting": welcome.pk, "queue": "", "wait_seconds": 5}
    told |= row(0, f"queue:{queue.pk}", "lt", any_hour=True) | row(9, "voicemail") | row(10, "again")
    answer = page.post(HOME + "new/", told, follow=True)
    menu = Menu.objects.get()
    keys = {one.key: (one.does, one.queue_id, one.language, one.at_any_hour) for one in menu.keys.all()}
    assert keys == {
        "1": ("queue", queue.pk, "lt", True),
        "*": ("voicemail", None, "", False),
        "#": ("again", None, "", False),
    }
    shown = answer.content.decode()
    assert f"/prompts/{welcome.pk}/sound/" in shown and "waits in Guests" in shown
    assert "a person: the queue of the number" in shown
    queue.members.clear()
    assert "nobody works in the queue Guests" in page.get(f"{HOME}{menu.pk}/").content.decode()
    # Opened again it stands as it was kept; one key less is one key less.
    page.post(f"{HOME}{menu.pk}/", {"name": "First", "wait_seconds": 5} | row(9, "voicemail"))
    assert [one.key for one in menu.keys.all()] == ["*"]


def test_zero_cannot_be_taken_away(page: Client) -> None:
    assert "aim-0" not in page.get(HOME + "new/").content.decode()
    menu = Menu.objects.create(name="First")
    assert "exten => 0,1" in extensions(menu)


def extensions(menu: Menu) -> str:
    """The dialplan of a house with one number that begins with the menu."""
    queue = Queue.objects.filter(is_default=True).first() or Queue.objects.create(name="All", is_default=True)
    Number.objects.get_or_create(number="+37052000009", defaults={"queue": queue})
    Number.objects.update(menu=menu)
    plan = planned(Number.objects.all())
    return menu_plan(plan, "/etc/barrymore/prompts", "/var/spool/asterisk/recording")


def test_circles_and_depths_are_refused_and_change_nothing(page: Client) -> None:
    menus = [Menu.objects.create(name=f"M{n}") for n in range(7)]
    for one, other in pairwise(menus[:3]):
        save_menu(None, one, {"1": (Aim(f"menu:{other.pk}"), "", False)})
    answer = page.post(
        f"{HOME}{menus[2].pk}/", {"name": "M2", "wait_seconds": 5} | row(0, f"menu:{menus[0].pk}")
    )
    assert "round in a circle" in answer.content.decode()
    assert not menus[2].keys.exists() and fault_of_all() == ""
    for one, other in pairwise(menus[2:5]):
        save_menu(None, one, {"1": (Aim(f"menu:{other.pk}"), "", False)})
    with pytest.raises(ValidationError, match="At most 5"):
        save_menu(None, menus[4], {"1": (Aim(f"menu:{menus[5].pk}"), "", False)})


def test_only_a_way_to_people_is_open_at_any_hour(page: Client) -> None:
    told = {"name": "First", "wait_seconds": 5} | row(0, "voicemail", any_hour=True)
    answer = page.post(HOME + "new/", told)
    assert "Only a key that leads to a queue" in answer.content.decode() and not Menu.objects.exists()


def test_a_key_whose_menu_is_gone_leads_to_a_person(queue: Queue) -> None:
    first, second = Menu.objects.create(name="A"), Menu.objects.create(name="B")
    save_menu(None, first, {"1": (Aim(f"menu:{second.pk}"), "", False)})
    assert f"Goto(barrymore-menu-{second.pk},s,1)" in extensions(first)
    second.delete()
    text = extensions(first)
    assert "exten => 1,1,Set(BM_PATH=${BM_PATH}." in text and f"barrymore-menu-{second.pk}" not in text
    assert any("is gone" in one for one in warnings_of(first))


def test_a_path_that_would_change_the_dialplan_stops_the_writing(queue: Queue) -> None:
    menu = Menu.objects.create(name="A")
    extensions(menu)
    plan = planned(Number.objects.all())
    for path in ("/etc/x,1", "/etc/${SHELL(x)}", "/etc/a b", "relative", "/x\n[evil]"):
        with pytest.raises(CannotWrite):
            menu_plan(plan, path, "/x")


def test_no_word_of_a_person_stands_in_the_dialplan(node: Node, number: Number) -> None:
    Number.objects.update(
        menu=Menu.objects.create(name="Evil]\nexten => x,1,System(x)", greeting=prompt("Wel]come"))
    )
    text = files_of(node, AT)["extensions.conf"]
    assert "Evil" not in text and "Wel]come" not in text and "barrymore-menu-" in text


def test_a_number_without_anything_goes_straight_into_its_queue(node: Node, number: Number) -> None:
    text = files_of(node, AT)["extensions.conf"]
    assert f"Goto(barrymore-wait,q{number.pk},1)" in text and "[barrymore-number]" not in text


WEEK = {day: [("09:00", "17:00")] for day in range(5)}


def spans(week: WorkingWeek, day: str) -> list[tuple[datetime, datetime]]:
    zone = ZoneInfo(week.timezone)
    first = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    told = days_of(week, first, 1)[f"{first:%Y%j}"]
    found = []
    for one in told.split("x"):
        low, high = (datetime.fromtimestamp(int(part), zone) for part in one.split("-"))
        found.append((low, high))
    return found


@pytest.mark.parametrize(
    ("day", "offset"), [("2026-10-23", 3), ("2026-10-26", 2), ("2026-03-27", 2), ("2026-03-30", 3)]
)
def test_hours_are_the_same_on_the_wall_before_and_after_the_clocks_change(day: str, offset: int) -> None:
    ((low, high),) = spans(WorkingWeek("Europe/Vilnius", WEEK), day)
    assert (low.hour, high.hour) == (9, 17) and low.utcoffset() == timedelta(hours=offset)


def test_a_holiday_is_closed_and_an_exception_keeps_its_own_hours() -> None:
    exceptions = {date(2026, 12, 24): [("09:00", "12:00")], date(2026, 12, 25): []}
    days = days_of(WorkingWeek("Europe/Vilnius", WEEK, exceptions), datetime(2026, 12, 24, tzinfo=UTC), 3)
    low, high = days["2026358"].split("-")
    assert int(high) - int(low) == 3 * 3600
    assert days["2026359"] == days["2026360"] == CLOSED


def test_a_night_over_midnight_is_known_on_both_days() -> None:
    days = days_of(WorkingWeek("UTC", {0: [("22:00", "02:00")]}), datetime(2026, 11, 23, tzinfo=UTC), 2)
    assert [len(one.split("x")) for one in days.values()] == [1, 1] and CLOSED not in days.values()


def test_day_and_night_without_an_end_is_open_every_day(number: Number) -> None:
    calendar = Calendar.objects.create(name="Always", timezone="Europe/Vilnius")
    set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
    Number.objects.update(hours=calendar)
    lines = dict(told())
    assert len(lines) == 60 and all(CLOSED not in one for one in lines.values())
    assert max(map(len, lines.values())) < 900


SECOND = int(now().timestamp())


def test_a_place_says_what_was_chosen() -> None:
    found = chosen_of(f"12.3.lt.t.{SECOND}.5k2.c6ks.7kh")
    assert found is not None
    assert (found.number, found.queue, found.language, found.recording) == (12, 3, "lt", "told")
    assert found.at is not None and int(found.at.timestamp()) == SECOND
    assert found.steps == ((5, "2"), (6, "*"), (7, "#"))
    assert chosen_of("12") == Chosen(12)
    # Cut short by Asterisk: the last key is lost, the caller is not.
    cut = chosen_of(f"12.3.lt.n.{SECOND}.5k2.6")
    assert cut is not None and cut.steps == ((5, "2"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "12;3",
        "12.3.lt.t",
        "12.3.LT.t.1795363200",
        "12\n",
        "12.3.lt.z.1795363200",
        "9" * 40,
        "12.x y",
    ],
)
def test_what_cannot_be_ours_is_no_place(text: str) -> None:
    found = chosen_of(text)
    assert found is None or (found.queue == 0 and text.startswith("12."))


def test_a_recording_and_a_wish_are_read_and_nonsense_is_not() -> None:
    name = f"bmv-12-3-lt-{SECOND}-+37061234567-node-1795363200.12"
    left = message_of(name)
    assert left is not None and (left.caller, left.unique_id) == ("+37061234567", "node-1795363200.12")
    assert message_of(f"bmv-12-3-lt-{SECOND}--1.2") is not None
    for bad in ("bmv-", "../etc/passwd", name + "/x", name.replace("lt", "L;"), "x" * 300):
        assert message_of(bad) is None
    wish = wish_of("1795.1", f"q12.3.en.n.{SECOND}.5k1-+37061234567")
    assert wish is not None and wish.caller == "+37061234567" and wish.chosen.steps == ((5, "1"),)
    assert wish_of("1795.1", "q12") is None and wish_of("a b", f"q12.3.en.n.{SECOND}-1") is None


def leave(node: Node, number: Number, data: bytes, unique: str = "1.1", **more: str) -> Call | None:
    name = f"bmv-{number.pk}-{number.queue_id}-en-{SECOND}-{more.get('caller', '+37061234567')}-{unique}"
    left = message_of(name, status=more.get("status", "HANGUP"))
    assert left is not None
    return leaving.take_message(node, left, data)


def test_the_same_message_twice_is_one_item(node: Node, number: Number) -> None:
    assert leave(node, number, tone(2.0)) is not None
    assert leave(node, number, tone(2.0)) is None
    assert Call.objects.get().outcome == "voicemail"
    assert Message.objects.filter(event="voicemail").count() == 1


@pytest.mark.parametrize("data", [b"", b"RIFF", tone(0.3), b"\x00" * 5000])
def test_who_says_nothing_is_a_call_missed(node: Node, number: Number, data: bytes) -> None:
    leave(node, number, data)
    call = Call.objects.get()
    assert call.outcome == "left" and call.conversation
    assert not Message.objects.filter(attachments__isnull=False).exists()


def test_a_message_that_the_node_could_not_keep_is_called_back(node: Node, number: Number) -> None:
    leave(node, number, b"", status="ERROR")
    conversation = Call.objects.get().conversation
    assert conversation and conversation.state == "open" and "+37061234567" in conversation.next_step


def test_a_hidden_number_leaves_a_message_too(node: Node, number: Number) -> None:
    leave(node, number, tone(2.0), caller="")
    call = Call.objects.get()
    assert call.caller == "" and call.conversation and call.conversation.address is None
    assert call.conversation.state == "open"


def test_the_doctor_says_what_callers_cannot_hear(number: Number, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(unsaid()) == []
    monkeypatch.setattr(sounds, "can_speak", lambda: False)
    RecordingProfile.objects.create(is_on=True, country="LT", basis="notice", keep_days=30, chosen_at=now())
    menu = Menu.objects.create(name="First")
    Number.objects.update(offers_callback=True, tells_place=True, menu=menu)
    missing = list(unsaid())
    assert len(missing) == 4
    assert "Guests: that calls are recorded cannot be said, so none is." in missing
    assert any(one.startswith("First: Nothing is said") for one in missing)
    prompt("recorded", purpose="notice")
    assert len(list(unsaid())) == 3
