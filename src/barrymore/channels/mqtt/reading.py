"""Read a message of a broker: JSON with fields as zigbee2mqtt sends it, or one bare word."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from barrymore.channels.devices.reading import moment_of
from barrymore.channels.signs import storable

MOST_BYTES = 64 * 1024
LONGEST = 60
LONGEST_TOPIC = 200
OWN = re.compile(r"barrymore/devices/(\d{1,12})/events")
# What a button may have done; other fields change all the time and mean nothing by themselves.
TELLING = ("action", "click", "contact", "occupancy", "state")
BARE = "message"


@dataclass(frozen=True)
class Message:
    """What a broker handed over. `number` is that of the packet, the same when it is handed over again."""

    topic: str
    payload: bytes
    number: int = 0
    is_again: bool = False
    is_retained: bool = False

    @property
    def digest(self) -> str:
        """What tells its content from another's."""
        return hashlib.blake2b(self.topic.encode() + b"\x00" + self.payload, digest_size=8).hexdigest()

    @property
    def own_device(self) -> int | None:
        """The device of ours that speaks by this topic."""
        found = OWN.fullmatch(self.topic)
        return int(found[1]) if found else None


@dataclass(frozen=True)
class Said:
    """A message in fields: those that can mean something, the battery, and when it was."""

    values: dict[str, str] = field(default_factory=dict)
    battery: int | None = None
    at: datetime | None = None
    doubt: str = ""  # why the moment is ours and not the device's


def read(message: Message, received_at: datetime) -> Said:
    """The fields of a message; nothing that cannot be read ever raises."""
    if len(message.payload) > MOST_BYTES:
        return Said(at=received_at)
    text = storable(message.payload.decode("utf-8", "replace")).strip()
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = text
    if not isinstance(told, dict):
        word = str(told).strip()[:LONGEST]
        return Said({BARE: word} if word and not isinstance(told, list) else {}, at=received_at)
    at, doubt = moment_of(told.get("last_seen"), received_at)
    return Said(_values(told), _battery(told.get("battery")), at, "" if doubt == "none" else doubt)


def _values(told: dict[str, Any]) -> dict[str, str]:
    """`{"action": "single"}`; an empty action is how older bridges say that the button was let go."""
    found = {}
    for name in TELLING:
        value = told.get(name)
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, str | int) and f"{value}".strip():
            found[name] = f"{value}".strip()[:LONGEST]
    return found


def _battery(value: Any) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value <= 100 else None
