"""About us as a whole every few months, never soon after another ask, never mixed with one contact."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.customers.models import Address, Customer
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.relationships import ask_round
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Company, Staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def relation(site: object) -> Survey:
    """Everybody is asked every three months."""
    return Survey.objects.create(name="As a whole", kind="relationship", probability=1.0, every_months=3)


def customer(name: str = "Lee Anand", role: str = "", mail: str = "lee@guests.example") -> Customer:
    made = Customer.objects.create(name=name, role=role, language="en", created_at=now())
    if mail:
        Address.objects.create(kind="email", value=mail, customer=made, created_at=now())
    return made


def codes() -> list[str]:
    return list(Case.objects.order_by("id").values_list("code", flat=True))


def test_a_customer_is_asked_once_and_again_after_the_months(relation: Survey) -> None:
    customer()
    assert [ask_round(), ask_round()] == [1, 0]
    with at_moment(now() + 89 * DAY):
        assert ask_round() == 0
    with at_moment(now() + 93 * DAY):
        assert ask_round() == 1
    assert codes() == ["", ""]


def test_a_change_of_the_survey_asks_nobody_anew(relation: Survey) -> None:
    customer()
    ask_round()
    Survey.objects.filter(pk=relation.pk).update(is_active=False)
    Survey.objects.create(name="As a whole", version=2, kind="relationship", probability=1.0, every_months=3)
    assert ask_round() == 0


def test_only_the_role_is_asked_and_nobody_without_an_address(relation: Survey) -> None:
    Survey.objects.update(role="travel agent")
    customer()
    agent = customer("Noor", "travel agent", "")
    assert ask_round() == 1
    assert (Case.objects.get().customer, codes()) == (agent, ["NO_ADDRESS"])


def test_the_lot_decides_and_is_written_down(relation: Survey) -> None:
    Survey.objects.update(probability=0.0)
    customer()
    ask_round()
    assert (codes(), Case.objects.get().probability) == (["NOT_DRAWN"], 0.0)
    assert Fact.objects.get(kind="survey.final").values["kind"] == "relationship"


@pytest.mark.parametrize(("days", "code"), [(29, "CONTACT_CAP"), (31, "")])
def test_nobody_is_asked_within_thirty_days_of_another_ask(
    relation: Survey, survey: Survey, arrive: Callable[..., Conversation], amina: Staff, days: int, code: str
) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    with at_moment(now() + days * DAY):
        ask_round()
    assert Case.objects.get(conversation=None).code == code


def test_the_cap_counts_the_other_way_round_too(
    relation: Survey, survey: Survey, arrive: Callable[..., Conversation], amina: Staff
) -> None:
    conversation = arrive()
    ask_round()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    assert Case.objects.get(conversation=conversation).code == "CONTACT_CAP"
    for days, code in ((29, "CONTACT_CAP"), (31, "")):
        with at_moment(now() + days * DAY):
            later = arrive()
            handling.answer(later, amina, Said(text="Done."))
            handling.close(later, amina)
        assert Case.objects.get(conversation=later).code == code


def test_with_the_module_off_nobody_is_asked(relation: Survey) -> None:
    customer()
    Company.objects.update(modules={"surveys": False})
    assert ask_round() == 0


def test_silence_about_the_whole_gets_its_code(relation: Survey) -> None:
    customer()
    ask_round()
    feedback.mark_sent(Case.objects.get())
    with at_moment(now() + 15 * DAY):
        feedback.close_expired()
    assert codes() == ["NC"]
