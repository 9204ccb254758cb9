"""Several pages behind a link: page by page, without a script, taken up where they were left."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Answer, Case, Questionnaire, Response, Survey
from barrymore.handling import services as handling
from barrymore.handling.models import Recovery
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).parents[1] / "feedback/questionnaire_examples.json"
BRANCH = json.loads(EXAMPLES.read_text())["definitions"]["branch"]
BAD = {"page": "1", "q-score": "2"}


@pytest.fixture
def link(arrive: Callable[..., Conversation], amina: Staff, survey: Survey) -> str:
    """The address of an open case that asks with branches."""
    asked = Questionnaire.objects.create(
        name="After a stay", definition=BRANCH, created_at=now(), fielded_at=now()
    )
    Survey.objects.filter(pk=survey.pk).update(questionnaire=asked)
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    return f"/s/{feedback.mark_sent(Case.objects.get())}/"


def page(client: Client, link: str) -> str:
    return client.get(link).content.decode()


def send(client: Client, link: str, **fields: Any) -> str:
    return client.post(
        link, {key.replace("_", "-"): value for key, value in fields.items()}, follow=True
    ).content.decode()


def test_a_bad_score_leads_through_its_branch_to_the_end(client: Client, link: str) -> None:
    assert "Would you come again?" in page(client, link)
    assert "What went wrong?" in send(client, link, page="1", q_score="1")
    assert "Which was the worst: It was slow, People?" in send(client, link, page="2", q_why=["rude", "slow"])
    assert "And of these?" in send(client, link, page="3", q_worst="rude")
    assert "May we call you?" in send(client, link, page="4", q_rest=["none"])
    done = send(client, link, page="5", q_call_email="lee@guests.example")
    assert "Thank you for your answer." in done
    response = Response.objects.get()
    assert (response.code, response.score, response.scale, response.items, response.answered) == (
        "I",
        1,
        "scale10",
        4,
        4,
    )
    assert response.channel == "mail"
    said = {
        one.question: one.number if one.number is not None else one.chosen or one.text
        for one in Answer.objects.all()
    }
    assert said == {
        "score": 1, "why": ["slow", "rude"], "worst": "rude", "rest": ["none"],
        "call": {"email": "lee@guests.example"},
    }  # fmt: skip
    assert Case.objects.get().progress == {}
    assert Recovery.objects.get().score == 1
    final = Fact.objects.get(kind="survey.final").values
    assert (final["code"], final["score"], final["scale"]) == ("I", 1, "scale10")


def test_a_score_between_ends_after_one_page(client: Client, link: str) -> None:
    assert "Thank you" in send(client, link, page="1", q_score="7")
    assert Response.objects.get().code == "I"


def test_it_is_taken_up_at_the_page_left_on_any_device(client: Client, link: str) -> None:
    send(client, link, page="1", q_score="0")
    assert Response.objects.count() == 0
    assert "What went wrong?" in page(Client(), link)


def test_back_shows_what_was_answered_and_another_answer_closes_the_branch(client: Client, link: str) -> None:
    send(client, link, page="1", q_score="0")
    back = send(client, link, page="2", q_why=["slow"], back="1")
    assert 'value="0" checked' in back
    assert "What did you like, with your 9?" in send(client, link, page="1", q_score="9")
    send(client, link, page="6", q_loved="The sauna")
    response = Response.objects.get()
    assert (response.score, response.dropped, response.comment) == (9, 1, "The sauna")


def test_what_is_needed_and_what_is_off_the_scale_is_told_and_nothing_is_lost(
    client: Client, link: str
) -> None:
    for sent in ({"page": "1"}, {"page": "1", "q-score": "11"}, {"page": "1", "q-score": "x"}):
        answer = client.post(link, sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    client.post(link, {"page": "1", "q-score": "10"})
    answer = client.post(link, {"page": "6", "q-loved": "x" * 4001})
    assert answer.status_code == 422
    assert "x" * 4001 in answer.content.decode()
    assert Response.objects.count() == 0


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999", "3", "²"])
def test_a_page_that_is_not_asked_changes_nothing(client: Client, link: str, number: str) -> None:
    answer = client.post(link, {"page": number, "q-worst": "rude"}, follow=True)
    assert answer.status_code == 200
    assert "Would you come again?" in answer.content.decode()
    assert Case.objects.get().progress["answers"] == {}


def test_the_time_on_each_page_is_kept_with_its_answers(client: Client, link: str) -> None:
    began = now()
    with at_moment(began):
        page(client, link)
    with at_moment(began + timedelta(seconds=7)):
        client.post(link, {"page": "1", "q-score": "10"})
    with at_moment(began + timedelta(hours=9)):
        client.post(link, {"page": "6", "q-loved": "All"})
    assert dict(Answer.objects.values_list("question", "seconds")) == {"score": 7.0, "loved": 1800.0}


def test_it_can_be_refused_at_any_page(client: Client, link: str) -> None:
    client.post(link, BAD)
    assert client.post(link, {"refuse": "1"}).status_code == 200
    assert Case.objects.get().code == "R"
    assert Response.objects.count() == 0


def test_a_second_answer_is_told_that_one_is_here(client: Client, link: str) -> None:
    client.post(link, {"page": "1", "q-score": "8"})
    assert "Your answer is here already" in send(client, link, page="1", q_score="0")
    assert Response.objects.get().score == 8


def test_the_language_stays_for_the_pages_that_follow(client: Client, link: str) -> None:
    assert "Ar grįžtumėte?" in client.get(f"{link}?lang=lt").content.decode()
    assert "Buvo lėta" in client.post(link, {**BAD, "lang": "lt"}, follow=True).content.decode()
    assert "Buvo lėta" in page(Client(), link)


def test_left_in_the_middle_ends_by_what_was_said(client: Client, link: str) -> None:
    page(client, link)
    client.post(link, {"page": "1", "q-score": "3"})
    client.post(link, {"page": "2", "q-why": ["rude"]})
    with at_moment(now() + timedelta(days=15)):
        assert feedback.close_expired() == 1
        assert feedback.close_expired() == 0
    response = Response.objects.get()
    assert (response.code, response.answered, response.items, response.score) == ("P", 2, 4, 3)
    assert Case.objects.get().code == "P"


def test_a_scanner_leaves_no_trace_in_the_walk(client: Client, link: str) -> None:
    client.get(link, headers={"Sec-Purpose": "prefetch"})
    client.head(link)
    assert Case.objects.get().progress == {}


def test_what_a_guest_writes_is_never_run(client: Client, link: str) -> None:
    client.post(link, {"page": "1", "q-score": "9"})
    client.post(link, {"page": "6", "q-loved": "<script>alert(1)</script>", "back": "1"})
    assert (
        "<script>alert" not in client.post(link, {"page": "1", "q-score": "9"}, follow=True).content.decode()
    )
