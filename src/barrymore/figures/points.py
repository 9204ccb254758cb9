"""Satisfaction at points, where customers are asked at a kiosk or buttons: METHOD A1 to A4, kiosk column.

The frame is everybody served. Who was served and neither asked nor answering is not reached: asking only
the happy ones shows in the response rate, and in the count of a register beside that of the employees.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from barrymore.figures.figure import Figure
from barrymore.figures.judging import Stratum, may_be_told, taken_together, weigh
from barrymore.figures.scope import Period, Scope
from barrymore.figures.tallies import Part, Told
from barrymore.formulas.bounds import manski, zones
from barrymore.formulas.grades import frame_deviation
from barrymore.formulas.outcomes import OutcomeCounts, response_rates

NAME = "satisfaction_at_points"
# 2: what devices are known to have lost stands in the figure.
VERSION = 2
# From which answer on a customer is content; a neutral answer is not (METHOD A3).
GOOD_FROM = {"smile4": 3, "five": 4, "scale5": 4, "scale7": 5, "eleven": 9, "scale10": 9}
# Who counted besides the employees; the first that did checks them.
EXTERNAL = ("register", "tickets", "door", "other")
ZONES = ("satisfied", "tolerance", "dissatisfied", "not_rated_share", "not_confirmed_satisfied")


@dataclass(frozen=True)
class Served:
    """How many were served by each count; None where nobody counted."""

    employee: int | None
    external: int | None

    @property
    def frame(self) -> int | None:
        """Whom the answers are held against: what the employees counted, else the other count."""
        return self.employee if self.employee is not None else self.external


def served_of(counts: Mapping[str, int]) -> Served:
    """Who was served, from counts by what."""
    external = next((counts[f"served:{one}"] for one in EXTERNAL if f"served:{one}" in counts), None)
    return Served(counts.get("served:employee"), external)


def scales_of(told: Told) -> list[str]:
    """The scales on which customers who were asked have answered; never averaged with each other."""
    found = {what.split(":")[2] for what in told.all if what.startswith("answer:survey:")}
    return sorted(found & set(GOOD_FROM))


def figure_of(told: Sequence[Told], scale: str, scope: Scope, period: Period) -> Figure:
    """The figure of one scale over some points together. Feedback is never in it."""
    counts = _sum(one.all for one in told)
    good, bad = said_of(counts, scale)
    left_out = said_of(counts, scale, of="left_out:answer")
    served = served_of(counts)
    frame = served.frame or 0
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="survey",
        served=frame,
        invited=frame,
        responded=good + bad,
        partial=counts.get("code:survey:P", 0),
        refused=counts.get("code:survey:R", 0),
        inputs_hash=_hash(told),
    )
    figure.values = {"good": good, "bad": bad, "silent": max(0, frame - good - bad), "scale": scale}
    if served.external is not None:
        figure.values["external"] = served.external
    if sum(left_out):
        # What was confirmed does not count, and stands beside what does (METHOD B4).
        figure.excluded["LEFT_OUT"] = sum(left_out)
        figure.values["with_left_out"] = {"good": good + left_out[0], "bad": bad + left_out[1]}
    figure.known_lost = max(0, counts.get("lost", 0))
    _add_rates(figure, counts)
    _add_bounds(figure, good, bad)
    _add_estimate(figure, told, scale, counts)
    return figure


def _gaming_share(counts: Mapping[str, int], answers: int) -> float | None:
    """The share of answers that questions ask about; None where nobody has looked."""
    if not counts.get("looked_at"):
        return None
    return counts.get("suspected", 0) / answers if answers else 0.0


def _lost_share(figure: Figure, counts: Mapping[str, int]) -> float | None:
    """What is known to be lost, as if all of it had been answers; None where nobody has looked."""
    if not counts.get("losses_looked_at"):
        return None
    whole = figure.known_lost + figure.responded
    return figure.known_lost / whole if whole else 0.0


def _add_rates(figure: Figure, counts: Mapping[str, int]) -> None:
    complete = counts.get("code:survey:I", 0) - figure.excluded.get("LEFT_OUT", 0)
    other = counts.get("code:survey:O", 0)
    told = complete + figure.partial + figure.refused + other
    figure.noncontact = max(0, figure.served - told)
    if not figure.served or told > figure.served:
        return
    rates = response_rates(
        OutcomeCounts(
            complete=complete,
            partial=figure.partial,
            refusal=figure.refused,
            non_contact=figure.noncontact,
            other=other,
        )
    )
    asked = (complete + figure.partial + figure.refused) / figure.served
    figure.rates = {"RR1": rates.rr1, "RR2": rates.rr2, "asked": asked, "headline": rates.rr1}
    figure.response_rate = rates.rr1


def _add_bounds(figure: Figure, good: int, bad: int) -> None:
    if good + bad > figure.served:
        return
    bounds, parts = manski(good, bad, figure.served), zones(good, bad, figure.served)
    if bounds is not None:
        figure.bounds = (bounds.low, bounds.high)
    if parts is not None:
        figure.zones = {name: getattr(parts, name) for name in ZONES}


def _add_estimate(figure: Figure, told: Sequence[Told], scale: str, counts: Mapping[str, int]) -> None:
    strata, served = _strata(told, scale), served_of(counts)
    checked = served.employee is not None and served.external is not None
    if may_be_told(
        figure,
        strata,
        frame=served.frame,
        frame_deviation=frame_deviation(figure.served, served.external) if checked else None,
        gaming_share=_gaming_share(counts, figure.responded + figure.excluded.get("LEFT_OUT", 0)),
        known_lost_share=_lost_share(figure, counts),
    ):
        weigh(figure, strata)


def _strata(told: Iterable[Told], scale: str) -> list[Stratum]:
    """Point, weekday and part of the day; those too small to tell anything are taken together."""
    return taken_together([_stratum(counts, scale) for one in told for _part, counts in _by_part(one)])


def _stratum(counts: Mapping[str, int], scale: str) -> Stratum:
    good, bad = said_of(counts, scale)
    served = served_of(counts).frame or 0
    # A customer served at five to eight may answer at five past: no part has more answers than customers.
    answered = min(good + bad, served)
    return Stratum(served, answered, min(good, answered))


def _by_part(told: Told) -> list[tuple[Part, Mapping[str, int]]]:
    return sorted(told.parts.items(), key=lambda item: item[0])


def said_of(counts: Mapping[str, int], scale: str, *, of: str = "answer") -> tuple[int, int]:
    """How many said good and bad; without those that a confirmed flag has left out."""
    good = bad = 0
    for what, n in counts.items():
        if what.startswith(f"{of}:survey:{scale}:"):
            kept = n - (counts.get(f"left_out:{what}", 0) if of == "answer" else 0)
            is_good = int(what.rpartition(":")[2]) >= GOOD_FROM[scale]
            good, bad = (good + kept, bad) if is_good else (good, bad + kept)
    return good, bad


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for what, n in one.items():
            total[what] = total.get(what, 0) + n
    return total


def _hash(told: Iterable[Told]) -> str:
    """The same counts in the same parts always give the same hash, whether from tallies or from facts."""
    digest = hashlib.sha256(str(VERSION).encode())
    for one in sorted(told, key=lambda each: each.point):
        parts = {f"{part}": {what: n for what, n in counts.items() if n} for part, counts in _by_part(one)}
        kept = {part: counts for part, counts in parts.items() if counts}
        digest.update(f"{one.point}|{json.dumps(kept, sort_keys=True)}\n".encode())
    return digest.hexdigest()[:32]
