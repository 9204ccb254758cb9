"""Tell a node what it shall say by itself: when numbers are open, and the place and wait of who waits.

Asterisk plays it; we only set what is to be played. Nobody is taken from the queue to be told something, so
that being connected and being told never meet.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

from django.db import close_old_connections
from django.db.models import Q

from barrymore.formulas.expected_wait import ExpectedWait, expected_wait, within
from barrymore.journal.moment import now
from barrymore.routing.models import Presence, Queue
from barrymore.telephony.ami import Ami, Gone
from barrymore.telephony.menus.hours import Hours
from barrymore.telephony.menus.phrases import PLACES, WAITS
from barrymore.telephony.models import Call, Node, Number, Registration

log = logging.getLogger(__name__)
HOURS_SECONDS, PLACES_SECONDS = 60.0, 2.0
LOOKED_BACK = timedelta(hours=8)
MOST_TALKS = 50
MOST_TOLD = 2000


@dataclass(frozen=True)
class Told:
    """What one caller is to hear; empty parts are left out."""

    channel: str
    place: str
    wait: str


class News:
    """What one connection has told already; only what has changed is told again."""

    def __init__(self, node: Node) -> None:
        self.node, self._hours = node, Hours()
        self._hours_at = self._places_at = 0.0
        self._told: dict[str, Told] = {}

    def tell(self, ami: Ami) -> None:
        """Whatever is due. What fails is tried again: nobody is cut off because of an announcement."""
        try:
            self._tell(ami)
        except (Gone, OSError):
            raise
        except Exception:
            log.exception("node %s could not be told", self.node)

    def _tell(self, ami: Ami) -> None:
        moment = time.monotonic()
        if moment >= self._hours_at:
            self._hours_at = moment + HOURS_SECONDS
            self._hours.tell(ami)
        if moment >= self._places_at:
            self._places_at = moment + PLACES_SECONDS
            close_old_connections()
            self._tell_places(ami)

    def _tell_places(self, ami: Ami) -> None:
        fresh = {one.channel: one for one in waiting_told(self.node)}
        for channel, one in fresh.items():
            before = self._told.get(channel)
            if before is None or before.place != one.place:
                ami.say("Setvar", Channel=channel, Variable="BM_SAYPLACE", Value=one.place)
            if before is None or before.wait != one.wait:
                ami.say("Setvar", Channel=channel, Variable="BM_SAYWAIT", Value=one.wait)
        self._told = fresh


def waiting_told(node: Node) -> Iterator[Told]:
    """For each caller of a number that tells: the place, and the wait where it is known."""
    if not Number.objects.filter(tells_place=True, is_active=True).exists():
        return
    waiting = Call.objects.filter(state=Call.State.QUEUED, conversation__placement__isnull=False).order_by(
        "-conversation__placement__priority", "conversation__placement__enqueued_at", "pk"
    )
    known: dict[int, tuple[int, float, int]] = {}
    ahead: dict[int, int] = {}
    rows = waiting.values_list("node", "channel", "number__tells_place", "conversation__placement__queue")
    for node_ref, channel, tells, queue in rows[:MOST_TOLD]:
        before = ahead.get(queue, 0)
        ahead[queue] = before + 1
        if tells and node_ref == node.pk:
            if queue not in known:
                known[queue] = (serving(queue), *talks(queue))
            yield Told(channel, _place(before + 1), _wait(expected_wait(before, *known[queue])))


def _place(place: int) -> str:
    return str(place) if place in PLACES else ""


def _wait(wait: ExpectedWait | None) -> str:
    pair = within(wait, WAITS) if wait else None
    return f"{pair[0]}-{pair[1]}" if pair else ""


def serving(queue: int) -> int:
    """Who takes calls of a queue now: speaking, or available with a telephone that can be rung."""
    members = Queue.objects.filter(pk=queue).values("members")
    there = Registration.objects.filter(extension__is_active=True).values("extension__staff")
    at_work = Q(engaged_since__isnull=False) | Q(state=Presence.State.AVAILABLE, staff__in=there)
    return Presence.objects.filter(at_work, staff__in=members, staff__is_active=True).count()


def talks(queue: int) -> tuple[float, int]:
    """The mean length of the newest talks of a queue, in seconds, and how many they are."""
    found = Call.objects.filter(
        conversation__placement__queue=queue,
        outcome=Call.Outcome.ANSWERED,
        ended_at__gt=now() - LOOKED_BACK,
        answered_at__isnull=False,
    ).order_by("-pk")
    lengths = [
        (ended - answered).total_seconds()
        for answered, ended in found.values_list("answered_at", "ended_at")[:MOST_TALKS]
        if answered is not None and ended is not None
    ]
    return (fmean(lengths) if lengths else 0.0), len(lengths)
