"""What Asterisk says, as values of ours."""

from datetime import timedelta

import pytest

from barrymore.journal.moment import now
from barrymore.telephony.hearing import (
    Caller,
    CallerOver,
    Ear,
    Leg,
    LegOver,
    Met,
    Telephone,
    leg_of,
    line_of,
)
from barrymore.telephony.spelling import caller_number, told_name, written

LEG = Leg(12, 3, 7, "1795353206.4")
QUEUED = {
    "Event": "UserEvent",
    "UserEvent": "BarrymoreQueued",
    "Uniqueid": "1795353206.4",
    "Channel": "PJSIP/trunk-1-00000000",
    "Number": "5",
    "CallerIDNum": "+37061234567",
    "CallerIDName": "<unknown>",
}


def test_a_leg_is_its_unique_id() -> None:
    assert str(LEG) == "bm-12-3-7-1795353206.4"
    assert leg_of(str(LEG)) == LEG
    assert leg_of("bm-12-3-7") is leg_of("1795353206.4") is leg_of("bm-1-1-1-a b") is None


def test_a_caller_waits() -> None:
    heard = Ear().hear(QUEUED)
    assert heard == Caller("1795353206.4", "PJSIP/trunk-1-00000000", 5, "+37061234567", "")


@pytest.mark.parametrize(
    "change",
    [
        {"Uniqueid": "1 2"},
        {"Channel": "PJSIP/x\nAction: y"},
        {"Channel": "a b"},
        {"Number": "5; x"},
        {"Number": ""},
        {"Number": "9" * 30},
        {"UserEvent": "SomethingElse"},
    ],
)
def test_what_cannot_be_ours_is_nothing(change: dict[str, str]) -> None:
    assert Ear().hear(QUEUED | change) is None


def test_two_in_a_bridge_have_met() -> None:
    ear = Ear()
    enter = {"Event": "BridgeEnter", "BridgeUniqueid": "b1"}
    assert ear.hear(enter | {"Uniqueid": str(LEG)}) is None
    assert ear.hear(enter | {"Uniqueid": "1795353206.4", "BridgeUniqueid": "b2"}) is None
    assert ear.hear(enter | {"Uniqueid": "1795353206.4"}) == Met(LEG)


def test_the_bridge_of_another_program_is_no_meeting() -> None:
    ear = Ear()
    enter = {"Event": "BridgeEnter", "BridgeUniqueid": "b1"}
    assert ear.hear(enter | {"Uniqueid": "1.1"}) is None
    assert ear.hear(enter | {"Uniqueid": "1.2"}) is None


@pytest.mark.parametrize(("cause", "is_cut"), [("16", False), ("44", True), ("38", True), ("", False)])
def test_a_line_ends(cause: str, is_cut: bool) -> None:
    hangup = {"Event": "Hangup", "Cause": cause}
    assert Ear().hear(hangup | {"Uniqueid": "1.4"}) == CallerOver("1.4")
    assert Ear().hear(hangup | {"Uniqueid": str(LEG)}) == LegOver(LEG, cause, is_cut)


def test_a_telephone_that_moves_stays_there() -> None:
    ear = Ear()
    status = {"Event": "ContactStatus", "AOR": "amina"}
    assert ear.hear(status | {"URI": "a", "ContactStatus": "NonQualified"}) == Telephone("amina", True)
    assert ear.hear(status | {"URI": "b", "ContactStatus": "NonQualified"}) == Telephone("amina", True)
    assert ear.hear(status | {"URI": "a", "ContactStatus": "Removed"}) == Telephone("amina", True)
    assert ear.hear(status | {"URI": "b", "ContactStatus": "Unreachable"}) == Telephone("amina", False)
    assert ear.hear(status | {"URI": "b", "ContactStatus": "Reachable"}) == Telephone("amina", True)


def test_an_event_is_as_old_as_asterisk_says_unless_its_clock_is_wrong() -> None:
    at = now() - timedelta(seconds=3)
    heard = Ear().hear(QUEUED | {"Timestamp": str(at.timestamp())})
    assert isinstance(heard, Caller) and heard.at and abs(heard.at - at) < timedelta(milliseconds=1)
    for wrong in ("0", "1e300", "nan", "x", str(at.timestamp() + 9999)):
        heard = Ear().hear(QUEUED | {"Timestamp": wrong})
        assert isinstance(heard, Caller) and heard.at is None


def test_a_listed_line_tells_since_when_it_waits() -> None:
    row = QUEUED | {"Context": "barrymore-wait", "Exten": "q5", "Duration": "01:00:05", "BridgeId": ""}
    line = line_of(row)
    assert line.waits_on == 5 and line.caller and line.caller.number == 5 and line.caller.at
    assert timedelta(hours=1, seconds=4) < now() - line.caller.at < timedelta(hours=1, seconds=7)
    assert line_of(row | {"Exten": "b5"}).caller is None
    assert line_of(row | {"Context": "barrymore-inside"}).caller is None


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("+37061234567", "+37061234567"),
        ("0037061234567", "+37061234567"),
        ("61234567", "+37061234567"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("anonymous", ""),
        ("0", ""),
        ("9" * 300, ""),
        ("+370'; DROP", ""),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", ""),
        ("", ""),
    ],
)
def test_a_callers_number(told: str, known: str) -> None:
    assert caller_number(told, "LT") == known


def test_a_callers_name_is_one_line() -> None:
    assert told_name("  a\r\nb\u202e\u0000\tc  ") == "a b c"
    assert len(told_name("x" * 5000)) == 120


@pytest.mark.parametrize("value", ["a\nb", "a\\", " a", "a ", "ä", "a\x00", "\u202e"])
def test_what_would_change_its_line_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        written(value)


def test_a_semicolon_is_no_comment() -> None:
    assert written("a;b;c") == "a\\;b\\;c"
