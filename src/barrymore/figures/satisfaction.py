"""Satisfaction of those who were asked after a conversation: METHOD A1 to A5."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.judging import Stratum, may_be_told, taken_together, weigh
from barrymore.figures.scope import Period, Scope
from barrymore.formulas.bounds import manski, zones
from barrymore.formulas.outcomes import OutcomeCounts, response_rates
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of

NAME = "satisfaction"
VERSION = 1
GOOD_FROM = 3
# Outside the frame: nobody chose to leave these out, a recorded draw or a rule did.
OUTSIDE = ("NOT_DRAWN", "CONTACT_CAP", "NO_ADDRESS", "WROTE_AGAIN")


@dataclass(frozen=True)
class Asked:
    """One case of the survey: the fact that opened it and the fact that ended it, if it has ended."""

    opened: Fact
    final: Fact | None

    @property
    def code(self) -> str:
        """The final code, empty while pending."""
        return str(self.final.values["code"]) if self.final else ""

    @property
    def score(self) -> int | None:
        """The score, None where there is none."""
        return self.final.values.get("score") if self.final else None


def load(period: Period) -> list[Asked]:
    """All cases opened in the period with how they ended, in two queries."""
    return load_cases(period, _is_of_a_contact)


def load_cases(period: Period, wanted: Callable[[Fact], bool]) -> list[Asked]:
    """The cases of one kind of survey, in two queries."""
    opened = [fact for fact in facts_of("survey.case", period.since, period.until) if wanted(fact)]
    ends: Iterable[Fact] = facts_of("survey.final", period.since, now())
    final = {fact.values["case"]: fact for fact in ends}
    return [Asked(fact, final.get(fact.values["case"])) for fact in opened]


def _is_of_a_contact(fact: Fact) -> bool:
    """Asked after a conversation, by smiles: other kinds and scales are never put into this figure."""
    told = fact.values
    return bool(
        told.get("kind", "contact") in ("contact", "call") and told.get("scale", "smile4") == "smile4"
    )


def scope_fact(item: Asked) -> Fact:
    """The fact whose dimensions place a case."""
    return item.opened


def compute(items: Sequence[Asked], scope: Scope, period: Period) -> Figure:
    """The figure of some cases."""
    codes = Counter(item.code for item in items)
    frame = [item for item in items if item.code not in OUTSIDE]
    scores = [item.score for item in frame if item.score is not None]
    good = sum(score >= GOOD_FROM for score in scores)
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="survey",
        served=len(items),
        invited=len(frame),
        responded=len(scores),
        partial=sum(item.score is None and item.code in ("I", "P") for item in frame),
        refused=codes["R"],
        noncontact=codes["NC"] + codes["UO"],
        pending=codes[""],
        excluded={code: codes[code] for code in OUTSIDE if codes[code]},
        inputs_hash=hash_of(facts_in(items), VERSION),
    )
    add_rates(figure, codes)
    _add_bounds(figure, good, len(scores) - good)
    strata = strata_of(frame)
    if may_be_told(figure, strata, frame=figure.invited, known_lost_share=0.0):
        weigh(figure, strata)
    return figure


def facts_in(items: Sequence[Asked]) -> list[Fact]:
    """The facts that some cases stand for."""
    return [fact for item in items for fact in (item.opened, item.final) if fact is not None]


def add_rates(figure: Figure, codes: Counter[str]) -> None:
    """AAPOR's rates by the codes of the cases."""
    # A pending case was drawn and has not answered: until its closing day it counts as not reached.
    counts = OutcomeCounts(
        complete=codes["I"],
        partial=codes["P"],
        refusal=codes["R"],
        non_contact=codes["NC"] + codes[""],
        other=codes["O"],
        unknown_other=codes["UO"],
    )
    rates = response_rates(counts)
    figure.rates = {"RR1": rates.rr1, "RR2": rates.rr2, "headline": rates.rr2}
    figure.response_rate = rates.rr2


def _add_bounds(figure: Figure, good: int, bad: int) -> None:
    figure.values = {"good": good, "bad": bad, "silent": figure.invited - good - bad}
    bounds = manski(good, bad, figure.invited)
    if bounds is not None:
        figure.bounds = (bounds.low, bounds.high)
    parts = zones(good, bad, figure.invited)
    if parts is not None:
        figure.zones = {
            name: getattr(parts, name)
            for name in (
                "satisfied",
                "tolerance",
                "dissatisfied",
                "not_rated_share",
                "not_confirmed_satisfied",
            )
        }


def _place(fact: Fact) -> Any:
    return fact.site, fact.channel


def strata_of(frame: Sequence[Asked], by: Callable[[Fact], Any] = _place) -> list[Stratum]:
    """By site and channel, or as told; strata too small to tell anything are taken together."""
    groups: dict[tuple[Any, ...], list[Asked]] = {}
    for item in frame:
        groups.setdefault(by(item.opened), []).append(item)
    return taken_together([_stratum(group) for group in groups.values()])


def _stratum(group: Sequence[Asked]) -> Stratum:
    scores = [item.score for item in group if item.score is not None]
    return Stratum(len(group), len(scores), sum(score >= GOOD_FROM for score in scores))
