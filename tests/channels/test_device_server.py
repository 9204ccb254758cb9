"""The edge behind the real server on loopback: the whole way from a socket to the inbox."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from barrymore.channels.devices.models import Device
from barrymore.feedback.models import Recording
from barrymore.journal.models import DeviceEvent, DeviceTally
from barrymore.organisation.models import Site
from tests.channels.devices import batch, place_device, press, stand
from tests.channels.serving import serving

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


def test_from_a_socket_to_the_inbox_and_to_the_pages(server: int, button: tuple[Device, str]) -> None:
    device, key = button
    url = f"http://127.0.0.1:{server}/api/v1/devices/{device.pk}/events"
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client() as client:
        body = batch(press(1), press(2, "bad"))
        assert client.post(url, json=body, headers=bearer).json()["stored"] == 2
        assert client.post(url, json=body, headers=bearer).json()["duplicate"] == 2
        assert client.post(url, content=b" " * 2_000_000, headers=bearer).status_code == 413
        assert client.post(url, json=body).status_code == 401
        assert client.get(url, headers=bearer).headers["allow"] == "POST"
        beside = client.get(f"http://127.0.0.1:{server}/api/v1/devices", headers=bearer)
        assert (beside.status_code, beside.headers["content-type"]) == (401, "application/problem+json")


def test_a_device_that_dies_while_it_sends_leaves_nothing_half(
    server: int, button: tuple[Device, str]
) -> None:
    device, key = button
    body = json.dumps(batch(press(1), press(2))).encode()
    head = (
        f"POST /api/v1/devices/{device.pk}/events HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server)) as sending:
        sending.sendall(head + body[:40])
    time.sleep(0.2)
    assert not DeviceEvent.objects.exists()
    with socket.create_connection(("127.0.0.1", server)) as sending:
        sending.sendall(head + body)
        # It dies before it has read the answer: what was committed stays, and is a duplicate later.
    deadline = time.monotonic() + 60
    while DeviceEvent.objects.count() < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = httpx.post(
        f"http://127.0.0.1:{server}/api/v1/devices/{device.pk}/events",
        content=body,
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.json() == {"stored": 0, "duplicate": 2, "rejected": []}
    counts = dict(DeviceTally.objects.values_list("outcome", "count"))
    assert counts["received"] == counts["stored"] + counts["duplicate"] == 4


def test_a_gigabyte_of_voice_is_refused_before_it_is_sent(server: int, site: Site) -> None:
    """Only the head goes out; the answer comes, and nothing of the body was waited for."""
    device, key = place_device(stand(site), "kiosk", "Kiosk 1")
    head = (
        f"POST /api/v1/devices/{device.pk}/files?name=voice-{'a' * 32} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: audio/webm\r\nContent-Length: {1024**3}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server), timeout=5) as sending:
        sending.sendall(head + b"\x1aE\xdf\xa3" + b"0" * 1000)
        assert b" 413 " in sending.recv(200).splitlines()[0]


def test_four_megabytes_of_voice_go_to_the_disk(server: int, site: Site) -> None:
    device, key = place_device(stand(site), "kiosk", "Kiosk 1")
    sound = b"\x1aE\xdf\xa3" + b"0" * 4_000_000
    answer = httpx.post(
        f"http://127.0.0.1:{server}/api/v1/devices/{device.pk}/files?name=voice-{'b' * 32}",
        content=sound,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "audio/webm"},
    )
    assert (answer.status_code, answer.json()["size"]) == (200, len(sound))
    assert (Path(settings.MEDIA_ROOT) / Recording.objects.get().path).stat().st_size == len(sound)
