"""Calls in time: answered within the target of those that stayed five seconds (METHOD A10).

The variant is part of the name. A call belongs to the moment at which it entered the queue, and is held
against the target that was in force then: what is promised later changes no older figure. Who asked to be
called back and hung up is counted apart: neither answered nor given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.judging import judge_what_we_wrote
from barrymore.figures.scope import Period, Scope
from barrymore.formulas.service_level import QueueCounts, abandon_rates, service_levels
from barrymore.formulas.waiting import speed_of_answer
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of_conversations

NAME = "calls_in_time_without_short"
VERSION = 1
QUEUED, ANSWERED, ABANDONED, LOST = "call.queued", "call.answered", "call.abandoned", "call.lost"
TALKED, WISHED = "call.ended", "call.callback"
KINDS = [QUEUED, ANSWERED, ABANDONED, LOST, TALKED, WISHED]
TARGET_SECONDS = 20
CODES = {"NOBODY_SERVED": "NO_CALL_ENDED", "FEW_ANSWERS": "FEW_CALLS"}


@dataclass(frozen=True)
class Called:
    """One call that reached the queue, and how it ended: answered, abandoned, lost, or not yet."""

    queued: Fact
    answered: Fact | None
    left: Fact | None
    lost: Fact | None
    talked: Fact | None
    wished: Fact | None = None

    @property
    def is_callback(self) -> bool:
        """Left the line to be called back: neither answered in time nor given up, it stands apart."""
        return self.answered is None and self.wished is not None

    @property
    def target(self) -> float:
        """Seconds within which it was to be answered, as promised when it came."""
        return float(self.queued.values.get("target_seconds") or TARGET_SECONDS)

    @property
    def waited(self) -> float:
        """Seconds to the answer or to the end; of a caller who still waits until now."""
        end = self.answered or self.left or self.lost or self.wished
        if end is None:
            return max((now() - self.queued.at).total_seconds(), 0.0)
        return float(end.values["wait_seconds"])

    @property
    def is_in_time(self) -> bool:
        """Answered within its target."""
        return self.answered is not None and self.waited <= self.target

    @property
    def is_short(self) -> bool:
        """Hung up at once, as a wrong number does; what we lost is never short."""
        return self.answered is None and self.left is not None and bool(self.left.values.get("short"))

    @property
    def is_lost(self) -> bool:
        """Ended by our fault."""
        return self.answered is None and self.left is None and self.lost is not None

    @property
    def is_ended(self) -> bool:
        """Answered, hung up, lost, or to be called back."""
        return bool(self.answered or self.left or self.lost or self.wished)


def load(period: Period) -> list[Called]:
    """Calls that entered a queue in the period, in one statement, with their end whenever it came."""
    facts = facts_of_conversations(KINDS, having=[QUEUED], since=period.since, until=period.until)
    calls: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        # `call:12:answered`: a conversation may have several calls.
        calls.setdefault(fact.key.rpartition(":")[0], {})[fact.kind] = fact
    return [
        Called(*(told.get(kind) for kind in KINDS))  # type: ignore[arg-type]
        for told in calls.values()
        if QUEUED in told and period.since <= told[QUEUED].at < period.until
    ]


def scope_fact(item: Called) -> Fact:
    """The fact whose dimensions place a call."""
    return item.queued


def counts_of(items: Sequence[Called]) -> QueueCounts:
    """Ended calls by what the service level needs; a lost one counts as abandoned and never as short."""
    gone = [item for item in items if item.is_ended and item.answered is None and not item.is_callback]
    return QueueCounts(
        answered=sum(item.answered is not None for item in items),
        abandoned=len(gone),
        answered_in_target=sum(item.is_in_time for item in items),
        abandoned_in_target=sum(item.waited <= item.target for item in gone),
        short_abandons=sum(item.is_short for item in gone),
    )


def compute(items: Sequence[Called], scope: Scope, period: Period) -> Figure:
    """The figure of some calls. Who still waits is in no share and stands apart."""
    counts = counts_of(items)
    judged = counts.offered - counts.short_abandons
    waits = [item.waited for item in items if item.answered is not None]
    speed = speed_of_answer(waits, [item.waited for item in items if item.answered is None])
    levels, (abandoned, without_short) = service_levels(counts), abandon_rates(counts)
    out = {"SHORT": counts.short_abandons, "CALLBACK": sum(item.is_callback for item in items)}
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="operational",
        served=judged,
        responded=counts.answered,
        pending=sum(not item.is_ended for item in items),
        excluded={name: count for name, count in out.items() if count},
        values={
            "calls": len(items),
            "in_time": counts.answered_in_target,
            "answered": counts.answered,
            "abandoned": counts.abandoned - counts.short_abandons - sum(item.is_lost for item in items),
            "short": counts.short_abandons,
            "lost": sum(item.is_lost for item in items),
            "callbacks": out["CALLBACK"],
            "target_seconds": sorted({item.target for item in items}),
            "mean_wait": speed.mean,
            "median": speed.median,
            "p90": speed.p90,
            "kaplan_meier_median": speed.kaplan_meier_median,
            "longest_wait": max((item.waited for item in items), default=None),
            "abandon_rate": abandoned,
            "abandon_rate_without_short": without_short,
            "variants": {name: getattr(levels, name) for name in levels.__slots__},
        },
        inputs_hash=hash_of([fact for item in items for fact in vars(item).values() if fact], VERSION),
    )
    judge_what_we_wrote(figure, counts.answered_in_target, judged, CODES)
    return figure
