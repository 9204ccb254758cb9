"""Tell staff: a notice in the page, and a mail about it."""

from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.utils import translation

from barrymore.alerts.models import Notice
from barrymore.alerts.texts import body_of, subject_of
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed, send, server_of
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff

KIND = "notice_mail"


def notify(
    people: Iterable[Staff], kind: str, key: str, *, conversation_ref: int | None = None, **params: Any
) -> list[Notice]:
    """Tell each person once; the same key again raises IntegrityError. Mail leaves after the commit."""
    notices = []
    for person in people:
        notice = Notice.objects.create(
            staff=person,
            key=f"{key}:{person.pk}",
            kind=kind,
            params=params,
            conversation_ref=conversation_ref,
            created_at=now(),
        )
        record("notice.given", f"notice:{notice.pk}", staff_ref=person.pk, conversation_ref=conversation_ref)
        if settings.SMTP_URL:
            outbox.owe(KIND, f"notice:{notice.pk}", {"notice": notice.pk})
        notices.append(notice)
    return notices


def mark_seen(staff: Staff, notice_id: int | None = None) -> int:
    """Mark one notice, or all of a person's, as seen."""
    unseen = Notice.objects.filter(staff=staff, seen_at=None)
    if notice_id is not None:
        unseen = unseen.filter(pk=notice_id)
    return unseen.update(seen_at=now())


def send_due_mails() -> int:
    """Send the mails of notices that are due; returns how many left."""
    sent = 0
    for row in outbox.claim(KIND):
        sent += _send(row)
    return sent


def _send(row: OutboxRow) -> bool:
    notice = Notice.objects.select_related("staff").get(pk=row.payload["notice"])
    try:
        send(server_of(settings.SMTP_URL), _mail(notice), "", [notice.staff.email])
    except SendFailed as failure:
        outbox.fail(row, str(failure), final=failure.final)
        return False
    return outbox.finish(row)


def _mail(notice: Notice) -> EmailMessage:
    """The same Message-ID at every try, so that a repeat after a crash is known as one."""
    mail = EmailMessage()
    with translation.override(notice.staff.language):
        mail["Subject"] = subject_of(notice)
        mail.set_content(body_of(notice))
    domain = server_of(settings.SMTP_URL).user.rpartition("@")[2] or "barrymore.invalid"
    mail["From"] = server_of(settings.SMTP_URL).user or f"barrymore@{domain}"
    mail["To"] = notice.staff.email
    mail["Message-ID"] = f"<notice.{notice.pk}.{int(notice.created_at.timestamp())}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail
