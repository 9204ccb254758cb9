"""Wireless buttons through a real Mosquitto: pressed, kept, acknowledged; nothing lost while we are away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client

from barrymore.channels.devices.models import Device
from barrymore.channels.mqtt import services
from barrymore.channels.mqtt.models import Broker, Heard, Meaning
from barrymore.channels.mqtt.watching import held_brokers, watch_brokers
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import now
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.secrets import seal, unseal
from tests.channels.devices import place_device, stand
from tests.channels.mosquitto import mosquitto, say
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)
TOPIC = "zigbee2mqtt/red_button"


@contextmanager
def watching() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=watch_brokers, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=60)


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def stored() -> int:
    return DeviceEvent.objects.filter(kind="press").count()


def button_at(site: Site, port: int, **more: str) -> tuple[Broker, Device]:
    broker = Broker.objects.create(name="House", host="127.0.0.1", port=port, **more)
    device, _key = place_device(stand(site))
    Meaning.objects.create(broker=broker, topic=TOPIC, value="single", device=device, says="bad")
    return broker, device


def connected(broker: Broker) -> bool:
    broker.refresh_from_db()
    return broker.connected_at is not None and not broker.last_error


def test_a_zigbee_button_counts_by_configuration_alone(tmp_path: Path, site: Site) -> None:
    port = free_port()
    with mosquitto(tmp_path, port):
        broker, _device = button_at(site, port)
        with watching():
            assert eventually(lambda: connected(broker))
            say(port, TOPIC, '{"action": "single", "battery": 97}')
            say(port, "zigbee2mqtt/unknown", '{"action": "double"}')
            assert eventually(lambda: stored() == 1)
            assert eventually(lambda: Heard.objects.filter(topic="zigbee2mqtt/unknown").exists())


def test_presses_while_we_are_away_wait_at_the_broker(tmp_path: Path, site: Site) -> None:
    port = free_port()
    with mosquitto(tmp_path, port):
        broker, _device = button_at(site, port)
        with watching():
            assert eventually(lambda: connected(broker))
        for _ in range(20):
            say(port, TOPIC, '{"action": "single"}')
        assert stored() == 0
        with watching():
            assert eventually(lambda: stored() == 20)


def test_what_the_database_refused_comes_again(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, failures, keep = free_port(), [], services._keep

    def fails_once(*args: object) -> str:
        if not failures:
            failures.append(1)
            raise OSError("the disk is full")
        return keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_keep", fails_once)
    with mosquitto(tmp_path, port):
        broker, _device = button_at(site, port)
        with watching():
            assert eventually(lambda: connected(broker))
            say(port, TOPIC, '{"action": "single"}')
            assert eventually(lambda: stored() == 1)
    assert failures == [1]


def test_a_wrong_password_is_told_and_a_right_one_connects(tmp_path: Path, site: Site) -> None:
    port = free_port()
    with mosquitto(tmp_path, port, password="right"):
        broker, _device = button_at(site, port, username="barrymore", secret=seal("wrong"))
        with watching():
            assert eventually(lambda: bool(Broker.objects.get().last_error))
            assert "Not authorized" in Broker.objects.get().last_error
            Broker.objects.update(secret=seal("right"))
            assert eventually(lambda: connected(broker))


def test_a_broker_that_is_not_there_is_told(site: Site) -> None:
    broker, _device = button_at(site, free_port())
    with watching():
        assert eventually(lambda: "Connection refused" in Broker.objects.get(pk=broker.pk).last_error)


def test_of_two_processes_one_listens(site: Site) -> None:
    button_at(site, 1)

    assert len(held_brokers("one")) == 1
    assert held_brokers("other") == {}
    Broker.objects.update(held_until=None)
    assert len(held_brokers("other")) == 1


def test_the_page_gives_what_was_heard_a_meaning(client: Client, site: Site, dora: Staff) -> None:
    broker, device = button_at(site, 1)
    heard = Heard.objects.create(broker=broker, topic="zigbee2mqtt/x", field="action", value="on", at=now())
    client.force_login(dora)
    address = f"/settings/buttons/{broker.pk}/"

    page = client.get(f"{address}?heard={heard.pk}").content.decode()
    assert 'value="zigbee2mqtt/x"' in page
    told = {"topic": "zigbee2mqtt/x", "field": "action", "value": "on", "device": device.pk, "says": "good"}
    assert client.post(f"{address}meanings/", told).status_code == 302
    assert Meaning.objects.filter(topic="zigbee2mqtt/x", says="good").count() == 1
    assert client.post(f"{address}meanings/", told).status_code == 422
    meaning = Meaning.objects.get(topic="zigbee2mqtt/x")
    client.post(f"/settings/buttons/meanings/{meaning.pk}/remove/")
    assert not Meaning.objects.filter(topic="zigbee2mqtt/x").exists()


def test_a_password_is_sealed_and_topics_are_checked(client: Client, site: Site, dora: Staff) -> None:
    client.force_login(dora)
    told = {
        "name": "House",
        "host": "mqtt.mill.example",
        "port": 1883,
        "topics": "a/+/b  c/#",
        "new_secret": "s3cret",
    }

    client.post("/settings/buttons/new/", {**told, "topics": "a/#/b"})
    assert not Broker.objects.exists()
    client.post("/settings/buttons/new/", told)
    broker = Broker.objects.get()
    assert (broker.topics, unseal(broker.secret)) == ("a/+/b c/#", "s3cret")
    assert "s3cret" not in client.get(f"/settings/buttons/{broker.pk}/").content.decode()
