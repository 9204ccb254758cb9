"""Every REST operation answers nonsense with a problem document, never with a failure of ours."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from barrymore.channels.bookings import signature_of
from barrymore.config.api import api
from barrymore.conversations.models import Conversation
from barrymore.delivery.models import OutboxRow
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import SCOPES
from barrymore.organisation.models import ApiToken, Staff
from barrymore.organisation.services import revoke_token
from tests.api.bodies import BODIES, STAY

pytestmark = pytest.mark.django_db
Headers = Callable[..., dict[str, str]]
Arrive = Callable[..., Conversation]
PROBLEM = "application/problem+json"
NO_OBJECTS = [
    b"", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b'{"a":' * 50_000,
    b"\x00", b"9" * 10_000, b'{"text": 1e999}',
]  # fmt: skip
VALUES: list[Any] = [
    None, [], {}, True, -1, 2**63, 10**30, 1e308, "", "NaN", "a\x00b", "\ud800", "a\r\nBcc: b", "\u202e",
    "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "1" * 5000, "x" * 1_000_000, ["\ud800"],
    [[[]]], {"email": "\ud800@x.example"}, {"email": "x" * 255}, {"phone": "+" * 40},
    {"email": "a@b.example", "name": "\x00"},
]  # fmt: skip
IDS = ["-1", "0", str(2**63), str(10**30), "1e3", "\x00", "x", "\u0661\u0662", "..", "x" * 3000, "9" * 5000]
OPERATIONS = [
    (method, path.removeprefix("/api/v1"), told)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method, told in operations.items()
]
NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """Nobody signs in here by a password, and a slow one would cost most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def headers(dora: Staff, token: Headers) -> dict[str, str]:
    """Everything an administrator may do."""
    return token(dora, *SCOPES)


@pytest.fixture
def ids(arrive: Arrive) -> dict[str, str]:
    """Path parameters that lead somewhere."""
    found = arrive()
    return {"conversation_id": str(found.pk), "customer_id": str(found.customer_id), "survey_id": "1",
            "metric": "satisfaction", "name": "speed_of_answer", "source": "pms"}  # fmt: skip


def address(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return f"/api/v1{path}"


def is_clear(answer: Any) -> None:
    """Taken, or refused with a problem document that says so itself."""
    assert answer.status_code < 500, answer.content[:300]
    if answer.status_code >= 400:
        assert answer["Content-Type"] == PROBLEM, (answer.status_code, answer.content[:200])
        assert answer.json()["status"] == answer.status_code
        assert len(answer.content) < 20_000
    cache.clear()


def send(client: Client, method: str, url: str, body: Any, headers: dict[str, str], **more: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic(method.upper(), url, data, content_type="application/json", **headers, **more)


def wrong_bodies(path: str) -> Iterator[Any]:
    """No JSON, no object, and the right object with each field wrong in each way."""
    yield from NO_OBJECTS
    for name in BODIES.get(path, {}):
        for value in VALUES:
            yield {**BODIES[path], name: value}


def test_the_table_of_bodies_names_every_operation_that_takes_one() -> None:
    takes = {
        path
        for _, path, told in OPERATIONS
        if "application/json" in told.get("requestBody", {}).get("content", {})
    }
    assert takes == set(BODIES)


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS, ids=NAMES)
def test_wrong_bodies(
    client: Client, headers: dict[str, str], ids: dict[str, str], method: str, path: str, told: dict[str, Any]
) -> None:
    for body in wrong_bodies(path):
        is_clear(send(client, method, address(path, ids), body, headers))


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS, ids=NAMES)
def test_wrong_ids_and_questions(
    client: Client, headers: dict[str, str], ids: dict[str, str], method: str, path: str, told: dict[str, Any]
) -> None:
    for wrong in IDS:
        is_clear(
            send(client, method, address(path, dict.fromkeys(ids, wrong)), BODIES.get(path, {}), headers)
        )
    for asked in [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]:
        for wrong in [*IDS, "0001-01-01", "9999-12-31", "1~9999-12-31T23:59:59~" + "9" * 30, "1~x~1"]:
            is_clear(client.get(address(path, ids), {asked: wrong}, **headers))


@pytest.mark.parametrize("key", ["k" * 5000, "\u017e", "a\x00b", " "])
def test_odd_idempotency_keys(client: Client, headers: dict[str, str], ids: dict[str, str], key: str) -> None:
    url = address("/conversations/{conversation_id}/notes", ids)
    is_clear(send(client, "post", url, {"text": "x"}, headers, HTTP_IDEMPOTENCY_KEY=key))


@pytest.mark.parametrize("path", ["/nowhere", "/conversations/1/nowhere", "/", "/reports/none"])
def test_what_is_not_there(client: Client, headers: dict[str, str], path: str) -> None:
    answer = client.get(f"/api/v1{path}", **headers)
    assert answer.status_code == 404
    is_clear(answer)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "GET"])
def test_a_wrong_method_names_the_right_ones(client: Client, headers: dict[str, str], method: str) -> None:
    answer = client.generic(method, "/api/v1/contacts", **headers)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    is_clear(answer)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x" * 999]
)
def test_a_wrong_content_type(
    client: Client, headers: dict[str, str], ids: dict[str, str], kind: str
) -> None:
    url = address("/conversations/{conversation_id}/notes", ids)
    is_clear(client.generic("POST", url, b"<text>x</text>", content_type=kind, **headers))


def test_a_body_larger_than_taken(client: Client, headers: dict[str, str], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = send(client, "post", "/api/v1/contacts", BODIES["/contacts"] | {"body": "x" * 2000}, headers)
    assert answer.status_code == 413
    is_clear(answer)


@pytest.mark.parametrize("ending", ["revoked", "expired", "left", "unknown", "empty", "cut"])
def test_a_dead_token_opens_nothing(
    client: Client, dora: Staff, arrive: Arrive, headers: dict[str, str], ending: str
) -> None:
    url, at = f"/api/v1/conversations/{arrive().pk}/replies", now()
    if ending == "revoked":
        revoke_token(dora, ApiToken.objects.get().pk)
    elif ending == "expired":
        at += timedelta(days=3660)
    elif ending == "left":
        Staff.objects.filter(pk=dora.pk).update(is_active=False)
    else:
        words = {"unknown": "Bearer bm_\u017e\x00", "empty": "Bearer ", "cut": "Bearer"}
        headers = {"HTTP_AUTHORIZATION": words[ending]}
    with at_moment(at):
        answer = send(client, "post", url, {"text": "x"}, headers)
    assert answer.status_code == 401
    is_clear(answer)
    assert not OutboxRow.objects.exists()


def test_a_signed_hook_with_nonsense_in_it(client: Client, db: None) -> None:
    rows = [{**STAY, name: value} for name in [*STAY, "amount", "email", "language"] for value in VALUES]
    for body in [*NO_OBJECTS, *({"bookings": value} for value in VALUES), {"bookings": rows}]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(now().timestamp()))
        signed = {"HTTP_X_TIMESTAMP": stamp, "HTTP_X_SIGNATURE": signature_of("pms", stamp, data)}
        answer = client.generic("POST", "/api/v1/hooks/bookings/pms", data, **signed)
        assert answer.status_code in {200, 400, 422}
        assert answer.status_code == 200 or answer["Content-Type"] == PROBLEM
