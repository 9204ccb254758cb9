"""Feedback that came by itself: presses of buttons and posters, as facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from barrymore.journal.services import Refs, record

MODE = "feedback"


@dataclass(frozen=True)
class Place:
    """Where a device stands: ids, and the step of the service process."""

    point: int
    device: int
    site: int
    step: str


@dataclass(frozen=True)
class Press:
    """One press: its key in the journal, when it was, what it said on which scale."""

    key: str
    at: datetime
    score: int
    scale: str
    button: str


def count_press(place: Place, press: Press) -> None:
    """A press counts. A second time IntegrityError: the key is there."""
    record("press.counted", press.key, at=press.at, **_refs(place, press))


def count_cheer(place: Place, key: str, at: datetime) -> None:
    """Somebody touched the screen that cheers people up. It says nothing of quality: no score, no scale."""
    dims = {"point": place.point, "device": place.device, "step": place.step}
    record("cheer.counted", key, at=at, site=place.site, channel="device", dims=dims, values={})


def collapse_press(place: Place, press: Press, why: str, *, was_counted: bool = False) -> None:
    """A press does not count, being one with another: `double` or `burst`.

    With `was_counted` it takes a count back that was written before the others came.
    """
    refs = _refs(place, press, why=why, was_counted=was_counted)
    record("press.collapsed", f"{press.key}:{why}", at=press.at, **refs)


def _refs(place: Place, press: Press, **values: Any) -> Refs:
    return {
        "site": place.site,
        "channel": "device",
        "dims": {
            "point": place.point,
            "device": place.device,
            "step": place.step,
            "button": press.button,
            "mode": MODE,
        },
        "values": {"score": press.score, "scale": press.scale, **values},
    }
