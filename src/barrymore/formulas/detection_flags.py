"""A flag: a question with evidence, never a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from barrymore.formulas.detection_shifts import Shifts
from barrymore.formulas.experiments import adjust_many

KINDS = {
    "presses_in_idle_time": "green presses while nobody was being served",
    "reds_in_idle_time": "red presses while nobody was being served",
    "presses_right_after_tap": "presses sooner after the tap than a customer can walk to the button",
    "uncounted_customers": "customers in the outside count whom the employee button does not have",
    "burst": "many presses within seconds",
    "stuck": "presses at equal intervals",
    "dead_device": "customers served and no press",
    "two_devices_one_key": "two series of numbers under one device key",
    "clock_went_back": "presses whose device clock went back",
    "red_covered": "no red presses for ten shifts",
    "links_from_agents": "survey answers from the agents' own network",
    "suppressed_invitations": "invitations held back",
}
# These ask about a thing, not about a person.
OF_DEVICES = frozenset(
    {"burst", "stuck", "dead_device", "two_devices_one_key", "clock_went_back", "red_covered"}
)
NOBODY = np.empty(0, dtype=int)


@dataclass(frozen=True, slots=True)
class Flag:
    """What was seen at a desk (or by a member of staff) from `start` to `end`, seconds since 1970.

    `p` is how often chance alone does that, before allowing for many questions, and None where a plain rule
    was met; `rows` are positions of the presses that would not count if the question is confirmed.
    """

    kind: str
    desk: str
    shift: str
    staff: str | None
    start: float
    end: float
    p: float | None
    evidence: Mapping[str, Any]
    text: str
    rows: np.ndarray = field(default_factory=lambda: NOBODY, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: moments in ISO 8601 UTC, how many presses would be left out."""
        return {
            "kind": self.kind,
            "desk": self.desk,
            "shift": self.shift,
            "staff": self.staff,
            "from": moment_text(self.start),
            "to": moment_text(self.end),
            "p": self.p,
            "evidence": dict(self.evidence),
            "text": self.text,
            "presses_left_out_if_confirmed": len(self.rows),
        }


def moment_text(t: float) -> str:
    """2026-01-05T08:00:00Z."""
    return datetime.fromtimestamp(float(t), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def shift_text(shifts: Shifts, shift: int) -> str:
    """How a shift is called: its desk and its start."""
    return f"{shifts.names[shifts.desk[shift]]} {moment_text(shifts.start[shift])}"


def standing_out(p: np.ndarray, alpha: float, method: str = "bh") -> np.ndarray:
    """Positions whose p stays below alpha when all the questions are borne in mind."""
    return np.flatnonzero(np.asarray(adjust_many([float(one) for one in p], alpha, method).p) <= alpha)


def of_shift(
    kind: str,
    shifts: Shifts,
    shift: int,
    p: float | None,
    evidence: Mapping[str, Any],
    text: str,
    rows: np.ndarray = NOBODY,
) -> Flag:
    """A flag of one shift; the person on duty is named only where the question is about a person's work."""
    staff = None if kind in OF_DEVICES else str(shifts.staff[shift]) or None
    desk = str(shifts.names[shifts.desk[shift]])
    start, end = float(shifts.start[shift]), float(shifts.end[shift])
    chance = None if p is None else float(p)
    return Flag(kind, desk, shift_text(shifts, shift), staff, start, end, chance, evidence, text, rows)
