"""Read policies and clocks."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from barrymore.conversations.models import Conversation
from barrymore.formulas.working_time import working_time_between
from barrymore.journal.moment import now
from barrymore.organisation.prepared import Prepared
from barrymore.sla.models import Calendar, Clock, ClockEvent, Policy
from barrymore.sla.weeks import week_of

LIVE = [Clock.State.RUNNING, Clock.State.PAUSED]


def policy_for(queue_ref: int, priority: int) -> Policy | None:
    """The narrowest active policy: queue and priority, then queue, then priority, then for all."""
    fitting = Policy.objects.filter(
        Q(queue_ref=queue_ref) | Q(queue_ref=None), Q(priority=priority) | Q(priority=None), is_active=True
    )
    return (
        fitting.select_related("calendar")
        .order_by(F("queue_ref").desc(nulls_last=True), F("priority").desc(nulls_last=True), "id")
        .first()
    )


def live_clocks(conversation: Conversation, kind: str | None = None) -> list[Clock]:
    """The clocks of a conversation that run or are paused, the nearest deadline first."""
    clocks = Clock.objects.filter(conversation=conversation, state__in=LIVE).select_related(
        "calendar", "policy", "conversation__customer"
    )
    if kind:
        clocks = clocks.filter(kind=kind)
    return list(clocks.order_by(F("due_at").asc(nulls_last=True), "id"))


_shown_clock = Prepared(
    lambda conversation: (
        Clock.objects.filter(conversation=conversation)
        .select_related("policy", "calendar")
        .order_by(F("stopped_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "id")[:1]
    )
)
_events = Prepared(lambda clock: ClockEvent.objects.filter(clock=clock))


def events_of(clock: Clock) -> list[ClockEvent]:
    """What has happened to a clock, in order."""
    return _events(clock.pk)


def shown_clock(conversation: Conversation) -> Clock | None:
    """The clock that the desk shows: the nearest live one, else the one that ended last."""
    found: Clock | None = _shown_clock.first(conversation.pk)
    return found


def nearest_due(conversation: Conversation) -> datetime | None:
    """The nearest deadline of the running clocks."""
    return next((clock.due_at for clock in live_clocks(conversation) if clock.due_at), None)


def clocks_to_warn(limit: int = 100) -> list[int]:
    """Ids of clocks whose warning is due."""
    due = Clock.objects.filter(state=Clock.State.RUNNING, warned_at=None, warn_at__lte=now())
    return list(due.order_by("warn_at").values_list("pk", flat=True)[:limit])


def clocks_to_breach(limit: int = 100) -> list[int]:
    """Ids of clocks whose deadline has passed unnoted."""
    due = Clock.objects.filter(state=Clock.State.RUNNING, breached_at=None, due_at__lte=now())
    return list(due.order_by("due_at").values_list("pk", flat=True)[:limit])


def is_open(calendar_ref: int, at: datetime) -> bool:
    """Whether a calendar is open at a moment; one that is gone is always open: nothing falls silent."""
    calendar = Calendar.objects.filter(pk=calendar_ref).first()
    if calendar is None:
        return True
    return working_time_between(at, at + timedelta(minutes=1), week_of(calendar)) > timedelta()
