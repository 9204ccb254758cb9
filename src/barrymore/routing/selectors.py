"""Read queues, placements and people who are free."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from barrymore.conversations.models import Conversation, Message
from barrymore.formulas.choice import Candidate
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.prepared import Prepared
from barrymore.routing.models import Line, Offer, Placement, Presence, Queue
from barrymore.routing.sight import visible_queues

MOST_COUNTED = 1000
# In how many of a customer's newest conversations the one who answered last is looked for.
LATEST_THREADS = 10
SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class QueueCount:
    """How many stand in a queue; each number is counted up to MOST_COUNTED."""

    queue_id: int
    name: str
    open: int
    late: int
    soon: int


@dataclass(frozen=True)
class OwnCount:
    """What a person owns, counted up to MOST_COUNTED: open, waiting for their move, late, soon."""

    open: int
    running: int
    late: int
    soon: int


def default_queue() -> Queue:
    """Where a contact goes that nothing else directs; made if there is no queue at all."""
    queue = Queue.objects.filter(is_active=True).order_by("-is_default", "position", "id").first()
    return queue or Queue.objects.create(name="Inbox", is_default=True)


def queue_or_default(queue_ref: int | None) -> Queue:
    """The named active queue, else the default one."""
    named = Queue.objects.filter(pk=queue_ref, is_active=True).first() if queue_ref else None
    return named or default_queue()


_placement = Prepared(
    lambda conversation_id: Placement.objects.filter(conversation_id=conversation_id).select_related(
        "queue",
        "conversation__customer__account",
        "conversation__address",
        "conversation__owner",
        "conversation__site",
        "conversation__reason",
        "conversation__area",
    )
)


def visible_placement(
    staff: Staff, conversation_id: int, queues: Collection[int] | None = None
) -> Placement | None:
    """The placement of a conversation that the person may see: in a visible queue, or their own.

    `queues` are the visible ones, where the caller has read them already.
    """
    placement: Placement | None = _placement.first(conversation_id)
    if placement is None or placement.conversation.owner_id == staff.pk:
        return placement
    if queues is not None:
        return placement if placement.queue_id in queues else None
    # Asked apart: within one statement of ten tables the planner took longer than both statements.
    return placement if visible_queues(staff).filter(pk=placement.queue_id).exists() else None


def queue_ref_of(conversation: Conversation) -> int | None:
    """The id of the queue in which a conversation stands."""
    placement = getattr(conversation, "placement", None)
    return placement.queue_id if placement else None


def queue_counts(staff: Staff) -> list[QueueCount]:
    """Open, late and soon per visible queue, in one statement whose cost is capped per queue."""
    try:
        visible, params = visible_queues(staff).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    count = (
        "(SELECT COUNT(*) FROM (SELECT 1 FROM routing_placement p WHERE p.queue_id = q.id "  # noqa: S608
        f"AND p.is_open {{}} LIMIT {MOST_COUNTED}) counted)"
    )
    columns = ", ".join(
        [
            count.format(""),
            count.format("AND p.is_paused = FALSE AND p.due_at < %s"),
            count.format("AND p.is_paused = FALSE AND p.due_at >= %s AND p.due_at < %s"),
        ]
    )
    statement = (
        f"SELECT q.id, q.name, {columns} FROM routing_queue q WHERE q.id IN ({visible}) "  # noqa: S608
        "ORDER BY q.position, q.name"
    )
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(statement, [moment, moment, moment + SOON, *params])
        return [QueueCount(*row) for row in cursor.fetchall()]


def list_page(
    queues: list[int] | None,
    *,
    owner: Staff | None = None,
    after: tuple[bool, datetime, int] | None = None,
    limit: int = 50,
) -> list[Placement]:
    """One page of the list: what waits for us first, by the nearest deadline; paused ones last.

    `after` is the sort key (is_paused, due_at, id) of the last row of the page before.
    """
    placements = Placement.objects.filter(is_open=True)
    if owner is not None:
        placements = placements.filter(conversation__owner=owner)
    elif queues is not None:
        placements = _in_queues(placements, queues)
    if after is not None:
        placements = placements.filter(_behind(*after))
    return list(
        placements.select_related("conversation__customer", "conversation__address", "conversation__owner")
        .only(
            "is_paused",
            "due_at",
            "queue_id",
            "priority",
            "conversation__subject",
            "conversation__channel",
            "conversation__state",
            "conversation__is_unread",
            "conversation__language",
            "conversation__first_replied_at",
            "conversation__last_message_at",
            "conversation__customer__name",
            "conversation__address__kind",
            "conversation__address__value",
            "conversation__owner__name",
        )
        .order_by("is_paused", "due_at", "id")[:limit]
    )


def _in_queues(placements: QuerySet[Placement], queues: Sequence[int]) -> QuerySet[Placement]:
    """One queue is a range of its index. Several are read in the order of the list and sieved.

    The plus keeps the planner from fetching and sorting all rows of the queues for one page.
    """
    if len(queues) <= 1:
        return placements.filter(queue_id__in=queues)
    marks = ", ".join(["%s"] * len(queues))
    sieve = f'+"routing_placement"."queue_id" IN ({marks})'
    return placements.extra(where=[sieve], params=list(queues))  # noqa: S610 - marks only, ids apart


def _behind(is_paused: bool, due_at: datetime, last_id: int) -> Q:
    same = Q(is_paused=is_paused, due_at=due_at, id__gt=last_id) | Q(is_paused=is_paused, due_at__gt=due_at)
    return same if is_paused else same | Q(is_paused=True)


def unowned_placements(limit: int) -> list[Placement]:
    """What nobody owns and is not offered, by priority, then the longest waiting first; no callers."""
    waiting = Placement.objects.filter(
        is_open=True, is_paused=False, has_owner=False, queue__is_active=True, line=Line.NONE
    ).exclude(conversation__offers__state=Offer.State.OPEN)
    return list(
        waiting.select_related("queue", "conversation__customer").order_by("-priority", "enqueued_at", "id")[
            :limit
        ]
    )


def candidates_for(queue: Queue, last_spoke: int | None = None, among: Q | None = None) -> list[Candidate]:
    """The available people of a queue and of the queue behind it with their load, in one query.

    `last_spoke` answered this customer last; `among` narrows further. Who is on the telephone is not free.
    """
    queues = [queue.pk, queue.overflow_queue_id] if queue.overflow_queue_id else [queue.pk]
    of_queue = Queue.members.through.objects.filter(queue=queue, staff=OuterRef("pk"))
    free = Q(presence__state=Presence.State.AVAILABLE, presence__engaged_since=None)
    people = (
        Staff.objects.filter(free, among or Q(), queues__in=queues, is_active=True)
        .distinct()
        .annotate(is_own=Exists(of_queue), load=_own_open(), held=_held(), offered_last=_offered_last())
        .order_by("pk")
    )
    return [
        Candidate(
            staff_ref=person.pk,
            languages=person.languages,
            open_count=person.load + person.held,
            capacity=person.capacity,
            last_offer_at=person.offered_last,
            last_spoke=person.pk == last_spoke,
            skills=person.skills,
            is_behind=not person.is_own,
        )
        for person in people
    ]


def _own_open() -> Any:
    """How many conversations wait for a person's move. A join would multiply them with the offers."""
    live = [Conversation.State.OPEN, Conversation.State.WAITING]  # as the index of owners says it
    own = Conversation.objects.filter(owner=OuterRef("pk"), state__in=live, state=Conversation.State.OPEN)
    return _counted(own, "owner")


