"""Tell staff: a notice in the page, and by the transports that each person wants."""

from collections.abc import Collection, Iterable
from typing import Any

from barrymore.alerts.models import Alert, Notice, Reach
from barrymore.alerts.transports import mail, push, sms
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff

TRANSPORTS = {one.NAME: one for one in (mail, sms, push)}
send_due_mails = mail.send_due
send_due_pushes = push.send_due


def notify(
    people: Iterable[Staff],
    kind: str,
    key: str,
    *,
    conversation_ref: int | None = None,
    alert: Alert | None = None,
    by: Collection[str] = (mail.NAME,),
    **params: Any,
) -> list[Notice]:
    """Tell each person once; the same key again raises IntegrityError. What goes out leaves after the commit.

    `by` names the transports beside the page; a person is reached by those that they want.
    """
    return [_tell(person, kind, key, conversation_ref, alert, by, params) for person in people]


def _tell(
    person: Staff,
    kind: str,
    key: str,
    conversation_ref: int | None,
    alert: Alert | None,
    by: Collection[str],
    params: dict[str, Any],
) -> Notice:
    notice = Notice.objects.create(
        staff=person,
        key=f"{key}:{person.pk}",
        kind=kind,
        params=params,
        conversation_ref=conversation_ref,
        alert=alert,
        created_at=now(),
    )
    record("notice.given", f"notice:{notice.pk}", staff_ref=person.pk, conversation_ref=conversation_ref)
    reach = reach_of(person)
    for name in reached_by(reach, by):
        TRANSPORTS[name].owe(notice, reach)
    return notice


def reach_of(person: Staff) -> Reach:
    """How the person wants to be told; mail and push for whoever has said nothing."""
    return Reach.objects.filter(staff=person).first() or Reach(staff=person)


def reached_by(reach: Reach, by: Collection[str]) -> list[str]:
    """Those of some transports that the person wants and that can reach them."""
    return [name for name, transport in TRANSPORTS.items() if name in by and transport.reaches(reach)]


def mark_seen(staff: Staff, notice_id: int | None = None) -> int:
    """Mark one notice, or all of a person's, as seen."""
    unseen = Notice.objects.filter(staff=staff, seen_at=None)
    if notice_id is not None:
        unseen = unseen.filter(pk=notice_id)
    return unseen.update(seen_at=now())
