"""The live board: how the queues stand now. Counts of people by state, never a name with a length of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, QuerySet

from barrymore.conversations.models import Conversation
from barrymore.figures import calls
from barrymore.figures.figure import Figure
from barrymore.figures.promises import NAME
from barrymore.figures.scope import Period, Scope, today_in, zone_of
from barrymore.figures.selectors import Reading
from barrymore.journal.moment import now
from barrymore.organisation.models import Site, Staff
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.routing.selectors import MOST_COUNTED, SOON
from barrymore.routing.sight import queues_where
from barrymore.routing.standing import (
    Member,
    Standing,
    Waiting,
    members_of,
    people_by_state,
    standings,
    waiting_in,
)
from barrymore.sla.models import Clock
from barrymore.telephony.selectors import has_nodes
from barrymore.telephony.standing import CallsNow, calls_now

FIRST = Clock.Kind.FIRST_RESPONSE.value
# Today's promises are counted from their facts, at most once in so many seconds however many boards hang.
KEPT_SECONDS = 15
NOBODY = Standing(0, 0, 0, 0)


@dataclass(frozen=True)
class Line:
    """One queue, or the sum of a site's: what waits of how much, promises, people, what was kept today."""

    name: str
    open: int
    running: int
    waiting: int
    since: datetime | None
    soon: int
    late: int
    people: dict[str, int]
    kept: int
    ended: int


@dataclass(frozen=True)
class SiteLines:
    """A site with its queues; without a site, the queues that serve all."""

    site: str
    total: Line
    lines: list[Line]


@dataclass(frozen=True)
class Board:
    """All that one board shows."""

    total: Line
    sites: list[SiteLines]
    people: list[tuple[str, str, int]]
    people_total: int
    today: Figure
    yesterday: Figure
    longest: Conversation | None
    longest_due: datetime | None
    longest_queue: str
    is_capped: bool
    topics: list[str]
    # None in a house without a telephone.
    calls: CallsNow | None
    calls_today: Figure | None


@dataclass(frozen=True)
class Chosen:
    """What a board is about: the queues that its reader may see, narrowed by the address."""

    queues: list[Queue]
    site: int | None
    queue: int | None

    @property
    def ids(self) -> list[int]:
        """The ids of the queues."""
        return [queue.pk for queue in self.queues]


def queues_of(staff: Staff) -> QuerySet[Queue]:
    """The queues that a supervisor may watch: those of their sites."""
    watched = queues_where(staff, "queues.manage").filter(is_active=True)
    return watched.select_related("site").order_by("position", "name", "id")


def chosen(queues: Sequence[Queue], site: int | None, queue: int | None) -> Chosen:
    """Narrow to a site or a queue; one that the reader may not see is as if not there."""
    narrowed = [
        one for one in queues if (site is None or one.site_id == site) and (queue is None or one.pk == queue)
    ]
    return Chosen(narrowed, site, queue)


def board_of(chosen: Chosen) -> Board:
    """How these queues stand; the number of statements depends neither on queues nor on conversations."""
    ids = chosen.ids
    waiting = waiting_in(ids)
    today, yesterday, kept = _kept(chosen)
    members = members_of(ids)
    lines = _lines(chosen, waiting, kept, members)
    states = people_by_state(members, ids)
    placement = _longest(waiting)
    on_line, calls_today = _calls(chosen)
    return Board(
        total=_sum("", list(lines.values()), states, today),
        sites=_sites(chosen, lines, members),
        people=[(state.value, str(state.label), states[state.value]) for state in Presence.State],
        people_total=sum(states.values()),
        today=today,
        yesterday=yesterday,
        longest=placement.conversation if placement else None,
        longest_due=placement.due_at if placement and placement.due_at.year < 9000 else None,
        longest_queue=placement.queue.name if placement else "",
        is_capped=waiting.is_capped,
        topics=[f"queue:{queue}" for queue in ids],
        calls=on_line,
        calls_today=calls_today,
    )


def _calls(chosen: Chosen) -> tuple[CallsNow | None, Figure | None]:
    """The telephone now, and what became of today's calls, which is counted as seldom as the promises are."""
    if not has_nodes():
        return None, None
    zone = zone_of(chosen.site)
    today = today_in(zone)
    key = f"board-calls:{today}:{zone}:{','.join(map(str, chosen.ids))}"
    found: Figure | None = cache.get(key)
    if found is None:
        period = Period(today, today, zone)
        found = Reading(calls.NAME, Scope(queues=tuple(chosen.ids)), period).figure(period)
        cache.set(key, found, KEPT_SECONDS)
    return calls_now(chosen.ids), found


