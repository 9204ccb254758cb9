"""Average speed of answer: from arrival to the first answer, in every channel (METHOD A10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.scope import Period, Scope
from barrymore.formulas.waiting import speed_of_answer
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of

NAME = "speed_of_answer"
VERSION = 1


@dataclass(frozen=True)
class Arrived:
    """A conversation that a customer opened, its first answer, and when it was closed without one."""

    opened: Fact
    answered: Fact | None
    closed: Fact | None

    @property
    def waited(self) -> float | None:
        """Seconds until the first answer, None without one."""
        return float(self.answered.values["wait_seconds"]) if self.answered else None

    @property
    def unanswered_for(self) -> float:
        """Seconds without an answer until the close, or until now."""
        end = self.closed.at if self.closed else now()
        return max((end - self.opened.at).total_seconds(), 0.0)


def load(period: Period) -> list[Arrived]:
    """Conversations opened in the period; an answer counts to the arrival's period whenever it came."""
    opened = [
        fact
        for fact in facts_of("conversation.opened", period.since, period.until)
        if not fact.values.get("spam")
    ]
    answered = {
        fact.conversation_ref: fact for fact in facts_of("conversation.answered", period.since, now())
    }
    closed = {fact.conversation_ref: fact for fact in facts_of("conversation.closed", period.since, now())}
    return [
        Arrived(fact, answered.get(fact.conversation_ref), closed.get(fact.conversation_ref))
        for fact in opened
    ]


def scope_fact(item: Arrived) -> Fact:
    """The fact whose dimensions place an arrival."""
    return item.opened


def compute(items: Sequence[Arrived], scope: Scope, period: Period) -> Figure:
    """The figure of some arrivals; those without an answer are apart, and in the Kaplan-Meier median."""
    waits = [item.waited for item in items if item.waited is not None]
    silent = [item.unanswered_for for item in items if item.waited is None]
    speed = speed_of_answer(waits, silent)
    facts = [fact for item in items for fact in (item.opened, item.answered) if fact is not None]
    return Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="operational",
        served=len(items),
        responded=len(waits),
        pending=sum(item.answered is None and item.closed is None for item in items),
        estimate=speed.mean,
        interval=tuple(speed.mean_interval) if speed.mean_interval else None,  # type: ignore[arg-type]
        grade="A" if waits else "C",
        reasons=[] if waits else ["NOBODY_ANSWERED"],
        values={
            "median": speed.median,
            "p90": speed.p90,
            "unanswered": len(silent),
            "kaplan_meier_median": speed.kaplan_meier_median,
        },
        inputs_hash=hash_of(facts, VERSION),
    )
