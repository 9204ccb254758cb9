"""The first-run page: where to look, what is true of the set-up, what has just happened."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import newest_id
from barrymore.organisation.access import Actor
from barrymore.organisation.points import has_points
from barrymore.organisation.selectors import active_staff, company, sites
from barrymore.routing.models import Queue
from barrymore.routing.selectors import list_page
from barrymore.routing.sight import visible_queues
from barrymore.sla.explaining import length_of
from barrymore.sla.models import Calendar, Policy
from barrymore.web.context import link_to

SHOWN_FACTS = 8
FACTS = {
    "conversation.opened": gettext_lazy("A conversation began: %(subject)s"),
    "conversation.started": gettext_lazy("We wrote first: %(subject)s"),
    "conversation.answered": gettext_lazy("Answered: %(subject)s"),
    "conversation.closed": gettext_lazy("Closed: %(subject)s"),
    "conversation.reopened": gettext_lazy("Open again: %(subject)s"),
    "conversation.owned": gettext_lazy("%(person)s has it: %(subject)s"),
    "offer.made": gettext_lazy("Offered to %(person)s: %(subject)s"),
    "clock.breached": gettext_lazy("A promise was broken: %(subject)s"),
    "survey.sent": gettext_lazy("The customer was asked: %(subject)s"),
    "survey.final": gettext_lazy("An invitation has its outcome: %(subject)s"),
}


def steps_for(actor: Actor, *, is_secure: bool) -> dict[str, Any]:
    """Everything the first-run page shows."""
    first = next(
        iter(list_page(list(visible_queues(actor.staff).values_list("pk", flat=True)), limit=1)), None
    )
    mailbox = Mailbox.objects.filter(is_active=True).order_by("pk").first()
    items = setup(is_secure=is_secure, mailbox=mailbox)
    return {
        "company": company(),
        "people": active_staff().count(),
        "site_count": sites().count(),
        "first": first,
        "has_due": bool(first and first.due_at.year < 9000),
        "is_late": bool(first and not first.is_paused and first.due_at < now()),
        "mailbox": mailbox,
        "setup": items,
        "done": sum(item["is_done"] for item in items),
        "feed": feed(),
        "live_since": newest_id(),
        "hotel_url": link_to("demo:hotel") if company().is_demo else "",
        "queue_ids": list(visible_queues(actor.staff).values_list("pk", flat=True)[:60]),
        "reports_url": link_to("reports:index"),
    }


def setup(*, is_secure: bool, mailbox: Mailbox | None) -> list[dict[str, Any]]:
    """What is true of the set-up now, each with where to change it."""
    house = company()
    profile = house.privacy_profile
    policy = Policy.objects.filter(is_active=True).first()
    calendar = Calendar.objects.first()
    people = active_staff().count()
    return [
        _item(
            _("Privacy profile"),
            _("chosen") if profile else _("nothing is recorded until you choose one"),
            bool(profile),
            "organisation:company",
            _("Choose"),
        ),
        _item(
            _("Your mail"),
            mailbox.last_error or mailbox.address if mailbox else _("address, password, one test"),
            bool(mailbox and not mailbox.last_error),
            "mailboxes:mailboxes",
            _("Connect"),
        ),
        _item(
            _("Opening hours and promises"),
            _promise(calendar, policy),
            bool(calendar and policy),
            "sla:calendars",
            _("Set"),
        ),
        _item(
            _("Ask your customers"),
            _("a kiosk, a poster, a count of those served")
            if not has_points()
            else _("the first place asks"),
            has_points(),
            "begin_to_ask",
            _("Begin"),
        ),
        _item(
            _("People and queues"),
            ngettext("%(n)s person", "%(n)s people", people) % {"n": people},
            people > 1 and Queue.objects.filter(members__isnull=False).exists(),
            "people:people",
            _("Invite"),
        ),
        _secure_address(is_secure),
    ]


def _secure_address(is_secure: bool) -> dict[str, Any]:
    detail = (
        _("the page is served by https")
        if is_secure
        else _("plain http: camera, microphone and passkeys stay off; start with --tls")
    )
    return {**_item(_("Secure address"), detail, is_secure, "", ""), "is_risk": not is_secure}


def _promise(calendar: Calendar | None, policy: Policy | None) -> str:
    if calendar is None or policy is None:
        return _("none yet: nothing is promised")
    if policy.first_response_minutes is None:
        return policy.name
    length = length_of(policy.first_response_minutes)
    return _("%(calendar)s, first answer in %(length)s") % {"calendar": calendar.name, "length": length}


def _item(name: str, detail: str, is_done: bool, address: str, act: str) -> dict[str, Any]:
    return {
        "name": name,
        "detail": detail,
        "is_done": is_done,
        "url": link_to(address) if address else "",
        "act": act,
        "is_risk": False,
    }


def feed() -> list[dict[str, Any]]:
    """The newest facts in words."""
    facts = list(Fact.objects.filter(kind__in=FACTS).order_by("-id")[:SHOWN_FACTS])
    subjects = Conversation.objects.in_bulk(
        [fact.conversation_ref for fact in facts if fact.conversation_ref]
    )
    people = active_staff().in_bulk([fact.staff_ref for fact in facts if fact.staff_ref])
    queues = Queue.objects.in_bulk([fact.queue for fact in facts if fact.queue])
    return [
        {
            "at": fact.at,
            "text": str(FACTS[fact.kind])
            % {
                "subject": _subject(subjects.get(fact.conversation_ref or 0)),
                "person": people[fact.staff_ref].first_name if fact.staff_ref in people else _("Somebody"),
            },
            "queue": queues[fact.queue].name if fact.queue in queues else "",
        }
        for fact in facts
    ]


def _subject(conversation: Conversation | None) -> str:
    return (conversation.subject if conversation else "") or _("no subject")
