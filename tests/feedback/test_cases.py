"""Every closed conversation is one case, every case ends in exactly one code."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.customers.models import Address
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case, Response, Survey
from barrymore.feedback.selectors import case_of_token, cases_to_send, last_said
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Company, Staff
from tests.conftest import load

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


@pytest.fixture
def closed(arrive: Arrive, amina: Staff, survey: Survey) -> Callable[..., Case]:
    """Close an answered conversation and give back its case."""

    def close(not_asking: str = "", **letter: object) -> Case:
        conversation = arrive(**letter)
        handling.answer(conversation, amina, Said(text="Done."))
        handling.close(conversation, amina, not_asking=not_asking)
        return Case.objects.select_related("survey", "conversation__customer").get(conversation=conversation)

    return close


def send(case: Case) -> str:
    return feedback.mark_sent(case)


def test_the_question_leaves_within_five_minutes(closed: Callable[..., Case]) -> None:
    case = closed()
    assert cases_to_send() == []
    with at_moment(now() + timedelta(minutes=2)):
        assert cases_to_send() == [case]


def test_the_draw_is_recorded_with_its_probability(
    closed: Callable[..., Case], survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    Survey.objects.filter(pk=survey.pk).update(probability=0.5)
    draws = iter([0.49, 0.5])
    monkeypatch.setattr(feedback, "_draw", lambda: next(draws))
    cases = [closed(address=f"guest{number}@guests.example") for number in range(2)]
    assert [(case.code, case.probability) for case in cases] == [("", 0.5), ("NOT_DRAWN", 0.5)]


def test_one_person_is_asked_once_in_the_days_of_the_cap(closed: Callable[..., Case]) -> None:
    assert [closed().code, closed().code] == ["", "CONTACT_CAP"]
    with at_moment(now() + timedelta(days=15)):
        assert closed().code == ""


def test_a_person_is_one_whatever_address_the_mail_came_from(closed: Callable[..., Case]) -> None:
    first = closed()
    Address.objects.create(kind="email", value="lee@work.example", customer=first.customer, created_at=now())
    assert closed(address="lee@work.example").code == "CONTACT_CAP"


def test_an_address_that_bounced_or_opted_out_is_outside_the_frame(closed: Callable[..., Case]) -> None:
    closed(address="a@guests.example")
    Address.objects.filter(value="a@guests.example").update(bounced_at=now())
    with at_moment(now() + timedelta(days=30)):
        assert closed(address="a@guests.example").code == "NO_ADDRESS"


def test_an_agents_choice_not_to_ask_counts_as_not_reached(closed: Callable[..., Case]) -> None:
    case = closed(not_asking="guest is in hospital")
    assert (case.code, case.state, case.suppressed_reason) == ("NC", "skipped", "guest is in hospital")
    assert Fact.objects.get(kind="survey.final").values["suppressed"] is True


def test_an_answer_completes_the_case_and_keeps_the_comment(closed: Callable[..., Case]) -> None:
    case = closed()
    token = send(case)
    feedback.record_response(case, score=4, need_met="yes", comment=" Kind people. ")
    response = Response.objects.get()
    assert (response.score, response.need_met, response.comment, response.mode) == (
        4,
        "yes",
        "Kind people.",
        "survey",
    )
    assert last_said(case.customer) == case
    found = case_of_token(feedback.token_digest(token))
    assert found is not None and found.code == "I"


def test_a_second_answer_is_refused_and_changes_nothing(closed: Callable[..., Case]) -> None:
    case = closed()
    send(case)
    feedback.record_response(case, score=1)
    with pytest.raises(feedback.CaseClosed):
        feedback.record_response(case, score=4)
    assert Response.objects.get().score == 1
    assert Fact.objects.filter(kind="survey.final").count() == 1


@pytest.mark.parametrize("score", [0, 5, -1])
def test_a_score_off_the_scale_is_refused(closed: Callable[..., Case], score: int) -> None:
    case = closed()
    send(case)
    with pytest.raises(ValueError, match="score"):
        feedback.record_response(case, score=score)
    case.refresh_from_db()
    assert case.code == ""


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"score": 3}, "I"), ({"score": None, "comment": "No."}, "P"), ({"score": None}, "R")],
)
def test_what_was_answered_decides_the_code(
    closed: Callable[..., Case], answer: dict[str, object], code: str
) -> None:
    case = closed()
    send(case)
    feedback.record_response(case, **answer)  # type: ignore[arg-type]
    assert case.code == code


def test_saying_no_is_a_refusal(closed: Callable[..., Case]) -> None:
    case = closed()
    send(case)
    assert feedback.refuse(case) is True
    assert feedback.refuse(case) is False
    assert Case.objects.get().code == "R"


def test_on_the_closing_day_silence_gets_its_code(closed: Callable[..., Case]) -> None:
    opened, silent = closed(address="a@guests.example"), closed(address="b@guests.example")
    for case in (opened, silent):
        send(case)
    feedback.mark_opened(opened)
    assert feedback.close_expired() == 0
    with at_moment(now() + timedelta(days=15)):
        assert feedback.close_expired() == 2
    codes = dict(Case.objects.values_list("address__value", "code"))
    assert codes == {"a@guests.example": "R", "b@guests.example": "NC"}


def test_a_cancelled_case_is_not_sent_after_all(closed: Callable[..., Case]) -> None:
    case = closed()
    feedback.cancel_waiting(load(case.conversation_id))
    with pytest.raises(feedback.CaseClosed):
        feedback.mark_sent(case)


def test_every_case_has_exactly_one_final_code(closed: Callable[..., Case]) -> None:
    for number in range(6):
        case = closed(address=f"guest{number}@guests.example")
        send(case)
        if number % 2:
            feedback.record_response(case, score=4)
    with at_moment(now() + timedelta(days=15)):
        feedback.close_expired()
    finals = Counter(fact.values["case"] for fact in Fact.objects.filter(kind="survey.final"))
    assert set(finals.values()) == {1}
    assert len(finals) == Case.objects.count() == 6


def test_with_the_module_off_nobody_is_asked(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    Company.objects.filter(pk=1).update(modules={"surveys": False})
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    assert not Case.objects.exists()
