"""Drive a served product over HTTP, one request at a time, and read what it cost from the kernel."""

import os
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

PASSWORD = "bench-bench-bench"
EMAIL = "amina@bench.example"
TICKS = os.sysconf("SC_CLK_TCK")
# What the desk sends when a row of the list is opened: the list itself stays where it is.
OPENED_BESIDE_ITS_LIST = {"HX-Request": "true", "HX-Target": "desk-main"}
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Cost:
    """Of one operation: CPU of server and database in ms each, and the wait as seen by the caller."""

    name: str
    operations: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(roots: list[int]) -> float:
    """User and system time of some processes with their live children and those that have ended."""
    total = 0.0
    for pid in roots:
        for process in [pid, *_children(pid)]:
            try:
                fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except FileNotFoundError:
                continue
            total += sum(int(field) for field in fields[11:15]) / TICKS
    return total


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in text.split()]


class Served:
    """The product served as a process of its own, with a signed-in browser and an API client."""

    def __init__(self, token: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Only the pages: the rounds would add their own work to that of the operations.
        command = [sys.executable, "-m", "barrymore", "serve", "--port", str(self.port), "--only", "pages"]
        self.process = subprocess.Popen(command, env={**os.environ, "BARRYMORE_URL": self.url})
        self.api = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self.browser = httpx.Client(base_url=self.url, timeout=60, follow_redirects=True)
        self._sign_in()

    def _sign_in(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                page = self.browser.get("/account/login/")
                break
            except httpx.ConnectError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.2)
        form = FORM_TOKEN.search(page.text)
        assert form
        fields = {"csrfmiddlewaretoken": form.group(1), "login": EMAIL, "password": PASSWORD}
        answer = self.browser.post("/account/login/", data=fields, headers={"Referer": self.url})
        assert answer.status_code == 200 and "/account/login" not in str(answer.url), answer.url

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.terminate()
        self.process.wait(timeout=20)

    def measure(self, name: str, operation: Callable[[int], httpx.Response], count: int) -> Cost:
        """Run an operation `count` times after a warm-up; every answer must be a success."""
        return measured(self.process.pid, name, operation, count)


def measured(pid: int, name: str, operation: Callable[[int], httpx.Response], count: int) -> Cost:
    """What an operation costs the process `pid` and the database, after a warm-up of a fifth, at most 20."""
    database = [int(found) for found in [os.environ.get("BARRYMORE_BENCH_DATABASE_PID")] if found]
    for number in range(min(20, count // 5)):
        operation(-1 - number).raise_for_status()
    roots = [pid, *database]
    before, waits = cpu_seconds(roots), []
    for number in range(count):
        began = time.perf_counter()
        operation(number).raise_for_status()
        waits.append((time.perf_counter() - began) * 1000)
    spent = (cpu_seconds(roots) - before) * 1000 / count
    centiles = statistics.quantiles(waits, n=100)
    return Cost(name, count, spent, statistics.median(waits), centiles[98])


def operations(served: Served, conversations: int) -> dict[str, Callable[[int], httpx.Response]]:
    """The operations that a desk lives of."""
    seed = random.Random(7)
    arrived: list[int] = []

    def somewhere() -> str:
        return f"/desk/{seed.randrange(1, conversations + 1)}/"

    def receive(number: int) -> httpx.Response:
        body = {
            "channel": "mail",
            "external_id": f"<bench.{number}.{time.time_ns()}@guests.example>",
            "from": {"email": f"g{seed.randrange(conversations)}@guests.example", "name": "Guest"},
            "subject": "A question",
            "body": "Some words about a room, a bill and a taxi. " * 6,
            "language": "en",
        }
        answer = served.api.post("/api/v1/contacts", json=body)
        arrived.append(answer.json()["conversation_id"])
        return answer

    def reply(number: int) -> httpx.Response:
        # What has just arrived: nobody owns it yet, both its clocks run.
        ref = arrived.pop()
        return served.api.post(
            f"/api/v1/conversations/{ref}/replies", json={"text": "Thank you, it is done."}
        )

    return {
        "receive": receive,
        "list": lambda number: served.browser.get("/desk/", params={"in": f"queue:{1 + number % 5}"}),
        "list, all queues": lambda number: served.browser.get("/desk/"),
        "conversation": lambda number: served.browser.get(somewhere(), headers=OPENED_BESIDE_ITS_LIST),
        "conversation, whole page": lambda number: served.browser.get(somewhere()),
        "reply": reply,
    }
