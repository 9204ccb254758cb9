"""What a caller has chosen before the queue, as Asterisk spells it; its shapes stop here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from barrymore.journal.moment import now

# number.queue.language.recording.second of 1970, then each key as .<menu>k<key> (closed: .c<menu>k<key>).
SPELT = re.compile(
    r"(?P<number>[0-9]{1,18})(?:\.(?P<queue>[0-9]{1,18})\.(?P<language>[a-z]{2,3})\.(?P<said>[ntad])"
    r"\.(?P<at>[0-9]{10})(?P<path>(?:\.c?[0-9]{1,9}k[0-9sh])*))?"
)
SIGNS = re.compile(r"[0-9][a-z0-9.]{0,120}")
STEP = re.compile(r"\.c?([0-9]{1,9})k([0-9sh])")
MESSAGE = re.compile(
    r"bmv-(?P<number>[0-9]{1,18})-(?P<queue>[0-9]{1,18})-(?P<language>[a-z]{2,3})-(?P<at>[0-9]{10})"
    r"-(?P<caller>[+0-9]{0,20})-(?P<unique>[A-Za-z0-9][A-Za-z0-9_.-]{0,79})"
)
UNIQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
CALLER = re.compile(r"[+0-9]{0,20}")
ANSWER = re.compile(
    r"(?P<ref>[0-9]{1,18})-(?P<at>[0-9]{10})-(?P<phase>before|asked|nokey|key)-(?P<number>[0-9]{0,2})-(?P<over>[01])"
)
KEYS = {"s": "*", "h": "#"}
SAID = {"n": "", "t": "told", "a": "agreed", "d": "declined"}  # as Call.Consent
# Nobody waits longer in a menu, and no clock is wrong by so much.
OLDEST = timedelta(days=30)


@dataclass(frozen=True)
class Chosen:
    """`queue`: 0 where none was chosen. `recording`: as Call.Consent. `steps`: menu and key, in order."""

    number: int = 0
    queue: int = 0
    language: str = ""
    recording: str = ""
    at: datetime | None = None
    steps: tuple[tuple[int, str], ...] = ()


NOTHING = Chosen()


@dataclass(frozen=True)
class Wish:
    """A caller wishes to be called back and has hung up, or will in a moment."""

    unique_id: str
    caller: str
    chosen: Chosen


@dataclass(frozen=True)
class VoiceMessage:
    """A caller has been asked to leave a message; `name` is the recording's at the node."""

    name: str
    unique_id: str
    caller: str
    chosen: Chosen
    status: str = ""  # how the recording ended, as Asterisk says it


@dataclass(frozen=True)
class Rated:
    """A caller was asked after the talk; `phase` is how far it came, `number` the key."""

    unique_id: str
    questionnaire: int
    phase: str
    number: int | None
    at: datetime | None  # when the question began, so when the talk was over
    is_over: bool  # Asterisk has brought it to its end
    is_final: bool = True  # nothing more can come: the line is gone, or going


def chosen_of(text: str) -> Chosen | None:
    """What the name of a place says; None where it cannot be ours."""
    # A name that Asterisk cut short costs the last key, not the caller.
    found = SPELT.match(text) if SIGNS.fullmatch(text) else None
    if found is None or (len(text) > found.end() and text[found.end()] != "."):
        return None
    if not found["queue"]:
        return Chosen(int(found["number"]))
    return Chosen(
        int(found["number"]),
        int(found["queue"]),
        found["language"],
        SAID[found["said"]],
        moment_of(found["at"]),
        steps_of(found["path"]),
    )


def steps_of(path: str) -> tuple[tuple[int, str], ...]:
    """Which key was pressed in which menu, in order."""
    return tuple((int(menu), KEYS.get(key, key)) for menu, key in STEP.findall(path))


def moment_of(text: str) -> datetime | None:
    """A second of 1970 as a moment; None where it is not near now."""
    at = datetime.fromtimestamp(int(text), UTC)
    return at if abs(now() - at) < OLDEST else None


def message_of(name: str, path: str = "", status: str = "") -> VoiceMessage | None:
    """The message that the name of a recording tells of; None where it is none of ours."""
    found = MESSAGE.fullmatch(name)
    if found is None:
        return None
    chosen = Chosen(
        int(found["number"]),
        int(found["queue"]),
        found["language"],
        "",
        moment_of(found["at"]),
        steps_of(path),
    )
    return VoiceMessage(name, found["unique"], found["caller"], chosen, status)


def wish_of(unique_id: str, text: str) -> Wish | None:
    """A wish as Asterisk keeps it: the place, then the caller's number."""
    spelt, _dash, caller = text.removeprefix("q").rpartition("-")
    chosen = chosen_of(spelt)
    if chosen is None or not (UNIQUE.fullmatch(unique_id) and CALLER.fullmatch(caller)):
        return None
    return Wish(unique_id, caller, chosen)


def rated_of(unique_id: str, text: str) -> Rated | None:
    """An answer as Asterisk keeps it."""
    found = ANSWER.fullmatch(text)
    if found is None or not UNIQUE.fullmatch(unique_id):
        return None
    number = int(found["number"]) if found["number"] else None
    at = moment_of(found["at"])
    return Rated(unique_id, int(found["ref"]), found["phase"], number, at, found["over"] == "1")


def left_of(message: Mapping[str, str]) -> Wish | VoiceMessage | Rated | None:
    """What a caller leaves behind instead of waiting."""
    match message.get("UserEvent"):
        case "BarrymoreMessage":
            path = message.get("Path", "")
            return message_of(message.get("File", ""), path[:80], message.get("Status", "")[:12])
        case "BarrymoreWish":
            return wish_of(message.get("Uniqueid", ""), message.get("Wish", ""))
        case "BarrymoreAnswer":
            return rated_of(message.get("Uniqueid", ""), message.get("Answer", ""))
    return None
