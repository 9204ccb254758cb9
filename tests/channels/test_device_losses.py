"""What devices are known to have lost becomes facts, and what comes after all is taken back."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from barrymore.channels.devices.losses import loss_round
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.services import revoke_device
from barrymore.channels.devices.writer import Batch, write
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import batch, place_device, stand

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-21T10:00:00+00:00")


@pytest.fixture
def button(site: Site) -> Device:
    return place_device(stand(site))[0]


def tell(device: Device, *seqs: int, **more: Any) -> None:
    at = START + timedelta(hours=1)
    events = [
        {"seq": seq, "kind": "press", "button": "good", "at": (START + timedelta(minutes=seq)).isoformat()}
        for seq in seqs
    ]
    read = read_batch(device.pk, json.dumps(batch(*events, *more.get("others", []))).encode(), at)
    write([Batch(device.pk, at, read)])
    project_round()


def losses() -> list[int]:
    return [fact.values["events"] for fact in Fact.objects.filter(kind="device.lost").order_by("id")]


def test_a_number_that_never_came_is_told_once(button: Device) -> None:
    tell(button, 1, 2, 5)
    assert loss_round() == 1
    assert loss_round() == 0
    assert losses() == [2]
    fact = Fact.objects.get(kind="device.lost")
    assert (fact.site, fact.dims["point"]) == (button.point.site_id, button.point_id)


def test_what_comes_after_all_is_taken_back(button: Device) -> None:
    tell(button, 1, 5)
    loss_round()
    tell(button, 2, 3)
    loss_round()
    tell(button, 4)
    loss_round()
    assert losses() == [3, -2, -1]


def test_what_a_full_store_says_itself_counts_too(button: Device) -> None:
    beat = {"seq": 2, "kind": "heartbeat", "at": START.isoformat(), "lost": 7}
    tell(button, 1, others=[beat])
    loss_round()
    assert losses() == [7]


def test_a_device_that_lost_nothing_tells_nothing_but_that_somebody_looked(button: Device) -> None:
    tell(button, 1, 2, 3)
    assert loss_round() == 0
    looked = Fact.objects.get(kind="point.losses_looked_at")
    assert looked.dims == {"point": button.point_id}
    loss_round()
    assert Fact.objects.filter(kind="point.losses_looked_at").count() == 1


def test_it_is_looked_at_on_each_day_of_the_site(button: Device) -> None:
    # 22:30 in Vilnius and 00:30 the next day, the same day by the clock of the world.
    for hour, minute in ((20, 30), (22, 30)):
        with at_moment(START.replace(hour=hour, minute=minute)):
            loss_round()
    days = {fact.key for fact in Fact.objects.filter(kind="point.losses_looked_at")}
    assert days == {f"losses:{button.point_id}:2026-11-2{n}" for n in (1, 2)}


def test_a_revoked_device_is_not_proof_that_nothing_is_lost(button: Device, dora: Staff) -> None:
    tell(button, 1, 4)
    revoke_device(Actor(dora), button)
    loss_round()
    assert losses() == [2]
    assert not Fact.objects.filter(kind="point.losses_looked_at").exists()


def test_a_poster_can_lose_nothing_and_proves_nothing(site: Site) -> None:
    place_device(stand(site), "poster", "Poster")
    assert loss_round() == 0
    assert not Fact.objects.exists()


def test_the_number_of_statements_does_not_grow_with_devices(
    site: Site, django_assert_max_num_queries: Any
) -> None:
    point = stand(site)
    for n in range(30):
        tell(place_device(point, "button", f"Button {n}")[0], 1, 2)
    loss_round()
    with django_assert_max_num_queries(4):
        loss_round()
