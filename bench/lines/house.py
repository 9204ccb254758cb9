"""The rows, the Asterisk and the processes of a run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.telephony.asterisk import CALLERS, Asterisk, home

NUMBER, RIVAL = "+37052000001", "37052000099"
# What is not closed after the call counts as work in hand; here nobody closes anything.
MANY = 10_000
RTP = (10_000, 19_998)
SIP_PORT, AMI_PORT, HTTP_PORT, PHONE_PORT, CALLER_PORT = 9_060, 9_038, 9_088, 9_160, 9_260


@dataclass
class House:
    """Everything that runs."""

    asterisk: Asterisk
    node_ref: int
    secret: str
    people: list[tuple[str, str]]  # user name and password of each telephone

    @property
    def asterisk_pid(self) -> int:
        return self.asterisk.process.pid if self.asterisk.process else 0


def fill(people: int) -> tuple[int, str, list[tuple[str, str]]]:
    """One number, one queue, so many people, each with a SIP telephone; nobody is at work yet."""
    from barrymore.journal.moment import now
    from barrymore.organisation.models import Staff
    from barrymore.organisation.secrets import seal
    from barrymore.routing.models import Presence, Queue
    from barrymore.telephony.models import Extension, Node, Number, Trunk

    secret = "load; of the bench"
    node = Node.objects.create(
        name="bench", ami_port=AMI_PORT, http_port=HTTP_PORT, sip_address="127.0.0.1", sip_port=SIP_PORT,
        secret=seal(secret), rtp_start=RTP[0], rtp_end=RTP[1], ask_seconds=0,
    )  # fmt: skip
    queue = Queue.objects.create(name="Guests")
    Number.objects.create(number=NUMBER, name="Reception", queue=queue, language="en")
    # Callers send no sound: silence is no fault here.
    Trunk.objects.create(node=node, name="carrier", host=CALLERS, silence_seconds=3600)
    told = []
    for n in range(people):
        staff = Staff.objects.create(
            email=f"t{n}@mill.example", name=f"T{n}", password="!", languages={"en": 3}, capacity=MANY
        )
        queue.members.add(staff)
        Presence.objects.create(staff=staff, state="break", since=now() - timedelta(hours=1), seen_at=now())
        Extension.objects.create(staff=staff, number=str(1000 + n), username=f"t{n}", secret=seal(f"pw-{n}"))
        told.append((f"t{n}", f"pw-{n}"))
    return node.pk, secret, told


def at_work(count: int) -> None:
    """So many people take calls from now on, the others do not."""
    from barrymore.journal.moment import now
    from barrymore.organisation.models import Staff
    from barrymore.routing.services import set_presence

    for number, staff in enumerate(Staff.objects.filter(name__startswith="T").order_by("pk")):
        set_presence(staff, "available" if number < count else "break")
    from barrymore.routing.models import Presence

    Presence.objects.update(seen_at=now() + timedelta(hours=1))


@contextmanager
def house(people: int) -> Iterator[House]:
    """Asterisk as the product configures it, and beside it a queue of Asterisk's own for comparison."""
    from barrymore.telephony.models import Node

    node_ref, secret, told = fill(people)
    with home() as asterisk:
        asterisk.configure(Node.objects.get(pk=node_ref))
        _add_rival(asterisk.home, [name for name, _ in told])
        asterisk.start()
        yield House(asterisk, node_ref, secret, told)


def _add_rival(folder: Path, names: list[str]) -> None:
    """app_queue with its usual settings: everybody rings, autofill, one call each."""
    with (folder / "modules.conf").open("a") as file:
        file.write("load = app_queue.so\n")
    members = "".join(f"member => PJSIP/{name}\n" for name in names)
    (folder / "queues.conf").write_text(
        "[general]\nautofill = yes\n[rival]\nmusicclass = default\nstrategy = rrmemory\ntimeout = 20\n"
        f"retry = 1\nringinuse = no\nwrapuptime = 0\nautofill = yes\n{members}"
    )
    with (folder / "extensions.conf").open("a") as file:
        file.write(
            f"\n[barrymore-in](+)\nexten => {RIVAL},1,Answer()\n same => n,UserEvent(BenchQueued)\n"
            " same => n,Queue(rival)\n same => n,Hangup()\n"
        )


@contextmanager
def telephony() -> Iterator[int]:
    """What drives the calls, as a process of its own: with SQLite all the work; gives its process id."""
    on_sqlite = not os.environ.get("BARRYMORE_DATABASE")
    words = ["serve", "--only", "work"] if on_sqlite else ["telephony", "run"]
    process = subprocess.Popen([sys.executable, "-m", "barrymore", *words], env=dict(os.environ))
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_connected(node_ref: int) -> None:
    """Until the process drives the node."""
    from barrymore.telephony.models import Node

    until = time.monotonic() + 60
    while time.monotonic() < until:
        if Node.objects.filter(pk=node_ref, connected_at__isnull=False).exists():
            return
        time.sleep(0.1)
    raise AssertionError("the telephony process does not connect")


def memory_mb(pid: int) -> float:
    """Resident, of one process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
