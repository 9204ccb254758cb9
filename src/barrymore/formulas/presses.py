"""Which presses of one device are one press: doubles and bursts."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

DOUBLE_SECONDS = 2.0
BURST_SECONDS = 15.0
BURST_PRESSES = 8
# The lowest step of each scale, and of eleven the three lowest: what asks for somebody to come.
RED_UP_TO = {"colour2": 1, "smile4": 1, "five": 1, "eleven": 2}


@dataclass(slots=True, eq=False)
class Pressed:
    """A press as the rules see it; `mark` is counted, double or burst once it is settled."""

    ref: int
    at: float  # seconds
    mark: str = ""


def settle(settled: Sequence[Pressed], pressed: Pressed) -> list[Pressed]:
    """Mark a press among the settled ones of its device, which are sorted by time; returns those taken back.

    Eight presses within 15 s are one, marked `burst`: the first that counts goes on counting. A press
    less than two seconds from one that counts is a `double`. Thresholds: METHOD B2 (scan of 8 in 15 s).
    """
    crowd = _crowd(settled, pressed)
    if crowd:
        pressed.mark = "burst"
        taken = [one for one in crowd if one.mark == "counted"][1:]
        for one in taken:
            one.mark = "burst"
        return taken
    near = _between(settled, pressed.at - DOUBLE_SECONDS, pressed.at + DOUBLE_SECONDS)
    is_double = any(one.mark == "counted" and abs(one.at - pressed.at) < DOUBLE_SECONDS for one in near)
    pressed.mark = "double" if is_double else "counted"
    return []


def _between(settled: Sequence[Pressed], since: float, until: float) -> Sequence[Pressed]:
    low = bisect_left(settled, since, key=lambda one: one.at)
    return settled[low : bisect_right(settled, until, lo=low, key=lambda one: one.at)]


def _crowd(settled: Sequence[Pressed], pressed: Pressed) -> list[Pressed]:
    """The settled presses of the fullest window that holds this one; none if that is no burst."""
    near = _between(settled, pressed.at - BURST_SECONDS, pressed.at + BURST_SECONDS)
    if len(near) + 1 < BURST_PRESSES:
        return []
    starts = [one.at for one in near if one.at <= pressed.at] + [pressed.at]
    windows = [[one for one in near if start <= one.at <= start + BURST_SECONDS] for start in starts]
    fullest = max(windows, key=len)
    return fullest if len(fullest) + 1 >= BURST_PRESSES else []


def is_red(scale: str, score: int) -> bool:
    """Whether a press is an incident with its own timer (METHOD A7); an unknown scale has no red."""
    return score <= RED_UP_TO.get(scale, -1)
