"""Questionnaires freeze once fielded; campaigns say what they are; all answers stand in one table."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from barrymore.feedback import campaigns, listing
from barrymore.feedback.models import Campaign, Questionnaire, Response
from barrymore.formulas.questionnaire_faults import WrongDefinition
from barrymore.handling.models import Recovery
from barrymore.handling.noticing import answers_round
from barrymore.handling.recovering import recoveries_round
from barrymore.journal.models import Fact
from barrymore.journal.services import record
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Site, Staff
from tests.channels.devices import stand
from tests.feedback.asked import DEFINITIONS, ask

pytestmark = pytest.mark.django_db
Post = Callable[[str, Any], Any]
Get = Callable[..., Any]
JSON = "application/json"


@pytest.fixture
def post(client: Client, dora: Staff, token: Callable[..., Any]) -> Post:
    """Send JSON to the REST root."""
    headers = token(dora, "surveys.manage", "contacts.write")
    return lambda path, told: client.post(f"/api/v1/{path}", told, content_type=JSON, **headers)


@pytest.fixture
def get(client: Client, dora: Staff, token: Callable[..., Any]) -> Get:
    """Read JSON from the REST root."""
    headers = token(dora, "surveys.manage", "feedback.read")
    return lambda path, **told: client.get(f"/api/v1/{path}", told, **headers)


def test_a_draft_may_change_and_what_was_fielded_gets_a_next_version(dora: Staff) -> None:
    actor = Actor(dora)
    first = campaigns.make_questionnaire(actor, "Stay", DEFINITIONS["smile"])
    assert campaigns.next_version(actor, first, DEFINITIONS["branch"]).pk == first.pk
    campaigns.field(first)
    second = campaigns.next_version(actor, first, DEFINITIONS["page"])
    assert (second.version, second.fielded_at) == (2, None)
    first.refresh_from_db()
    assert first.definition == DEFINITIONS["branch"]
    assert campaigns.next_version(actor, first, DEFINITIONS["page"]).pk == second.pk
    assert Questionnaire.objects.count() == 2
    assert AuditEntry.objects.filter(action="questionnaire.changed").count() == 2


def test_a_wrong_definition_or_a_taken_name_changes_nothing(dora: Staff, amina: Staff) -> None:
    actor = Actor(dora)
    campaigns.make_questionnaire(actor, "Stay", DEFINITIONS["smile"])
    with pytest.raises(ValueError, match="next version"):
        campaigns.make_questionnaire(actor, " Stay ", DEFINITIONS["page"])
    with pytest.raises(WrongDefinition):
        campaigns.make_questionnaire(actor, "Till", {"languages": ["en"], "questions": []})
    with pytest.raises(NotAllowed):
        campaigns.make_questionnaire(Actor(amina), "Till", DEFINITIONS["page"])
    assert Questionnaire.objects.count() == 1


def test_without_a_count_of_the_served_it_is_feedback_only(site: Site, dora: Staff) -> None:
    point = stand(site)
    assert ask(dora, point, mode="survey").mode == "feedback"
    asked = ask(dora, point, mode="survey", served_source="door")
    assert (asked.mode, asked.is_feedback_only) == ("survey", False)
    assert asked.questionnaire.fielded_at is not None


def test_a_review_is_asked_of_all_or_of_none(dora: Staff) -> None:
    with pytest.raises(ValueError, match="review_link"):
        ask(dora, review="all")
    assert Campaign.objects.count() == 0
    asked = ask(dora, review="all", review_link="https://reviews.example/mill")
    assert campaigns.campaign_told(asked)["review"] == "https://reviews.example/mill"
    asked.review = "none"
    assert campaigns.campaign_told(asked)["review"] == ""


def body(campaign: Campaign, number: str = "1", **changes: Any) -> dict[str, Any]:
    answers = {"score": 9, "loved": "Sauna"}
    return {"external_id": number, "questionnaire": campaign.questionnaire_id, "answers": answers, **changes}


def test_another_system_tells_an_answer_once(post: Post, get: Get, dora: Staff, site: Site) -> None:
    point = stand(site)
    asked = ask(dora, point, mode="survey", served_source="other")

    def send(told: Any) -> Any:
        return post(f"campaigns/{asked.pk}/answers", told)

    first, again = send(body(asked, point=point.pk)), send(body(asked, point=point.pk))
    assert (first.status_code, first.json()) == (200, again.json())
    assert (Response.objects.count(), Fact.objects.filter(kind="answer.given").count()) == (1, 1)
    assert Response.objects.get().point_ref == point.pk
    refused = send(body(asked, "2", answers={"score": "9"}))
    assert (refused.status_code, Response.objects.count()) == (422, 1)
    assert "answers" in refused.json()["detail"]
    assert send(body(asked, "3", point=999)).status_code == 422


def test_rest_makes_a_questionnaire_fields_it_and_starts_a_campaign(
    post: Post, get: Get, dora: Staff, site: Site
) -> None:
    made = post("questionnaires", {"name": "Till", "definition": DEFINITIONS["smile"]}).json()
    wrong = post("questionnaires", {"name": "Door", "definition": {"languages": ["en"], "questions": [1]}})
    assert (wrong.status_code, "question 1" in wrong.json()["detail"]) == (422, True)
    assert post(f"questionnaires/{made['id']}/field", {}).json()["fielded_at"]
    second = post(f"questionnaires/{made['id']}/versions", {"definition": DEFINITIONS["page"]}).json()
    assert second["version"] == 2
    started = post(
        "campaigns", {"name": "Till", "questionnaire": made["id"], "points": [stand(site).pk]}
    ).json()
    assert (started["mode"], started["feedback_only"], started["served"]) == ("feedback", True, None)
    assert post("campaigns", {"name": "Till", "questionnaire": 999}).status_code == 422
    assert (
        post("campaigns", {"name": "Till", "questionnaire": made["id"], "points": [999]}).status_code == 422
    )
    listed = get("campaigns").json()
    assert ([one["id"] for one in listed["items"]], listed["next"]) == ([started["id"]], None)


def test_refusals_are_the_served_less_those_who_answered(
    post: Post, get: Get, dora: Staff, site: Site
) -> None:
    point = stand(site)
    asked = ask(dora, point, mode="survey", served_source="employee")
    for number in range(3):
        post(f"campaigns/{asked.pk}/answers", body(asked, str(number)))
    for number, place in enumerate((point.pk, point.pk, point.pk + 1)):
        record("served.counted", f"s{number}", dims={"point": place}, values={"count": 4})
    stands = campaigns.standing(asked)
    assert (stands.answered, stands.served, stands.silent) == (3, 8, 5)
    told = get(f"campaigns/{asked.pk}").json()
    assert (told["served"], told["silent"], told["codes"]) == (8, 5, {"I": 3})
    assert not {"mean", "share", "estimate"} & set(told)


def test_more_answers_than_customers_is_said_and_nobody_is_silent(
    client: Client, post: Post, dora: Staff, site: Site
) -> None:
    point = stand(site)
    asked = ask(dora, point, mode="survey", served_source="employee")
    for number in range(3):
        post(f"campaigns/{asked.pk}/answers", body(asked, str(number)))
    record("served.counted", "s1", dims={"point": point.pk}, values={"count": 2})
    assert campaigns.standing(asked).silent is None
    client.force_login(dora)
    page = client.get(f"/settings/campaigns/{asked.pk}/").content.decode()
    assert "More answered than were counted, so no share." in page
    assert "did not say" not in page


@pytest.fixture
def told(post: Post, get: Get, dora: Staff, site: Site) -> Campaign:
    """Sixty answers of a campaign, every tenth with words."""
    point = stand(site)
    asked = ask(dora, point)
    for number in range(60):
        answers = {"score": 10, "loved": "=HYPERLINK(1)"} if number % 10 == 0 else {"score": 7}
        post(f"campaigns/{asked.pk}/answers", body(asked, str(number), answers=answers, point=point.pk))
    return asked


def test_the_list_pages_to_the_end_without_a_gap_or_a_double(get: Get, told: Campaign) -> None:
    first = get("feedback").json()
    second = get("feedback", cursor=first["next"]).json()
    seen = [one["id"] for one in first["items"] + second["items"]]
    assert (len(first["items"]), len(seen), len(set(seen)), second["next"]) == (50, 60, 60, None)
    assert seen == sorted(seen, reverse=True)
    assert get("feedback", cursor="x").status_code == 422
    words = get("feedback", words=True, mode="feedback").json()
    assert len(words["items"]) == 6
    assert words["items"][0]["answers"] == {"score": 10, "loved": "=HYPERLINK(1)"}
    assert get("feedback", mode="survey").json()["items"] == []


def test_a_page_of_answers_costs_the_same_few_queries(
    told: Campaign, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(4):
        page = listing.page_of(listing.Wanted())
        assert len(listing.lines_of(page.rows, with_contacts=True)) == 50


def test_the_table_runs_no_formula_of_a_guest(told: Campaign) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(listing.table_of(listing.Wanted(words=True))))))
    assert {row["comment"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["mode"] for row in rows} == {"feedback"}


def test_a_list_of_campaigns_costs_the_same_few_queries(
    client: Client, dora: Staff, site: Site, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _number in range(12):
        ask(dora, stand(site), definition="smile")
    client.force_login(dora)
    client.get("/settings/campaigns/")
    with django_assert_max_num_queries(14):
        assert client.get("/settings/campaigns/").status_code == 200


def test_how_to_reach_a_person_is_told_to_those_who_may_see_customers(
    client: Client, post: Post, get: Get, dora: Staff, site: Site, token: Callable[..., Any]
) -> None:
    asked = ask(dora, stand(site))
    mail = "lee@guests.example"
    answers = {"score": 1, "why": ["rude"], "worst": "rude", "rest": ["none"], "call": {"email": mail}}
    assert post(f"campaigns/{asked.pk}/answers", body(asked, answers=answers)).json()["code"] == "I"
    assert "call" not in get("feedback").json()["items"][0]["answers"]
    headers = token(dora, "feedback.read", "customers.read")
    told = client.get("/api/v1/feedback", **headers).json()["items"][0]["answers"]
    assert told["call"] == {"email": mail}
    assert mail not in "".join(listing.table_of(listing.Wanted()))
    client.force_login(dora)
    assert mail in client.get("/feedback/").content.decode()


def test_a_bad_answer_at_a_point_opens_one_recovery_there(post: Post, dora: Staff, site: Site) -> None:
    point = stand(site)
    asked = ask(dora, point, mode="survey", served_source="employee")
    answers = {"score": 1, "why": ["rude"], "worst": "rude", "rest": ["none"]}
    answers |= {"call": {"phone": "+37061234567"}}
    told = body(asked, answers=answers, point=point.pk)
    for _ in range(2):
        post(f"campaigns/{asked.pk}/answers", told)
        answers_round()
    recoveries_round()

    opened = Recovery.objects.select_related("conversation", "point").get()
    assert (opened.point, opened.site, opened.source, opened.state) == (point, site, "survey", "open")
    assert opened.conversation is not None
    assert opened.conversation.subject.endswith(": Reception, Lobby, Old Mill")
    assert "+37061234567" in opened.said