def _held() -> Any:
    """How many offers a person has before them."""
    return _counted(Offer.objects.filter(staff=OuterRef("pk"), state=Offer.State.OPEN), "staff")


def _counted(rows: QuerySet[Any], by: str) -> Any:
    count = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0)


def _offered_last() -> Any:
    newest = Offer.objects.filter(staff=OuterRef("pk")).order_by("-offered_at")
    return Subquery(newest.values("offered_at")[:1])


def last_spoke_with(conversation: Conversation) -> int | None:
    """Who wrote to this customer last, in this conversation or an earlier one."""
    if conversation.customer_id is None:
        return None
    threads = Conversation.objects.filter(customer=conversation.customer_id).order_by("-id")
    answers = Message.objects.filter(
        conversation__in=list(threads.values_list("pk", flat=True)[:LATEST_THREADS]),
        kind=Message.Kind.OUTBOUND,
        author__isnull=False,
    )
    return answers.order_by("-at", "-id").values_list("author", flat=True).first()


def offers_to(staff: Staff) -> list[Offer]:
    """What is held out to a person now."""
    return list(
        Offer.objects.filter(staff=staff, state=Offer.State.OPEN, expires_at__gt=now())
        .select_related("conversation__customer", "conversation__address")
        .order_by("offered_at")
    )


def presence_of(staff: Staff) -> Presence | None:
    """The person's presence, None before the first day."""
    return Presence.objects.filter(staff=staff).first()


def absent_owners() -> QuerySet[Staff]:
    """People who own open conversations and are not there."""
    return Staff.objects.filter(
        Q(presence__state=Presence.State.AWAY) | Q(is_active=False) | Q(presence=None),
        owned__state="open",
    ).distinct()


def queue_members(queue: Queue, roles: Sequence[str] | None = None) -> QuerySet[Staff]:
    """Active people of a queue, of all roles or of some."""
    members = queue.members.filter(is_active=True)
    return members.filter(role__in=roles) if roles else members


def own_count(staff: Staff) -> OwnCount:
    """What a person owns, in one statement over the index of their live conversations."""
    moment = now()
    live = Q(conversation__state__in=[Conversation.State.OPEN, Conversation.State.WAITING])
    own = Placement.objects.filter(live, is_open=True, conversation__owner=staff)
    running = Q(is_paused=False)
    counted = own[:MOST_COUNTED].aggregate(
        open=Count("pk"),
        running=Count("pk", filter=running),
        late=Count("pk", filter=running & Q(due_at__lt=moment)),
        soon=Count("pk", filter=running & Q(due_at__gte=moment, due_at__lt=moment + SOON)),
    )
    return OwnCount(**counted)
