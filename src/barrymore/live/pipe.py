"""A WebSocket of a signed-in browser, passed on to a server inside: one origin and one sign-in for both.

The browser's telephone talks SIP over it. The server inside needs no port that the world can reach, and
whoever is signed out, or whose right ends, is cut off within seconds.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.db import close_old_connections
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from barrymore.live.stream import Receive, Scope, Send

log = logging.getLogger(__name__)
# Where this browser may be passed on to, such as ws://127.0.0.1:8088/ws; None for nobody.
Leads = Callable[[dict[bytes, bytes]], str | None]
CHECK_SECONDS = 10.0
LARGEST = 64 * 1024
OPEN_SECONDS = 5.0
SIGNED_OUT, AWAY, REFUSED = 4401, 1013, 4403


class Pipe:
    """The ASGI application behind one WebSocket address."""

    def __init__(self, leads: Leads, protocol: str) -> None:
        self.leads, self.protocol = leads, Subprotocol(protocol)
        self.threads = ThreadPoolExecutor(4, thread_name_prefix="pipe")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection from its opening to its end."""
        headers = dict(scope["headers"])
        await receive()
        if not _is_own_page(headers):
            # A page of another origin would use the cookie of whoever is signed in here.
            await send({"type": "websocket.close", "code": REFUSED})
            return
        address = await self._ask(headers)
        if address is None:
            await send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        try:
            inside = await connect(
                address, subprotocols=[self.protocol], max_size=LARGEST, open_timeout=OPEN_SECONDS, proxy=None
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            log.warning("no way to %s: %s", urlsplit(address).netloc, error)
            await send({"type": "websocket.close", "code": AWAY})
            return
        async with inside:
            await send({"type": "websocket.accept", "subprotocol": self.protocol})
            await self._pass_on(headers, address, inside, receive, send)

    async def _ask(self, headers: dict[bytes, bytes]) -> str | None:
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._leads, headers)

    def _leads(self, headers: dict[bytes, bytes]) -> str | None:
        try:
            return self.leads(headers)
        finally:
            close_old_connections()

    async def _pass_on(
        self,
        headers: dict[bytes, bytes],
        address: str,
        inside: ClientConnection,
        receive: Receive,
        send: Send,
    ) -> None:
        """Both ways, until one side goes or the right has ended."""
        ways = [
            asyncio.create_task(_inwards(receive, inside)),
            asyncio.create_task(_outwards(inside, send)),
            asyncio.create_task(self._watch(headers, address)),
        ]
        done, open_ones = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in open_ones:
            one.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        if ways[0] not in done:
            await send({"type": "websocket.close", "code": SIGNED_OUT if ways[2] in done else AWAY})

    async def _watch(self, headers: dict[bytes, bytes], address: str) -> None:
        while await self._ask(headers) == address:
            await asyncio.sleep(CHECK_SECONDS)


def _is_own_page(headers: dict[bytes, bytes]) -> bool:
    """Whether the page that opened it came from this very address."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    return bool(origin) and urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1")


async def _inwards(receive: Receive, inside: ClientConnection) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        told = message.get("text")
        data = message.get("bytes") or b""
        if len(told or data) > LARGEST:
            return
        try:
            await inside.send(data if told is None else told)
        except WebSocketException:
            return


async def _outwards(inside: ClientConnection, send: Send) -> None:
    try:
        async for told in inside:
            await send(
                {"type": "websocket.send", "text": told}
                if isinstance(told, str)
                else {"type": "websocket.send", "bytes": told}
            )
    except WebSocketException:
        return
