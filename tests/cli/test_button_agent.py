"""A button agent and the real server: enrolled by a code, offline, resent, revoked, told what is wrong."""

import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.services import invite_device, revoke_device
from barrymore.cli.agent.house import Place
from barrymore.cli.agent.running import Sender
from barrymore.cli.agent.store import Store
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import place_device, stand
from tests.channels.serving import serving
from tests.cli.agents import Agent, agent, enrolled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(db: None) -> Iterator[int]:
    """The product's ASGI application on a free port."""
    with serving() as port:
        yield port


@pytest.fixture
def button(site: Site) -> tuple[Device, str]:
    """A button at the reception."""
    return place_device(stand(site), name=f"Button {time.monotonic_ns()}")


def presses() -> list[tuple[int, int | None, str]]:
    """What the house has, by number."""
    kept = DeviceEvent.objects.filter(kind="press").order_by("seq")
    return list(kept.values_list("seq", "score", "scale"))


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes to pass in time."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_from_the_code_to_the_inbox(server: int, site: Site, dora: Staff, tmp_path: Path) -> None:
    device = Device.objects.create(point=stand(site), kind="button", name="B", code="b", created_at=now())
    code = invite_device(Actor(dora), device)
    store = str(tmp_path / "buttons")
    link = f"http://127.0.0.1:{server}/enrol/{code}/"
    done = agent("--enrol", link, "--store", store)
    assert (done.returncode, f"device {device.pk} of" in done.stderr.decode()) == (0, True)
    place = tmp_path / "buttons" / "place.json"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert json.loads(place.read_text())["key"].startswith("bmd_")
    again = agent("--enrol", link, "--store", store)
    assert again.returncode == 2 and b"Ask for a new one" in again.stderr
    assert json.loads(place.read_text())["device"] == device.pk
    keys = ["--key", "1=great", "--key", "f2=1", "--key", "space=served"]
    done = agent("--stdin", "--store", store, *keys, feed=b"1\nf2\nx\nnonsense\n\nKEY_SPACE\n1\n")
    assert (done.returncode, b"'nonsense' is no key" in done.stderr) == (0, True)
    assert [one[1:] for one in presses()] == [(4, "smile4"), (1, "smile4"), (4, "smile4")]
    assert DeviceEvent.objects.filter(kind="served").count() == 1
    heartbeat = DeviceEvent.objects.get(kind="heartbeat")
    assert heartbeat.detail["firmware"].startswith("button-agent")
    assert b"waiting 0\nlost 0\n" in agent("--status", "--store", store).stdout


def test_days_without_a_network_and_then_all_of_it_in_order(
    server: int, button: tuple[Device, str], tmp_path: Path
) -> None:
    device, key = button
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        store = enrolled(tmp_path, nobody.getsockname()[1], device.pk, key)
        words = ["--stdin", "--store", str(store), "--key", "1=1", "--key", "2=2"]
        for _ in range(3):
            done = agent(*words, feed=b"1\n2\n" * 150)
            assert done.returncode == 1 and b"Presses are kept and sent later" in done.stderr
    assert not DeviceEvent.objects.exists()
    assert b"waiting 90" in agent("--status", "--store", str(store)).stdout
    enrolled(tmp_path, server, device.pk, key)
    assert agent(*words, feed=b"").returncode == 0
    scores = [score for _seq, score, _scale in presses()]
    assert scores == [1, 2] * 450
    seqs = sorted(DeviceEvent.objects.values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_revoked_key_stops_the_sending_and_keeps_the_presses_until_there_is_another(
    server: int, button: tuple[Device, str], dora: Staff, tmp_path: Path
) -> None:
    device, key = button
    revoke_device(Actor(dora), device)
    running = Agent(enrolled(tmp_path, server, device.pk, key))
    running.start()
    running.press()
    running.press("2")
    assert wait_for(lambda: any("was revoked or replaced" in one for one in running.said))
    assert wait_for(lambda: len(running.kept) == 2)
    assert not DeviceEvent.objects.exists()
    other, fresh = place_device(device.point, name="Button again")
    enrolled(tmp_path, server, other.pk, fresh)
    assert wait_for(lambda: len(presses()) == 2)
    assert running.finish() == 0
    assert set(DeviceEvent.objects.values_list("device_ref", flat=True)) == {other.pk}
    assert [score for _seq, score, _scale in presses()] == [1, 4]


def test_a_full_store_tells_how_many_presses_it_lost(
    server: int, button: tuple[Device, str], tmp_path: Path
) -> None:
    device, key = button
    store = Store(enrolled(tmp_path, server, device.pk, key), say=print, most=5)
    store.belongs_to(device.pk)
    told = [store.put({"kind": "press", "button": "bad"}) for _ in range(9)]
    assert [one is None for one in told] == [False] * 5 + [True] * 4
    store.put_heartbeat({"kind": "heartbeat"})
    sender = Sender(store, tmp_path, Place(f"http://127.0.0.1:{server}", device.pk, key), "", print)
    assert sender.send_all()
    assert (len(presses()), store.standing().lost) == (5, 0)
    assert DeviceEvent.objects.get(kind="heartbeat").detail["lost"] == 4
    store.put_heartbeat({"kind": "heartbeat"})
    assert sender.send_all()
    assert "lost" not in DeviceEvent.objects.filter(kind="heartbeat").latest("seq").detail


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>Log in</html>\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n{"stored":0,"duplicate":0,"rejected":[]}   ',
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_nothing_but_a_whole_acknowledgement_lets_a_press_go(answer: bytes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answers, args=(listening, answer), daemon=True).start()
        store = enrolled(tmp_path, listening.getsockname()[1], 1, "bmd_" + "x" * 32)
        done = agent("--stdin", "--store", str(store), "--key", "1=1", feed=b"1\n")
    assert (done.returncode, b"Not sent" in done.stderr) == (1, True)
    assert b"Traceback" not in done.stderr
    assert b"waiting 2" in agent("--status", "--store", str(store)).stdout


def _answers(listening: socket.socket, answer: bytes) -> None:
    """Whoever calls gets this, until nobody listens any more."""
    while True:
        try:
            calling, _who = listening.accept()
        except OSError:
            return
        with calling:
            calling.recv(65_536)
            calling.sendall(answer)
