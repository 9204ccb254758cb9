"""Promises kept: of those that have ended, how many in time (METHOD A2, A10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.judging import judge_what_we_wrote
from barrymore.figures.scope import Period, Scope
from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_of_conversations

NAME = "promises_kept"
VERSION = 1
STOPPED, BREACHED, QUEUED = "clock.stopped", "clock.breached", "conversation.queued"
RESOLUTION = "resolution"
CODES = {"NOBODY_SERVED": "NO_PROMISE_ENDED", "FEW_ANSWERS": "FEW_PROMISES"}


@dataclass(frozen=True)
class Promised:
    """A promise: the fact of its end, and the fact that its time ran out; one of them is there."""

    stopped: Fact | None
    breached: Fact | None

    @property
    def placed(self) -> Fact:
        """The fact that says when and where: the end, else the moment at which its time ran out."""
        fact = self.stopped or self.breached
        assert fact is not None
        return fact

    @property
    def is_kept(self) -> bool:
        """Ended in time."""
        return self.stopped is not None and bool(self.stopped.values["kept"])

    @property
    def is_broken(self) -> bool:
        """Ended, and not in time."""
        return self.stopped is not None and not self.stopped.values["kept"]


def load(period: Period) -> list[Promised]:
    """Promises that ended in the period, and those whose time ran out in it and that have not ended.

    One statement: all ends, breaches and queues of the conversations concerned, in the order of the journal.
    """
    facts = facts_of_conversations(
        [STOPPED, BREACHED, QUEUED], having=[STOPPED, BREACHED], since=period.since, until=period.until
    )
    told: dict[int | None, list[Fact]] = {}
    for fact in facts:
        told.setdefault(fact.conversation_ref, []).append(fact)
    found = [item for story in told.values() for item in _promises_of(story)]
    return [item for item in found if period.since <= item.placed.at < period.until]


def _promises_of(story: list[Fact]) -> Iterable[Promised]:
    """The promises of one conversation; a solution that was opened again counts with its last end."""
    queue: int | None = None
    breached: dict[str, Fact] = {}
    solved: Promised | None = None
    for fact in story:
        if fact.kind == QUEUED:
            queue = fact.queue
            continue
        # The clocks do not know queues: the journal tells in which one the conversation stood.
        fact.queue = queue if fact.queue is None else fact.queue
        kind = str(fact.values.get("promise", ""))
        if fact.kind == BREACHED:
            breached[kind] = fact
        elif kind == RESOLUTION:
            solved = Promised(fact, breached.get(kind))
        else:
            yield Promised(fact, breached.pop(kind, None))
    if solved is not None:
        breached.pop(RESOLUTION, None)
        yield solved
    yield from (Promised(None, fact) for fact in breached.values())


def scope_fact(item: Promised) -> Fact:
    """The fact whose dimensions place a promise."""
    return item.placed


def compute(items: Sequence[Promised], scope: Scope, period: Period) -> Figure:
    """The figure of some promises; what has not ended is neither kept nor broken and stands apart."""
    kept = sum(item.is_kept for item in items)
    broken = sum(item.is_broken for item in items)
    ended = kept + broken
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="operational",
        served=ended,
        responded=ended,
        pending=len(items) - ended,
        values={"kept": kept, "broken": broken, "unended": len(items) - ended},
        inputs_hash=hash_of([fact for item in items for fact in _facts(item)], VERSION),
    )
    judge_what_we_wrote(figure, kept, ended, CODES)
    return figure


def _facts(item: Promised) -> list[Fact]:
    return [fact for fact in (item.stopped, item.breached) if fact is not None]
