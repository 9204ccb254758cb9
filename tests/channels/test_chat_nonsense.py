"""The window's calls answer nonsense with an error in words, and never with a failure of ours."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from barrymore.channels.chat.models import Visitor, Widget
from barrymore.channels.chat.services import give_keys
from barrymore.channels.chat.visiting import Newcomer, begin
from barrymore.conversations.models import Conversation, Message
from barrymore.journal.moment import at_moment, now
from barrymore.routing.models import Queue

pytestmark = pytest.mark.django_db
CALLS = ["begin", "say", "leave", "upload", "messages", "state"]
BODIES = [
    b"", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000,
    b'{"text": NaN, "id": 1e999}', b"\x00",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, -1, 10**30, [], {}, "", "\ud800", "\ud83d\ude00 \udfff", "a\x00\x01\x1b[2Jb",
    "a\r\nBcc: b@x.example", "x" * 1_000_000, ["x"], {"a": []}, [[[]]], "9999-12-31T23:59:59-14:00",
    "2026-13-45T99:99:99Z",
]  # fmt: skip
FIELDS = {
    "begin": {"name": "Lee", "page": "https://www.mill.example/", "identity": {"ref": "u1", "hash": "x"}},
    "say": {"text": "Hello", "id": "1", "files": []},
    "leave": {"name": "Lee", "email": "lee@guests.example", "phone": "+37061234567",
              "at": "2099-01-01T09:00:00Z"},
}  # fmt: skip


@pytest.fixture
def widget(queue: Queue) -> Widget:
    """The window."""
    made = Widget(name="Site", queue=queue, origins="https://www.mill.example")
    give_keys(made).save()
    return made


@pytest.fixture
def token_of_lee(widget: Widget) -> str:
    """What Lee's browser holds."""
    return begin(widget, Newcomer(name="Lee"))[1]


@pytest.fixture
def call(client: Client, widget: Widget, token_of_lee: str) -> Callable[..., Any]:
    """One call as Lee, who waits as long as asked."""

    def called(name: str, body: Any = None, token: str = token_of_lee, **more: Any) -> Any:
        cache.clear()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"method": "POST", "content_type": "application/json", "query": "", **more}
        url = f"/chat/{widget.key}/{name}/{told.pop('query')}"
        headers = {"Authorization": f"Bearer {token}"}
        return client.generic(told.pop("method"), url, data, headers=headers, **told)

    return called


def is_clear(answer: Any) -> None:
    assert answer.status_code < 500
    if answer.status_code != 405:
        assert answer["Content-Type"] == "application/json", answer.content[:200]
        assert answer.status_code == 200 or answer.json()["error"]


@pytest.mark.parametrize("name", CALLS)
def test_bodies_that_are_no_object(call: Callable[..., Any], name: str) -> None:
    method = "GET" if name in {"messages", "state"} else "POST"
    for body in BODIES:
        is_clear(call(name, body, method=method))
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_wrong_in_each_way(call: Callable[..., Any], name: str) -> None:
    for field in FIELDS[name]:
        for number, value in enumerate(VALUES):
            unique = {"id": f"{field}{number}"} if name == "say" else {}
            is_clear(call(name, {**FIELDS[name], **unique, field: value}))
    for value in VALUES:
        for field in ("ref", "email", "name", "hash"):
            is_clear(call("begin", {"identity": {"ref": "u1", "hash": "0" * 64, field: value}}))
    is_clear(call("messages", method="GET"))


def test_what_is_kept_of_odd_words_can_be_stored_and_shown(call: Callable[..., Any]) -> None:
    assert call("say", {"text": "one \ud800 two\x00", "id": "1"}).status_code == 200
    assert Message.objects.get(kind="inbound").text == "one \ufffd two"
    assert call("messages", method="GET").json()["messages"][0]["text"] == "one \ufffd two"


def test_a_megabyte_is_cut(call: Callable[..., Any]) -> None:
    assert call("say", {"text": "x" * 1_000_000, "id": "1"}).status_code == 200
    assert len(Message.objects.get(kind="inbound").text) == 10_000


@pytest.mark.parametrize(
    "after", ["-1", "x", "9" * 30, "9" * 5000, "1e3", "\u0661", "\u00b2", "", "%00", "1&after=2", "%ED%A0%80"]
)
def test_odd_places_to_read_on(call: Callable[..., Any], after: str) -> None:
    call("say", {"text": "Hello", "id": "1"})
    answer = call("messages", method="GET", query=f"?after={after}")
    is_clear(answer)
    assert answer.status_code == 200


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT"])
def test_wrong_methods(call: Callable[..., Any], name: str, method: str) -> None:
    assert call(name, {}, method=method).status_code == 405


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "x" * 500]
)
def test_wrong_content_types(call: Callable[..., Any], kind: str) -> None:
    for name in ("say", "leave", "upload", "begin"):
        is_clear(call(name, b"rubbish", content_type=kind))


def test_a_body_larger_than_taken(call: Callable[..., Any], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for name in ("say", "leave", "begin"):
        answer = call(name, {"text": "x" * 2000, "id": "1"})
        assert answer.status_code == 413
        is_clear(answer)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\u017e", "null", "Bearer Bearer"])
def test_tokens_that_are_none(call: Callable[..., Any], token: str) -> None:
    for name in ("say", "leave", "messages", "upload"):
        answer = call(
            name, {"text": "x", "id": "1"}, token=token, method="GET" if name == "messages" else "POST"
        )
        assert answer.status_code == 401
        is_clear(answer)
    assert not Message.objects.exists()


def test_a_foreign_token_and_a_foreign_number_open_nothing(call: Callable[..., Any], widget: Widget) -> None:
    call("say", {"text": "My card ends in 4411.", "id": "1"})
    visitor, other = begin(widget, Newcomer(name="Noor"))
    answer = call(
        "say", {"text": "Mine", "id": "1", "conversation": Conversation.objects.get().pk}, token=other
    )
    assert answer.status_code == 200
    visitor.refresh_from_db()
    assert Conversation.objects.count() == 2
    assert b"4411" not in call("messages", method="GET", token=other, query="?after=-5").content


def test_the_token_of_a_visitor_long_gone(call: Callable[..., Any]) -> None:
    call("say", {"text": "Hello", "id": "1"})
    with at_moment(now() + timedelta(days=400)):
        is_clear(call("messages", method="GET"))
    Visitor.objects.all().delete()
    assert call("messages", method="GET").status_code == 401


@pytest.mark.parametrize("key", ["x", "\u017e", "x" * 5000, "..", "%00", "%ED%A0%80"])
def test_windows_that_there_are_not(client: Client, db: None, key: str) -> None:
    for name in ("", "state/", "messages/", "file/x/"):
        assert client.get(f"/chat/{key}/{name}").status_code in {401, 404}
