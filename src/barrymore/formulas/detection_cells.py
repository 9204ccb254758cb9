"""One cell of a CSV file for the detectors: what it may hold, and what to write instead."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from barrymore.formulas.detection_data import GREEN, RED, YELLOW

LONGEST_CELL = 500
# Beyond this, seconds since 1970 are meant in thousandths.
MILLISECONDS_FROM = 1e11
EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0
BUTTONS = {
    **dict.fromkeys(("green", "good", "happy", "satisfied", "positive", "verygood", "up"), GREEN),
    **dict.fromkeys(("yellow", "neutral", "ok", "middle", "amber"), YELLOW),
    **dict.fromkeys(("red", "bad", "unhappy", "dissatisfied", "negative", "verybad", "down"), RED),
}
YES = {"1", "true", "yes", "y", "t"}
NO = {"0", "false", "no", "n", "f", ""}


class Column(NamedTuple):
    """A column: its name, how a cell is read, other names for it; without a default it must be there."""

    name: str
    read: Callable[[str], object]
    also: tuple[str, ...] = ()
    default: object = None
    empty: bool = False


def word(cell: str) -> str:
    """Any text without line breaks and control characters."""
    if not cell.isprintable():
        raise ValueError("holds unprintable characters; write plain text")
    return cell


def moment(cell: str) -> float:
    """Seconds since 1970 from ISO 8601 (UTC where no zone is given), or a number of (milli)seconds."""
    try:
        t = float(cell)
        t = t / 1000 if t > MILLISECONDS_FROM else t
    except ValueError:
        t = _iso(cell)
    if not EARLIEST <= t < LATEST:
        raise ValueError("is no moment between 2000 and 2100; write 2026-01-05T08:00:00Z")
    return t


def device_moment(cell: str) -> float:
    """A moment by a device's own clock, which may never have been set; nan for an empty cell."""
    try:
        return perhaps_moment(cell)
    except ValueError:
        if cell.startswith(("19", "0")) or cell.isdigit():
            return 0.0
        raise


def _iso(cell: str) -> float:
    try:
        told = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError("is no moment; write 2026-01-05T08:00:00Z or seconds since 1970") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def perhaps_moment(cell: str) -> float:
    """A moment, or nan for an empty cell."""
    return moment(cell) if cell else math.nan


def whole(cell: str) -> int:
    """A whole number that is not negative."""
    try:
        number = float(cell)
    except ValueError:
        raise ValueError("is no number; write a whole one, such as 12") from None
    if not (0 <= number < 2**53 and number == int(number)):
        raise ValueError("is no whole number from 0 on; write one such as 12")
    return int(number)


def perhaps_whole(cell: str) -> int:
    """A whole number, or -1 for an empty cell."""
    return whole(cell) if cell else -1


def perhaps_number(cell: str) -> float:
    """A number, or nan for an empty cell."""
    try:
        return float(cell) if cell else math.nan
    except ValueError:
        raise ValueError("is no number; write one such as 180, or leave it empty") from None


def colour(cell: str) -> str:
    """green, yellow or red, by one of their usual names."""
    try:
        return BUTTONS[cell.lower().replace("_", "").replace(" ", "")]
    except KeyError:
        raise ValueError("is no button; write green, yellow or red") from None


def perhaps_colour(cell: str) -> str:
    """A button, or "" for an empty cell."""
    return colour(cell) if cell else ""


def yes_or_no(cell: str) -> bool:
    """1 or 0."""
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise ValueError("is neither yes nor no; write 1 or 0")