def _lines(
    chosen: Chosen, waiting: Waiting, kept: dict[int, tuple[int, int]], members: list[Member]
) -> dict[int, Line]:
    found, soon = standings(chosen.ids), _soon(chosen.ids)
    return {
        queue.pk: Line(
            name=queue.name,
            open=found.get(queue.pk, NOBODY).open,
            running=found.get(queue.pk, NOBODY).running,
            waiting=waiting.counts.get(queue.pk, 0),
            since=waiting.since.get(queue.pk),
            soon=soon.get(queue.pk, 0),
            late=found.get(queue.pk, NOBODY).late,
            people=people_by_state(members, [queue.pk]),
            kept=kept.get(queue.pk, (0, 0))[0],
            ended=kept.get(queue.pk, (0, 0))[1],
        )
        for queue in chosen.queues
    }


def _soon(queues: Sequence[int]) -> dict[int, int]:
    """Conversations with a promise due within half an hour, or within half its time where that is less.

    Read off the clocks that end next, MOST_COUNTED at most. What is late already is not soon.
    """
    moment = now()
    ending = Clock.objects.filter(
        state=Clock.State.RUNNING,
        breached_at=None,
        due_at__gte=moment,
        due_at__lt=moment + SOON,
        warn_at__lte=moment,
    ).order_by("due_at")
    placements = Placement.objects.filter(
        is_open=True,
        is_paused=False,
        due_at__gte=moment,
        queue__in=queues,
        conversation__in=ending.values("conversation")[:MOST_COUNTED],
    )
    return dict(placements.values_list("queue").annotate(n=Count("pk")).order_by())


def _longest(waiting: Waiting) -> Placement | None:
    if waiting.longest is None:
        return None
    placements = Placement.objects.select_related("queue", "conversation__customer")
    return placements.filter(conversation=waiting.longest).first()


Kept = tuple[Figure, Figure, dict[int, tuple[int, int]]]


def _kept(chosen: Chosen) -> Kept:
    """First answers in time today and yesterday, and (kept, ended) today per queue."""
    zone = zone_of(chosen.site)
    today = today_in(zone)
    key = f"board:{today}:{zone}:{chosen.site}:{','.join(map(str, chosen.ids))}"
    found: Kept | None = cache.get(key)
    if found is None:
        period = Period(today, today, zone)
        reading = Reading(NAME, Scope(promise=FIRST, queues=tuple(chosen.ids)), period, period.before)
        parts = reading.by(period, "queue")
        counts = {queue: (part.values["kept"], part.served) for queue, part in parts.items()}
        found = (reading.figure(period), reading.figure(period.before), counts)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _sites(chosen: Chosen, lines: dict[int, Line], members: list[Member]) -> list[SiteLines]:
    """Sites by name, those queues that serve all sites last."""
    groups: dict[Site | None, list[int]] = {}
    for queue in chosen.queues:
        groups.setdefault(queue.site, []).append(queue.pk)
    ordered = sorted(groups.items(), key=lambda group: (group[0] is None, group[0].name if group[0] else ""))
    return [
        _site(site.name if site else "", [lines[one] for one in ids], members, ids) for site, ids in ordered
    ]


def _site(name: str, lines: list[Line], members: list[Member], ids: list[int]) -> SiteLines:
    return SiteLines(name, _sum(name, lines, people_by_state(members, ids)), lines)


def _sum(name: str, lines: Sequence[Line], people: dict[str, int], today: Figure | None = None) -> Line:
    """The sum of some queues; people come counted, since one may work in several."""
    return Line(
        name=name,
        open=sum(line.open for line in lines),
        running=sum(line.running for line in lines),
        waiting=sum(line.waiting for line in lines),
        since=min((line.since for line in lines if line.since), default=None),
        soon=sum(line.soon for line in lines),
        late=sum(line.late for line in lines),
        people=people,
        kept=today.values["kept"] if today else sum(line.kept for line in lines),
        ended=today.served if today else sum(line.ended for line in lines),
    )


def short_name(name: str) -> str:
    """A guest on a wall: first name and initial, `Dmitri O.`; a single word as it is."""
    words = name.split()
    letters = [letter for letter in words[-1] if letter.isalpha()] if len(words) > 1 else []
    return f"{words[0]} {letters[0].upper()}." if letters else " ".join(words[:1])


def waited_since(since: datetime | None) -> timedelta | None:
    """How long it is since then."""
    return max(now() - since, timedelta()) if since else None
