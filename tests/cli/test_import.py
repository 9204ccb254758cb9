"""`barrymore import`: dry run, run, undo; alone in the house or by REST while it serves."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client

from barrymore.channels.imports.models import Import
from barrymore.channels.imports.rounds import imports_round
from barrymore.cli import import_ways
from barrymore.cli.import_ways import There
from barrymore.cli.lock import alone
from barrymore.cli.main import main
from barrymore.conversations.models import Conversation
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Queue
from tests.channels.exports import ticket, zendesk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(tmp_path: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "VAR", tmp_path)
    path = tmp_path / "tickets.json"
    path.write_bytes(zendesk(ticket()) + b"\n{broken")
    return path


def test_a_dry_run_tells_and_writes_nothing(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(export), "--from", "zendesk"]) == 0
    said = capsys.readouterr().out
    job = Import.objects.get()
    assert "1 conversation, 3 messages, 1 customer." in said
    assert "tickets.json, line 4: is no whole JSON" in said
    assert f"barrymore import --run {job.pk}" in said
    assert not Conversation.objects.exists()


def test_run_and_undo_by_number(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", str(export), "--from", "zendesk", "--json"])
    number = str(json.loads(capsys.readouterr().out)["id"])
    assert main(["import", "--run", number]) == 0
    assert "Brought: 1 conversation, 3 messages, 1 new customer." in capsys.readouterr().out
    assert Conversation.objects.count() == 1
    assert main(["import", "--undo", number]) == 0
    assert "Removed: 1 conversation, 1 customer." in capsys.readouterr().out
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(("verb", "state", "left"), [("--run", "running", 1), ("--undo", "undoing", 0)])
def test_after_a_kill_the_same_word_goes_on(export: Path, verb: str, state: str, left: int) -> None:
    main(["import", str(export), "--from", "zendesk", *(["--yes"] if verb == "--undo" else [])])
    # As a process that was killed leaves it.
    Import.objects.update(state=state, lease="gone", leased_until=now() + timedelta(minutes=1))
    assert main(["import", verb, str(Import.objects.get().pk)]) == 0
    assert Conversation.objects.count() == left


def test_yes_imports_at_once(export: Path) -> None:
    assert main(["import", str(export), "--from", "zendesk", "--yes", "--close-open"]) == 0
    assert Conversation.objects.get().state == "closed"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--from", "zendesk"], 2, "Name a file"),
        (["nowhere.json", "--from", "zendesk"], 2, "no file nowhere.json"),
        (["--run", "99"], 2, "no import 99"),
        (["--undo", "99"], 2, "no import 99"),
        (["--url", "http://localhost:1", "--run", "1"], 2, "BARRYMORE_TOKEN"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_a_code(
    export: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str
) -> None:
    assert main(["import", *words]) == code
    assert says in capsys.readouterr().err


def test_an_unreadable_file_ends_with_one(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(export), "--from", "mbox", "--own", "desk@mill.example"]) == 1
    assert "no mbox file" in capsys.readouterr().out


def test_while_somebody_serves_it_is_refused(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "TASKS_EMBEDDED", True)
    lock = alone(export.parent)
    with pytest.raises(SystemExit) as ended:
        main(["import", str(export), "--from", "zendesk"])
    lock.close()
    assert ended.value.code == 3
    assert "--url" in capsys.readouterr().err
    assert not Import.objects.exists()


class Wire(httpx.BaseTransport):
    """Hands requests to Django's test client, as a serving house would get them."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer: Any = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", ""),
            HTTP_AUTHORIZATION=request.headers["authorization"],
        )
        return httpx.Response(answer.status_code, content=answer.content)


def test_by_rest_the_serving_house_does_the_work(
    export: Path, dora: Staff, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = There.__init__

    def wired(way: There, url: str, token: str) -> None:
        made(way, url, token)
        way.client = httpx.Client(base_url=way.client.base_url, headers=way.client.headers, transport=Wire())

    monkeypatch.setattr(There, "__init__", wired)
    monkeypatch.setattr(There, "step", lambda way: imports_round())
    monkeypatch.setenv("BARRYMORE_TOKEN", issue_token(dora, "cli", ["settings.manage"]))
    assert main(["import", str(export), "--from", "zendesk", "--yes", "--url", "http://desk.example"]) == 0
    assert "Brought: 1 conversation" in capsys.readouterr().out
    assert Import.objects.get().by == dora
    assert main(["import", "--undo", "99", "--url", "http://desk.example"]) == 2


def test_a_house_that_does_not_answer_is_a_sentence(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    way = There("http://127.0.0.1:1", "bm_x")
    with pytest.raises(import_ways.Refused, match="does not answer"):
        way.look(1)
