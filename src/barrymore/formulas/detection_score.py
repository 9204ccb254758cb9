"""How well the flags meet the labels: precision, recall, honest shifts asked about, Wilson intervals."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from barrymore.formulas.detection import Findings
from barrymore.formulas.detection_flags import OF_DEVICES, Flag
from barrymore.formulas.intervals import wilson
from barrymore.formulas.simulated_feedback import Labels
from barrymore.formulas.simulated_gaming import CORE, COVERED
from barrymore.formulas.simulated_mail import MAIL

# Which question is the right one to ask of each scenario.
ANSWERED_BY = {
    "idle_presses": "presses_in_idle_time",
    "silent_customers": "presses_right_after_tap",
    "cherry_picking": "uncounted_customers",
    "undercount": "uncounted_customers",
    "burst": "burst",
    "stuck": "stuck",
    "dead_device": "dead_device",
    "collusion": "presses_in_idle_time",
    "sabotage": "reds_in_idle_time",
    "slow_drip": "presses_in_idle_time",
    "cloned_key": "two_devices_one_key",
    "clock_replay": "clock_went_back",
    COVERED: "red_covered",
    "links_from_agents": "links_from_agents",
    "suppressed_invitations": "suppressed_invitations",
}


HONEST = ("", "honest", "none", "0")


@dataclass(frozen=True, slots=True)
class Part:
    """x of n."""

    x: int = 0
    n: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(self.x + other.x, self.n + other.n)

    def as_dict(self) -> dict[str, Any]:
        """Share and 95 % Wilson interval, null without a denominator."""
        interval = wilson(self.x, self.n)
        return {
            "x": self.x,
            "n": self.n,
            "share": self.x / self.n if self.n else None,
            "low": interval.low if interval else None,
            "high": interval.high if interval else None,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """Shift by shift; the covered red button by episode, mail by an agent's week.

    `precision`: flagged shifts that are gamed; `right_kind`: those asked the right question. `accused`:
    honest shifts flagged at all, `people`: those where the question is about a person's work. `per_scenario`
    is found by its own question. `covered_flags`: covered-button flags that are right; `mail_flags` likewise.
    """

    precision: Part
    right_kind: Part
    recall: Part
    core_recall: Part
    accused: Part
    people: Part
    covered_flags: Part
    mail_flags: Part
    per_scenario: dict[str, Part]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        parts = (
            *("precision", "right_kind", "recall", "core_recall"),
            *("accused", "people", "covered_flags", "mail_flags"),
        )
        return {
            **{name: getattr(self, name).as_dict() for name in parts},
            "per_scenario": {name: part.as_dict() for name, part in self.per_scenario.items()},
        }


def score(findings: Findings, labels: Labels) -> Score:
    """Compare flags with labels: a label belongs to the shift of its desk that it overlaps most."""
    shifts, names = findings.floor.shifts, findings.floor.shifts.names
    at = _label_shift(findings, labels)
    gamed: dict[int, set[str]] = defaultdict(set)
    for shift, scenario in zip(at, labels.scenario, strict=True):
        if shift >= 0 and scenario not in (COVERED, *MAIL, *HONEST):
            gamed[int(shift)].add(str(scenario))
    asked: dict[int, set[str]] = defaultdict(set)
    keys = {
        (str(names[d]), float(t)): n for n, (d, t) in enumerate(zip(shifts.desk, shifts.start, strict=True))
    }
    for flag in findings.flags:
        if (flag.desk, flag.start) in keys and flag.kind != "red_covered":
            asked[keys[flag.desk, flag.start]].add(flag.kind)
    per, right = _per_scenario(gamed, asked)
    honest = len(shifts) - len(gamed)
    wrong = [kinds for shift, kinds in asked.items() if shift not in gamed]
    covered, episodes = _covered(findings.flags, labels)
    weeks = _mail(findings.flags, labels)
    found = sum(bool(asked.get(shift)) for shift in gamed)
    core = [shift for shift, kinds in gamed.items() if kinds & set(CORE)]
    return Score(
        precision=Part(found, len(asked)),
        right_kind=Part(right, found),
        recall=Part(found, len(gamed)),
        core_recall=Part(sum(bool(asked.get(shift)) for shift in core), len(core)),
        accused=Part(len(wrong), honest),
        people=Part(sum(bool(kinds - OF_DEVICES) for kinds in wrong), honest),
        covered_flags=covered,
        mail_flags=sum((weeks[name][1] for name in MAIL), Part()),
        per_scenario={**per, COVERED: episodes, **{name: weeks[name][0] for name in MAIL}},
    )


def _label_shift(findings: Findings, labels: Labels) -> np.ndarray:
    """The shift that each label overlaps most, -1 for none."""
    shifts = findings.floor.shifts
    of_desk: dict[str, np.ndarray] = {
        str(name): np.flatnonzero(shifts.desk == number) for number, name in enumerate(shifts.names)
    }
    found = np.full(len(labels), -1)
    for row, (desk, start, end) in enumerate(zip(labels.desk, labels.start, labels.end, strict=True)):
        near = of_desk.get(str(desk), np.empty(0, int))
        overlap = np.minimum(shifts.end[near], end) - np.maximum(shifts.start[near], start)
        if len(near) and overlap.max() > 0:
            found[row] = near[overlap.argmax()]
    return found


def _per_scenario(gamed: dict[int, set[str]], asked: dict[int, set[str]]) -> tuple[dict[str, Part], int]:
    there, found, right = Counter[str](), Counter[str](), 0
    for shift, scenarios in gamed.items():
        kinds = asked.get(shift, set())
        # A scenario of somebody else's naming is found by any question.
        hit = {one for one in scenarios if (ANSWERED_BY[one] in kinds if one in ANSWERED_BY else kinds)}
        there.update(scenarios)
        found.update(hit)
        right += bool(hit)
    names = [name for name in ANSWERED_BY if name in there] + sorted(set(there) - set(ANSWERED_BY))
    return {name: Part(found[name], there[name]) for name in names}, right


def _covered(flags: tuple[Flag, ...], labels: Labels) -> tuple[Part, Part]:
    """Flags of a covered red button that are right, and episodes that were found."""
    episodes: dict[str, tuple[str, float, float]] = {}
    for row in np.flatnonzero(labels.scenario == COVERED):
        name, desk = str(labels.episode[row]) or str(labels.desk[row]), str(labels.desk[row])
        start, end = float(labels.start[row]), float(labels.end[row])
        before = episodes.get(name, (desk, start, end))
        episodes[name] = (desk, min(before[1], start), max(before[2], end))
    told = [flag for flag in flags if flag.kind == "red_covered"]
    hits = {
        (number, name)
        for number, flag in enumerate(told)
        for name, (desk, start, end) in episodes.items()
        if flag.desk == desk and flag.start < end and flag.end > start
    }
    right, found = {number for number, _ in hits}, {name for _, name in hits}
    return Part(len(right), len(told)), Part(len(found), len(episodes))


def _mail(flags: tuple[Flag, ...], labels: Labels) -> dict[str, tuple[Part, Part]]:
    """Per mail scenario: weeks found of those there, flags right of those raised."""
    result = {}
    for kind in MAIL:
        rows = labels.scenario == kind
        there = set(zip(labels.staff[rows].tolist(), labels.start[rows].tolist(), strict=True))
        told = {(flag.staff, flag.start) for flag in flags if flag.kind == kind}
        result[kind] = (Part(len(there & told), len(there)), Part(len(there & told), len(told)))
    return result
