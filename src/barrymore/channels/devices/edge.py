"""Device events as raw ASGI: read, checked, handed to the one writer, acknowledged after commit."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import close_old_connections

from barrymore.channels.devices.reading import MOST_BYTES, Refused, read_batch
from barrymore.channels.devices.selectors import device_of_key
from barrymore.channels.devices.writer import Batch, Overloaded, Told, Writer
from barrymore.journal.moment import now

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
log = logging.getLogger(__name__)
PATH = re.compile(r"/api/v1/devices/(\d{1,18})/events/?")
# A revoked key ends everywhere within this time.
KNOWN_SECONDS = 5.0
MOST_KNOWN = 20_000
NO_KEY = "Send `Authorization: Bearer <device key>` with the live key of this very device."


class Gone(Exception):
    """The device has left before its batch was whole."""


class KnownDevices:
    """Which key belongs to which device, asked anew after some seconds; wrong keys are remembered, too."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, int | None]] = {}
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device-keys")

    async def __call__(self, key: str) -> int | None:
        """The device of a key, as it was at most KNOWN_SECONDS ago."""
        moment = time.monotonic()
        known = self._known.get(key)
        if known is not None and moment < known[0]:
            return known[1]
        found = await asyncio.get_running_loop().run_in_executor(self._reader, _asked, key)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        # Counted from before the question: what was revoked meanwhile is not believed any longer than that.
        self._known[key] = (moment + KNOWN_SECONDS, found)
        return found


def _asked(key: str) -> int | None:
    close_old_connections()
    try:
        return device_of_key(key)
    finally:
        close_old_connections()


class DeviceEdge:
    """The ASGI application behind POST /api/v1/devices/{id}/events."""

    def __init__(self, writer: Writer | None = None) -> None:
        self.writer = writer or Writer()
        self.known = KnownDevices()

    def takes(self, path: str) -> bool:
        """Whether an address is ours."""
        return path.startswith("/api/v1/devices/") and PATH.fullmatch(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            await self._answer(scope, receive, send)
        except Gone:
            return
        except Overloaded:
            await _problem(send, 503, "Busy", "More waits here than may wait: send it again.", retry=5)
        except Exception:
            log.exception("device events were not kept")
            what = "Nothing of this batch was acknowledged: send it again."
            await _problem(send, 503, "Not kept", what, retry=5)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _problem(send, 405, "Wrong method", "Send events by POST.", allow="POST")
            return
        body = await _body(receive)
        device = await self._device(scope)
        if device is None:
            await _problem(send, 401, "No valid key", NO_KEY)
            return
        received_at = now()
        try:
            if body is None:
                raise Refused(413, "too_large", f"At most {MOST_BYTES} bytes at once: send smaller batches.")
            read = read_batch(device, body, received_at)
        except Refused as refused:
            await self.writer.put(Batch(device, received_at, refused=refused.why))
            await _problem(send, refused.status, "Batch not taken", str(refused))
            return
        told = await self.writer.put(Batch(device, received_at, read)) if read else Told()
        await _say(send, 200, told.__dict__)

    async def _device(self, scope: Scope) -> int | None:
        path = PATH.fullmatch(scope["path"])
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = given.decode("latin-1").partition(" ")
        if path is None or scheme.lower() != "bearer" or not 20 <= len(key) <= 100:
            return None
        device = await self.known(key)
        return device if device == int(path[1]) else None


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None once it is larger than taken."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _problem(
    send: Send, status: int, title: str, detail: str, *, retry: int = 0, allow: str = ""
) -> None:
    """A problem document (RFC 9457)."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    more = [(b"retry-after", str(retry).encode())] if retry else []
    more += [(b"allow", allow.encode())] if allow else []
    await _say(send, status, told, b"application/problem+json", more)


async def _say(
    send: Send, status: int, told: Any, kind: bytes = b"application/json", more: list[Any] | None = None
) -> None:
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(more or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
