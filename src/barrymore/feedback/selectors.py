"""Read surveys and cases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from barrymore.customers.models import Address, Customer
from barrymore.feedback.models import Case, Survey
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of
from barrymore.organisation.models import Point, Staff
from barrymore.organisation.prepared import Prepared
from barrymore.organisation.selectors import company

ASKED = [Case.State.WAITING, Case.State.SENT, Case.State.FINAL]


def current_survey() -> Survey | None:
    """The survey that is asked after a close now."""
    return Survey.objects.filter(is_active=True).order_by("-id").first()


def asked_lately(survey: Survey, customer: Customer | None, address: Address) -> bool:
    """Whether this person (or address, where nobody is known) was asked within the survey's cap."""
    who = {"customer": customer} if customer else {"address": address}
    asked = Case.objects.filter(
        **who, state__in=ASKED, send_after__gt=now() - timedelta(days=survey.cap_days)
    )
    return asked.exclude(code=Case.Code.WROTE_AGAIN).exists()


def cases_to_send(limit: int = 50) -> list[Case]:
    """Cases whose invitation is due."""
    due = Case.objects.filter(state=Case.State.WAITING, send_after__lte=now()).order_by("send_after")
    return list(due.select_related("survey", "conversation__customer", "address", "customer")[:limit])


def case_of_token(digest: str) -> Case | None:
    """The case behind the hash of a token."""
    if not digest:
        return None
    return (
        Case.objects.filter(token_digest=digest)
        .select_related("survey", "conversation__customer", "conversation__site", "staff", "customer")
        .first()
    )


_newest_answered = Prepared(
    lambda customer: (
        Case.objects.filter(customer=customer, code=Case.Code.COMPLETE)
        .select_related("response")
        .order_by("-sent_at")[:1]
    )
)


def last_said(customer: Customer | None) -> Case | None:
    """The customer's newest answered case, for the card."""
    if customer is None:
        return None
    found: Case | None = _newest_answered.first(customer.pk)
    return found


def served_today(point: Point, staff: Staff) -> int:
    """How many customers a person has counted at a point since midnight of its site."""
    zone = ZoneInfo(point.site.timezone or company().timezone)
    midnight = now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    taps = facts_of("served.counted", midnight, now() + timedelta(minutes=5)).filter(staff_ref=staff.pk)
    at_point = taps.filter(dims__point=point.pk).values_list("values", flat=True)
    return sum(int(values["count"]) for values in at_point)
