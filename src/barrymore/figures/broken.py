"""Why promises were broken, told from the journal: one cause for each."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from barrymore.figures.promises import BREACHED, QUEUED, STOPPED, Promised
from barrymore.figures.scope import Period
from barrymore.formulas.causes import CAUSES, Cause, Story, cause_of
from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_of, facts_of_conversations

OWNED, RETURNED = "conversation.owned", "conversation.returned"
OPENED, RECEIVED, SENT = "conversation.opened", "contact.received", "message.sent"
TOLD = [QUEUED, OWNED, RETURNED, OPENED, RECEIVED, SENT]
IS_BROKEN = Q(kind=BREACHED) | Q(kind=STOPPED, values__kept=False)
# Who has said nothing for so long is not known to be here or away.
LONGEST_PRESENCE = timedelta(days=31)


@dataclass(frozen=True)
class Broken:
    """A broken promise and why it was broken."""

    promise: Promised
    cause: Cause


def causes_of(items: Sequence[Promised], *periods: Period) -> list[Broken]:
    """The cause of each broken promise among the items, in two statements whatever their number."""
    broken = [item for item in items if item.is_broken]
    if not broken:
        return []
    since, until = min(one.since for one in periods), max(one.until for one in periods)
    told: dict[int | None, list[Fact]] = {}
    for fact in facts_of_conversations(TOLD, having=IS_BROKEN, since=since, until=until):
        told.setdefault(fact.conversation_ref, []).append(fact)
    presence = _presence(since, until)
    return [
        Broken(item, _cause(item, told.get(item.placed.conversation_ref, []), presence)) for item in broken
    ]


def counted(broken: Iterable[Broken]) -> dict[Cause, int]:
    """How many promises each cause broke, in the order of CAUSES; a cause without any is there with 0."""
    found = Counter(one.cause for one in broken)
    return {cause: found[cause] for cause in CAUSES}


Presence = dict[int | None, tuple[list[datetime], list[str]]]


def _presence(since: datetime, until: datetime) -> Presence:
    said = facts_of("presence.changed", since - LONGEST_PRESENCE, until).order_by("at", "id")
    states: Presence = {}
    for staff_ref, at, dims in said.values_list("staff_ref", "at", "dims"):
        moments, words = states.setdefault(staff_ref, ([], []))
        moments.append(at)
        words.append(dims.get("state", ""))
    return states


def _was_away(presence: Presence, staff_ref: int | None, at: datetime | None) -> bool | None:
    if at is None or staff_ref not in presence:
        return None
    moments, words = presence[staff_ref]
    last = bisect_right(moments, at) - 1
    return words[last] == "away" if last >= 0 else None


def _broken_at(item: Promised) -> datetime | None:
    """When its time ran out; where that was not noted, as long before the end as it took too long."""
    if item.breached is not None:
        return item.breached.at
    values = item.placed.values
    if "spent_seconds" not in values:
        return None
    return item.placed.at - timedelta(seconds=values["spent_seconds"] - values["target_minutes"] * 60)


def _cause(item: Promised, told: list[Fact], presence: Presence) -> Cause:
    broken_at = _broken_at(item)
    story = Story(
        began_at=_began(item, told, broken_at),
        broken_at=broken_at,
        queued=[fact.at for fact in told if fact.kind == QUEUED],
        owned=[
            (fact.at, fact.staff_ref if fact.kind == OWNED else None)
            for fact in told
            if fact.kind in (OWNED, RETURNED)
        ],
    )
    away = _was_away(presence, story.owner, broken_at)
    return cause_of(Story(story.began_at, story.broken_at, story.queued, story.owned, away))


def _began(item: Promised, told: list[Fact], broken_at: datetime | None) -> datetime | None:
    """When the promise began to run: the opening, or the customer's first word after our last answer."""
    if broken_at is None:
        return None
    if item.placed.values.get("promise") != "next_response":
        return next((fact.at for fact in told if fact.kind == OPENED), None)
    sent = max((fact.at for fact in told if fact.kind == SENT and fact.at <= broken_at), default=None)
    words = [fact.at for fact in told if fact.kind == RECEIVED and (sent is None or fact.at > sent)]
    return min((at for at in words if at <= broken_at), default=None)
