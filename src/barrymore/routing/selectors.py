"""Read queues, placements and people who are free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from barrymore.conversations.models import Conversation
from barrymore.formulas.choice import Candidate
from barrymore.journal.moment import now
from barrymore.organisation.models import Role, Staff
from barrymore.routing.models import Offer, Placement, Presence, Queue

MOST_COUNTED = 1000
SOON = timedelta(minutes=30)
SEES_ALL_QUEUES = [Role.ADMINISTRATOR, Role.OWNER, Role.SUPERVISOR, Role.QUALITY]


@dataclass(frozen=True)
class QueueCount:
    """How many stand in a queue; each number is counted up to MOST_COUNTED."""

    queue_id: int
    name: str
    open: int
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


def visible_queues(staff: Staff) -> QuerySet[Queue]:
    """The queues whose conversations a person may see: those of their sites, or those they work in."""
    queues = Queue.objects.filter(is_active=True)
    if staff.role not in SEES_ALL_QUEUES:
        return queues.filter(members=staff)
    if staff.sites.exists():
        return queues.filter(Q(site__in=staff.sites.all()) | Q(site=None))
    return queues


def visible_placement(staff: Staff, conversation_id: int) -> Placement | None:
    """The placement of a conversation that the person may see: in a visible queue, or their own."""
    return (
        Placement.objects.filter(
            Q(queue__in=visible_queues(staff)) | Q(conversation__owner=staff),
            conversation_id=conversation_id,
        )
        .select_related(
            "queue",
            "conversation__customer__account",
            "conversation__address",
            "conversation__owner",
            "conversation__site",
            "conversation__reason",
            "conversation__area",
        )
        .first()
    )


def queue_ref_of(conversation: Conversation) -> int | None:
    """The id of the queue in which a conversation stands."""
    placement = getattr(conversation, "placement", None)
    return placement.queue_id if placement else None


def queue_counts(staff: Staff) -> list[QueueCount]:
    """Open, late and soon per visible queue, in one statement whose cost is capped per queue."""
    ids = list(visible_queues(staff).values_list("pk", flat=True))
    if not ids:
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
    marks = ", ".join(["%s"] * len(ids))
    statement = (
        f"SELECT q.id, q.name, {columns} FROM routing_queue q WHERE q.id IN ({marks}) "  # noqa: S608
        "ORDER BY q.position, q.name"
    )
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(statement, [moment, moment, moment + SOON, *ids])
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
    """What nobody owns and nobody is offered, by priority, then the longest waiting first."""
    waiting = Placement.objects.filter(
        is_open=True, is_paused=False, has_owner=False, queue__is_active=True
    ).exclude(conversation__offers__state=Offer.State.OPEN)
    return list(
        waiting.select_related("queue", "conversation__customer").order_by("-priority", "enqueued_at", "id")[
            :limit
        ]
    )


def candidates_for(queue: Queue) -> list[Candidate]:
    """The available members of a queue with their load, in one query."""
    live = Q(owned__state="open")
    people = (
        Staff.objects.filter(queues=queue, is_active=True, presence__state=Presence.State.AVAILABLE)
        .annotate(
            load=Count("owned", filter=live, distinct=True),
            held=Count("offers", filter=Q(offers__state=Offer.State.OPEN), distinct=True),
            offered_last=Max("offers__offered_at"),
        )
        .order_by("pk")
    )
    return [
        Candidate(
            staff_ref=person.pk,
            languages=person.languages,
            open_count=person.load + person.held,
            capacity=person.capacity,
            last_offer_at=person.offered_last,
        )
        for person in people
    ]


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


def own_count(staff: Staff) -> QueueCount:
    """What a person owns: open, late and soon, in one statement."""
    moment = now()
    running = Q(is_paused=False)
    counted = Placement.objects.filter(is_open=True, conversation__owner=staff).aggregate(
        open=Count("pk"),
        late=Count("pk", filter=running & Q(due_at__lt=moment)),
        soon=Count("pk", filter=running & Q(due_at__gte=moment, due_at__lt=moment + SOON)),
    )
    return QueueCount(0, "", counted["open"], counted["late"], counted["soon"])


def load_of(staff: Staff) -> int:
    """How many conversations wait for the person's move."""
    return Placement.objects.filter(is_open=True, is_paused=False, conversation__owner=staff).count()
