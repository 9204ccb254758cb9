"""Faults that other help desks have had, tried on ours; the numbers are those of docs/security.md."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from barrymore.conversations.models import Conversation
from barrymore.customers.models import Customer
from barrymore.organisation.models import Staff
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]
TOKEN = re.compile(r'name="(?:csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"')
AWAY = (
    "//evil.example/",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "\t//evil.example",
)
WORDS = [
    "1' OR '1'='1",
    "1);SELECT pg_sleep(9)--",
    "1 UNION SELECT password FROM organisation_staff",
    "%27%3B",
]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is hashed, which is what a sign-in spends its time on."""
    done: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        done.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


def test_25_nobody_is_led_away_after_signing_in(client: Client, amina: Staff) -> None:
    for wish in AWAY:
        client.logout()
        fields = {"login": amina.email, "password": PASSWORD, "next": wish}
        answer = client.post(reverse("account_login"), fields)
        assert answer.status_code == 302
        assert "evil" not in answer.headers["Location"]
        assert "javascript" not in answer.headers["Location"]


def test_25_nobody_is_led_away_after_choosing_a_language(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "lt", "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_15_a_session_is_another_one_after_signing_in(client: Client, amina: Staff) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["told_site"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(reverse("account_login"), {"login": amina.email, "password": PASSWORD})
    assert client.session.session_key != session.session_key


def test_15_the_password_is_not_changed_without_the_old_one(client: Client, amina: Staff) -> None:
    client.force_login(amina)
    new = "another-long-one-7"
    fields = {"oldpassword": "not-it-at-all", "password1": new, "password2": new}
    client.post(reverse("account_change_password"), fields)
    assert Staff.objects.get(pk=amina.pk).check_password(PASSWORD)
    client.post(reverse("account_change_password"), {**fields, "oldpassword": ""})
    assert Staff.objects.get(pk=amina.pk).check_password(PASSWORD)


def test_23_a_reset_says_the_same_of_everybody(client: Client, amina: Staff) -> None:
    pages = []
    for address in (amina.email, "nobody@mill.example"):
        client.cookies.clear()
        answer = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        pages.append((answer.status_code, TOKEN.sub("", answer.content.decode()).replace(address, "")))
    assert pages[0] == pages[1]


def test_26_an_unknown_address_costs_as_much_as_a_wrong_password(
    client: Client, amina: Staff, hashed: list[str]
) -> None:
    costs = []
    for address in (amina.email, "nobody@mill.example"):
        hashed.clear()
        answer = client.post(reverse("account_login"), {"login": address, "password": "wrong-wrong-wrong"})
        assert answer.status_code == 200
        costs.append(len(hashed))
    assert costs[0] == costs[1] > 0


def test_23_guessing_passwords_is_slowed_down(client: Client, amina: Staff) -> None:
    tries = [
        client.post(reverse("account_login"), {"login": amina.email, "password": f"wrong-{n}-wrong"})
        for n in range(8)
    ]
    assert "Too many failed" in tries[-1].content.decode() or tries[-1].status_code == 429
    good = client.post(reverse("account_login"), {"login": amina.email, "password": PASSWORD})
    assert good.status_code != 302


def test_04_fields_that_nobody_may_set_stay(
    client: Client, dora: Staff, arrive: Arrive, token: Callable[..., dict[str, str]]
) -> None:
    found = arrive()
    customer = found.customer
    assert customer is not None
    headers = token(dora, "customers.write", "conversations.answer", "staff.manage", "conversations.read")
    told = {"name": "Lee", "id": 999, "merged_into": 1, "created_at": "2001-01-01", "account_id": 7}
    before = Customer.objects.values().get(pk=customer.pk)
    json: dict[str, Any] = {"content_type": "application/json", **headers}
    answer = client.patch(f"/api/v1/customers/{customer.pk}", told, **json)
    assert answer.status_code == 200
    after = Customer.objects.values().get(pk=customer.pk)
    assert {key for key in before if before[key] != after[key]} <= {"name", "updated_at"}
    note = {"text": "x", "author": dora.pk + 1, "conversation": 1, "kind": "inbound", "at": "2001-01-01"}
    address = f"/api/v1/conversations/{found.pk}/notes"
    made = client.post(address, note, **json).json()
    message = found.messages.get(pk=made["id"])
    assert (message.author, message.kind) == (dora, "note")


@pytest.mark.parametrize("words", WORDS)
def test_01_no_words_reach_the_database_as_a_command(
    client: Client, dora: Staff, arrive: Arrive, token: Callable[..., dict[str, str]], words: str
) -> None:
    arrive()
    headers = token(dora, "conversations.read", "customers.read", "figures.read")
    for address in (
        f"/api/v1/conversations?queue={words}", f"/api/v1/conversations?cursor={words}",
        f"/api/v1/customers?q={words}", f"/api/v1/figures/{words}", f"/api/v1/reports/speed?by={words}",
        f"/api/v1/figures/first_response?queue={words}",
    ):  # fmt: skip
        answer = client.get(address, **headers)
        assert answer.status_code < 500
        assert "md5$" not in answer.content.decode()
        assert "Lee" not in answer.content.decode() or "conversations" in address


def test_24_headers_of_ours_in_a_foreign_request_are_only_words(client: Client, db: None) -> None:
    hostile = {"HTTP_X_REMOTE_USER": "dora@mill.example", "REMOTE_USER": "dora@mill.example",
               "HTTP_X_FORWARDED_USER": "dora@mill.example", "HTTP_X_BARRYMORE_STAFF": "1"}  # fmt: skip
    assert client.get("/desk/", **hostile).status_code == 302
    assert client.get("/api/v1/conversations", **hostile).status_code == 401
