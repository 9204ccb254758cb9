"""`make bench-alerts`: from a red press at the edge to the mail accepted and to the frame of a live page.

Everything is real: a served product with its rounds, a press over HTTP, an SMTP server that takes the mail,
an open event stream of the supervisor. Other devices press meanwhile, `--rate` events a second.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from bench.events import EDGE, KEY, Load
from bench.measuring import EMAIL, FORM_TOKEN, PASSWORD, free_port

OTHERS = 16


def main() -> int:
    """Serve, load, press red again and again, print the delays."""
    parser = argparse.ArgumentParser("bench.alerts", description=__doc__)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--rate", type=float, default=100, help="presses a second of other devices")
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    mail_port = free_port()
    os.environ.update(
        BARRYMORE_VAR=var, BARRYMORE_LOG="ERROR", BARRYMORE_SMTP=f"smtp+plain://127.0.0.1:{mail_port}"
    )
    try:
        devices = _prepare(options.presses)
        with _letterbox(mail_port) as letterbox, _serving() as url:
            _run(url, devices, letterbox, options)
        return 0
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _prepare(presses: int) -> list[int]:
    """One point for each red press, since more red at one point is joined; and the other devices."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from barrymore.channels.devices.models import Device
    from barrymore.journal.moment import now
    from barrymore.organisation.models import Company, Point, Role, Site, Staff
    from barrymore.organisation.services import digest_of
    from barrymore.routing.models import Queue

    call_command("migrate", verbosity=0)
    Company.objects.update_or_create(pk=1, defaults={"name": "Bench"})
    sam = Staff.objects.create_user(EMAIL, PASSWORD, name="Sam", role=Role.SUPERVISOR)
    Queue.objects.create(name="Guests", is_default=True).members.add(sam)
    site = Site.objects.create(name="Bench")
    made = []
    for n in range(OTHERS + presses):
        point = Point.objects.create(site=site, name=f"Point {n}")
        key = digest_of(KEY.format(n))
        fields = {"point": point, "kind": "button", "name": f"{n}", "code": f"{n}", "key_digest": key}
        made.append(Device.objects.create(**fields, created_at=now()).pk)
    connections.close_all()
    return made


class Letterbox:
    """When a mail about which point was accepted."""

    def __init__(self) -> None:
        self.moments: dict[str, float] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - its name there
        """Take it."""
        text = envelope.content.decode(errors="replace")
        place = next((line for line in text.splitlines() if line.startswith("Subject:")), "")
        self.moments.setdefault(place.split(" at ")[1].split(",")[0], time.monotonic())
        return "250 taken"


@contextmanager
def _letterbox(port: int) -> Iterator[Letterbox]:
    from aiosmtpd.controller import Controller

    letterbox = Letterbox()
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield letterbox
    controller.stop()


@contextmanager
def _serving() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "barrymore", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "BARRYMORE_URL": url}, stdout=subprocess.DEVNULL)
    try:
        _until_open(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _until_open(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{url}/account/login/")
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the server did not open its port")


def _signed_in(url: str) -> httpx.Client:
    browser = httpx.Client(base_url=url, timeout=60, follow_redirects=True)
    form = FORM_TOKEN.search(browser.get("/account/login/").text)
    assert form
    fields = {"csrfmiddlewaretoken": form.group(1), "login": EMAIL, "password": PASSWORD}
    browser.post("/account/login/", data=fields, headers={"Referer": url}).raise_for_status()
    return browser


def _run(url: str, devices: list[int], letterbox: Letterbox, options: argparse.Namespace) -> None:
    frames: list[float] = []
    browser = _signed_in(url)
    threading.Thread(target=_listen, args=(browser, frames), daemon=True).start()
    port = int(url.rpartition(":")[2])
    load = Load(port, EDGE, devices[:OTHERS], 1)
    load_ended = threading.Event()
    background = threading.Thread(target=_press_on, args=(load, options.rate, load_ended))
    background.start()
    mails, shown = [], []
    with httpx.Client(base_url=url) as client:
        for n in range(OTHERS, len(devices)):
            began = _press(client, devices[n], n)
            # The next press only when both are there, so that no frame is taken for that of another.
            _wait(lambda n=n, began=began: f"Point {n}" in letterbox.moments and frames[-1:] > [began])
            mails.append(letterbox.moments[f"Point {n}"] - began)
            shown.append(next(at for at in frames if at > began) - began)
            time.sleep(random.uniform(0.2, 0.7))
    load_ended.set()
    background.join()
    print(f"SQLite, {len(mails)} red presses while other devices press {options.rate:.0f} a second\n")
    print("| from the press leaving to | heard | p50 s | p99 s | longest s |\n|---|---|---|---|---|")
    for name, waits in (("the mail accepted", mails), ("the frame of a live page", shown)):
        p99 = statistics.quantiles(waits, n=100, method="inclusive")[98]
        print(f"| {name} | {len(waits)} | {statistics.median(waits):.2f} | {p99:.2f} | {max(waits):.2f} |")


def _press(client: httpx.Client, device: int, n: int) -> float:
    """Press red; the moment before the request leaves."""
    began = time.monotonic()
    body = {"boot_id": "red", "events": [{"seq": 1, "kind": "press", "button": "red"}]}
    headers = {"Authorization": f"Bearer {KEY.format(n)}"}
    answer = client.post(EDGE.format(device), content=json.dumps(body), headers=headers).json()
    assert answer["stored"] == 1, answer
    return began


def _listen(browser: httpx.Client, frames: list[float]) -> None:
    gone = contextlib.suppress(httpx.TransportError)
    with gone, browser.stream("GET", "/live/stream", params={"topics": "staff:1"}, timeout=None) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:") and "notice.given" in line:
                frames.append(time.monotonic())


def _press_on(load: Load, rate: float, ended: threading.Event) -> None:
    while not ended.is_set():
        asyncio.run(load.run(2.0, rate))


def _wait(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_there():
        if time.monotonic() > deadline:
            raise RuntimeError("a red press was not heard of within 30 seconds")
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
