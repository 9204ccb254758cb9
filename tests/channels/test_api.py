"""What other systems send: once, checked, with errors that say what to mend."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from barrymore.channels import api
from barrymore.channels.bookings import signature_of
from barrymore.conversations.models import Arrival, Conversation
from barrymore.customers.models import Booking, Purchase
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue

CONTACT = {
    "channel": "form",
    "external_id": "form-1",
    "from": {"email": "lee@guests.example", "name": "Lee"},
    "subject": "Late arrival",
    "body": "We arrive after midnight, is the door open then?",
}
STAY = {
    "source": "pms",
    "source_ref": "H-1",
    "starts_on": "2026-11-21",
    "ends_on": "2026-11-24",
    "email": "lee@guests.example",
    "amount": 310.5,
    "currency": "EUR",
}


@pytest.fixture
def post(client: Client, dora: Staff, token: Callable[..., dict[str, str]]) -> Callable[..., Any]:
    headers = token(dora, "contacts.write", "bookings.write")

    def sent(path: str, body: Any, key: str = "", **more: Any) -> Any:
        more = {**headers, **({"HTTP_IDEMPOTENCY_KEY": key} if key else {}), **more}
        kind = more.pop("content_type", "application/json")
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return client.post(f"/api/v1{path}", data, content_type=kind, **more)

    return sent


def test_a_contact_opens_a_conversation_once(post: Callable[..., Any], queue: Queue) -> None:
    first, again = post("/contacts", CONTACT), post("/contacts", CONTACT)
    assert first.status_code == 200
    told = first.json()
    assert told["is_new"] and not again.json()["is_new"]
    assert again.json()["conversation_id"] == told["conversation_id"]
    conversation = Conversation.objects.get()
    assert (conversation.subject, conversation.language) == ("Late arrival", "en")


def test_an_idempotency_key_gives_the_same_answer(post: Callable[..., Any]) -> None:
    answers = [post("/contacts", CONTACT, key="k1").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert post("/contacts", {**CONTACT, "external_id": "form-2"}, key="k1").status_code == 422
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "pigeon"},
        {"external_id": ""},
        {"from": {}},
        {"from": {"email": "no address"}},
        {"from": {"phone": "12"}},
    ],
)
def test_a_wrong_contact_changes_nothing(post: Callable[..., Any], change: dict[str, Any]) -> None:
    answer = post("/contacts", {**CONTACT, **change})
    assert answer.status_code == 422
    assert Conversation.objects.count() == 0


def test_a_token_without_the_right_is_refused(
    client: Client, amina: Staff, token: Callable[..., dict[str, str]]
) -> None:
    headers = token(amina, "contacts.write")
    answer = client.post("/api/v1/contacts", CONTACT, content_type="application/json", **headers)
    assert answer.status_code == 403
    assert Conversation.objects.count() == 0


def test_too_many_contacts_are_told_to_wait(
    post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CONTACTS_PER_MINUTE", 1)
    answers = [post("/contacts", CONTACT) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_booking_is_made_and_changed(post: Callable[..., Any]) -> None:
    assert post("/bookings", STAY).status_code == 200
    post("/bookings", {**STAY, "status": "arrived"})
    booking = Booking.objects.get()
    assert (booking.status, str(booking.amount)) == ("arrived", "310.50")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ends_on": "2026-11-20"}, "ends_on"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"status": "gone"}, "status"),
        ({"amount": "much"}, "amount"),
        ({"source_ref": ""}, "source_ref"),
    ],
)
def test_a_wrong_booking_says_what(post: Callable[..., Any], change: dict[str, str], what: str) -> None:
    answer = post("/bookings", {**STAY, **change})
    assert answer.status_code == 422
    assert what in answer.json()["detail"]
    assert Booking.objects.count() == 0


TABLE = """source;source_ref;starts_on;ends_on;email;status;amount
pms;H-1;2026-11-21;2026-11-24;lee@guests.example;booked;310,50
pms;H-2;21.11.2026;2026-11-24;noor@x.example;booked;1
pms;;2026-11-21;2026-11-24;noor@x.example;booked;1
pms;H-4;2026-11-21;2026-11-24;not an address;booked;1
pms;H-5;2026-11-21;2026-11-22;;left;
"""


def test_a_table_keeps_good_rows_and_names_bad_ones(post: Callable[..., Any]) -> None:
    told = post("/bookings/import", "\ufeff" + TABLE, content_type="text/csv").json()
    assert told["kept"] == 2
    assert [error["row"] for error in told["errors"]] == [3, 4, 5]
    assert told["errors"][0]["what"] == "starts_on: '21.11.2026' is not a date such as 2026-11-21"
    assert sorted(Booking.objects.values_list("source_ref", flat=True)) == ["H-1", "H-5"]


@pytest.mark.parametrize("table", [b"a,b\n1,2\n", b"\xff\xfe", b""])
def test_a_table_that_is_none_is_refused(post: Callable[..., Any], table: bytes) -> None:
    assert post("/bookings/import", table, content_type="text/csv").status_code == 422


def test_a_purchase_is_kept(post: Callable[..., Any]) -> None:
    bought = {
        "source": "till",
        "source_ref": "77",
        "email": "lee@guests.example",
        "at": "2026-11-21T14:40:00Z",
        "what": "Sauna",
        "amount": "24.00",
        "currency": "EUR",
    }
    assert post("/purchases", bought).status_code == 200
    assert str(Purchase.objects.get().amount) == "24.00"
    shared = post("/purchases", {**bought, "source_ref": "78", "email": "info@firm.example"})
    assert shared.status_code == 422


def hook(client: Client, body: bytes, *, age: int = 0, source: str = "pms", signature: str = "") -> Any:
    stamp = str(int(time.time()) - age)
    return client.post(
        f"/api/v1/hooks/bookings/{source}",
        body,
        content_type="application/json",
        HTTP_X_TIMESTAMP=stamp,
        HTTP_X_SIGNATURE=signature or signature_of(source, stamp, body),
    )


def test_a_signed_hook_keeps_bookings(client: Client, db: None) -> None:
    body = json.dumps({"bookings": [STAY, {**STAY, "source_ref": ""}]}).encode()
    told = hook(client, body).json()
    assert (told["kept"], told["errors"][0]["row"]) == (1, 2)
    assert Booking.objects.get().source == "pms"


@pytest.mark.parametrize(
    "wrong", [{"signature": "sha256=00"}, {"age": 301}, {"age": -301}, {"source": "../x"}]
)
def test_an_unsigned_or_old_hook_is_refused(client: Client, db: None, wrong: dict[str, Any]) -> None:
    answer = hook(client, json.dumps({"bookings": [STAY]}).encode(), **wrong)
    assert answer.status_code in {401, 404}
    assert Booking.objects.count() == 0
