"""Ask customers every few months how we do as a whole, never soon after another question."""

import random
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from barrymore.customers.models import Address, Customer
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.selectors import asked_lately
from barrymore.feedback.services import tell_final, tell_opened
from barrymore.journal.moment import now
from barrymore.organisation.selectors import module_is_on

AT_ONCE = 50
DAYS_OF_A_MONTH = 30.44
_draw = random.SystemRandom().random


def ask_round() -> int:
    """Open a case for every customer whose turn has come, some at a time; returns how many."""
    if not module_is_on("surveys"):
        return 0
    surveys = Survey.objects.filter(is_active=True, kind=Survey.Kind.RELATIONSHIP)
    return sum(_ask(survey) for survey in surveys.select_related("questionnaire"))


def _ask(survey: Survey) -> int:
    return sum(_open(survey, customer) for customer in due_customers(survey)[:AT_ONCE])


def due_customers(survey: Survey) -> QuerySet[Customer]:
    """Those of the survey's role for whom no case was opened within its months."""
    began = now() - timedelta(days=survey.every_months * DAYS_OF_A_MONTH)
    # A version keeps its name, so that a change of the survey asks nobody anew.
    earlier = Case.objects.filter(
        customer=OuterRef("pk"),
        survey__kind=Survey.Kind.RELATIONSHIP,
        survey__name=survey.name,
        opened_at__gt=began,
    )
    customers = Customer.objects.filter(~Exists(earlier))
    return (customers.filter(role=survey.role) if survey.role else customers).order_by("pk")


@transaction.atomic
def _open(survey: Survey, customer: Customer) -> bool:
    """One case, whatever becomes of it; of two workers the second finds it there."""
    address = _address_of(customer)
    moment = now()
    code = _code(survey, customer, address)
    is_asked = code == Case.Code.PENDING
    values: dict[str, Any] = {
        "survey": survey,
        "closing": 0,
        "customer": customer,
        "address": address,
        "language": customer.language,
        "probability": survey.probability,
        "state": Case.State.WAITING if is_asked else Case.State.SKIPPED,
        "code": code,
        "opened_at": moment,
        "send_after": moment if is_asked else None,
        "closes_at": moment + timedelta(days=survey.closing_days),
        "final_at": None if is_asked else moment,
    }
    wave = f"{survey.pk}:{customer.pk}:{moment:%Y-%m-%d}"
    case, is_new = Case.objects.get_or_create(wave=wave, defaults=values)
    if is_new:
        tell_opened(case)
        if not is_asked:
            tell_final(case)
    return is_new


def _address_of(customer: Customer) -> Address | None:
    """A mail address that takes our letters, the one that was proved first."""
    usable = customer.addresses.filter(
        kind=Address.Kind.EMAIL, is_shared=False, bounced_at=None, opted_out_at=None
    )
    return usable.order_by("-verified_at", "pk").first()


def _code(survey: Survey, customer: Customer, address: Address | None) -> Case.Code:
    if address is None:
        return Case.Code.NO_ADDRESS
    if asked_lately(survey, customer, address):
        return Case.Code.CONTACT_CAP
    return Case.Code.PENDING if _draw() < survey.probability else Case.Code.NOT_DRAWN
