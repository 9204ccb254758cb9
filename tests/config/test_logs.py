"""Each request has one line for machines, and no line holds what belongs to a customer or opens a door."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from barrymore.config.logs import REQUESTS, JsonLine, Pathless, logging_of, request_id, scrubbed
from barrymore.config.request_middleware import Watched
from barrymore.organisation.models import Staff

SECRET = "s3cr3tS3cr3tS3cr3tS3cr3t"
MOST_OVERHEAD_SECONDS = 0.0001


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What is logged as JSON, from every logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    handler.addFilter(Pathless())
    root, requests = logging.getLogger(), logging.getLogger(REQUESTS)
    level = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    requests.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.django_db
def test_no_line_holds_a_secret(
    client: Client, amina: Staff, lines: Callable[[], list[dict[str, object]]]
) -> None:
    client.raise_request_exception = False
    client.force_login(amina)
    client.get(f"/s/{SECRET}/", {"token": SECRET})
    client.get(f"/{SECRET}/lee@guests.example")
    client.get("/desk/", {"q": "lee@guests.example", "next": SECRET}, HTTP_REFERER=f"http://x/{SECRET}")
    client.post(
        "/api/v1/contacts",
        json.dumps({"channel": "form", "subject": "My diagnosis", "from": {"email": "lee@guests.example"}}),
        "application/json",
        HTTP_AUTHORIZATION=f"Bearer bm_{SECRET}",
        HTTP_IDEMPOTENCY_KEY=SECRET,
    )
    client.post("/account/login/", {"login": "lee@guests.example", "password": SECRET})
    told = lines()
    requests = [line for line in told if line["logger"] == REQUESTS]
    assert len(requests) == 5
    text = json.dumps(told)
    assert not [word for word in (SECRET, "lee@", "diagnosis", "Amina", "amina@") if word in text]
    assert [(line["view"], line["status"]) for line in requests] == [
        ("survey:survey", 404),
        ("unmatched", 404),
        ("desk:desk", 200),
        ("api-1:post_contact", 401),
        ("account_login", 302),
    ]
    assert {line["staff"] for line in requests} == {amina.pk}


@pytest.mark.django_db
def test_a_line_tells_what_is_needed(client: Client, lines: Callable[[], list[dict[str, object]]]) -> None:
    answer = client.get("/account/login/", headers={"x-request-id": "abc-123"})
    assert answer["X-Request-ID"] == "abc-123"
    line = lines()[-1]
    assert line | {"time": 0, "ms": 0} == {
        "time": 0,
        "level": "INFO",
        "logger": REQUESTS,
        "message": "request",
        "request_id": "abc-123",
        "method": "GET",
        "view": "account_login",
        "status": 200,
        "ms": 0,
    }
    assert request_id.get() == ""


@pytest.mark.django_db
@pytest.mark.parametrize("wished", ["", "a b", "x" * 65, 'a"b', "ä"])
def test_an_id_that_could_forge_a_line_is_replaced(client: Client, wished: str) -> None:
    answer = client.get("/account/login/", HTTP_X_REQUEST_ID=wished)
    assert len(answer["X-Request-ID"]) == 16 and answer["X-Request-ID"].isalnum()


@pytest.mark.django_db
def test_probes_are_not_logged(client: Client, lines: Callable[[], list[dict[str, object]]]) -> None:
    client.get("/health/live")
    client.get("/metrics")
    assert lines() == []


def test_an_error_is_told_by_kind_and_place(lines: Callable[[], list[dict[str, object]]]) -> None:
    try:
        try:
            raise KeyError("lee@guests.example")
        except KeyError as error:
            raise ValueError("Key (email)=(lee@guests.example) already exists") from error
    except ValueError:
        logging.getLogger("barrymore.test").exception(
            "mailbox %s failed at %s", "desk@mill.example", f"/x?t={SECRET}"
        )
    line = lines()[-1]
    assert "@" not in json.dumps(line) and SECRET not in json.dumps(line)
    assert line["message"] == "mailbox <address> failed at /x?<query>"
    assert line["exception"]["kinds"] == ["ValueError", "KeyError"]  # type: ignore[index]
    assert "test_an_error_is_told" in line["exception"]["at"][-1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("from Lee <lee.anand@guests.example> came", "from Lee <<address>> came"),
        ("call +370 600 12345 back", "call <number> back"),
        (f"Bearer bm_{SECRET}", "Bearer <token>"),
        ("round offers failed, again in 4 s", "round offers failed, again in 4 s"),
        ("conversation 81234 was late", "conversation 81234 was late"),
    ],
)
def test_messages_are_scrubbed(text: str, left: str) -> None:
    assert scrubbed(text) == left


def test_lines_for_people_stay_lines() -> None:
    plain, machine = logging_of({}), logging_of({"BARRYMORE_LOG_FORMAT": "json"})
    assert (plain["handlers"]["console"]["formatter"], plain["root"]["level"]) == ("line", "WARNING")
    assert (plain["loggers"][REQUESTS]["level"], machine["loggers"][REQUESTS]["level"]) == ("WARNING", "INFO")


def test_watching_costs_less_than_a_tenth_of_a_millisecond() -> None:
    class Match:
        """A view that was found."""

        view_name = "desk:list"

    def answer(request: HttpRequest) -> HttpResponse:
        request.resolver_match = Match()  # type: ignore[assignment]
        return HttpResponse("x")

    def seconds(call: Callable[[HttpRequest], HttpResponse]) -> float:
        requests = [RequestFactory().get("/desk/") for _ in range(300)]
        began = time.perf_counter()
        for request in requests:
            call(request)
        return (time.perf_counter() - began) / len(requests)

    watched = Watched(answer)
    bare, full = (min(seconds(call) for _ in range(5)) for call in (answer, watched))
    print(f"\nwatching a request costs {(full - bare) * 1e6:.1f} µs")
    assert full - bare < MOST_OVERHEAD_SECONDS
