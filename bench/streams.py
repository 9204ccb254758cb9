"""`make bench-streams`: a thousand open live streams on one process, and how late a change reaches them."""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field

from bench.measuring import Served, cpu_seconds

QUEUES = 5


@dataclass
class Heard:
    """When frames arrived at all streams, in seconds of the monotonic clock."""

    moments: list[float] = field(default_factory=list)
    open: int = 0


def main() -> int:
    """Fill a small house, open the streams, let contacts arrive, print the delays."""
    parser = argparse.ArgumentParser("bench.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    os.environ.update(BARRYMORE_VAR=var, BARRYMORE_LOG="ERROR")
    os.environ.pop("BARRYMORE_DATABASE", None)
    try:
        return _run(options.streams, options.seconds)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _run(streams: int, seconds: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from bench.filling import fill

    call_command("migrate", verbosity=0)
    token = fill(2000)
    cookies = _sign_in(streams)
    connections.close_all()
    served = Served(token)
    try:
        delays, cpu, still_open = asyncio.run(_listen(served, cookies, seconds))
    finally:
        served.stop()
    centiles = statistics.quantiles(delays, n=100)
    print(
        "| streams | still open | frames | p50 ms | p99 ms | most ms | cores |\n|---|---|---|---|---|---|---|"
    )
    print(
        f"| {streams} | {still_open} | {len(delays)} | {statistics.median(delays) * 1000:.0f} "
        f"| {centiles[98] * 1000:.0f} | {max(delays) * 1000:.0f} | {cpu:.2f} |"
    )
    return 0


def _sign_in(count: int) -> list[str]:
    """As many signed-in people of the queues as there are streams; their session keys."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from barrymore.organisation.models import Role, Staff
    from barrymore.routing.models import Queue

    store = import_module(settings.SESSION_ENGINE).SessionStore
    queues = list(Queue.objects.order_by("pk"))
    keys = []
    for number in range(count):
        person = Staff(
            email=f"p{number}@bench.example", name=f"Person {number}", role=Role.AGENT, password="!"
        )
        person.save()
        queues[number % QUEUES].members.add(person)
        session = store()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        keys.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}|{queues[number % QUEUES].pk}")
    return keys


async def _listen(served: Served, cookies: list[str], seconds: int) -> tuple[list[float], float, int]:
    heard = {f"{number + 1}": Heard() for number in range(QUEUES)}
    tasks = []
    for cookie in cookies:
        key, _, queue = cookie.partition("|")
        tasks.append(asyncio.create_task(_stream(served.port, key, queue, heard[queue])))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.05)
    while sum(one.open for one in heard.values()) < len(cookies):
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)
    began, before = time.monotonic(), cpu_seconds([served.process.pid])
    delays = []
    while time.monotonic() - began < seconds:
        delays += await _one_change(served, heard)
    spent = cpu_seconds([served.process.pid]) - before
    cpu = spent / (time.monotonic() - began)
    still_open = sum(one.open for one in heard.values())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return delays, cpu, still_open


async def _one_change(served: Served, heard: dict[str, Heard]) -> list[float]:
    """A contact in one queue: how long after its answer each stream of the queue hears of it."""
    queue = str(1 + int(time.monotonic()) % QUEUES)
    heard[queue].moments.clear()
    body = {
        "channel": "mail",
        "external_id": f"<{time.time_ns()}@guests.example>",
        "from": {"email": "guest@guests.example"},
        "body": "A question",
        "queue": int(queue),
    }
    answer = await asyncio.to_thread(served.api.post, "/api/v1/contacts", json=body)
    answer.raise_for_status()
    sent = time.monotonic()
    await asyncio.sleep(1.0)
    return [max(moment - sent, 0.0) for moment in heard[queue].moments]


async def _stream(port: int, cookie: str, queue: str, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /live/stream?topics=queue:{queue} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
    writer.write(request.encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(status.decode())
    heard.open += 1
    try:
        while line := await reader.readline():
            if line.startswith(b"data: ") and json.loads(line[6:]):
                heard.moments.append(time.monotonic())
    finally:
        heard.open -= 1
        writer.close()


if __name__ == "__main__":
    sys.exit(main())
