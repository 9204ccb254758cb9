"""The pipe passes a signed-in browser's WebSocket on, and nobody else's; through a real server both ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from barrymore.live import pipe
from barrymore.live.pipe import LARGEST, Pipe
from tests.ports import free_port


class Inside:
    """A telephone system as far as its WebSocket goes: it answers each line with the same in capitals."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []
        self.protocol: str | None = None
        self.open = 0

    async def __call__(self, connection: ServerConnection) -> None:
        self.protocol = connection.subprotocol
        self.open += 1
        try:
            async for told in connection:
                self.heard.append(told)
                if told == "bye":
                    return
                await connection.send(told.upper())
        finally:
            self.open -= 1


@asynccontextmanager
async def house(leads: dict[bytes, str | None], port: int) -> AsyncIterator[str]:
    """A house that passes on those whose cookie is known."""
    phone = Pipe(lambda headers: leads.get(headers.get(b"cookie", b"")), "sip")
    config = uvicorn.Config(phone, port=port, lifespan="off", log_level="error")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{port}/phone/socket"
    finally:
        server.should_exit = True
        await task


def dial(address: str, cookie: str = "sam", origin: str = "", **more: Any) -> Any:
    own = address.replace("ws://", "http://").partition("/phone")[0]
    return connect(
        address, additional_headers={"Cookie": cookie}, origin=origin or own, subprotocols=["sip"],
        max_size=None, proxy=None, **more,
    )  # type: ignore[arg-type] # fmt: skip


@asynccontextmanager
async def both(
    leads: dict[bytes, str | None] | None = None,
) -> AsyncIterator[tuple[str, Inside, dict[bytes, str | None]]]:
    inside, port = Inside(), free_port()
    async with serve(inside, "127.0.0.1", port, subprotocols=["sip"], max_size=None):  # type: ignore[list-item]
        known = {b"sam": f"ws://127.0.0.1:{port}/ws"} if leads is None else leads
        async with house(known, free_port()) as address:
            yield address, inside, known


async def closed(connection: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as told:
        await asyncio.wait_for(connection.recv(), 5)
    return told.value.rcvd.code if told.value.rcvd else None


def test_what_is_said_goes_both_ways_under_its_protocol() -> None:
    async def walk() -> None:
        async with both() as (address, inside, _known), dial(address) as browser:
            for told in ("REGISTER sip:barrymore", "žodžiai", "x" * 20_000):
                await browser.send(told)
                assert await asyncio.wait_for(browser.recv(), 5) == told.upper()
            await browser.send(b"bytes")
            assert await asyncio.wait_for(browser.recv(), 5) == b"BYTES"
            assert (browser.subprotocol, inside.protocol, inside.open) == ("sip", "sip", 1)

    asyncio.run(walk())


def test_who_is_not_signed_in_or_comes_from_another_page_is_refused() -> None:
    async def walk() -> None:
        async with both() as (address, inside, _known):
            for more in ({"cookie": "nobody"}, {"origin": "https://evil.example"}, {"origin": "null"}):
                with pytest.raises(InvalidStatus) as told:
                    await dial(address, **more)
                assert told.value.response.status_code == 403
            assert inside.heard == [] and inside.open == 0

    asyncio.run(walk())


def test_who_is_signed_out_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "CHECK_SECONDS", 0.05)

    async def walk() -> None:
        async with both() as (address, inside, known), dial(address) as browser:
            await browser.send("hello")
            assert await browser.recv() == "HELLO"
            known.clear()
            assert await closed(browser) == pipe.SIGNED_OUT
            await asyncio.sleep(0.1)
            assert inside.open == 0

    asyncio.run(walk())


def test_a_system_that_is_away_or_goes_away_is_told() -> None:
    async def walk() -> None:
        nowhere = {b"sam": f"ws://127.0.0.1:{free_port()}/ws"}
        async with both(nowhere) as (address, _inside, _known):
            with pytest.raises(InvalidStatus):
                await dial(address)
        async with both() as (address, _inside, _known), dial(address) as browser:
            await browser.send("bye")
            assert await closed(browser) == pipe.AWAY

    asyncio.run(walk())


def test_a_browser_that_leaves_is_gone_inside_too() -> None:
    async def walk() -> None:
        async with both() as (address, inside, _known):
            async with dial(address) as browser:
                await browser.send("hello")
                await browser.recv()
            for _ in range(100):
                if inside.open == 0:
                    break
                await asyncio.sleep(0.02)
            assert inside.open == 0

    asyncio.run(walk())


def test_what_is_too_large_ends_it_and_is_not_passed_on() -> None:
    async def walk() -> None:
        async with both() as (address, inside, _known), dial(address) as browser:
            await browser.send("x" * (LARGEST + 1))
            await closed(browser)
            assert inside.heard == []

    asyncio.run(walk())
