"""What Chatwoot's API gives becomes conversations; and what a zip may hold."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from barrymore.channels.imports import unpacking
from barrymore.channels.imports.models import Import
from barrymore.conversations.models import Conversation, Message
from barrymore.customers.models import Customer
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.exports import bring, chat, check, faults, lines, packed, said, ticket, zendesk

pytestmark = pytest.mark.django_db


def kinds() -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in Message.objects.exclude(kind="event").order_by("id")]


WHOLE = [
    ("inbound", "Is breakfast included?"),
    ("outbound", "Yes, from 7."),
    ("note", "Regular guest"),
    ("note", "Conversation was resolved"),
]


def test_a_conversation_keeps_its_kinds_and_times(dora: Staff, queue: Queue) -> None:
    bring(dora, "chatwoot", lines(chat()))
    found = Conversation.objects.select_related("customer").get()
    assert (found.state, found.subject) == ("closed", "Is breakfast included?")
    assert found.opened_at.isoformat() == "2025-03-01T09:00:00+00:00"
    assert kinds() == WHOLE
    assert Message.objects.get(event="imported").detail["tags"] == ["vip"]


@pytest.mark.parametrize(
    "shape",
    [
        lambda c, m: lines({"data": {"meta": {"all_count": 1}, "payload": [c]}}, {"meta": {}, "payload": m}),
        lambda c, m: lines(*m, c),
        lambda c, m: lines(c, *m, *m),
        lambda c, m: lines({"payload": m}, {"payload": [{**c, "messages": [m[-1]]}]}),
    ],
    ids=["pages", "messages first", "twice", "newest with it"],
)
def test_messages_may_come_apart_and_in_any_order(dora: Staff, queue: Queue, shape: Any) -> None:
    whole = chat()
    messages = whole.pop("messages")
    bring(dora, "chatwoot", shape({**whole, "messages": []}, messages))
    assert kinds() == WHOLE


def test_the_csv_of_contacts_completes_who_they_are(dora: Staff, queue: Queue, tmp_path: Path) -> None:
    contacts = b"id,name,email,phone_number\r\n70,Lee Anand,lee@guests.example,+37061234567\r\n"
    bare = chat(meta={"channel": "Channel::WebWidget", "sender": {"id": 70}})
    bring(dora, "chatwoot", packed(tmp_path, c__json=lines(bare), contacts__csv=contacts), "all.zip")
    assert Customer.objects.get().name == "Lee Anand"


@pytest.mark.parametrize(
    ("status", "state"),
    [("open", "open"), ("pending", "open"), ("snoozed", "waiting"), ("resolved", "closed")],
)
def test_states_are_those_of_chatwoot(dora: Staff, queue: Queue, status: str, state: str) -> None:
    bring(dora, "chatwoot", lines(chat(status=status)))
    assert Conversation.objects.get().state == state


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (chat(6, meta={"sender": {"id": 71, "name": "Visitor"}}, messages=[]), "customer 71"),
        (chat(6, messages=[]), "holds no message"),
        (said(9, "lost", conversation=99), "1 messages name a conversation that is not in the export"),
        ({"id": 1, "colour": "red"}, "neither a conversation"),
        ({"name": "Lee"}, "has no id"),
    ],
)
def test_a_wrong_record_is_told_and_the_rest_is_taken(
    dora: Staff, queue: Queue, record: Any, what: str
) -> None:
    job = bring(dora, "chatwoot", lines(chat(), record))
    assert job.counts["made_conversations"] == 1
    assert what in faults(job)[0][1]


def test_a_bomb_is_refused_before_it_fills_the_disk(
    dora: Staff, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "HARMLESS", 1024**2)
    job = check(dora, "zendesk", packed(tmp_path, bomb__json=b" " * 30_000_000), "bomb.zip")
    assert job.state == Import.State.FAILED
    assert "far more than it should" in job.error["what"]
    assert not list((tmp_path / "files").rglob("*.part"))


def zip_of(names: list[str], data: bytes = b"{}") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (zip_of([f"{n}.json" for n in range(201)]), "201 files"),
        (zip_of([]), "empty"),
        (zip_of(["a.json"], b"x" * 5000)[:3000] + zip_of(["b.json"])[-80:], "cannot be unpacked"),
    ],
    ids=["many", "none", "torn"],
)
def test_a_zip_that_cannot_be_read_says_why(dora: Staff, queue: Queue, data: bytes, what: str) -> None:
    job = check(dora, "zendesk", data, "x.zip")
    assert (job.state, job.path) == (Import.State.FAILED, "")
    assert what in job.error["what"]


def test_paths_inside_a_zip_lead_nowhere(dora: Staff, queue: Queue, tmp_path: Path) -> None:
    names = ["../../../etc/tickets.json", "__MACOSX/._x", "export/.DS_Store"]
    job = bring(dora, "zendesk", zip_of(names, zendesk(ticket())), "x.zip")
    assert job.counts["made_conversations"] == 1
    assert not (tmp_path / "etc").exists()
