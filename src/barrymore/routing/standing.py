"""How the queues stand at this moment, for the live board. Read only, at a cost that has a ceiling."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from barrymore.journal.moment import now
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.routing.selectors import MOST_COUNTED

STATES = [state.value for state in Presence.State]


@dataclass(frozen=True)
class Standing:
    """One queue now: open, waiting for our move, over their time; each counted up to MOST_COUNTED."""

    queue_id: int
    open: int
    running: int
    late: int


@dataclass(frozen=True)
class Member:
    """One person in one queue."""

    queue_id: int
    staff_id: int
    state: str


@dataclass(frozen=True)
class Waiting:
    """What nobody has taken yet: how many per queue and since when, and which waits longest.

    `is_capped` says that there are MOST_COUNTED or more: then the counts and waits are at least so much.
    """

    counts: dict[int, int]
    since: dict[int, datetime]
    longest: int | None
    is_capped: bool


def standings(queues: Sequence[int]) -> dict[int, Standing]:
    """Open, running and late of each queue in one statement of index ranges, each cut off at MOST_COUNTED."""
    if not queues:
        return {}
    part = (
        "(SELECT COUNT(*) FROM (SELECT 1 FROM routing_placement p WHERE p.queue_id = q.id "  # noqa: S608
        f"AND p.is_open {{}} LIMIT {MOST_COUNTED}) counted)"
    )
    running, late = "AND p.is_paused = FALSE", "AND p.is_paused = FALSE AND p.due_at < %s"
    columns = ", ".join(part.format(which) for which in ("", running, late))
    marks = ", ".join(["%s"] * len(queues))
    statement = f"SELECT q.id, {columns} FROM routing_queue q WHERE q.id IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [now(), *queues])
        return {row[0]: Standing(*row) for row in cursor.fetchall()}


def waiting_in(queues: Sequence[int]) -> Waiting:
    """What nobody has taken in these queues: read off the index of the untaken, MOST_COUNTED rows at most."""
    if not queues:
        return Waiting({}, {}, None, False)
    # The plus keeps the planner from reading all rows of the queues to find the few that nobody has taken.
    sieve = f'+"routing_placement"."queue_id" IN ({", ".join(["%s"] * len(queues))})'
    untaken = Placement.objects.filter(is_open=True, is_paused=False, has_owner=False)
    rows = list(
        untaken.extra(where=[sieve], params=list(queues))  # noqa: S610 - marks only, ids apart
        .order_by("-priority", "enqueued_at", "id")
        .values_list("queue_id", "enqueued_at", "conversation_id")[:MOST_COUNTED]
    )
    since: dict[int, datetime] = {}
    for queue_id, at, _ in rows:
        since[queue_id] = min(at, since.get(queue_id, at))
    longest = min(rows, key=lambda row: row[1])[2] if rows else None
    return Waiting(Counter(row[0] for row in rows), since, longest, len(rows) == MOST_COUNTED)


def members_of(queues: Sequence[int]) -> list[Member]:
    """Who works in these queues and in what state they are: as many rows as there are memberships."""
    members = Queue.members.through.objects.filter(queue__in=queues, staff__is_active=True).order_by()
    rows = members.values_list("queue_id", "staff_id", "staff__presence__state")
    # Who has never said where they are is away.
    return [Member(queue, staff, state or Presence.State.AWAY.value) for queue, staff, state in rows]


def people_by_state(members: Iterable[Member], queues: Collection[int]) -> dict[str, int]:
    """How many people of these queues are in each state; who works in two of them is counted once."""
    states = {member.staff_id: member.state for member in members if member.queue_id in queues}
    return {state: Counter(states.values())[state] for state in STATES}
