"""FAULTS.md D-9: Asterisk or the way to it goes away with 30 waiting and 20 talking, ten times."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from barrymore.conversations.models import Conversation
from barrymore.journal.models import Fact
from barrymore.organisation.models import Role, Staff
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.telephony.models import Call, Extension, Node
from tests.conftest import hire
from tests.ports import free_port
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.many import Sipps
from tests.telephony.sip import eventually
from tests.telephony.test_faults import Wire

pytestmark = [pytest.mark.long]
WAITING, TALKING = 30, 20
ENDS_WITHIN = 60.0
FINAL = {"answered", "abandoned", "lost_by_system"}


@pytest.fixture
def people(queue: Queue, phone_of: Callable[..., Extension]) -> list[Staff]:
    """Twenty with a telephone each, and room for many open conversations."""
    found = []
    for n in range(TALKING):
        staff = hire(f"p{n}@mill.example", f"P{n} Fields", Role.AGENT, queue, languages={"en": 3})
        staff.capacity = 1000
        staff.save()
        phone_of(staff, f"p{n}", str(300 + n))
        found.append(staff)
    return found


@pytest.fixture
def sipps(node: Node, tmp_path: Path) -> Iterator[Sipps]:
    """Callers and telephones, ended with the test."""
    made = Sipps(node.sip_port, tmp_path)
    yield made
    made.close()


def live() -> Counter[str]:
    return Counter(Call.objects.exclude(state="ended").values_list("state", flat=True))


def check(before: int) -> None:
    """One contact a call, one true end each, a call-back for who was lost, and nobody left busy."""
    fresh = Call.objects.filter(pk__gt=before)
    assert fresh.count() == WAITING + TALKING == len(set(fresh.values_list("conversation", flat=True)))
    assert set(fresh.values_list("outcome", flat=True)) <= FINAL
    assert not Placement.objects.exclude(line=0).exists()
    assert not Presence.objects.filter(engaged_since__isnull=False).exists()
    for call in fresh:
        kinds = Counter(
            Fact.objects.filter(key__startswith=f"call:{call.pk}:").values_list("kind", flat=True)
        )
        assert kinds["call.queued"] == 1
        assert kinds["call.ended"] + kinds["call.abandoned"] + kinds["call.lost"] == 1, (call, kinds)
        if call.outcome == "lost_by_system":
            assert call.conversation
            assert call.conversation.state == "open" and call.caller in call.conversation.next_step
            assert kinds["call.lost"] == 1


def test_ten_times_asterisk_goes_away(
    house: Callable[[], House], people: list[Staff], sipps: Sipps, node: Node
) -> None:
    whole = house()
    whole.rest()
    wire = Wire(node.ami_port)
    Node.objects.update(ami_port=wire.port)
    whole.work()
    sound = sipps.folder / "hum.ulaw"
    sound.write_bytes(bytes(range(256)) * 40)
    sipps.telephones([(one.email.split("@")[0], f"pw-{one.email.split('@')[0]}") for one in people],
                     free_port(2, "127.0.0.4"), sound)  # fmt: skip
    for staff in people:
        arrive_at_work(staff)
    for turn, how in enumerate(["restart", "kill", "cut", "kill", "restart"] * 2):
        before = Call.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        callers = sipps.callers(f"turn{turn}", NUMBER, free_port(2, "127.0.0.3"), WAITING + TALKING, 20)
        eventually(lambda: (live()["talking"], live()["queued"]) == (TALKING, WAITING))
        began = time.monotonic()
        match how:
            case "restart":
                whole.asterisk.ask("core restart now")
            case "kill":
                whole.asterisk.kill()
                whole.asterisk.start()
            case "cut":
                wire.cut()
                time.sleep(30)
                assert (live()["talking"], live()["queued"]) == (TALKING, WAITING)
                wire.mend()
                eventually(lambda: Node.objects.filter(connected_at__isnull=False).exists())
                assert (live()["talking"], live()["queued"]) == (TALKING, WAITING)
                began = time.monotonic()
                whole.asterisk.ask("core restart now")
        eventually(lambda: not live(), 2 * ENDS_WITHIN)
        took = time.monotonic() - began
        ends = Counter(Call.objects.filter(pk__gt=before).values_list("outcome", flat=True))
        print(f"turn {turn}, {how}: {took:.0f} s, {dict(ends)}")
        assert took < ENDS_WITHIN
        # Nobody has hung up: whoever waited is lost by our fault, and says so.
        assert ends == {"answered": TALKING, "lost_by_system": WAITING}
        callers.kill()
        callers.wait(timeout=60)
        eventually(lambda: not Presence.objects.filter(engaged_since__isnull=False).exists())
        check(before)
        eventually(lambda: Node.objects.filter(connected_at__isnull=False).exists())
        eventually(lambda: whole.asterisk.channels() == 0)
    assert Conversation.objects.count() == Call.objects.count() == 10 * (WAITING + TALKING)
    wire.server.close()
