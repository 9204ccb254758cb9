"""What Asterisk says, as values of ours; its shapes stop here."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from barrymore.journal.moment import now
from barrymore.telephony.ami import Message
from barrymore.telephony.menus.chosen import NOTHING, Chosen, Rated, VoiceMessage, Wish, chosen_of, left_of

CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.@;+-]{0,119}")
LEG = re.compile(r"bm-([0-9]{1,18})-([0-9]{1,5})-([0-9]{1,18})-([A-Za-z0-9_.-]{1,80})")
UNIQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
PLACE = re.compile(r"([qb])([0-9]{1,18}(?:\.[a-z0-9.]{0,120})?)")
THERE = {"Reachable", "NonQualified", "Created", "Updated", "Avail", "NonQual", "Unknown"}
# What happened is dated by Asterisk's clock, not by when we had time, as long as it is near ours.
CLOCK_TRUSTED = timedelta(seconds=30)
# The line was lost, nobody hung up: nothing was heard for too long, or the network is out.
CUT = {"38", "41", "44"}
# Nobody hung up and nothing broke: Asterisk itself is ending.
NO_CAUSE = "0"


@dataclass(frozen=True)
class Leg:
    """The line to one telephone of the person who is rung for a call; `attempt` counts the persons.

    Its text is the unique id that Asterisk gives the line, because we ask it to.
    """

    call: int
    attempt: int
    extension: int
    caller: str  # the unique id of the caller's line

    def __str__(self) -> str:
        return f"bm-{self.call}-{self.attempt}-{self.extension}-{self.caller}"


@dataclass(frozen=True)
class Caller:
    """A caller who waits on the line. `number` is the row of the dialled number, 0 where there is none."""

    unique_id: str
    channel: str
    number: int
    told_number: str = ""
    told_name: str = ""
    at: datetime | None = None
    chosen: Chosen = NOTHING


@dataclass(frozen=True)
class Met:
    """A person and the caller hear each other."""

    leg: Leg
    at: datetime | None = None
    inside: frozenset[str] = field(default=frozenset(), compare=False)  # the unique ids of all in the bridge


@dataclass(frozen=True)
class LegOver:
    """The line to a telephone has ended. `cause` is Asterisk's; `is_cut`: the line was lost.

    Not sure: it was not taken, and the end of the line, which tells why, follows if there ever was a line.
    """

    leg: Leg
    cause: str
    is_cut: bool
    at: datetime | None = None
    is_sure: bool = True


@dataclass(frozen=True)
class Referred:
    """A telephone has itself passed its caller on: to digits that were dialled, or to another telephone."""

    leg: Leg
    digits: str = ""
    telephone: str = ""


@dataclass(frozen=True)
class CallerOver:
    """The caller's line has ended. `is_ours`: Asterisk ended it, not the caller."""

    unique_id: str
    at: datetime | None = None
    is_ours: bool = False


@dataclass(frozen=True)
class Telephone:
    """A telephone can be rung from now on, or no more."""

    username: str
    is_there: bool


Heard: TypeAlias = Caller | Referred | Met | LegOver | CallerOver | Telephone | Wish | VoiceMessage | Rated


def leg_of(text: str) -> Leg | None:
    """The leg that a unique id or ActionID of ours names."""
    found = LEG.fullmatch(text)
    return Leg(int(found[1]), int(found[2]), int(found[3]), found[4]) if found else None


