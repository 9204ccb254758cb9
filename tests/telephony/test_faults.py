"""What goes wrong between Asterisk and us: nobody waits for ever, nobody is counted twice."""

import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation, Message
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement, Presence
from barrymore.telephony import watching
from barrymore.telephony.configuring import lines
from barrymore.telephony.models import Call, Extension, Node
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.sip import eventually


def count(kind: str) -> int:
    return Fact.objects.filter(kind=kind).count()


def test_our_process_is_away_while_callers_come_talk_and_go(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=4)
    whole.sip.call(NUMBER, stays=30)
    talking = whole.call(state="talking")
    # This one hears music, and hangs up before we are back.
    left = whole.sip.call(NUMBER, stays=1.5, from_header="<sip:+37061234568@[local_ip]>")
    waiting = whole.call(state="queued")
    whole.rest()
    away = now()
    # This one comes while nobody listens, and waits.
    whole.sip.call(NUMBER, stays=30, from_header="<sip:+37061234569@[local_ip]>")
    assert left.wait(timeout=60) == 0
    eventually(lambda: whole.asterisk.channels() == 3)
    whole.work()
    assert whole.call(pk=waiting.pk, state="ended").outcome == "abandoned"
    found = whole.call(caller="+37061234569")
    assert found.state in {"queued", "ringing", "talking"}
    assert found.queued_at < away + timedelta(seconds=2)
    assert whole.call(pk=talking.pk, state="ended").outcome == "answered"
    assert whole.call(pk=found.pk, state="talking").staff == amina
    assert count("call.queued") == 3 == Conversation.objects.count()


def test_the_person_hangs_up_while_our_process_is_away(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=1.5)
    whole.sip.call(NUMBER, stays=30)
    whole.call(state="talking")
    whole.rest()
    eventually(lambda: whole.asterisk.channels() == 0)
    whole.work()
    assert whole.call(state="ended").outcome == "answered"
    assert count("call.ended") == 1
    assert Presence.objects.get(staff=amina).engaged_since is None


def test_our_process_dies_while_it_rings(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", answers_after=1.5, talks=2)
    whole.sip.call(NUMBER, stays=30)
    whole.call(state="ringing", rang_at__isnull=False)
    whole.rest()
    # Asterisk connects them by itself; we find them talking.
    eventually(lambda: "2 active channels" in whole.asterisk.ask("core show channels count"))
    eventually(lambda: "Bridge(" in whole.asterisk.ask("core show channels"))
    whole.work()
    assert whole.call(state="talking").staff == amina
    assert whole.call(state="ended").outcome == "answered"


class Wire:
    """Between our process and Asterisk: can be cut and mended."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])
        self.pairs: list[socket.socket] = []
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.pairs += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.is_cut = True
        for one in self.pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def mend(self) -> None:
        self.is_cut = False


def test_the_wire_is_cut_with_one_waiting_and_one_talking(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.rest()
    wire = Wire(whole.node.ami_port)
    Node.objects.update(ami_port=wire.port)
    whole.work()
    whole.sip.phone("amina", "pw-amina", talks=5)
    whole.sip.call(NUMBER, stays=30)
    talking = whole.call(state="talking")
    whole.sip.call(NUMBER, stays=30, from_header="<sip:+37061234568@[local_ip]>")
    waiting = whole.call(state="queued")
    wire.cut()
    eventually(lambda: Node.objects.filter(connected_at=None).exists())
    assert Call.objects.filter(state="ended").count() == 0
    wire.mend()
    assert whole.call(pk=talking.pk, state="ended").outcome == "answered"
    assert whole.call(pk=waiting.pk, state="talking").staff == amina
    assert count("call.queued") == 2 and count("call.lost") == 0
    wire.server.close()


def test_asterisk_is_killed_with_callers_in_the_queue(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina")
    whole.sip.call(NUMBER, stays=60)
    whole.call(state="talking")
    whole.sip.call(NUMBER, stays=60, from_header="<sip:+37061234568@[local_ip]>", calls=5)
    eventually(lambda: Call.objects.filter(state="queued").count() == 5)
    whole.asterisk.kill()
    whole.asterisk.start()
    eventually(lambda: not Call.objects.exclude(state="ended").exists(), 60)
    assert sorted(Call.objects.values_list("outcome", flat=True)) == ["answered", *["lost_by_system"] * 5]
    assert count("call.lost") == 5 and count("callback.owed") == 6 and count("call.abandoned") == 0
    for call in Call.objects.filter(outcome="lost_by_system"):
        assert call.conversation
        assert call.conversation.state == "open" and "+37061234568" in call.conversation.next_step
    assert set(Placement.objects.values_list("line", "priority")) == {(0, 3)}
    assert Presence.objects.get(staff=amina).engaged_since is None


def test_asterisk_does_not_come_back(house: Callable[[], House], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOST_AFTER_REFUSED", 2.0)
    whole = house()
    whole.sip.call(NUMBER, stays=60)
    whole.call(state="queued")
    whole.asterisk.kill()
    assert whole.call(state="ended").outcome == "lost_by_system"
    assert "Refused" in Node.objects.get().last_error


def test_a_cut_line_of_the_person_puts_the_caller_back_in_their_place(
    house: Callable[[], House],
    amina: Staff,
    phone_of: Callable[..., Extension],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # SIPp sends no sound, as a telephone whose network is gone.
    monkeypatch.setattr(lines, "PHONE_SILENCE_SECONDS", 2)
    phone_of(amina)
    arrive_at_work(amina)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=60)
    whole.sip.call(NUMBER, stays=20)
    first = whole.call(state="talking")
    again = whole.call(attempt=2, pk=first.pk)
    assert again.queued_at == first.queued_at and again.outcome == ""
    assert Message.objects.filter(event="call_cut").count() == 1
    # She is the only one there: whoever is cut off is rung again, and hears the same caller.
    whole.call(state="talking", attempt=2)
    whole.call(state="ended", outcome="answered")
    assert count("call.answered") == count("call.ended") == 1
