"""The report of promises: why the broken ones were broken, and which they are."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from barrymore.figures import spoken
from barrymore.figures.broken import Broken, causes_of, counted
from barrymore.organisation.access import Actor
from barrymore.reports.contacts import Sheet
from barrymore.reports.selectors import Shown, names_of
from barrymore.routing.models import Placement
from barrymore.routing.sight import visible_queues

MOST_LISTED = 50
# Looked through for those that a reader may see; the list stays short where most are of other sites.
MOST_LOOKED_AT = 500
WORDS = {
    "moved": _("Moved to another queue, where nobody had taken it when its time ran out"),
    "nobody": _("Nobody had taken it when its time ran out"),
    "owner_away": _("Its owner was away when its time ran out"),
    "taken_late": _("Taken with less than a quarter of its time left"),
    "other": _("Its owner was there and had taken it in time"),
    "unknown": _("Not known: the journal does not tell"),
}


def _broken(made: Shown) -> tuple[list[Broken], list[Broken]]:
    """The broken promises of the period and of the one before, with their causes."""
    period = made.wanted.period
    items = [*made.reading.within(period), *made.reading.within(period.before)]
    found = causes_of(items, period, period.before)
    now = [one for one in found if one.promise.placed.at >= period.since]
    return now, [one for one in found if one.promise.placed.at < period.since]


def detail(made: Shown) -> dict[str, Any]:
    """Counts for each cause, in the order in which they are asked for."""
    now, before = _broken(made)
    return {"causes": counted(now), "causes_before": counted(before)}


def sheets(made: Shown) -> list[Sheet]:
    """A sheet with one line for each cause."""
    now, before = (counted(broken) for broken in _broken(made))
    rows: list[list[Any]] = [[cause, str(WORDS[cause]), n, before[cause]] for cause, n in now.items()]
    return [("causes", ["cause", "words", "broken", "broken_before"], rows)]


def context(made: Shown, actor: Actor) -> dict[str, Any]:
    """What the page shows beside the figures; the conversations only to who may read them."""
    now, before = _broken(made)
    was = counted(before)
    causes = [
        {"words": WORDS[cause], "n": n, "before": was[cause]}
        for cause, n in counted(now).items()
        if n or was[cause]
    ]
    may_read = actor.may("conversations.read")
    return {
        "causes": causes,
        "broken_total": len(now),
        "broken_before": len(before),
        "broken": _listed(now, actor) if may_read else [],
        "may_read": may_read,
        "most_listed": MOST_LISTED,
    }


def _listed(broken: Sequence[Broken], actor: Actor) -> list[dict[str, Any]]:
    """The newest broken promises whose conversations the reader may see."""
    newest = sorted(broken, key=lambda one: one.promise.placed.at, reverse=True)[:MOST_LOOKED_AT]
    seen = _seen({ref for one in newest if (ref := one.promise.placed.conversation_ref)}, actor)
    kinds = names_of("promise")
    return [
        _row(one, seen[ref], kinds)
        for one in newest
        if (ref := one.promise.placed.conversation_ref) is not None and ref in seen
    ][:MOST_LISTED]


def _seen(refs: set[int], actor: Actor) -> dict[int, Placement]:
    own = Q(queue__in=visible_queues(actor.staff).values("pk")) | Q(conversation__owner=actor.staff)
    placements = Placement.objects.filter(own, conversation_id__in=refs)
    return {
        one.conversation_id: one
        for one in placements.select_related("queue", "conversation__customer", "conversation__address")
    }


def _row(one: Broken, placement: Placement, kinds: dict[Any, str]) -> dict[str, Any]:
    fact, conversation = one.promise.placed, placement.conversation
    spent, target = fact.values.get("spent_seconds"), fact.values["target_minutes"] * 60
    return {
        "id": conversation.pk,
        "at": fact.at,
        "who": conversation.customer.name if conversation.customer else "",
        "what": conversation.subject,
        "queue": placement.queue.name,
        "promise": kinds.get(fact.values.get("promise"), ""),
        "why": WORDS[one.cause],
        "over": spoken.length(None if spent is None else max(spent - target, 0)),
    }
