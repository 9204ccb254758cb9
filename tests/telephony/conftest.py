"""A house with a real Asterisk: a node, a number, and people with telephones."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from barrymore.journal.moment import now
from barrymore.organisation.models import Role, Site, Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Presence, Queue
from barrymore.telephony import watching
from barrymore.telephony.models import Call, Extension, Node, Number, Trunk
from tests.conftest import hire
from tests.ports import free_port
from tests.telephony.asterisk import CALLERS, Asterisk, free_range, home
from tests.telephony.sip import Sipp, eventually

NUMBER = "+37052000001"


@dataclass
class House:
    """Everything that a call needs."""

    node: Node
    asterisk: Asterisk
    sip: Sipp
    stop: threading.Event
    thread: threading.Thread | None = None

    def work(self) -> None:
        """Let the telephony of the product run, and wait until it is connected."""
        self.stop = threading.Event()
        self.thread = threading.Thread(target=watching.watch_nodes, args=(self.stop,), daemon=True)
        self.thread.start()
        eventually(lambda: Node.objects.filter(pk=self.node.pk, connected_at__isnull=False).exists())

    def rest(self) -> None:
        """As if our process had ended."""
        self.stop.set()
        if self.thread:
            self.thread.join(timeout=60)
            assert not self.thread.is_alive()
            self.thread = None

    def call(self, **expected: object) -> Call:
        """The call that stands so, as soon as one does."""
        found: Call = eventually(lambda: Call.objects.filter(**expected).order_by("-pk").first())
        return found


@pytest.fixture(scope="session")
def asterisk() -> Iterator[Asterisk]:
    """One server for all tests of a process; each test writes its configuration."""
    with home() as server:
        yield server


@pytest.fixture
def node(db: None) -> Node:
    """An Asterisk on free ports of this machine."""
    start = free_range()
    return Node.objects.create(
        name="main",
        ami_port=free_port(),
        http_port=free_port(),
        sip_address="127.0.0.1",
        sip_port=free_port(2),
        secret=seal("manager; of the house"),
        rtp_start=start,
        rtp_end=start + 399,
        ask_seconds=0,
    )


@pytest.fixture
def number(node: Node, queue: Queue, site: Site) -> Number:
    """The number of the house, and the line on which its calls come."""
    Trunk.objects.create(node=node, name="carrier", host=CALLERS, silence_seconds=300)
    return Number.objects.create(
        number=NUMBER, name="Reception", queue=queue, site=site, language="en", ring_seconds=5
    )


@pytest.fixture
def phone_of() -> Callable[..., Extension]:
    """Give a person a telephone."""

    def given(staff: Staff, username: str = "", number: str = "201") -> Extension:
        name = username or staff.first_name.lower()
        return Extension.objects.create(staff=staff, number=number, username=name, secret=seal(f"pw-{name}"))

    return given


@pytest.fixture
def house(
    transactional_db: None, node: Node, number: Number, asterisk: Asterisk
) -> Iterator[Callable[[], House]]:
    """Start everything, once the people and telephones of the test are there."""
    made: list[House] = []

    def start() -> House:
        asterisk.stop()
        asterisk.forget()
        asterisk.configure(node)
        asterisk.start()
        made.append(House(node, asterisk, Sipp(node.sip_port), threading.Event()))
        made[0].work()
        return made[0]

    yield start
    for one in made:
        one.rest()
        one.sip.close()
    asterisk.stop()


def arrive_at_work(staff: Staff, state: str = "available") -> None:
    """The person takes work from now on."""
    Presence.objects.update_or_create(
        staff=staff, defaults={"state": state, "since": now() - timedelta(minutes=1), "seen_at": now()}
    )


def second(queue: Queue) -> Staff:
    """A colleague of Amina's."""
    return hire("ines@mill.example", "Ines Duarte", Role.AGENT, queue, languages={"en": 3})
