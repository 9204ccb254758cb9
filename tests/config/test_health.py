"""Probes tell whether we can work, Prometheus how much, and neither tells a stranger anything."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from barrymore.config import health, pulse
from barrymore.config.asgi import application, probes
from barrymore.conversations.models import Conversation
from barrymore.delivery.services import owe
from barrymore.routing.models import Queue


@pytest.fixture(autouse=True)
def no_rounds() -> Iterator[None]:
    """The rounds of another test are not ours."""
    pulse.pulses.clear()
    yield
    pulse.pulses.clear()


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's own thread would wait for the test's open transaction: ask in this one."""
    monkeypatch.setattr(health.asker, "ask", lambda: health.Check(True, "answers"))


def asked(app: Any, path: str) -> int:
    """The status of a raw ASGI answer."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    asyncio.run(app({"type": "http", "path": path, "headers": [], "method": "GET"}, receive, send))
    return int(sent[0]["status"])


def test_that_we_live_is_told_without_a_database(client: Client) -> None:
    # No database fixture: a statement would fail the test.
    told = client.get("/health/live", headers={"host": "10.0.0.7"})
    assert (told.status_code, told.json(), told["Cache-Control"]) == (200, {"ok": True}, "no-store")
    assert asked(application, "/health/live") == 200


def test_a_process_that_only_works_serves_nothing_else() -> None:
    assert asked(probes, "/health/live") == 200
    assert asked(probes, "/account/login/") == 404


def test_ready_names_each_check(client: Client, at_rest: None) -> None:
    pulse.note_start("mails", 0.5)
    told = client.get("/health/ready", headers={"host": "10.0.0.7"})
    assert told.status_code == 200
    assert {name: check["ok"] for name, check in told.json()["checks"].items()} == {
        "database": True,
        "rounds": True,
        "space": True,
    }


def test_a_round_that_hangs_makes_us_unready(client: Client, at_rest: None) -> None:
    pulse.note_start("mails", 0.5)
    pulse.pulses["mails"].ran_at -= pulse.PATIENCE_SECONDS + 1
    told = client.get("/health/ready")
    assert (told.status_code, told.json()["checks"]["rounds"]["detail"]) == (503, "hanging: mails")
    pulse.note_end("mails", failed=True)
    assert client.get("/health/ready").status_code == 200
    assert pulse.pulses["mails"].failures == 1


def test_a_full_disk_makes_us_unready(client: Client, at_rest: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_SPACE", 10**18)
    assert client.get("/health/ready").json()["checks"]["space"]["ok"] is False


@pytest.mark.django_db(transaction=True)
def test_the_database_is_asked_in_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asker = health._Asker()
    assert asker.ask() == health.Check(True, "answers, and every migration is applied")
    assert asker.is_migrated
    # Once applied is applied: a probe every second must not read all migrations again.
    monkeypatch.setattr(health, "_missing_migrations", lambda: 1 / 0)
    assert asker.ask().is_ok
    asker.thread.shutdown()


def test_missing_migrations_and_a_dead_database_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        """A connection to nowhere."""

        def cursor(self) -> Any:
            raise OperationalError("password of 10.0.0.7 is secret")

        def close(self) -> None:
            """Nothing to close."""

    asker = health._Asker()
    monkeypatch.setattr(health, "connection", Dead())
    assert asker.ask() == health.Check(False, "OperationalError")
    asker.thread.shutdown()


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_counted() -> None:
    assert health._missing_migrations() == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journal'")
    assert health._missing_migrations() > 0


def test_a_database_that_hangs_does_not_hang_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    free, asker = threading.Event(), health._Asker()
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(asker, "_look", lambda: free.wait(5) and health.Check(True, "late"))
    assert "no answer" in asker.ask().detail
    first = asker.asked
    assert "no answer" in asker.ask().detail and asker.asked is first
    free.set()
    asker.thread.shutdown()


@pytest.mark.django_db
def test_prometheus_reads_what_stands_here(
    client: Client, queue: Queue, arrive: Callable[..., Conversation]
) -> None:
    arrive()
    arrive()
    owe("mail", "test:1", {})
    pulse.note_start("mails", 0.5)
    client.get("/account/login/")
    text = client.get("/metrics").content.decode()
    assert f'barrymore_open_conversations{{name="Guests",queue="{queue.pk}"}} 2.0' in text
    assert 'barrymore_outbox_rows{kind="mail",state="waiting"} 1.0' in text
    assert 'barrymore_round_failures_total{round="mails"} 0.0' in text
    assert 'barrymore_request_seconds_count{method="GET",status="2xx",view="account_login"}' in text
    assert "barrymore_database_up 1.0" in text
    assert "guests.example" not in text


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_rows(
    client: Client, arrive: Callable[..., Conversation], django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        arrive()
    with django_assert_max_num_queries(8):
        client.get("/metrics")


@pytest.mark.parametrize(
    ("meta", "token", "status"),
    [
        ({}, "", 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, "", 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, "", 403),
        ({"REMOTE_ADDR": ""}, "", 403),
        ({}, "open-sesame", 403),
        ({"HTTP_AUTHORIZATION": "Bearer open"}, "open-sesame", 403),
        ({"HTTP_AUTHORIZATION": "Bearer open-sesame", "REMOTE_ADDR": "10.0.0.7"}, "open-sesame", 200),
    ],
)
@pytest.mark.django_db
def test_measures_are_for_this_machine_or_for_the_token(
    client: Client, monkeypatch: pytest.MonkeyPatch, meta: dict[str, str], token: str, status: int
) -> None:
    monkeypatch.setenv("BARRYMORE_METRICS_TOKEN", token)
    assert client.get("/metrics", **meta).status_code == status  # type: ignore[arg-type]


@pytest.mark.django_db
def test_without_a_database_the_measures_say_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise OperationalError

    monkeypatch.setattr("barrymore.config.measures._queues", broken)
    assert "barrymore_database_up 0.0" in client.get("/metrics").content.decode()