class Ear:
    """Turns messages into what we act on; remembers who is in which bridge, and where telephones are."""

    def __init__(self) -> None:
        self._bridges: dict[str, set[str]] = {}
        self.contacts: dict[str, set[str]] = {}

    def hear(self, message: Message) -> Heard | None:
        """What a message means to us, None where nothing."""
        match message.get("Event"):
            case "UserEvent" if message.get("UserEvent") == "BarrymoreQueued":
                return caller_of(message, message.get("Number", ""))
            case "UserEvent":
                return left_of(message)
            case "BridgeEnter":
                return self._entered(message)
            case "Hangup":
                return self._over(message)
            case "BlindTransfer" | "AttendedTransfer" if message.get("Result") == "Success":
                return referred(message)
            case "OriginateResponse" if message.get("Response") == "Failure":
                leg = leg_of(message.get("ActionID", ""))
                return LegOver(leg, "", is_cut=False, is_sure=False) if leg else None
            case "ContactStatus":
                return self._contact(message)
        return None

    def _contact(self, message: Message) -> Telephone:
        """A telephone that has moved says its new place before the old one goes."""
        username, place = message.get("AOR", ""), message.get("URI", "")
        places = self.contacts.setdefault(username, set())
        if message.get("ContactStatus") in THERE:
            places.add(place)
        else:
            places.discard(place)
        return Telephone(username, bool(places))

    def _entered(self, message: Message) -> Met | None:
        bridge = message.get("BridgeUniqueid", "")
        inside = self._bridges.setdefault(bridge, set())
        inside.add(message.get("Uniqueid", ""))
        legs = [leg for one in inside if (leg := leg_of(one))]
        if not legs or len(inside) < 2:
            return None
        return Met(legs[0], time_of(message), frozenset(inside))

    def _over(self, message: Message) -> LegOver | CallerOver | None:
        unique_id, cause = message.get("Uniqueid", ""), message.get("Cause", "")
        for bridge in [name for name, inside in self._bridges.items() if unique_id in inside]:
            del self._bridges[bridge]
        if leg := leg_of(unique_id):
            # Where Asterisk ends, the caller's own line tells it apart from a talk that is over.
            return LegOver(leg, cause, cause in CUT, time_of(message), is_sure=cause != NO_CAUSE)
        if not UNIQUE.fullmatch(unique_id):
            return None
        return CallerOver(unique_id, time_of(message), is_ours=cause == NO_CAUSE)


def referred(message: Message) -> Referred | None:
    """Which line passed its caller on, and where to; None where it is none of ours."""
    leg = leg_of(message.get("TransfererUniqueid", "") or message.get("OrigTransfererUniqueid", ""))
    if leg is None:
        return None
    target = message.get("TransferTargetChannel", "").removeprefix("PJSIP/").rpartition("-")[0]
    return Referred(leg, message.get("Extension", "")[:20], target)


def caller_of(message: Message, number: str) -> Caller | None:
    """The caller whom a message is about; None where the message cannot be of ours."""
    channel, unique_id = message.get("Channel", ""), message.get("Uniqueid", "")
    chosen = chosen_of(number)
    if not (CHANNEL.fullmatch(channel) and UNIQUE.fullmatch(unique_id) and chosen):
        return None
    return Caller(
        unique_id,
        channel,
        chosen.number,
        _known(message.get("CallerIDNum", "")),
        _known(message.get("CallerIDName", "")),
        time_of(message),
        chosen if chosen.queue else NOTHING,
    )


def _known(text: str) -> str:
    """Asterisk writes line breaks and the like as in C, and `<unknown>` for nothing."""
    return "" if text == "<unknown>" else re.sub(r"\\[abefnrtv]", " ", text)


def time_of(message: Message) -> datetime | None:
    """When Asterisk says that it happened; None where it does not, or its clock cannot be believed."""
    try:
        at = datetime.fromtimestamp(float(message.get("Timestamp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if abs(now() - at) < CLOCK_TRUSTED else None


@dataclass(frozen=True)
class Line:
    """One open channel, as CoreShowChannels lists it."""

    unique_id: str
    channel: str
    bridge: str
    waits_on: int | None  # the number on which it waits, by its place in the dialplan
    caller: Caller | None
    is_asked: bool = False  # the talk is over, the caller answers the question after it


def line_of(row: Message) -> Line:
    """One row of the list."""
    place = PLACE.fullmatch(row.get("Exten", "")) if row.get("Context") == "barrymore-wait" else None
    number = place[2] if place else "0"
    caller = caller_of(row, number) if place and place[1] == "q" else None
    return Line(
        unique_id=row.get("Uniqueid", ""),
        channel=row.get("Channel", ""),
        bridge=row.get("BridgeId", ""),
        waits_on=int(number.partition(".")[0]) if place else None,
        caller=replace(caller, at=caller.chosen.at or _since(row.get("Duration", ""))) if caller else None,
        is_asked=row.get("Context") == "barrymore-after",
    )


def _since(duration: str) -> datetime | None:
    """When a line began that has been open for hh:mm:ss."""
    found = re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d)", duration)
    hours, minutes, seconds = map(int, found.groups()) if found else (0, 0, 0)
    return now() - timedelta(hours=hours, minutes=minutes, seconds=seconds) if found else None
