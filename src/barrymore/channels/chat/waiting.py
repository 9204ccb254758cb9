"""What a visitor is told before writing: whether somebody is there, who, and how long it takes."""

import statistics
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache

from barrymore.channels.chat.models import Widget
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement, Presence
from barrymore.routing.selectors import default_queue

LOOKED_BACK = timedelta(days=28)
# Of fewer answers no time is promised to anybody.
FEWEST_ANSWERS = 8
KEPT_SECONDS = 30
SHOWN_PEOPLE = 3


@dataclass(frozen=True)
class Expected:
    """How long first answers in chats took lately: half came within `median`, nine in ten within `p90`."""

    median_seconds: float
    p90_seconds: float
    answers: int


@dataclass(frozen=True)
class Waiting:
    """Who is there, how many wait before one, and how long answers took."""

    is_open: bool
    people: tuple[str, ...]
    ahead: int
    expected: Expected | None


def waiting(widget: Widget) -> Waiting:
    """What the window tells now, worked out at most twice a minute."""
    key = f"chat:waiting:{widget.pk}"
    found: Waiting | None = cache.get(key)
    if found is None:
        found = _looked(widget)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _looked(widget: Widget) -> Waiting:
    queue_ref = widget.queue_id or default_queue().pk
    there = Staff.objects.filter(
        queues=queue_ref, is_active=True, presence__state=Presence.State.AVAILABLE
    ).order_by("pk")
    names = [person.first_name for person in there[:SHOWN_PEOPLE]]
    ahead = Placement.objects.filter(
        queue=queue_ref, is_open=True, is_paused=False, has_owner=False, conversation__channel="chat"
    )
    return Waiting(bool(names), tuple(names), ahead[:100].count(), _expected(queue_ref))


def _expected(queue_ref: int) -> Expected | None:
    answers = facts_of("conversation.answered", now() - LOOKED_BACK, now()).filter(
        queue=queue_ref, channel="chat"
    )
    waits = [float(fact.values["wait_seconds"]) for fact in answers.order_by("-at")[:1000]]
    if len(waits) < FEWEST_ANSWERS:
        return None
    return Expected(statistics.median(waits), statistics.quantiles(waits, n=10)[-1], len(waits))
