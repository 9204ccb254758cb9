"""Devices for tests, and the edge as a client sees it."""

import json
from typing import Any

from barrymore.channels.devices.edge import DeviceEdge
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.services import KEY_BEGINS
from barrymore.journal.moment import now
from barrymore.organisation.models import Point, Room, Site
from barrymore.organisation.services import digest_of


def stand(site: Site, name: str = "Reception", *, step: str = "check-in", room: str = "Lobby") -> Point:
    """A point at a site."""
    place = Room.objects.get_or_create(site=site, name=room)[0] if room else None
    return Point.objects.create(site=site, room=place, name=name, step=step)


def place_device(point: Point, kind: str = "button", name: str = "Button 1") -> tuple[Device, str]:
    """An enrolled device and its key."""
    key = f"{KEY_BEGINS}{name.replace(' ', '')}{'x' * 32}"
    device = Device.objects.create(
        point=point, kind=kind, name=name, code=name, key_digest=digest_of(key), created_at=now()
    )
    return device, key


def press(seq: int, button: str = "good", **more: Any) -> dict[str, Any]:
    """One press, now."""
    return {"seq": seq, "kind": "press", "button": button, "at": now().isoformat(), **more}


def batch(*events: Any, boot: str = "b1") -> dict[str, Any]:
    """What a device sends."""
    return {"boot_id": boot, "events": list(events)}


async def send(edge: DeviceEdge, device: int, key: str, body: Any, **more: Any) -> tuple[int, dict[str, Any]]:
    """Call the edge as the server does; status and answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    parts = [data[at : at + 60_000] for at in range(0, len(data), 60_000)] or [b""]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def answer(message: dict[str, Any]) -> None:
        sent.append(message)

    path = f"/api/v1/devices/{device}/events"
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, **more}
    assert edge.takes(path)
    await edge(scope, receive, answer)
    return sent[0]["status"], json.loads(sent[1]["body"])
