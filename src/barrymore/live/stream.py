"""Server-sent events as a raw ASGI application: one pump reads the journal for all listeners."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from django.db import close_old_connections

from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_after, newest_id
from barrymore.live.topics import frame_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
# Given the request's headers and the wanted topics: those the person may hear, None when signed out.
Authorise = Callable[[dict[bytes, bytes], frozenset[str]], frozenset[str] | None]

FRAME_SECONDS = 0.2
CHECK_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
MOST_FRAMES_BEHIND = 200
MOST_TOPICS = 100
MOST_REPLAYED = 500
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class Listener:
    """One open stream: what it may hear, and the frames not yet sent to it."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.frames: asyncio.Queue[bytes] = asyncio.Queue(MOST_FRAMES_BEHIND)
        self.has_lost = False

    def hand(self, frame: bytes) -> None:
        """Queue a frame; a listener too slow to follow is told to load its page anew."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.has_lost = True


class LiveStream:
    """The ASGI application behind /live/stream."""

    def __init__(self, authorise: Authorise) -> None:
        self.authorise = authorise
        self.listeners: set[Listener] = set()
        self.pump: asyncio.Task[None] | None = None
        self.last_id = 0
        # One thread with one database connection: the journal is read once for all listeners.
        self.reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        # Who may hear is asked apart: a thousand such questions at once would hold up every frame.
        self.guard = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-guard")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the browser leaves or the person may no longer hear it."""
        headers = dict(scope["headers"])
        wanted = _wanted(scope)
        allowed = await self._in_guard(headers, wanted)
        if allowed is None:
            await _refuse(send)
            return
        listener = Listener(allowed)
        # The start is read before the journal is listened to: nothing falls between replay and pump.
        start = await self._start_of(headers, scope)
        self._ensure_pump(start)
        self.listeners.add(listener)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._replay(listener, start, send)
            await self._follow(listener, headers, wanted, receive, send)
        finally:
            self.listeners.discard(listener)

    async def _in_reader(self, call: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self.reader, _with_fresh_connection, call, *args
        )

    async def _in_guard(self, headers: dict[bytes, bytes], wanted: frozenset[str]) -> frozenset[str] | None:
        return await asyncio.get_running_loop().run_in_executor(
            self.guard, _with_fresh_connection, self.authorise, headers, wanted
        )

    async def _start_of(self, headers: dict[bytes, bytes], scope: Scope) -> int:
        """Behind which fact to begin: a browser's first connection can tell it only in the address."""
        told = headers.get(b"last-event-id", b"").decode("ascii", "replace")
        told = told or _query(scope).get("last_event_id", [""])[0]
        return int(told) if told.isdigit() else int(await self._in_reader(newest_id))

    def _ensure_pump(self, start: int) -> None:
        if self.pump is None or self.pump.done():
            self.last_id = max(self.last_id, start)
            self.pump = asyncio.create_task(self._run_pump())

    async def _run_pump(self) -> None:
        while self.listeners:
            facts = await self._in_reader(facts_after, self.last_id)
            if facts:
                self.last_id = facts[-1].pk
                for listener in self.listeners:
                    if frame := _frame(facts, listener.topics):
                        listener.hand(frame)
            await asyncio.sleep(FRAME_SECONDS)

    async def _replay(self, listener: Listener, start: int, send: Send) -> None:
        missed = await self._in_reader(facts_after, start, MOST_REPLAYED)
        if len(missed) == MOST_REPLAYED:
            listener.has_lost = True
        first = _frame(missed, listener.topics) or f": following from {start}\n\n".encode()
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n" + first, "more_body": True})

    async def _follow(
        self,
        listener: Listener,
        headers: dict[bytes, bytes],
        wanted: frozenset[str],
        receive: Receive,
        send: Send,
    ) -> None:
        left = asyncio.create_task(_until_left(receive))
        beaten = time.monotonic()
        # Streams that were opened together are not asked about together.
        checked = beaten - random.uniform(0, CHECK_SECONDS)  # noqa: S311 - spreads work, decides nothing
        try:
            while not left.done():
                chunk = await _next_frame(listener)
                moment = time.monotonic()
                if moment - checked > CHECK_SECONDS:
                    checked = moment
                    allowed = await self._in_guard(headers, wanted)
                    if allowed is None:
                        return
                    listener.topics = allowed
                if not chunk and moment - beaten > HEARTBEAT_SECONDS:
                    chunk = b": still here\n\n"
                if chunk:
                    beaten = moment
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            left.cancel()


def _with_fresh_connection(call: Callable[..., Any], *args: Any) -> Any:
    close_old_connections()
    return call(*args)


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("ascii", "replace"))


def _wanted(scope: Scope) -> frozenset[str]:
    words = " ".join(_query(scope).get("topics", [])).replace(",", " ").split()
    return frozenset(words[:MOST_TOPICS])


def _frame(facts: list[Fact], topics: frozenset[str]) -> bytes:
    told = frame_of(facts, topics)
    if not told:
        return b""
    return f"id: {facts[-1].pk}\nevent: frame\ndata: {json.dumps(told)}\n\n".encode()


async def _next_frame(listener: Listener) -> bytes:
    if listener.has_lost:
        listener.has_lost = False
        while not listener.frames.empty():
            listener.frames.get_nowait()
        return b"event: resync\ndata: []\n\n"
    try:
        return await asyncio.wait_for(listener.frames.get(), 1.0)
    except TimeoutError:
        return b""


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Sign in first.\n"})
