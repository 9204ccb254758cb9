"""Raise an alert once, tell the steps of its rule one after the other, and note who has it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import F

from barrymore.alerts.models import Alert, AlertStep, Notice, Rule
from barrymore.alerts.rules import EVERY_WAY, people_of, steps_of, ways_now
from barrymore.alerts.services import notify
from barrymore.journal.moment import now
from barrymore.journal.services import Refs, record
from barrymore.organisation.models import Point, Role, Site, Staff

OWN = {"press.red": "press.red.own", "answer.bad": "answer.bad.own"}
State: TypeAlias = Alert.State


@dataclass(frozen=True)
class Happened:
    """What has happened, where, when, and whom it concerns; `params` are the words of its line."""

    kind: str
    key: str
    at: datetime
    site: Site | None = None
    point: Point | None = None
    conversation_ref: int | None = None
    concerned: Staff | None = None
    params: dict[str, Any] = field(default_factory=dict)


def raise_alert(what: Happened, rule: Rule) -> Alert:
    """Raise an alert and take its first step, in the caller's transaction. Its key again: IntegrityError."""
    moment = now()
    alert = Alert.objects.create(
        key=what.key,
        kind=what.kind,
        params=what.params,
        site=what.site,
        point=what.point,
        at=what.at,
        conversation_ref=what.conversation_ref,
        steps=rule.steps,
        wakes=rule.wakes,
        concerned=what.concerned,
        named_at=moment + timedelta(minutes=rule.person_first_minutes) if what.concerned else None,
    )
    record("alert.raised", f"alert:{alert.pk}:raised", **_refs(alert))
    _tell_concerned(alert)
    _take_step(alert)
    return alert


def open_alert_at(kind: str, point: Point, minutes: int) -> Alert | None:
    """An alert of this kind that nobody has yet, raised at the point within so many minutes."""
    since = now() - timedelta(minutes=minutes)
    waiting = Alert.objects.filter(kind=kind, point=point, state=State.OPEN, is_burst=False, at__gte=since)
    return waiting.order_by("-at").first()


def join(alert: Alert, key: str) -> bool:
    """Count one more of the same with an alert; False when somebody has it by now."""
    joined = Alert.objects.filter(pk=alert.pk, state=State.OPEN).update(count=F("count") + 1)
    if joined:
        record("alert.joined", f"{key}:joined", **_refs(alert))
    return bool(joined)


def take_back(alert: Alert, *, was_joined: bool) -> None:
    """The press was one of a burst: it does not count, and the alert says so."""
    if was_joined:
        Alert.objects.filter(pk=alert.pk, count__gt=1).update(count=F("count") - 1)
    else:
        Alert.objects.filter(pk=alert.pk).update(is_burst=True, next_step_at=None)


def escalate_round(limit: int = 100) -> int:
    """Tell the next step of each alert that nobody has said to have in time; returns how many."""
    due = Alert.objects.filter(state=State.OPEN, next_step_at__lte=now()).order_by("next_step_at")
    return sum(_escalate(ref, step) for ref, step in list(due.values_list("pk", "step")[:limit]))


@transaction.atomic
def _escalate(alert_ref: int, step: int) -> bool:
    # The conditional update is the lock: of two workers only one sees a row change.
    mine = Alert.objects.filter(pk=alert_ref, step=step, state=State.OPEN, next_step_at__lte=now())
    if not mine.update(next_step_at=None):
        return False
    _take_step(Alert.objects.select_related("site", "concerned").get(pk=alert_ref))
    return True


def _take_step(alert: Alert) -> None:
    """The next step that names anybody. Where none does, whoever looks after the house is told."""
    steps = steps_of(alert.steps)
    known = set(alert.notices.values_list("staff", flat=True))
    named: list[Staff] = []
    while alert.step < len(steps) and not named:
        step = steps[alert.step]
        alert.step += 1
        named = people_of(step, alert.site)
        # Who has been told before is not told again, but their time to answer runs once more.
        _tell(alert, [one for one in named if one.pk not in known], step.transports)
    if not named and not known:
        _tell(alert, list(Staff.objects.filter(role=Role.ADMINISTRATOR, is_active=True)), EVERY_WAY)
    is_last = alert.step >= len(steps)
    alert.next_step_at = None if is_last else now() + timedelta(minutes=steps[alert.step - 1].minutes)
    alert.save(update_fields=["step", "next_step_at"])


def _tell_concerned(alert: Alert) -> None:
    """The person concerned is told first, and reads what others do not read yet: that it is theirs."""
    steps = steps_of(alert.steps)
    if alert.concerned and alert.concerned.is_active:
        ways = ways_now(steps[0].transports if steps else [], alert.site, now(), wakes=alert.wakes)
        _notice(alert, [alert.concerned], OWN.get(alert.kind, alert.kind), ways)


def _tell(alert: Alert, people: list[Staff], transports: list[str]) -> None:
    _notice(alert, people, alert.kind, ways_now(transports, alert.site, now(), wakes=alert.wakes))
    number = alert.taken.count() + 1
    told = [one.pk for one in people]
    AlertStep.objects.create(alert=alert, number=number, at=now(), told=told)
    values = {"step": number, "told": len(told)}
    record("alert.step", f"alert:{alert.pk}:step:{number}", **_refs(alert, values=values))


def _notice(alert: Alert, people: list[Staff], kind: str, ways: list[str]) -> list[Notice]:
    return notify(
        people,
        kind,
        f"alert:{alert.pk}",
        conversation_ref=alert.conversation_ref,
        alert=alert,
        by=ways,
        **alert.params,
    )


@transaction.atomic
def acknowledge(alert: Alert, staff: Staff) -> bool:
    """One person says that they have it: nobody further is told. False when somebody has it already."""
    moment = now()
    changes = {
        "state": State.ACKNOWLEDGED,
        "acknowledged_by": staff,
        "acknowledged_at": moment,
        "next_step_at": None,
    }
    if not Alert.objects.filter(pk=alert.pk, state=State.OPEN).update(**changes):
        return False
    alert.refresh_from_db()
    if alert.concerned_id == staff.pk:
        Alert.objects.filter(pk=alert.pk, named_at__gt=moment).update(named_at=moment)
    Notice.objects.filter(alert=alert, staff=staff, seen_at=None).update(seen_at=moment)
    values = {"wait_seconds": round((moment - alert.at).total_seconds(), 3)}
    key = f"alert:{alert.pk}:acknowledged"
    record("alert.acknowledged", key, **_refs(alert, staff_ref=staff.pk, values=values))
    return True


def finish(alert: Alert) -> None:
    """What the alert was about is done, whoever had it."""
    Alert.objects.filter(pk=alert.pk).exclude(state=State.DONE).update(state=State.DONE, next_step_at=None)


def _refs(alert: Alert, **more: Any) -> Refs:
    dims = {"alert": alert.pk, "kind": alert.kind, "point": alert.point_id}
    refs = Refs(site=alert.site_id, conversation_ref=alert.conversation_ref, dims=dims)
    refs.update(more)  # type: ignore[typeddict-item]
    return refs
