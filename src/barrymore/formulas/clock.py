"""A promise's clock: pauses while the customer is awaited, ignores duplicates, resumes on re-opening."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from barrymore.formulas.errors import FormulaError

State = Literal["idle", "running", "paused", "stopped"]

# An event that is not listed for a state is a late or repeated one and changes nothing.
_MOVES: dict[tuple[State, str], State] = {
    ("idle", "open"): "running",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    ("running", "solve"): "stopped",
    ("paused", "solve"): "stopped",
    ("stopped", "reopen"): "running",
    ("stopped", "open"): "running",
}
_KNOWN = {event for _, event in _MOVES}


def active_time(events: Iterable[tuple[float, str]], until: float | None = None) -> float:
    """Time the clock ran, in the unit of the events (METHOD A10).

    Events are (time, open|pause|resume|solve|reopen) in any order. Counts up to `until`, by default the
    last event. Exact repeats count once. Error UNKNOWN_EVENT.
    """
    # A dict keeps arrival order among equal times, which a set would not.
    ordered = sorted(dict.fromkeys((at, event) for at, event in events), key=lambda entry: entry[0])
    unknown = {event for _, event in ordered} - _KNOWN
    if unknown:
        raise FormulaError("UNKNOWN_EVENT", f"{sorted(unknown)}; known are {sorted(_KNOWN)}")
    if until is not None:
        ordered = [entry for entry in ordered if entry[0] <= until] + [(until, "end")]
    state: State = "idle"
    active = 0.0
    for (at, event), (following, _) in pairwise(ordered):
        state = _MOVES.get((state, event), state)
        active += following - at if state == "running" else 0
    return active
