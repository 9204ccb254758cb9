"""Five hundred devices come back after 72 hours without a network: every press once (D-8)."""

import asyncio
import json
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kills.checker import rows
from tests.kills.edge import EdgeHouse

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("kills")]
DEVICES, EVENTS = int(os.environ.get("DEVICES", "500")), 200
HOURS_AWAY, DUPLICATES, REORDERED = 72, 0.3, 1000
AT_ONCE, LIVE = 32, 20
CLONED = 7  # this device's key was copied to another


@dataclass
class Heard:
    """What the edge has answered."""

    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    refused: Counter[int] = field(default_factory=Counter)


def night(ref: int, chance: random.Random, until: datetime) -> list[tuple[str, list[dict[str, Any]]]]:
    """The batches of one device: out of order, three of ten again, with a reboot and clocks that go wrong."""
    began = until - timedelta(hours=HOURS_AWAY)
    events: list[tuple[str, dict[str, Any]]] = []
    boot, seq = f"d{ref}a", 0
    for n in range(EVENTS):
        if n == EVENTS // 2:
            boot, seq = f"d{ref}b", 0
        seq += 1
        at = began + timedelta(hours=HOURS_AWAY) * (n / EVENTS)
        told = {"seq": seq, "kind": "press", "button": chance.choice(["great", "good", "bad"])}
        events.append((boot, {**told, "at": at.isoformat()}))
    again = chance.sample(events, int(len(events) * DUPLICATES))
    events += again
    # A window of a thousand is wider than what one device holds: any order may come.
    events = sorted(events, key=lambda _one: chance.randrange(REORDERED))
    batches = []
    for boot in sorted({boot for boot, _event in events}):
        mine = [event for one, event in events if one == boot]
        batches += [(boot, mine[at : at + 50]) for at in range(0, len(mine), 50)]
    return batches


async def send(client: httpx.AsyncClient, ref: int, boot: str, events: list[Any], heard: Heard) -> None:
    """One batch, also cut in the middle now and then, and sometimes by two gateways at once."""
    body = json.dumps({"boot_id": boot, "events": events}).encode()
    head = {"Authorization": f"Bearer bmd_{ref - 1:030d}"}
    address = f"/api/v1/devices/{ref}/events"
    if ref % 11 == 0:
        cut = await client.post(address, content=body[: len(body) // 2], headers=head)
        heard.refused[cut.status_code] += 1
    ways = 2 if ref % 5 == 0 else 1
    for answer in await asyncio.gather(
        *(client.post(address, content=body, headers=head) for _way in range(ways))
    ):
        assert answer.status_code == 200, answer.text
        told = answer.json()
        heard.stored += told["stored"]
        heard.duplicate += told["duplicate"]
        heard.rejected += len(told["rejected"])


async def drain(house: EdgeHouse, seed: int) -> tuple[Heard, float, int]:
    """All devices at once, a few of them also pressing live; what was heard, seconds, live presses."""
    chance, heard, live = random.Random(seed), Heard(), Heard()
    until = datetime.now(UTC)
    work = [
        (ref, boot, events) for ref in range(1, DEVICES + 1) for boot, events in night(ref, chance, until)
    ]
    chance.shuffle(work)
    limits = httpx.Limits(max_connections=AT_ONCE + LIVE)
    address = f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        stop = asyncio.Event()
        pressing = [asyncio.create_task(_press(client, DEVICES + n, live, stop)) for n in range(1, LIVE + 1)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(ref: int, boot: str, events: list[Any]) -> None:
            async with gate:
                await send(client, ref, boot, events, heard)

        began = time.monotonic()
        await asyncio.gather(*(one(*each) for each in work))
        took = time.monotonic() - began
        stop.set()
        await asyncio.gather(*pressing)
    return heard, took, live.stored


async def _press(client: httpx.AsyncClient, ref: int, heard: Heard, stop: asyncio.Event) -> None:
    """A live press every fifth of a second or so; how long they wait is measured by `make bench-events`."""
    seq = 0
    while not stop.is_set():
        seq += 1
        await asyncio.sleep(0.2)
        event = {"seq": seq, "kind": "press", "button": "good", "at": datetime.now(UTC).isoformat()}
        await send(client, ref, "live", [event], heard)


async def clone(house: EdgeHouse) -> None:
    """Another device with a copied key presses other buttons under the same run and numbers."""
    events = [
        {"seq": seq, "kind": "press", "button": "meh", "at": datetime.now(UTC).isoformat()}
        for seq in range(1, 11)
    ]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", timeout=60) as client:
        await send(client, CLONED, f"d{CLONED}a", events, Heard())


def _count(house: EdgeHouse, statement: str) -> int:
    return int(str(rows(house.database, statement)[0][0]))


def _quiet(house: EdgeHouse) -> None:
    until = time.monotonic() + 600
    waiting = "select count(*) from journal_deviceevent where state = 'stored'"
    behind = (
        "select (select max(id) from journal_fact) - "
        "coalesce((select last_id from figures_followed where reader = 'tallies'), 0)"
    )
    while _count(house, waiting) or _count(house, behind):
        assert time.monotonic() < until, "the projection does not come to its end"
        time.sleep(1)


def test_five_hundred_devices_come_back_at_once() -> None:
    seed = int(os.environ.get("SEED", time.time()))
    with tempfile.TemporaryDirectory(prefix="night.") as folder:
        house = EdgeHouse(Path(folder), 0, 0)
        house.set_up(DEVICES + LIVE)
        house.start()
        try:
            heard, took, live = asyncio.run(drain(house, seed))
            whole = DEVICES * EVENTS
            asyncio.run(clone(house))
            _quiet(house)
            sent = heard.stored + heard.duplicate + heard.rejected
            print(
                f"\nseed {seed}: {sent} events in {took:.0f} s, {sent / took:.0f} a second; {heard.stored} "
                f"stored, {heard.duplicate} again; {live} live presses"
            )
            _check(house, heard, whole, live)
        finally:
            house.stop()


def _check(house: EdgeHouse, heard: Heard, whole: int, live: int) -> None:
    assert (heard.stored, heard.rejected) == (whole, 0)
    assert heard.duplicate > whole * DUPLICATES
    assert set(heard.refused) == {400}
    held = "select count(*) from journal_deviceevent where boot_id not like 'clash:%'"
    assert _count(house, held) == whole + live
    assert _count(
        house, "select count(distinct key) from journal_fact where kind = 'press.counted'"
    ) == _count(house, "select count(*) from journal_fact where kind = 'press.counted'")
    counted = _count(house, "select count(*) from journal_fact where kind = 'press.counted'")
    taken_back = _count(house, "select count(*) from journal_fact where kind = 'press.collapsed'")
    assert counted + taken_back >= whole
    # The copied key is told: ten clashes are kept beside, none instead, and the device carries an alarm.
    clashes = _count(house, "select count(*) from journal_deviceevent where boot_id like 'clash:%'")
    assert clashes == 10
    alarmed = rows(house.database, "select id from channels_device where clashed_at is not null")
    assert alarmed == [(CLONED,)]
    # Presses of three days ago open their days again, with a version.
    assert _count(house, "select count(*) from figures_reopening where version >= 1") >= 2
    assert house.imbalances() == 0
