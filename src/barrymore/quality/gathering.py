"""Take the evidence from the journal: presses, taps, outside counts, heartbeats."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from barrymore.formulas.detection_data import (
    GREEN,
    RED,
    YELLOW,
    Evidence,
    External,
    Heartbeats,
    Presses,
    Served,
)
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.journal.selectors import facts_of

EVENT = re.compile(r"device:(?P<device>\d+):(?P<boot>.+):(?P<seq>\d+)(?::answer)?")
# Many people may stand before one poster at once: it is no evidence of anybody's work.
POSTER = "page."
OUTSIDE = ("register", "tickets", "door", "other")
# The lowest answer of a scale and below which it is no praise; what lies between is neither.
ENDS = {
    "smile4": (1, 3), "colour2": (1, 2), "five": (2, 4), "scale5": (2, 4), "scale7": (3, 5),
    "eleven": (6, 9), "scale10": (6, 9),
}  # fmt: skip


def evidence_of(since: datetime, until: datetime) -> tuple[Evidence, dict[tuple[str, str, int], str]]:
    """What happened at all points, and the key of the fact behind each press, by device, boot and number."""
    pressed = _pressed(since, until)
    keys = {(device, boot, seq): fact.key for fact, (device, boot, seq) in pressed}
    rows = [
        (device, _desk(fact), boot, seq, fact.at, fact.recorded_at, colour_of(fact))
        for fact, (device, boot, seq) in pressed
    ]
    evidence = Evidence(
        presses=_presses(rows),
        served=_served(since, until),
        external=_external(since, until),
        heartbeats=_heartbeats(since, until),
    )
    return evidence, keys


def _pressed(since: datetime, until: datetime) -> list[tuple[Fact, tuple[str, str, int]]]:
    found = []
    for kind in ("press.counted", "press.collapsed", "answer.given"):
        for fact in facts_of(kind, since, until).order_by("id").iterator():
            # A burst that was taken back has its own fact behind the one that counted it.
            key = fact.key.rpartition(":")[0] if kind == "press.collapsed" else fact.key
            told = EVENT.fullmatch(key)
            is_evidence = fact.values.get("score") is not None and not fact.values.get("was_counted")
            if told and is_evidence and not told["boot"].startswith(POSTER):
                found.append((fact, (told["device"], told["boot"], int(told["seq"]))))
    return found


def _desk(fact: Fact) -> str:
    return str(fact.dims.get("point") or 0)


def colour_of(fact: Fact) -> str:
    """Green, yellow or red, by the scale of the answer."""
    bad, good = ENDS.get(str(fact.values.get("scale")), (1, 3))
    score = int(fact.values["score"])
    return GREEN if score >= good else RED if score <= bad else YELLOW


def _presses(rows: Sequence[tuple[Any, ...]]) -> Presses:
    device, desk, boot, seq, at, arrived, button = zip(*rows, strict=True) if rows else ((),) * 7
    return Presses(
        device=words(device),
        desk=words(desk),
        boot_id=words(boot),
        seq=np.array(seq, dtype=np.int64),
        t_device=moments_of(at),
        t_server=moments_of(arrived),
        button=words(button),
        press_ms=np.full(len(rows), np.nan),
    )


def _served(since: datetime, until: datetime) -> Served:
    """One row a customer; a tap that was taken back leaves none."""
    desk, staff, at = [], [], []
    for fact in _counts(since, until, inside=True):
        desk += [_desk(fact)] * fact.values["count"]
        staff += [str(fact.staff_ref or "")] * fact.values["count"]
        at += [fact.at] * fact.values["count"]
    return Served(words(desk), words(staff), np.full(len(desk), -1, dtype=np.int64), moments_of(at))


def _counts(since: datetime, until: datetime, *, inside: bool) -> list[Fact]:
    facts = list(facts_of("served.counted", since, until))
    back = {
        fact.key.removesuffix(":back").partition(":undone:")[0] for fact in facts if fact.values["count"] < 0
    }
    return [
        fact
        for fact in facts
        if fact.values["count"] > 0
        and fact.key not in back
        and (fact.dims.get("source", "employee") not in OUTSIDE) == inside
    ]


def _external(since: datetime, until: datetime) -> External | None:
    """Receipts and tickets by hour: each of them is a customer at a moment."""
    hours: dict[tuple[str, int], int] = {}
    for fact in _counts(since, until, inside=False):
        hour = int(fact.at.timestamp()) // 3600
        place = (_desk(fact), hour)
        hours[place] = hours.get(place, 0) + int(fact.values["count"])
    if not hours:
        return None
    rows = sorted(hours.items())
    start = np.array([hour * 3600.0 for (_desk, hour), _n in rows])
    return External(
        words([desk for (desk, _hour), _n in rows]), start, start + 3600.0, np.array([n for _, n in rows])
    )


def _heartbeats(since: datetime, until: datetime) -> Heartbeats | None:
    beats = DeviceEvent.objects.filter(kind="heartbeat", at__gte=since, at__lt=until)
    rows = list(beats.values_list("device_ref", "at", "detail__battery"))
    if not rows:
        return None
    battery = np.array([np.nan if level is None else level / 100 for _device, _at, level in rows])
    return Heartbeats(
        words([str(device) for device, _at, _level in rows]), moments_of([at for _, at, _ in rows]), battery
    )


def words(values: Sequence[str]) -> np.ndarray:
    """A column of words."""
    return np.array(list(values), dtype=np.str_)


def moments_of(values: Sequence[datetime]) -> np.ndarray:
    """A column of seconds since 1970."""
    return np.array([value.timestamp() for value in values], dtype=float)
