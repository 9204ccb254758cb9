"""Open a recovery for what was said badly: one conversation, one alert, due before the guest leaves."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from barrymore.alerts.models import Kind, Rule
from barrymore.alerts.raising import Happened, join, open_alert_at, raise_alert
from barrymore.alerts.rules import rule_for
from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Opening, Said, refs_of
from barrymore.customers.models import Address, Booking, Customer
from barrymore.feedback.models import CallWish
from barrymore.handling.models import NO_DEADLINE, Recovery
from barrymore.handling.wishes import tie_wish, wish_behind
from barrymore.journal.moment import now
from barrymore.journal.services import Refs, record
from barrymore.organisation.models import Point, Site
from barrymore.organisation.prepared import Prepared
from barrymore.organisation.selectors import company
from barrymore.routing import services as routing
from barrymore.routing.models import Priority, Queue
from barrymore.routing.selectors import queue_or_default
from barrymore.sla import services as sla
from barrymore.sla.selectors import is_open

log = logging.getLogger(__name__)
BATCH = 50
AGAIN_AFTER = timedelta(minutes=1)
# Guests leave in the morning; a booking names only the day.
CHECK_OUT = time(11)
ROADS = {Address.Kind.EMAIL.value: "mail", Address.Kind.PHONE.value: "sms"}
State = Recovery.State


def recoveries_round() -> int:
    """Open what has come in. One that cannot be opened waits a minute and holds up none of the others."""
    waiting = Recovery.objects.filter(state=State.NEW, open_after__lte=now()).order_by("open_after", "id")
    done = 0
    for ref in list(waiting.values_list("pk", flat=True)[:BATCH]):
        try:
            done += _open(ref)
        except Exception:
            log.exception("recovery %s", ref)
            Recovery.objects.filter(pk=ref, state=State.NEW).update(open_after=now() + AGAIN_AFTER)
    return done


@transaction.atomic
def _open(ref: int) -> bool:
    rows = Recovery.objects.filter(pk=ref, state=State.NEW)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    recovery = rows.select_related("site", "point", "concerned", "customer", "case__conversation").first()
    if recovery is None:
        return False
    kind = Kind.RED_PRESS if recovery.source == "press" else Kind.BAD_ANSWER
    rule = rule_for(kind, recovery.site, recovery.point, recovery.at, is_open)
    wish = wish_behind(recovery.key) if recovery.source == "survey" else None
    # Whoever wishes to be called is not one more of the same: a name would be lost among counts.
    if recovery.point is not None and wish is None and _joined(recovery, recovery.point, kind, rule):
        return True
    conversation = _begin(recovery, rule, wish)
    if wish is not None:
        tie_wish(wish, conversation, is_recovery=True)
    recovery.alert = raise_alert(_what(recovery, kind), rule)
    recovery.state = State.OPEN
    recovery.save()
    record("recovery.opened", f"recovery:{recovery.pk}:opened", at=recovery.at, **refs_to(recovery))
    return True


def _joined(recovery: Recovery, point: Point, kind: str, rule: Rule) -> bool:
    """Whether nobody has yet what was pressed here a moment ago: then this is more of the same."""
    # Two at one point must not both find nothing: the second waits here for the first.
    Point.objects.select_for_update().get(pk=point.pk)
    alert = open_alert_at(kind, point, rule.join_minutes)
    if alert is None or not join(alert, recovery.key):
        return False
    Recovery.objects.filter(pk=recovery.pk).update(state=State.JOINED, alert=alert)
    first = alert.recoveries.filter(state=State.OPEN).select_related("conversation").first()
    if first and first.conversation:
        conversations.add_event(first.conversation, "red_again", what=recovery.said[:200])
    return True


def _begin(recovery: Recovery, rule: Rule, wish: CallWish | None) -> Conversation:
    """The conversation in its queue, with its clocks, due at the promise or at the departure."""
    language = recovery.site.language if recovery.site else company().language
    with translation.override(language):
        subject, text = subject_of(recovery), text_of(recovery, wish)
    address = recovery.case.address if recovery.case else None
    conversation = conversations.open_conversation(
        Opening(
            channel=_channel(recovery, address),
            subject=subject,
            language=recovery.case.language if recovery.case else "",
            customer=recovery.customer,
            address=address,
            site=recovery.site,
            is_unread=True,
        )
    )
    conversations.record_arrival(
        conversation, "recovery", recovery.key, address, Said(text=text), is_opening=True
    )
    queue = _queue(recovery, rule)
    promised = [clock.due_at for clock in sla.start_clocks(conversation, queue.pk, Priority.HIGH)]
    routing.enqueue(conversation, queue, priority=Priority.HIGH)
    recovery.conversation = conversation
    set_due(recovery, min((at for at in promised if at), default=None))
    if recovery.case is None:
        # Nobody has written, so nobody waits for a first answer in words.
        return conversation
    refs = refs_of(conversation, queue=queue.pk, values={"spam": False})
    record("conversation.opened", f"conversation:{conversation.pk}:opened", **refs)
    return conversation


def set_due(recovery: Recovery, promised: datetime | None) -> None:
    """Due at the promise or at the departure, whichever is first; clocks and list know it, too."""
    assert recovery.conversation is not None
    recovery.leaves_at = departure_of(recovery.customer, recovery.site.pk if recovery.site else None)
    if recovery.leaves_at:
        promised = sla.end_by(recovery.conversation, recovery.leaves_at) or promised
    known = [at for at in (promised, recovery.leaves_at) if at]
    recovery.due_at = min(known, default=NO_DEADLINE)
    routing.refresh(recovery.conversation, min(known, default=None))


def departure_of(customer: Customer | None, site_ref: int | None) -> datetime | None:
    """When the guest of a running stay leaves, at the time of check-out of that site; None where unknown."""
    if customer is None:
        return None
    today = timezone.localdate()
    stays = Booking.objects.filter(customer=customer, starts_on__lte=today, ends_on__gte=today)
    stays = stays.exclude(status__in=[Booking.Status.CANCELLED, Booking.Status.LEFT]).select_related("site")
    stay = stays.order_by("ends_on").first()
    if stay is None:
        return None
    zone = stay.site.timezone if stay.site else company().timezone
    return _check_out(stay.ends_on, zone)


def _check_out(day: date, zone: str) -> datetime:
    return datetime.combine(day, CHECK_OUT, ZoneInfo(zone)).astimezone(UTC)


def _channel(recovery: Recovery, address: Address | None) -> str:
    """By which way the guest can be answered; an unknown guest by none."""
    if address is None or recovery.case is None:
        return "press"
    asked_about = recovery.case.conversation
    return ROADS.get(address.kind, asked_about.channel if asked_about else "mail")


def _queue(recovery: Recovery, rule: Rule) -> Queue:
    """That of the rule, else as for everything that begins at a site."""
    return queue_for(rule.queue_ref, recovery.case.conversation if recovery.case else None, recovery.site)


def queue_for(ref: int | None, asked_about: Conversation | None, site: Site | None) -> Queue:
    """The named one, else where the conversation stood, else the first of the site, else the default."""
    stood = getattr(asked_about, "placement", None)
    ref = ref or (stood.queue_id if stood else None)
    if ref is None and site:
        here = Queue.objects.filter(site=site, is_active=True).order_by("-is_default", "position")
        ref = here.values_list("pk", flat=True).first()
    return queue_or_default(ref)


def place_of(recovery: Recovery, *, with_site: bool = True) -> str:
    """Reception, Lobby, Old Mill; the site alone where no point is known."""
    point, site = recovery.point, recovery.site
    names = [point.name, point.room.name if point.room else ""] if point else []
    return ", ".join(filter(None, [*names, site.name if site and with_site else ""]))


def subject_of(recovery: Recovery) -> str:
    """One line, in the language that is active."""
    if subject := _subject_asked_about(recovery):
        return _("Not content: %(subject)s") % {"subject": subject}
    if recovery.source == "survey":
        return _("Not content: %(subject)s") % {"subject": place_of(recovery) or company().name}
    return _("Red at %(place)s") % {"place": place_of(recovery, with_site=recovery.point is None)}


def _subject_asked_about(recovery: Recovery) -> str:
    asked_about = recovery.case.conversation if recovery.case else None
    return asked_about.subject if asked_about else ""


def text_of(recovery: Recovery, wish: CallWish | None = None) -> str:
    """What was said, where and when, in the language that is active."""
    when = f"{_day(recovery)} {_time(recovery)}"
    about = {"place": place_of(recovery), "when": when}
    if recovery.source == "survey":
        told = _("Asked how we did, the customer answered that it was not good, %(when)s.") % about
    else:
        told = _("Somebody pressed red at %(place)s, %(when)s.") % about
    reach = _("Call back: %(number)s") % {"number": wish.reach} if wish else ""
    return "\n\n".join(filter(None, [told, reach, recovery.said]))


def _local(recovery: Recovery) -> datetime:
    return recovery.at.astimezone(ZoneInfo(recovery.site.timezone if recovery.site else company().timezone))


def _time(recovery: Recovery) -> str:
    return date_format(_local(recovery), "TIME_FORMAT")


def _day(recovery: Recovery) -> str:
    return date_format(_local(recovery), "SHORT_DATE_FORMAT")


def _what(recovery: Recovery, kind: str) -> Happened:
    conversation = recovery.conversation
    assert conversation is not None
    subject = _subject_asked_about(recovery) or place_of(recovery) or conversation.subject
    return Happened(
        kind=kind,
        key=recovery.key,
        at=recovery.at,
        site=recovery.site,
        point=recovery.point,
        conversation_ref=conversation.pk,
        concerned=recovery.concerned,
        params={"place": place_of(recovery), "time": f"{_local(recovery):%H:%M}", "subject": subject},
    )


def refs_to(recovery: Recovery, **values: object) -> Refs:
    """What every fact about a recovery carries."""
    assert recovery.conversation is not None
    refs = refs_of(recovery.conversation)
    mode = "survey" if recovery.source == "survey" else "feedback"
    refs["dims"] = {**refs["dims"], "point": recovery.point_id, "mode": mode}
    leaves = recovery.leaves_at.isoformat() if recovery.leaves_at else None
    refs["values"] = {"known": recovery.customer_id is not None, "leaves": leaves, **values}
    return refs


_recovery = Prepared(
    lambda conversation: Recovery.objects.filter(conversation=conversation).select_related(
        "point__room", "site"
    )
)


def recovery_of(conversation: Conversation) -> Recovery | None:
    """The recovery that a conversation is, if it is one."""
    found: Recovery | None = _recovery.first(conversation.pk)
    return found
