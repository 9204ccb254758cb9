"""Put right on the spot: from red to acknowledged to solved, and the share solved within the visit (E29)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.judging import judge_what_we_wrote
from barrymore.figures.scope import Period, Scope
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of_conversations

NAME = "recovery"
VERSION = 1
OPENED, ACKNOWLEDGED = "recovery.opened", "alert.acknowledged"
CLAIMED, GUEST = "recovery.claimed", "recovery.guest"
CONFIRMED, CONTRADICTED = "recovery.confirmed", "recovery.contradicted"
TOLD = [OPENED, ACKNOWLEDGED, CLAIMED, GUEST, CONFIRMED, CONTRADICTED]
CODES = {"NOBODY_SERVED": "NO_VISIT_ENDED", "FEW_ANSWERS": "FEW_VISITS"}


@dataclass
class Recovered:
    """One red press or bad answer, and what the journal tells of it, in the order of the journal."""

    opened: Fact
    story: list[Fact] = field(default_factory=list)

    def first(self, kind: str) -> Fact | None:
        """The first fact of a kind."""
        return next((fact for fact in self.story if fact.kind == kind), None)

    @property
    def is_known(self) -> bool:
        """Whether the guest was known in the end: only then somebody could be asked."""
        told = [fact for fact in (self.opened, *self.story) if "known" in fact.values]
        return bool(told[-1].values["known"])

    @property
    def leaves_at(self) -> datetime | None:
        """When the guest leaves, as it was known last."""
        told = [fact.values["leaves"] for fact in (self.opened, *self.story) if fact.values.get("leaves")]
        return datetime.fromisoformat(told[-1]) if told else None

    def seconds_to(self, kind: str) -> float | None:
        """From red to the first fact of a kind."""
        found = self.first(kind)
        return max((found.at - self.opened.at).total_seconds(), 0.0) if found else None

    @property
    def is_in_visit(self) -> bool:
        """Confirmed by the guest before leaving."""
        confirmed, leaves = self.first(CONFIRMED), self.leaves_at
        return confirmed is not None and leaves is not None and confirmed.at <= leaves

    @property
    def is_decided(self) -> bool:
        """Confirmed, or the guest has left; of others it is not known yet, or never will be."""
        leaves = self.leaves_at
        return self.is_known and leaves is not None and (self.is_in_visit or leaves <= now())


def load(period: Period) -> list[Recovered]:
    """What went red in the period, with everything that came of it, whenever it came; one statement."""
    facts = facts_of_conversations(TOLD, having=[OPENED], since=period.since, until=period.until)
    found: dict[int | None, Recovered] = {}
    for fact in sorted(facts, key=lambda one: (one.kind != OPENED, one.pk)):
        if fact.kind == OPENED:
            found[fact.conversation_ref] = Recovered(fact)
        elif item := found.get(fact.conversation_ref):
            item.story.append(fact)
    return [item for item in found.values() if period.since <= item.opened.at < period.until]


def scope_fact(item: Recovered) -> Fact:
    """The fact whose dimensions place a recovery."""
    return item.opened


def compute(items: Sequence[Recovered], scope: Scope, period: Period) -> Figure:
    """The share is over guests whose departure is known and who confirmed or left; the rest is counted."""
    decided = [item for item in items if item.is_decided]
    in_visit = sum(item.is_in_visit for item in decided)
    counts = {
        kind.partition(".")[2]: sum(item.first(kind) is not None for item in items)
        for kind in (ACKNOWLEDGED, CLAIMED, CONFIRMED, CONTRADICTED)
    }
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="operational",
        served=len(decided),
        responded=len(decided),
        pending=sum(item.first(CLAIMED) is None for item in items),
        values={
            "opened": len(items),
            **counts,
            "checked": sum(item.first(CLAIMED) is not None and not item.is_known for item in items),
            "in_visit": in_visit,
            "undecided": len(items) - len(decided),
            "acknowledged_seconds": _median([item.seconds_to(ACKNOWLEDGED) for item in items]),
            "solved_seconds": _median([item.seconds_to(CONFIRMED) for item in items]),
        },
        inputs_hash=hash_of([fact for item in items for fact in (item.opened, *item.story)], VERSION),
    )
    # Whoever left without a word counts as not solved: the frame is whole, and nobody is guessed good.
    judge_what_we_wrote(figure, in_visit, len(decided), CODES)
    return figure


def _median(seconds: Sequence[float | None]) -> float | None:
    known = [one for one in seconds if one is not None]
    return round(median(known), 3) if known else None
