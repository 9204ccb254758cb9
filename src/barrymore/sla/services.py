"""Start, pause, resume, stop and fire the clocks of promises."""

from datetime import datetime, timedelta
from typing import Any, TypeAlias

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.formulas.working_time import WorkingWeek, add_working_time, working_time_between
from barrymore.journal.moment import now
from barrymore.journal.services import Refs, record
from barrymore.organisation.selectors import module_is_on
from barrymore.sla.models import Clock, ClockEvent, Policy
from barrymore.sla.selectors import live_clocks, policy_for
from barrymore.sla.weeks import week_of

SOON = timedelta(minutes=30)
# What a clock changes while it runs, pauses and stops.
MOVING = ["state", "running_since", "spent_seconds", "due_at", "warn_at", "stopped_at"]
Kind: TypeAlias = Clock.Kind
State: TypeAlias = Clock.State


def start_clocks(conversation: Conversation, queue_ref: int, priority: int) -> list[Clock]:
    """Start what the narrowest policy promises for this queue and priority; nothing without a policy."""
    policy = policy_for(queue_ref, priority) if module_is_on("promises") else None
    if policy is None:
        return []
    targets = {Kind.FIRST_RESPONSE: policy.first_response_minutes, Kind.RESOLUTION: policy.resolution_minutes}
    return _begin(
        [_started(conversation, policy, kind, minutes) for kind, minutes in targets.items() if minutes]
    )


def start_next_response(conversation: Conversation, queue_ref: int, priority: int) -> datetime | None:
    """The customer has written again after our first answer; returns the deadline of the next one.

    A clock that runs for it already goes on: writing once more gives us no new time.
    """
    live = {clock.kind: clock for clock in live_clocks(conversation)}
    if Kind.FIRST_RESPONSE in live:
        return None
    if running := live.get(Kind.NEXT_RESPONSE):
        return running.due_at
    policy = policy_for(queue_ref, priority) if module_is_on("promises") else None
    if policy is None or not policy.next_response_minutes:
        return None
    (clock,) = _begin([_started(conversation, policy, Kind.NEXT_RESPONSE, policy.next_response_minutes)])
    return clock.due_at


def bring_nearer(conversation: Conversation, queue_ref: int, priority: int) -> datetime | None:
    """A higher priority has a nearer promise: clocks that run longer than it allows end as soon as it does.

    A lower priority takes nothing back: what was promised stays. Returns the nearest deadline.
    """
    clocks = live_clocks(conversation)
    policy = policy_for(queue_ref, priority) if module_is_on("promises") else None
    if policy is not None:
        targets = {
            Kind.FIRST_RESPONSE: policy.first_response_minutes,
            Kind.NEXT_RESPONSE: policy.next_response_minutes,
            Kind.RESOLUTION: policy.resolution_minutes,
        }
        for clock in clocks:
            minutes = targets[Kind(clock.kind)]
            if minutes and minutes < clock.target_minutes and clock.calendar_id == policy.calendar_id:
                _shorten(clock, policy, minutes)
    return _nearest(clocks)


