"""What a broker hands over: read in fields, kept once, and nothing of it ever raises."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.mqtt.models import Broker, Heard, Meaning
from barrymore.channels.mqtt.reading import Message, read
from barrymore.channels.mqtt.services import take
from barrymore.journal.balance import imbalances
from barrymore.journal.models import DeviceEvent, DeviceTally, Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Site
from tests.channels.devices import place_device, stand

TOPIC = "zigbee2mqtt/red_button"
NOW = datetime(2026, 11, 21, 14, 40, tzinfo=UTC)


def press(value: str = "single", number: int = 7, **more: bool) -> Message:
    return Message(
        TOPIC, json.dumps({"action": value, "battery": 97, "linkquality": 120}).encode(), number, **more
    )


@pytest.mark.parametrize(
    ("payload", "values"),
    [
        (b'{"action": "single", "battery": 97, "linkquality": 120}', {"action": "single"}),
        (b'{"action": "", "battery": 97}', {}),
        (b'{"contact": false}', {"contact": "false"}),
        (b'{"action": 1}', {"action": "1"}),
        (b"ON", {"message": "ON"}),
        (b"17", {"message": "17"}),
        (b"[1, 2]", {}),
        (b"", {}),
        (b"\xff\xfe\x00", {"message": "��"}),
        (b"[" * 60_000, {"message": "[" * 60}),
        (b"x" * 70_000, {}),
        (b'{"action": "' + b"a" * 500 + b'"}', {"action": "a" * 60}),
    ],
)
def test_a_message_is_read_in_fields(payload: bytes, values: dict[str, str]) -> None:
    assert read(Message(TOPIC, payload), NOW).values == values


def test_the_bridge_may_say_when_it_was() -> None:
    said = read(Message(TOPIC, b'{"action": "single", "last_seen": "2026-11-21T14:39:50+00:00"}'), NOW)
    assert (said.at, said.doubt) == (NOW - timedelta(seconds=10), "")
    said = read(Message(TOPIC, b'{"action": "single", "last_seen": "1970-01-01T00:00:00+00:00"}'), NOW)
    assert (said.at, said.doubt) == (NOW, "clock_not_set")


@pytest.fixture
def broker(db: None) -> Broker:
    return Broker.objects.create(name="House", host="127.0.0.1")


@pytest.fixture
def button(broker: Broker, site: Site) -> Device:
    device, _key = place_device(stand(site))
    for value, says in (("single", "red"), ("hold", "served")):
        Meaning.objects.create(broker=broker, topic=TOPIC, value=value, device=device, says=says)
    return device


def test_a_press_becomes_a_fact(broker: Broker, button: Device) -> None:
    assert take(broker, press()) == ("stored", None)
    project_round()

    [fact] = Fact.objects.filter(kind="press.counted")
    assert (fact.values, fact.dims["device"]) == ({"score": 1, "scale": "colour2"}, button.pk)


def test_another_value_may_count_a_customer(broker: Broker, button: Device) -> None:
    take(broker, press("hold"))
    project_round()

    assert Fact.objects.get(kind="served.counted").values == {"count": 1}


def test_what_the_broker_hands_over_again_counts_once(broker: Broker, button: Device) -> None:
    first, again = take(broker, press()), take(broker, press(is_again=True))

    assert (first[0], again[0]) == ("stored", "duplicate")
    assert DeviceEvent.objects.count() == 1
    tallies = dict(DeviceTally.objects.values_list("outcome", "count"))
    assert tallies == {"received": 2, "stored": 1, "duplicate": 1}
    moment = now()
    assert imbalances(moment - timedelta(hours=1), moment + timedelta(hours=1)) == []


def test_an_unacknowledged_packet_that_was_not_kept_counts(broker: Broker, button: Device) -> None:
    assert take(broker, press(is_again=True))[0] == "stored"


def test_two_presses_of_the_same_words_are_two(broker: Broker, button: Device) -> None:
    take(broker, press(number=7))
    take(broker, press(number=8))

    assert DeviceEvent.objects.count() == 2


def test_the_last_word_of_a_topic_is_no_press(broker: Broker, button: Device) -> None:
    assert take(broker, press(is_retained=True)) == ("retained", None)
    assert (DeviceEvent.objects.count(), Heard.objects.count()) == (0, 0)


def test_what_nobody_has_given_a_meaning_is_shown_and_counts_nothing(broker: Broker, button: Device) -> None:
    assert take(broker, press("double"))[0] == "nothing"
    assert take(broker, Message("zigbee2mqtt/lamp", b"ON"))[0] == "nothing"

    heard = set(Heard.objects.values_list("topic", "field", "value"))
    assert heard == {(TOPIC, "action", "double"), ("zigbee2mqtt/lamp", "message", "ON")}
    assert DeviceEvent.objects.count() == 0


def test_a_message_without_a_press_tells_the_battery(broker: Broker, button: Device) -> None:
    take(broker, Message(TOPIC, b'{"battery": 41}'))

    button.refresh_from_db()
    assert button.battery == 41 and button.seen_at is not None


def test_of_what_was_heard_only_the_newest_fifty_are_kept(broker: Broker) -> None:
    for n in range(60):
        take(broker, Message(f"zigbee2mqtt/thing{n}", b"ON"))

    assert Heard.objects.count() == 50
    assert not Heard.objects.filter(topic="zigbee2mqtt/thing0").exists()


def test_a_revoked_device_says_nothing(broker: Broker, button: Device) -> None:
    Device.objects.update(revoked_at=now())

    assert take(broker, press())[0] == "nothing"
    assert DeviceEvent.objects.count() == 0


def test_a_device_of_ours_shows_its_key_and_is_answered(broker: Broker, site: Site) -> None:
    device, key = place_device(stand(site))
    events = [{"seq": n, "kind": "press", "button": "good"} for n in (1, 2)]
    body = {"key": key, "boot_id": "b1", "events": events}
    own = f"barrymore/devices/{device.pk}/events"

    outcome, told = take(broker, Message(own, json.dumps(body).encode()))
    assert told is not None and (outcome, told.stored, told.duplicate) == ("stored", 2, 0)
    told = take(broker, Message(own, json.dumps(body).encode()))[1]
    assert told is not None and (told.stored, told.duplicate) == (0, 2)


@pytest.mark.parametrize("change", [{"key": "bmd_wrong" + "x" * 30}, {"key": 3}, {"key": None}, {}])
def test_without_its_key_nothing_is_kept(broker: Broker, site: Site, change: dict[str, object]) -> None:
    device, _key = place_device(stand(site))
    body = {"boot_id": "b1", "events": [{"seq": 1, "kind": "press", "button": "good"}], **change}

    took = take(broker, Message(f"barrymore/devices/{device.pk}/events", json.dumps(body).encode()))
    assert (took, DeviceEvent.objects.count()) == (("refused", None), 0)


def test_one_device_does_not_speak_for_another(broker: Broker, site: Site) -> None:
    point = stand(site)
    (_one, key), (other, _key) = place_device(point), place_device(point, name="Button 2")
    body = {"key": key, "boot_id": "b1", "events": [{"seq": 1, "kind": "press", "button": "good"}]}

    took = take(broker, Message(f"barrymore/devices/{other.pk}/events", json.dumps(body).encode()))
    assert (took[0], DeviceEvent.objects.count()) == ("refused", 0)
