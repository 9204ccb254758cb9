"""Devices that press on while the product is killed: what they send, and what must be there in the end."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.kills.checker import rows, twice
from tests.kills.house import House
from tests.ports import free_port

DEVICES = 24
SET_UP = """
import sys, django
django.setup()
from barrymore.channels.devices.models import Device
from barrymore.journal.moment import now
from barrymore.organisation.models import Company, Point, Site
from barrymore.organisation.services import digest_of
Company.objects.create(pk=1, name="Old Mill", timezone="Europe/Vilnius")
point = Point.objects.create(site=Site.objects.create(name="Old Mill"), name="Reception")
for n in range(int(sys.argv[1])):
    Device.objects.create(point=point, kind="button", name=f"{n}", code=f"{n}", created_at=now(),
                          key_digest=digest_of(f"bmd_{n:030d}"))
"""
# What the product itself says about its books, asked once it is quiet.
BOOKS = """
import django
django.setup()
from datetime import timedelta
from barrymore.journal.balance import imbalances
from barrymore.journal.moment import now
print("IMBALANCES", len(imbalances(now() - timedelta(days=5), now() + timedelta(hours=1))))
"""
Place = tuple[int, str, int]


class EdgeHouse(House):
    """The product with devices and no mailbox."""

    def set_up(self, devices: int = DEVICES) -> None:
        """One point with all its devices."""
        run = {"env": self.environment, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "barrymore", "manage", "migrate", "-v0"], **run)  # type: ignore[call-overload]
        subprocess.run([sys.executable, "-c", SET_UP, f"{devices}"], **run)  # type: ignore[call-overload]
        self.port = free_port()

    def imbalances(self) -> int:
        """Minutes of devices whose books do not add up."""
        told = subprocess.run(
            [sys.executable, "-c", BOOKS], env=self.environment, check=True, stdout=subprocess.PIPE
        )
        return int(told.stdout.decode().split("IMBALANCES")[1])


@dataclass
class Device:
    """One button with its run and its number; it keeps what was not acknowledged."""

    ref: int
    chance: random.Random
    boot: str = ""
    seq: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)  # of this run, for repetitions

    def restart(self) -> None:
        """A new run begins with number one."""
        self.boot, self.seq, self.sent = f"b{self.chance.getrandbits(60):x}", 0, []

    def batch(self) -> list[dict[str, Any]]:
        """Some new events out of order, three of ten times with earlier ones again, some of them nonsense."""
        events = [self._event() for _ in range(self.chance.randint(1, 12))]
        self.sent += events
        again = self.chance.sample(self.sent, min(len(self.sent), 4)) if self.chance.random() < 0.3 else []
        batch = [*events, *again]
        self.chance.shuffle(batch)
        return batch

    def _event(self) -> dict[str, Any]:
        self.seq += 1
        event: dict[str, Any] = {"seq": self.seq, "kind": "press", "at": datetime.now(UTC).isoformat()}
        chance = self.chance.random()
        if chance < 0.02:
            return {**event, "kind": "dance"}
        if chance < 0.04:
            return {**event, "button": "good", "at": "1970-01-01T00:00:00+00:00"}
        if chance < 0.2:
            return {"seq": self.seq, "kind": "served", "count": 1, "at": event["at"]}
        return {**event, "button": self.chance.choice(["great", "good", "meh", "bad"])}


@dataclass
class Swarm:
    """Threads of devices that go on until told to stop; a batch is sent again until it is acknowledged."""

    house: EdgeHouse
    seed: int
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: set[Place] = field(default_factory=set)
    acknowledged: Counter[Place] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """A thread for each device."""
        for ref in range(1, DEVICES + 1):
            thread = threading.Thread(target=self._press_on, args=(ref,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def finish(self) -> None:
        """Stop; what is begun is brought to its end."""
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=120)

    def _press_on(self, ref: int) -> None:
        device = Device(ref, random.Random(self.seed * 1000 + ref))
        device.restart()
        headers = {"Authorization": f"Bearer bmd_{ref - 1:030d}"}
        while not self.stop.is_set():
            if device.chance.random() < 0.05:
                device.restart()
            self._send(device, headers)
            self.stop.wait(device.chance.uniform(0.02, 0.2))

    def _send(self, device: Device, headers: dict[str, str]) -> None:
        events = device.batch()
        body = json.dumps({"boot_id": device.boot, "events": events})
        places = [(device.ref, device.boot, event["seq"]) for event in events]
        with self.lock:
            self.sent.update(places)
        if device.chance.random() < 0.03:
            self._post(device.ref, body[: len(body) // 2], headers)  # a line that broke: nothing of it counts
        while (answer := self._post(device.ref, body, headers)) is None:
            time.sleep(0.05)
        with self.lock:
            self.acknowledged.update(places)
            self.outcomes["stored"] += answer["stored"]
            self.outcomes["duplicate"] += answer["duplicate"]
            self.outcomes["rejected"] += len(answer["rejected"])

    def _post(self, ref: int, body: str, headers: dict[str, str]) -> dict[str, Any] | None:
        """The answer, or None for anything but a plain yes."""
        with self.lock:
            self.in_flight += 1
        try:
            address = f"http://127.0.0.1:{self.house.port}/api/v1/devices/{ref}/events"
            answer = httpx.post(address, content=body, headers=headers, timeout=15)
            return answer.json() if answer.status_code == 200 else None
        except httpx.HTTPError:
            return None
        finally:
            with self.lock:
                self.in_flight -= 1


def check(house: EdgeHouse, swarm: Swarm) -> list[str]:
    """Every violation as a sentence: nothing lost, nothing twice, nothing invented, books that add up."""
    held = _held(house)
    lost = [place for place in swarm.acknowledged if place not in held]
    found = [f"I1: event {place} was acknowledged and is lost" for place in lost]
    found += [f"I3: event {place} was never sent" for place in held - swarm.sent]
    found += [f"I2: {what} is counted twice" for what in twice(_counted(house))]
    found += _uncounted(house)
    if clashes := _count(house, "select count(*) from journal_deviceevent where boot_id like 'clash:%'"):
        found.append(f"I3: {clashes} events were taken for others under their number")
    if wrong := house.imbalances():
        found.append(f"I7: {wrong} minutes of devices do not add up")
    stored = _count(house, "select coalesce(sum(count), 0) from journal_devicetally where outcome='stored'")
    told = "select count(*) from journal_deviceevent where state='rejected' and boot_id not like 'clash:%'"
    if stored + _count(house, told) != len(held):
        found.append(f"I7: {stored} stored by the books, {len(held)} events held")
    return found


def _held(house: EdgeHouse) -> set[Place]:
    told = "select device_ref, boot_id, seq from journal_deviceevent where boot_id not like 'clash:%'"
    return {(int(str(ref)), str(boot), int(str(seq))) for ref, boot, seq in rows(house.database, told)}


def _count(house: EdgeHouse, statement: str) -> int:
    return int(str(rows(house.database, statement)[0][0]))


def _counted(house: EdgeHouse) -> Iterable[str]:
    """The event behind each fact that counts it; one that was taken back has both facts and counts as one."""
    facts = rows(house.database, 'select key, kind, "values" from journal_fact')
    for key, kind, values in facts:
        if kind in {"press.counted", "served.counted"}:
            yield str(key)
        elif kind == "press.collapsed" and not json.loads(str(values)).get("was_counted"):
            yield str(key).rpartition(":")[0]


def _uncounted(house: EdgeHouse) -> list[str]:
    """Each stored press and served has become its fact."""
    counted = set(_counted(house))
    stored = rows(
        house.database,
        "select device_ref, boot_id, seq from journal_deviceevent where kind in ('press', 'served') "
        "and state != 'rejected'",
    )
    keys = [f"device:{ref}:{boot}:{seq}" for ref, boot, seq in stored]
    return [f"I5: event {key} has no fact" for key in keys if key not in counted][:20]