def end_by(conversation: Conversation, moment: datetime) -> datetime | None:
    """The customer leaves then: clocks that would run longer end there. Returns the nearest deadline."""
    clocks = live_clocks(conversation)
    for clock in clocks:
        if clock.due_at and clock.due_at > moment and clock.running_since and clock.policy:
            left = working_time_between(clock.running_since, moment, week_of(clock.calendar))
            minutes = int((left.total_seconds() + clock.spent_seconds) // 60)
            _shorten(clock, clock.policy, max(minutes, 0))
    return _nearest(clocks)


def _shorten(clock: Clock, policy: Policy, minutes: int) -> None:
    before, clock.target_minutes, clock.policy = clock.target_minutes, minutes, policy
    if clock.state == State.RUNNING:
        _run(clock, since=clock.running_since)
    clock.save(update_fields=[*MOVING, "target_minutes", "policy"])
    _tell(clock, "brought_nearer", minutes=minutes, before=before, policy=policy.name)


def _begin(clocks: list[Clock]) -> list[Clock]:
    Clock.objects.bulk_create(clocks)
    ClockEvent.objects.bulk_create(
        _event(
            clock,
            "started",
            minutes=clock.target_minutes,
            policy=clock.policy.name if clock.policy else "",
            calendar=clock.calendar.name,
        )
        for clock in clocks
    )
    return clocks


def _started(conversation: Conversation, policy: Policy, kind: Kind, minutes: int) -> Clock:
    clock = Clock(
        conversation=conversation,
        kind=kind,
        policy=policy,
        calendar=policy.calendar,
        calendar_version=policy.calendar.version,
        target_minutes=minutes,
        started_at=now(),
    )
    _run(clock)
    return clock


def note_answer(conversation: Conversation, *, waiting: bool) -> datetime | None:
    """An answer was given; returns the nearest deadline that still runs.

    `waiting` says that we now wait for the customer: the time until they answer is not ours.
    """
    clocks = live_clocks(conversation)
    events = []
    for clock in clocks:
        if clock.kind in {Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE}:
            events.append(_stop(clock))
        elif waiting and clock.state == State.RUNNING:
            events.append(_pause(clock))
        elif not waiting and clock.state == State.PAUSED:
            events.append(_resume(clock))
    _keep(events)
    return _nearest(clocks)


def resume_clocks(conversation: Conversation) -> datetime | None:
    """The customer has answered: the rest of the time runs on; returns the nearest deadline."""
    clocks = live_clocks(conversation)
    _keep([_resume(clock) for clock in clocks if clock.state == State.PAUSED])
    return _nearest(clocks)


def stop_clocks(conversation: Conversation) -> None:
    """The conversation is closed: what was promised is done, and the clocks say whether in time."""
    _keep([_stop(clock) for clock in live_clocks(conversation)])


def _nearest(clocks: list[Clock]) -> datetime | None:
    due = [clock.due_at for clock in clocks if clock.state == State.RUNNING and clock.due_at]
    return min(due, default=None)


def _pause(clock: Clock) -> ClockEvent:
    _hold(clock)
    clock.state = State.PAUSED
    return _event(clock, "paused")


def _resume(clock: Clock) -> ClockEvent:
    _run(clock)
    return _event(clock, "resumed")


def _stop(clock: Clock) -> ClockEvent:
    if clock.state == State.RUNNING:
        _hold(clock)
    late = clock.breached_at is not None or clock.spent_seconds > clock.target_minutes * 60
    clock.state = State.MISSED if late else State.MET
    clock.stopped_at = now()
    return _event(clock, "stopped", kept=not late)


def _keep(events: list[ClockEvent]) -> None:
    """Save the clocks that have changed with what is told of them, and the fact of each that has ended."""
    for event in events:
        event.clock.save(update_fields=MOVING)
    ClockEvent.objects.bulk_create(events)
    for event in events:
        if event.what == "stopped":
            values = {"kept": event.detail["kept"], "spent_seconds": round(event.clock.spent_seconds)}
            record("clock.stopped", f"clock-event:{event.pk}:stopped", **_refs(event.clock, **values))


def reopen_clocks(conversation: Conversation) -> datetime | None:
    """The conversation is open again: the solution's clock runs on from what it had used; its deadline."""
    clock = (
        Clock.objects.filter(conversation=conversation, kind=Kind.RESOLUTION, stopped_at__isnull=False)
        .select_related("calendar")
        .order_by("-id")
        .first()
    )
    if clock is None or live_clocks(conversation, Kind.RESOLUTION):
        return None
    clock.stopped_at = None
    _run(clock)
    clock.save()
    _tell(clock, "reopened")
    return clock.due_at


def cancel_clocks(conversation: Conversation) -> None:
    """Nothing is promised here any more: spam, or moved to where another promise holds."""
    for clock in live_clocks(conversation):
        clock.state, clock.stopped_at = State.CANCELLED, now()
        clock.save()
        _tell(clock, "cancelled")


def fire_warning(clock_id: int) -> Clock | None:
    """Note that a promise runs out soon, once; None when it is not so, or was noted already."""
    return _fire(clock_id, "warn_at", "warned_at", "warned")


def fire_breach(clock_id: int) -> Clock | None:
    """Note that a promise is broken, once; None when it is not so, or was noted already."""
    return _fire(clock_id, "due_at", "breached_at", "breached")


def _fire(clock_id: int, when: str, done: str, what: str) -> Clock | None:
    # The conditional update is the lock: of two workers only one sees a row change.
    due = {f"{when}__lte": now(), f"{done}__isnull": True}
    if not Clock.objects.filter(pk=clock_id, state=State.RUNNING, **due).update(**{done: now()}):
        return None
    clock = Clock.objects.select_related("calendar", "conversation__customer", "conversation__owner").get(
        pk=clock_id
    )
    _tell(clock, what)
    record(f"clock.{what}", f"clock:{clock.pk}:{what}", **_refs(clock))
    return clock


def recompute(clock: Clock, week: WorkingWeek) -> None:
    """The calendar was edited: a clock that runs gets its new deadline, and the log says why.

    The week is given because the edit is not committed yet and must not be remembered.
    """
    clock.calendar_version = clock.calendar.version
    if clock.state == State.RUNNING:
        _run(clock, since=clock.running_since, week=week)
    clock.save()
    _tell(clock, "recomputed", version=clock.calendar.version)


def _run(clock: Clock, since: datetime | None = None, week: WorkingWeek | None = None) -> None:
    """Let the clock run from `since` (now): deadline and warning from the working time that is left."""
    clock.state = State.RUNNING
    clock.running_since = since or now()
    target = timedelta(minutes=clock.target_minutes)
    left = target - timedelta(seconds=clock.spent_seconds)
    week = week or week_of(clock.calendar)
    clock.due_at = add_working_time(clock.running_since, max(left, timedelta()), week)
    until_soon = left - min(SOON, target / 2)
    clock.warn_at = add_working_time(clock.running_since, max(until_soon, timedelta()), week)


def _hold(clock: Clock) -> None:
    """Add what the clock has used since it last began to run."""
    if clock.running_since is not None:
        used = working_time_between(clock.running_since, now(), week_of(clock.calendar))
        clock.spent_seconds += max(used.total_seconds(), 0)
    clock.running_since = clock.due_at = clock.warn_at = None


def _event(clock: Clock, what: str, **detail: Any) -> ClockEvent:
    return ClockEvent(clock=clock, at=now(), what=what, due_at=clock.due_at, detail=detail)


def _tell(clock: Clock, what: str, **detail: Any) -> None:
    _event(clock, what, **detail).save()


def _refs(clock: Clock, **values: Any) -> Refs:
    values = {"promise": clock.kind, "target_minutes": clock.target_minutes, **values}
    return refs_of(clock.conversation, staff_ref=clock.conversation.owner_id, values=values)
