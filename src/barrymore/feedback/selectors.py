"""Read surveys and cases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from barrymore.customers.models import Address, Customer
from barrymore.feedback.models import Case, Questionnaire, Survey
from barrymore.feedback.standard import (
    calling_questionnaire,
    recommending_questionnaire,
    standard_questionnaire,
)
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of
from barrymore.organisation.models import Point, Staff
from barrymore.organisation.prepared import Prepared
from barrymore.organisation.selectors import company

ASKED = [Case.State.WAITING, Case.State.SENT, Case.State.FINAL]
RELATIONSHIP_CAP_DAYS = 30


def current_survey() -> Survey | None:
    """The survey that is asked after a close now."""
    active = Survey.objects.filter(is_active=True, kind=Survey.Kind.CONTACT)
    return active.select_related("questionnaire").order_by("-id").first()


def questionnaire_of(survey: Survey) -> Questionnaire:
    """What a survey asks."""
    if survey.questionnaire is not None:
        return survey.questionnaire
    if survey.kind == Survey.Kind.RELATIONSHIP:
        return recommending_questionnaire()
    if survey.kind == Survey.Kind.CALL:
        return calling_questionnaire()
    return standard_questionnaire()


def asked_lately(survey: Survey, customer: Customer | None, address: Address) -> bool:
    """Whether this person (or address, where nobody is known) was asked by any survey within the cap.

    One cap holds across all surveys; between an ask about the relationship and any other are 30 days.
    """
    days = survey.cap_days
    if survey.kind == Survey.Kind.RELATIONSHIP:
        days = max(days, RELATIONSHIP_CAP_DAYS)
    who = {"customer": customer} if customer else {"address": address}
    of_late = Q(send_after__gt=now() - timedelta(days=days)) | Q(
        survey__kind=Survey.Kind.RELATIONSHIP,
        send_after__gt=now() - timedelta(days=RELATIONSHIP_CAP_DAYS),
    )
    asked = Case.objects.filter(of_late, **who, state__in=ASKED)
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
        .select_related(
            "survey__questionnaire",
            "conversation__customer",
            "conversation__site",
            "staff",
            "customer",
            "address",
        )
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
