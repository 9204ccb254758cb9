"""The summary by mail: ordered by a person for themselves, owed once for each period, sent by the outbox."""

from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed, send, server_of
from barrymore.figures.scope import Period, today_in, zone_of
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.selectors import module_is_on
from barrymore.organisation.services import audit
from barrymore.reports.models import Subscription
from barrymore.reports.pdf import pdf_of
from barrymore.reports.summary import Summary, last_whole, summary_of

KIND = "summary_mail"
SENT_AT = time(7, 0)
NEVER = ""


class NoMail(ValueError):
    """The house has no server by which mail could leave."""


@transaction.atomic
def order(actor: Actor, site: Site | None, every: str) -> Subscription | None:
    """Be sent the summary, or no more of it with `every` empty. Raises NotAllowed, NoMail, ValueError."""
    actor.need("figures.read")
    if every == NEVER:
        Subscription.objects.filter(staff=actor.staff, site=site).delete()
        audit(actor.staff, "summary.ended", site.name if site else "")
        return None
    if every not in Subscription.Every.values:
        raise ValueError(f"every: {every!r} is none of {', '.join(Subscription.Every.values)}")
    if not settings.SMTP_URL:
        raise NoMail(_("No mail can leave yet: set BARRYMORE_SMTP."))
    told = {"every": every, "next_at": next_after(every, site.pk if site else None)}
    kept, is_new = Subscription.objects.get_or_create(
        staff=actor.staff, site=site, defaults={**told, "created_at": now()}
    )
    if not is_new:
        Subscription.objects.filter(pk=kept.pk).update(**told)
        kept.refresh_from_db()
    audit(actor.staff, "summary.ordered", site.name if site else "", every=every)
    return kept


def next_after(every: str, site_ref: int | None) -> datetime:
    """The next Monday or first of a month at seven, by the clock of the site."""
    zone = zone_of(site_ref)
    day = today_in(zone)
    while True:
        at = datetime.combine(day, SENT_AT, ZoneInfo(zone))
        if _is_the_day(every, day) and at > now():
            return at
        day += timedelta(days=1)


def _is_the_day(every: str, day: date) -> bool:
    return day.day == 1 if every == Subscription.Every.MONTH else day.weekday() == 0


def owe_due(limit: int = 50) -> int:
    """Owe what is due, once each. Whoever may not read figures any more is sent nothing from now on."""
    due = Subscription.objects.filter(next_at__lte=now()).order_by("next_at")
    return sum(_owe(one) for one in list(due.select_related("staff", "site")[:limit]))


@transaction.atomic
def _owe(one: Subscription) -> bool:
    # The conditional update is the lock: of two workers only one sees the row change.
    following = next_after(one.every, one.site_id)
    if not Subscription.objects.filter(pk=one.pk, next_at=one.next_at).update(next_at=following):
        return False
    if not one.staff.is_active or not Actor(one.staff).may("figures.read"):
        Subscription.objects.filter(pk=one.pk).delete()
        audit(None, "summary.ended", one.staff.name)
        return False
    day = one.next_at.astimezone(ZoneInfo(zone_of(one.site_id))).date()
    period = last_whole(one.every, one.site_id, day)
    told = {"staff": one.staff_id, "site": one.site_id, **period.as_dict(), "timezone": period.timezone}
    outbox.owe(KIND, f"summary:{one.staff_id}:{one.site_id or 0}:{one.every}:{day}", told)
    return True


def send_due() -> int:
    """Send what is owed; returns how many left."""
    if not settings.SMTP_URL or not module_is_on("reports"):
        return 0
    return sum(_send(row) for row in outbox.claim(KIND))


def _send(row: OutboxRow) -> bool:
    told = row.payload
    staff, site = Staff.objects.get(pk=told["staff"]), Site.objects.filter(pk=told["site"] or 0).first()
    period = Period(date.fromisoformat(told["from"]), date.fromisoformat(told["to"]), told["timezone"])
    with translation.override(staff.language), timezone.override(staff.timezone or period.timezone):
        mail = mail_of(summary_of(site, period), staff, row)
    try:
        send(server_of(settings.SMTP_URL), mail, "", [staff.email])
    except SendFailed as failure:
        outbox.fail(row, str(failure), final=failure.final)
        return False
    return outbox.finish(row)


def mail_of(summary: Summary, staff: Staff, row: OutboxRow) -> EmailMessage:
    """The sentences as text and the whole as PDF; one Message-ID at every try."""
    mail, user = EmailMessage(), server_of(settings.SMTP_URL).user
    domain = user.rpartition("@")[2] or "barrymore.invalid"
    mail["Subject"] = f"{summary.title}: {summary.days}"
    mail["From"] = user or f"barrymore@{domain}"
    mail["To"] = staff.email
    mail["Message-ID"] = f"<summary.{row.pk}.{int(row.created_at.timestamp())}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [f"{one.name}: {one.sentence}" for one in (*summary.contacts, *summary.points)]
    where = _("The whole is attached. You ordered it, and can end it here: {address}")
    link = f"{settings.BASE_URL}/reports/summary/"
    mail.set_content("\n\n".join([*lines, where.format(address=link)]))
    name = f"summary-{summary.period.last.isoformat()}.pdf"
    mail.add_attachment(pdf_of(summary), maintype="application", subtype="pdf", filename=name)
    return mail
