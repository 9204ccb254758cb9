"""The live stream tells who may hear it what has happened, and replays what was missed."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from barrymore.journal.selectors import newest_id
from barrymore.journal.services import record
from barrymore.live.stream import LiveStream
from barrymore.live.topics import frame_of, topics_of

ALLOWED = frozenset({"queue:1", "conversation:5"})


class Browser:
    """One open stream, read by the test."""

    def __init__(self, stream: LiveStream, query: str, headers: dict[bytes, bytes] | None = None) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()
        scope = {"type": "http", "query_string": query.encode(), "headers": list((headers or {}).items())}
        self.task = asyncio.create_task(stream(scope, self._receive, self.sent.put))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def status(self) -> int:
        """The status of the answer."""
        return int((await asyncio.wait_for(self.sent.get(), 5))["status"])

    async def frame(self) -> list[dict[str, str]]:
        """The next frame that tells something."""
        while True:
            body = (await asyncio.wait_for(self.sent.get(), 5))["body"].decode()
            for line in body.splitlines():
                if line.startswith("data: "):
                    return list(json.loads(line[6:]))

    async def leave(self) -> None:
        """Close the page."""
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


def allow(headers: dict[bytes, bytes], wanted: frozenset[str]) -> frozenset[str] | None:
    return None if headers.get(b"cookie") == b"nobody" else wanted & ALLOWED


def happen(number: int, **refs: Any) -> None:
    record("conversation.queued", f"live:{number}", **refs)


def test_a_fact_concerns_its_queue_its_conversation_and_its_person() -> None:
    from barrymore.journal.models import Fact

    fact = Fact(kind="note.added", queue=1, conversation_ref=5, staff_ref=9)
    assert topics_of(fact) == ["queue:1", "conversation:5", "staff:9"]
    told = frame_of([fact, fact], ALLOWED)
    assert told == [
        {"topic": "queue:1", "kind": "note.added"},
        {"topic": "conversation:5", "kind": "note.added"},
    ]


@pytest.mark.django_db(transaction=True)
def test_a_listener_hears_only_what_it_may() -> None:
    async def story() -> None:
        browser = Browser(LiveStream(allow), "topics=queue:1%20queue:2")
        assert await browser.status() == 200
        await asyncio.sleep(0.3)
        await sync_to_async(happen)(1, queue=2)
        await sync_to_async(happen)(2, queue=1)
        assert await browser.frame() == [{"topic": "queue:1", "kind": "conversation.queued"}]
        await browser.leave()

    asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_what_was_missed_is_replayed_after_the_last_event_id() -> None:
    start = newest_id()
    happen(1, conversation_ref=5)

    async def story() -> None:
        for browser in (
            Browser(LiveStream(allow), "topics=conversation:5", {b"last-event-id": str(start).encode()}),
            Browser(LiveStream(allow), f"topics=conversation:5&last_event_id={start}"),
        ):
            assert await browser.status() == 200
            assert await browser.frame() == [{"topic": "conversation:5", "kind": "conversation.queued"}]
            await browser.leave()

    asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_who_is_not_signed_in_hears_nothing() -> None:
    async def story() -> None:
        browser = Browser(LiveStream(allow), "topics=queue:1", {b"cookie": b"nobody"})
        assert await browser.status() == 401
        await browser.task

    asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_who_loses_the_right_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    rights = [ALLOWED, None]
    monkeypatch.setattr("barrymore.live.stream.CHECK_SECONDS", 0.0)

    async def story() -> None:
        browser = Browser(LiveStream(lambda headers, wanted: rights.pop(0)), "topics=queue:1")
        assert await browser.status() == 200
        await asyncio.wait_for(browser.task, 5)

    asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_a_listener_too_slow_to_follow_is_told_to_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    from barrymore.live.stream import Listener

    listener = Listener(ALLOWED)
    for _ in range(201):
        listener.hand(b"frame")
    assert listener.has_lost


@pytest.mark.django_db(transaction=True)
def test_a_hundred_listeners_share_one_reader() -> None:
    async def story() -> None:
        stream = LiveStream(allow)
        browsers = [Browser(stream, "topics=queue:1") for _ in range(100)]
        assert [await browser.status() for browser in browsers] == [200] * 100
        await asyncio.sleep(0.3)
        await sync_to_async(happen)(1, queue=1)
        assert [await browser.frame() for browser in browsers] == [
            [{"topic": "queue:1", "kind": "conversation.queued"}]
        ] * 100
        for browser in browsers:
            await browser.leave()

    asyncio.run(story())
