"""`make bench-events`: CPU per device event at the edge and in plain Django views; how late answers are."""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from bench.measuring import cpu_seconds, free_port

CONNECTIONS = 32
KEY = "bmd_bench{}" + "x" * 30
EDGE = "/api/v1/devices/{}/events"


def main() -> int:
    """Measure the edge and the plain views one after the other, in the same minute, on the same database."""
    parser = argparse.ArgumentParser("bench.events", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    os.environ.update(BARRYMORE_VAR=var, BARRYMORE_LOG="ERROR")
    try:
        devices = _prepare()
        engine = "PostgreSQL" if os.environ.get("BARRYMORE_DATABASE") else "SQLite"
        print(f"{engine}: CPU of server and database, {CONNECTIONS} connections\n")
        print("| way | events a batch | events/s | CPU ms an event | p50 ms | p99 ms |")
        print("|---|---|---|---|---|---|")
        _measure(devices, options.seconds)
        return 0
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _prepare() -> list[int]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from barrymore.channels.devices.models import Device
    from barrymore.journal.moment import now
    from barrymore.organisation.models import Point, Site
    from barrymore.organisation.services import digest_of

    call_command("migrate", verbosity=0)
    point = Point.objects.create(site=Site.objects.create(name="Bench"), name="Bench")
    made = [
        Device.objects.create(
            point=point, kind="button", name=f"{n}", code=f"{n}", key_digest=digest_of(KEY.format(n)),
            created_at=now(),
        ).pk
        for n in range(CONNECTIONS)
    ]  # fmt: skip
    connections.close_all()
    return made


def _measure(devices: list[int], seconds: float) -> None:
    product = ["-m", "barrymore", "serve", "--only", "pages", "--port"]
    plain = [
        "-m",
        "uvicorn",
        "bench.plain:application",
        "--lifespan",
        "off",
        "--log-level",
        "warning",
        "--port",
    ]
    ways = [("edge", product, EDGE), ("view, same statements", plain, "/same/{}/events"),
            ("view, ORM", plain, "/orm/{}/events")]  # fmt: skip
    for name, command, path in ways:
        with _serving(command) as (pid, port):
            for size in (1, 50):
                load = Load(port, path, devices, size)
                asyncio.run(load.run(1.0))
                cost, rate = _closed(load, pid, seconds)
                _line(name, size, rate, cost, load.waits)
                if name == "edge":
                    load.waits.clear()
                    asyncio.run(load.run(seconds, rate / 2))
                    _line("edge, half of that rate", size, rate / 2, None, load.waits)
            if name == "edge":
                _drain(port, devices, seconds)


def _drain(port: int, devices: list[int], seconds: float) -> None:
    """Some devices were offline and send all they kept, 500 at once, while the others press on."""
    old, live = Load(port, EDGE, devices[:4], 500), Load(port, EDGE, devices[4:], 1, first=4)

    async def both() -> None:
        await asyncio.gather(old.run(seconds), live.run(seconds, 100))

    asyncio.run(both())
    drained = len(old.waits) * old.size
    _line(f"edge, live while 4 others drain {drained:,}", 1, 100, None, live.waits)


def _closed(load: "Load", pid: int, seconds: float) -> tuple[float, float]:
    """As fast as the connections go: CPU ms an event, and events a second."""
    database = [int(found) for found in [os.environ.get("BARRYMORE_BENCH_DATABASE_PID")] if found]
    load.waits.clear()
    before, began = cpu_seconds([pid, *database]), time.monotonic()
    asyncio.run(load.run(seconds))
    events = len(load.waits) * load.size
    spent = cpu_seconds([pid, *database]) - before
    return spent * 1000 / events, events / (time.monotonic() - began)


def _line(name: str, size: int, rate: float, cost: float | None, waits: list[float]) -> None:
    centiles = statistics.quantiles(waits, n=100)
    told = f"{cost:.3f}" if cost is not None else ""
    print(
        f"| {name} | {size} | {rate:.0f} | {told} | {statistics.median(waits):.1f} | {centiles[98]:.1f} |",
        flush=True,
    )


@contextmanager
def _serving(command: list[str]) -> Iterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, *command, str(port)], stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_until_open(port))
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(timeout=20)


async def _until_open(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            writer.close()
            return
    raise RuntimeError("the server did not open its port")


class Load:
    """Devices that press: each has a connection, and numbers of its own."""

    def __init__(self, port: int, path: str, devices: list[int], size: int, first: int = 0) -> None:
        self.first = first  # the number of the first device, which its key is made of
        self.port, self.path, self.devices, self.size = port, path, devices, size
        self.waits: list[float] = []
        self.numbers = [count(1) for _ in devices]
        self.boot = f"{time.time_ns()}"

    async def run(self, seconds: float, rate: float = 0) -> None:
        """Press for some seconds: as fast as answers come, or `rate` events a second whatever comes."""
        until = time.monotonic() + seconds
        pause = len(self.devices) * self.size / rate if rate else 0
        await asyncio.gather(*(self._device(n, until, pause) for n in range(len(self.devices))))

    async def _device(self, n: int, until: float, pause: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        due = time.monotonic() + pause * n / len(self.devices)
        while time.monotonic() < until:
            if pause:
                await asyncio.sleep(max(due - time.monotonic(), 0))
            began = due if pause else time.monotonic()
            writer.write(self._request(n))
            await self._answered(reader)
            # From when it was due: a late answer must not make the next press late unseen.
            self.waits.append((time.monotonic() - began) * 1000)
            due += pause
        writer.close()

    def _request(self, n: int) -> bytes:
        at = time.time()
        events = [
            {"seq": next(self.numbers[n]), "kind": "press", "button": "good", "at": at}
            for _ in range(self.size)
        ]
        body = json.dumps({"boot_id": self.boot, "events": events}).encode()
        head = (
            f"POST {self.path.format(self.devices[n])} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {KEY.format(self.first + n)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _answered(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        told = await reader.readexactly(length)
        if json.loads(told).get("stored") != self.size:
            raise RuntimeError(head.decode() + told.decode()[:300])


if __name__ == "__main__":
    sys.exit(main())
