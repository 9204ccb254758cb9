"""The REST core: what goes in comes out, and every failure says what to do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation, Message
from barrymore.delivery.models import OutboxRow
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.conftest import hire, load

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]
Headers = Callable[..., dict[str, str]]
ALL = (
    "conversations.read",
    "conversations.answer",
    "contacts.write",
    "figures.read",
    "customers.read",
    "customers.write",
    "presence.set",
)
CONTACT = {
    "channel": "mail",
    "external_id": "<1@guests.example>",
    "from": {"email": "lee@guests.example", "name": "Lee Anand"},
    "subject": "No hot water",
    "body": "In 412.",
}


def post(client: Client, path: str, body: Any, headers: dict[str, str], **more: str) -> Any:
    return client.post(f"/api/v1{path}", body, content_type="application/json", **headers, **more)


def test_without_a_token_the_answer_is_a_problem_document(client: Client) -> None:
    answer = client.get("/api/v1/conversations")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert set(answer.json()) >= {"type", "title", "status", "detail"}


def test_a_token_without_the_scope_is_told_which_one(client: Client, amina: Staff, token: Headers) -> None:
    answer = client.get("/api/v1/conversations", **token(amina, "figures.read"))
    assert answer.status_code == 403
    assert "conversations.read" in answer.json()["detail"]


def test_a_contact_becomes_a_conversation_and_a_repeat_the_same(
    client: Client, dora: Staff, queue: Queue, token: Headers
) -> None:
    headers = token(dora, *ALL)
    first = post(client, "/contacts", CONTACT, headers).json()
    again = post(client, "/contacts", CONTACT, headers).json()
    assert first["conversation_id"] == again["conversation_id"]
    assert Conversation.objects.get().subject == "No hot water"


def test_an_idempotency_key_makes_a_reply_leave_once(
    client: Client, dora: Staff, arrive: Arrive, token: Headers
) -> None:
    headers = token(dora, *ALL)
    path = f"/conversations/{arrive().pk}/replies"
    answers = [
        post(client, path, {"text": "Hello"}, headers, HTTP_IDEMPOTENCY_KEY="k1").json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert OutboxRow.objects.count() == 1
    other = post(client, path, {"text": "Other"}, headers, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code == 422
    assert Message.objects.filter(kind="outbound").count() == 1


def test_the_list_pages_by_cursor_without_gap(
    client: Client, dora: Staff, arrive: Arrive, token: Headers
) -> None:
    ids = {arrive().pk for _ in range(53)}
    headers = token(dora, *ALL)
    first = client.get("/api/v1/conversations", **headers).json()
    rest = client.get("/api/v1/conversations", {"cursor": first["next"]}, **headers).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (50, 3, None)
    assert {row["id"] for row in first["items"] + rest["items"]} == ids


def test_a_broken_cursor_says_where_to_take_one(client: Client, dora: Staff, token: Headers) -> None:
    answer = client.get("/api/v1/conversations", {"cursor": "x"}, **token(dora, *ALL))
    assert answer.status_code == 422
    assert "next" in answer.json()["detail"]


def test_another_queues_conversation_is_not_found(
    client: Client, arrive: Arrive, amina: Staff, token: Headers
) -> None:
    conversation = arrive()
    noone = hire("noor@mill.example", "Noor", "agent", Queue.objects.create(name="Billing"))
    answer = client.get(f"/api/v1/conversations/{conversation.pk}", **token(noone, *ALL))
    assert answer.status_code == 404
    assert post(client, f"/conversations/{conversation.pk}/close", {}, token(noone, *ALL)).status_code == 404
    assert load(conversation.pk).state == "open"


def test_a_life_by_rest(
    client: Client, amina: Staff, arrive: Arrive, promise: object, token: Headers
) -> None:
    headers = token(amina, *ALL)
    ref = arrive().pk
    assert (
        client.put("/api/v1/me/presence", {"state": "available"}, "application/json", **headers).status_code
        == 200
    )
    assert post(client, f"/conversations/{ref}/take", {}, headers).json()["owner"] == "Amina Sarr"
    assert post(client, f"/conversations/{ref}/notes", {"text": "Be kind"}, headers).status_code == 200
    assert post(client, f"/conversations/{ref}/replies", {"text": "Done."}, headers).status_code == 200
    assert post(client, f"/conversations/{ref}/close", {}, headers).json()["state"] == "closed"
    assert post(client, f"/conversations/{ref}/reopen", {}, headers).json()["state"] == "open"
    whole = client.get(f"/api/v1/conversations/{ref}", **headers).json()
    assert {message["kind"] for message in whole["messages"]} == {"inbound", "note", "outbound", "event"}
    assert whole["clocks"][0]["kind"] == "resolution"


def test_the_second_taker_gets_409_with_the_name(
    client: Client, amina: Staff, sam: Staff, arrive: Arrive, token: Headers
) -> None:
    ref = arrive().pk
    post(client, f"/conversations/{ref}/take", {}, token(amina, *ALL))
    answer = post(client, f"/conversations/{ref}/take", {}, token(sam, *ALL))
    assert (answer.status_code, answer.json()["detail"]) == (409, "Amina Sarr has taken it.")


def test_a_customer_is_shown_and_changed(client: Client, dora: Staff, arrive: Arrive, token: Headers) -> None:
    customer = arrive().customer
    assert customer is not None
    headers = token(dora, *ALL)
    path = f"/api/v1/customers/{customer.pk}"
    changed = client.patch(path, {"role": "travel agent"}, "application/json", **headers).json()
    assert (changed["role"], changed["addresses"][0]["value"]) == ("travel agent", "lee@guests.example")
    assert client.get("/api/v1/customers", {"q": "Lee"}, **headers).json()["items"][0]["id"] == customer.pk


def test_a_figure_comes_whole_and_with_its_parts(
    client: Client, dora: Staff, arrive: Arrive, token: Headers
) -> None:
    arrive()
    figure = client.get("/api/v1/figures/speed_of_answer", {"by": "queue"}, **token(dora, *ALL)).json()
    assert (figure["served"], figure["estimate"], figure["mode"]) == (1, None, "operational")
    assert len(figure["by"]) == 1


def test_an_unknown_metric_names_those_there_are(client: Client, dora: Staff, token: Headers) -> None:
    answer = client.get("/api/v1/figures/green_share", **token(dora, *ALL))
    assert answer.status_code == 422
    assert "satisfaction" in answer.json()["detail"]


def test_handle_time_is_refused_as_an_aim(client: Client, dora: Staff, token: Headers) -> None:
    answer = client.put(
        "/api/v1/figures/handle_time/target",
        {"value": 300},
        "application/json",
        **token(dora, "targets.manage"),
    )
    assert answer.status_code == 422
    assert "people take the time" in answer.json()["detail"]


def test_reports_are_listed_and_shown(client: Client, dora: Staff, arrive: Arrive, token: Headers) -> None:
    arrive()
    headers = token(dora, *ALL)
    names = [item["name"] for item in client.get("/api/v1/reports", **headers).json()["items"]]
    for name in names:
        report = client.get(f"/api/v1/reports/{name}", {"by": "site"}, **headers).json()
        assert report["rows"][0]["part"] == "all"
    assert client.get("/api/v1/reports/none", **headers).status_code == 404


def test_the_description_of_the_api_is_public(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/contacts" in described["paths"]
