"""Read what a device tells: every event is understood, or rejected with the reason."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from barrymore.channels.devices.answer_reading import Wrong, photo_name, read_answer
from barrymore.channels.signs import storable
from barrymore.journal.inbox import Event

MOST_EVENTS = 1000
MOST_BYTES = 256 * 1024
# Before this day no device of ours was built: its clock was never set.
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD, BEHIND = timedelta(minutes=5), timedelta(hours=72)
BOOT = re.compile(r"[A-Za-z0-9._-]{1,60}")
HIGHEST = 2**53
KINDS = ("press", "served", "heartbeat", "answer", "view", "cheer", "photo")
MOST_VIEWS = 100_000
SCALES = {"smile4": (1, 4), "colour2": (1, 2), "five": (1, 5), "eleven": (0, 10)}
BUTTONS = {
    "great": ("smile4", 4), "good": ("smile4", 3), "meh": ("smile4", 2), "bad": ("smile4", 1),
    "green": ("colour2", 2), "red": ("colour2", 1),
}  # fmt: skip
LONGEST_COMMENT = 4000
MOST_SERVED = 1000
LONGEST_NOTICE = 1000
BLURS = ("none", "middle", "all")


class Refused(ValueError):
    """A batch of which nothing was taken; `status` is that of HTTP, the text says what to do."""

    def __init__(self, status: int, why: str, what: str) -> None:
        super().__init__(what)
        self.status, self.why = status, why


@dataclass(frozen=True, slots=True)
class Unread:
    """An event without a number of its own: it can be counted, but not kept."""

    seq: Any
    why: str


def read_batch(device_ref: int, body: bytes, received_at: datetime) -> list[Event | Unread]:
    """The events of a batch in their order. Raises Refused where the whole batch cannot be read."""
    if len(body) > MOST_BYTES:
        raise Refused(413, "too_large", f"At most {MOST_BYTES} bytes at once: send it in smaller batches.")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "not_json", "This is no whole JSON: send the same batch again.") from error
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list):
        raise Refused(422, "no_events", 'Send {"boot_id": "…", "events": [{"seq": 1, "kind": "press", …}]}.')
    if len(events) > MOST_EVENTS:
        raise Refused(413, "too_many", f"At most {MOST_EVENTS} events at once: send smaller batches.")
    return [read_event(device_ref, one, told.get("boot_id"), received_at) for one in events]


def read_event(device_ref: int, told: Any, boot: Any, received_at: datetime) -> Event | Unread:
    """One event; where it cannot count it is kept with the reason, as long as it has a number."""
    if not isinstance(told, dict):
        return Unread(None, "no_object")
    seq, boot = told.get("seq"), told.get("boot_id", boot)
    if not isinstance(seq, int) or isinstance(seq, bool) or not 1 <= seq < HIGHEST:
        return Unread(None, "no_seq")
    if not isinstance(boot, str) or not BOOT.fullmatch(boot):
        return Unread(seq, "no_boot_id")
    detail: dict[str, Any] = {}
    kind, score, scale, why = "", None, "", ""
    try:
        kind = _kind(told)
        score, scale = _said(kind, told, detail)
    except Wrong as error:
        why = detail["why"] = str(error)
    at, doubt = moment_of(told.get("at"), received_at)
    if doubt:
        detail |= {"time": doubt, "told_at": storable(str(told.get("at")))[:40]}
    return Event(
        device_ref, boot, seq, kind, at, received_at, digest_of_event(told), score, scale,
        json.dumps(detail) if detail else "{}", why,
    )  # fmt: skip


def digest_of_event(told: Mapping[str, Any]) -> str:
    """What tells a repetition from another event under the same number."""
    told = {name: value for name, value in told.items() if name != "boot_id"}
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=8).hexdigest()


def _kind(told: Mapping[str, Any]) -> str:
    kind = told.get("kind")
    if kind not in KINDS:
        raise Wrong("unknown_kind")
    return str(kind)


def _said(kind: str, told: Mapping[str, Any], detail: dict[str, Any]) -> tuple[int | None, str]:
    if kind == "press":
        return _press(told, detail)
    if kind == "answer":
        detail |= read_answer(told)
    elif kind == "served":
        detail["count"] = _whole(told.get("count", 1), 1, MOST_SERVED, "count")
        if told.get("staff") is not None:
            detail["staff"] = _whole(told["staff"], 1, HIGHEST, "staff")
    elif kind == "view":
        detail["slide"] = _whole(told.get("slide"), 1, HIGHEST, "slide")
        detail["count"] = _whole(told.get("count"), 1, MOST_VIEWS, "count")
    elif kind == "photo":
        detail["photo"] = photo_name(told.get("photo"))
        if told.get("blur") not in BLURS:
            raise Wrong("blur")
        detail |= {"blur": told["blur"], "notice": storable(str(told.get("notice") or ""))[:LONGEST_NOTICE]}
        # Only where it says so in so many words: whoever was not told has not consented.
        detail["face"] = told.get("face") is True
    elif kind == "heartbeat":
        if told.get("lost") is not None:
            detail["lost"] = _whole(told["lost"], 0, MOST_VIEWS, "lost")
        if told.get("battery") is not None:
            detail["battery"] = _whole(told["battery"], 0, 100, "battery")
        detail["firmware"] = storable(str(told.get("firmware") or ""))[:40]
    return None, ""


def _press(told: Mapping[str, Any], detail: dict[str, Any]) -> tuple[int, str]:
    if "button" in told:
        button = told["button"]
        if not isinstance(button, str) or button not in BUTTONS:
            raise Wrong("button")
        detail["button"] = button
        scale, score = BUTTONS[button]
        return score, scale
    scale = told.get("scale", "smile4")
    if not isinstance(scale, str) or scale not in SCALES:
        raise Wrong("scale")
    return _whole(told.get("score"), *SCALES[scale], "score"), scale


def _whole(value: Any, least: int, most: int, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Wrong(name)
    return value


def moment_of(told: Any, received_at: datetime) -> tuple[datetime, str]:
    """When it happened; where the device's clock cannot be believed, when we received it and the reason."""
    try:
        at = _clock(told)
    except (ValueError, OverflowError, OSError, TypeError):
        return received_at, "unreadable"
    if at is None:
        return received_at, "none"
    if at < FIRST_DAY:
        return received_at, "clock_not_set"
    if at > received_at + AHEAD:
        return received_at, "future"
    return (received_at, "late") if at < received_at - BEHIND else (at, "")


def _clock(told: Any) -> datetime | None:
    """ISO 8601 with its offset, or seconds since 1970."""
    if told is None:
        return None
    if isinstance(told, int | float) and not isinstance(told, bool):
        return datetime.fromtimestamp(told, UTC)
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("no offset")
    return at.astimezone(UTC)
