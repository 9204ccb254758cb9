"""All detectors over one company's evidence: flags, what could not be judged, counts without the flagged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from barrymore.formulas.detection_data import GREEN, RED, YELLOW, Evidence, told_apart
from barrymore.formulas.detection_flags import Flag
from barrymore.formulas.detection_shifts import Floor, laid_out
from barrymore.formulas.detectors_devices import bursts, clock_back, stuck, two_devices
from barrymore.formulas.detectors_mail import links_from_agents, suppressed_invitations
from barrymore.formulas.detectors_silence import dead, reds_missing, silent_heartbeats
from barrymore.formulas.detectors_work import idle_greens, idle_reds, soon_after_tap, uncounted

# The same button again so soon is the same customer: no question, only not counted twice.
ECHO_SECONDS = 2.0
FEWEST_SHIFTS = 20

Detector = Callable[[Floor, np.ndarray], list[Flag]]
# What a machine did is taken out before people are asked about the rest.
OF_MACHINES: tuple[Detector, ...] = (two_devices, clock_back, stuck, bursts)
OF_WORK: tuple[Detector, ...] = (dead, reds_missing, idle_greens, idle_reds, soon_after_tap, uncounted)
# Where the numbers contradict themselves nearly everywhere, they are no numbers, and nobody copied a key.
BY_NUMBERS, MUDDLED, FEWEST_MUDDLED = (two_devices, clock_back), 0.3, 3
STEPS = len(OF_MACHINES) + len(OF_WORK) + 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Presses by colour; no share of them, because a button is not a survey."""

    green: int
    yellow: int
    red: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Flags by time; `limits` says what could not be judged and why.

    `usable` marks the presses (sorted as in `floor`) that are no repetition, `left_out` those that would not
    count if every question were confirmed.
    """

    flags: tuple[Flag, ...]
    limits: tuple[str, ...]
    repeated: int
    echoes: int
    floor: Floor
    usable: np.ndarray
    left_out: np.ndarray

    def counts(self, *, without_flagged: bool) -> Counts:
        """Presses with all, or without those that flags ask about."""
        kept = self.usable & ~self.left_out if without_flagged else self.usable
        button = self.floor.presses.button[kept]
        return Counts(*(int((button == colour).sum()) for colour in (GREEN, YELLOW, RED)))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        counts = {
            name: {"green": one.green, "yellow": one.yellow, "red": one.red}
            for name, one in (
                ("all", self.counts(without_flagged=False)),
                ("without_flagged", self.counts(without_flagged=True)),
            )
        }
        return {
            "flags": [flag.as_dict() for flag in self.flags],
            "limits": list(self.limits),
            "shifts": len(self.floor.shifts),
            "served": int(self.floor.served.sum()),
            "presses": {
                **counts,
                "repeated_rows": self.repeated,
                "same_button_again_within_2_s": self.echoes,
                "outside_any_shift": int((self.floor.press_shift < 0).sum()),
            },
        }


def detect(evidence: Evidence, progress: Callable[[int, int], None] | None = None) -> Findings:
    """Ask every question of METHOD B2 that the evidence allows; `progress` hears (done, of how many).

    The order of the rows does not matter. Empty tables give no flags.
    """
    tell = progress or (lambda done, whole: None)
    presses, repeated = told_apart(evidence.presses)
    floor = laid_out(evidence, presses)
    tell(1, STEPS)
    usable = np.ones(len(presses), bool)
    flags: list[Flag] = []
    muddled = False
    for number, detector in enumerate(OF_MACHINES, start=2):
        found = detector(floor, usable)
        if detector in BY_NUMBERS and len(found) > max(MUDDLED * len(floor.shifts), FEWEST_MUDDLED):
            found, muddled = [], True
        for flag in found:
            usable[flag.rows] = False
        flags += found
        tell(number, STEPS)
    echoes = _echoes(floor) & usable
    usable &= ~echoes
    for number, detector in enumerate(OF_WORK, start=2 + len(OF_MACHINES)):
        flags += detector(floor, usable)
        tell(number, STEPS)
    if evidence.heartbeats is not None:
        flags += silent_heartbeats(floor, evidence.heartbeats)
    tell(STEPS - 1, STEPS)
    if evidence.invitations is not None:
        flags += links_from_agents(evidence.invitations) + suppressed_invitations(evidence.invitations)
    tell(STEPS, STEPS)
    left_out = np.zeros(len(presses), bool)
    for flag in flags:
        left_out[flag.rows] = True
    return Findings(
        *(_one_each(flags), _limits(evidence, floor, usable, muddled=muddled), repeated, int(echoes.sum())),
        *(floor, ~_echoes(floor) | left_out, left_out),
    )


def _echoes(floor: Floor) -> np.ndarray:
    """Presses of a button that was pressed less than two seconds before on the same device."""
    order = np.lexsort((floor.t, floor.presses.button, floor.presses.device))
    t, device, button = floor.t[order], floor.presses.device[order], floor.presses.button[order]
    again = np.zeros(len(t), bool)
    if len(t) > 1:
        again[order[1:]] = (
            (np.diff(t) < ECHO_SECONDS) & (device[1:] == device[:-1]) & (button[1:] == button[:-1])
        )
    return again


def _one_each(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """One flag of a kind per shift, by time: two signs of one dead device are one question."""
    whole: dict[tuple[object, ...], Flag] = {}
    for flag in flags:
        key = (flag.kind, flag.desk, flag.shift or flag.start, flag.staff)
        first = whole.get(key)
        whole[key] = flag if first is None else _joined(first, flag)
    return tuple(sorted(whole.values(), key=lambda one: (one.start, one.desk, one.kind)))


def _joined(first: Flag, other: Flag) -> Flag:
    return replace(
        first,
        p=None if first.p is None or other.p is None else min(first.p, other.p),
        evidence={**other.evidence, **first.evidence},
        text=f"{first.text} {other.text}",
        rows=np.union1d(first.rows, other.rows),
    )


def _limits(evidence: Evidence, floor: Floor, usable: np.ndarray, *, muddled: bool) -> tuple[str, ...]:
    """What the evidence cannot tell, in sentences."""
    shifts, uncounted = len(floor.shifts), int(np.isnan(floor.external).sum())
    over = int(
        (
            np.bincount(floor.press_shift[usable & (floor.press_shift >= 0)], minlength=shifts) > floor.served
        ).sum()
    )
    alone = np.setdiff1d(floor.presses.desk, evidence.served.desk)
    said = (
        (
            bool(uncounted) or not shifts,
            "Without an external count, undercount and cherry-picking are not identifiable "
            f"({uncounted} of {shifts} shifts have none); the grade is at most B.",
        ),
        (
            evidence.roster is None,
            "Without a roster, shifts are guessed from pauses between served customers.",
        ),
        (
            evidence.heartbeats is None,
            "Without heartbeats, a dead device shows only after many served customers.",
        ),
        (evidence.invitations is None, "Without invitations, mail surveys are not judged."),
        (
            bool((floor.presses.seq < 0).any()),
            "Presses without numbers: a key used twice is not identifiable there.",
        ),
        (
            bool(np.isnan(floor.presses.t_device).any()),
            "Presses without the device's own time: a clock that went back is not identifiable there.",
        ),
        (muddled, "Boots and numbers contradict each other in many shifts: they were not judged by."),
        (over > 0, f"{over} shifts have more answers than served customers: their figures have grade F."),
        (
            len(alone) > 0,
            f"Presses at desks without served customers: {_names(alone)}. Are they called alike?",
        ),
        (shifts < FEWEST_SHIFTS, f"{shifts} shifts are few to compare with: hardly any flag can be raised."),
    )
    return tuple(sentence for holds, sentence in said if holds)


def _names(desks: np.ndarray) -> str:
    more = f" and {len(desks) - 5} more" if len(desks) > 5 else ""
    return ", ".join(map(str, desks[:5])) + more
