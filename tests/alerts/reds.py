"""Red presses for tests, from the inbox on."""

import json
from datetime import datetime
from itertools import count

from barrymore.alerts.models import Alert
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.writer import Batch, write
from barrymore.handling.models import Recovery
from barrymore.handling.recovering import recoveries_round
from barrymore.journal.moment import now
from barrymore.organisation.models import Site
from tests.channels.devices import batch, place_device, stand

numbers = count(1)


def button(site: Site, name: str = "Reception") -> Device:
    """A button at a point of its own."""
    return place_device(stand(site, name), name=f"{name} button")[0]


def tell(device: Device, kind: str = "press", at: datetime | None = None, **more: object) -> None:
    """One event of a device, projected and opened as the rounds do."""
    event = {"seq": next(numbers), "kind": kind, "at": (at or now()).isoformat(), **more}
    read = read_batch(device.pk, json.dumps(batch(event)).encode(), now())
    write([Batch(device.pk, now(), read)])


def press_red(device: Device, at: datetime | None = None, colour: str = "red") -> Recovery | None:
    """Somebody presses red; what became of it."""
    tell(device, at=at, button=colour)
    project_round()
    recoveries_round()
    return Recovery.objects.order_by("-id").first()


def red_alert(device: Device, at: datetime | None = None) -> Alert:
    """The alert of a red press."""
    found = press_red(device, at)
    assert found is not None and found.alert is not None
    return Alert.objects.get(pk=found.alert_id)
