"""By mail, through the house's own server."""

from email.message import EmailMessage

from django.conf import settings
from django.utils import translation

from barrymore.alerts.models import Notice, Reach
from barrymore.alerts.texts import body_of, subject_of
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed, send, server_of

NAME = "mail"
KIND = "notice_mail"


def reaches(reach: Reach) -> bool:
    """Whether the person wants mail and the house can send it."""
    return reach.by_mail and bool(settings.SMTP_URL)


def owe(notice: Notice, reach: Reach) -> None:
    """One mail."""
    outbox.owe(KIND, f"notice:{notice.pk}", {"notice": notice.pk})


def send_due() -> int:
    """Send the mails of notices that are due; returns how many left."""
    return sum(_send(row) for row in outbox.claim(KIND))


def _send(row: OutboxRow) -> bool:
    notice = Notice.objects.select_related("staff", "alert").get(pk=row.payload["notice"])
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
