"""Stored events become facts: in order, each exactly once, doubles and bursts as one."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from barrymore.channels.devices import projection
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.services import say_by_poster
from barrymore.channels.devices.writer import Batch, write
from barrymore.feedback.models import Response
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import batch, place_device, stand

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-21T10:00:00+00:00")


@pytest.fixture
def button(site: Site) -> Device:
    """A button at the reception."""
    return place_device(stand(site))[0]


def tell(device: Device, *events: dict[str, Any], boot: str = "b1") -> None:
    """As if the device had sent one batch a while after the events."""
    at = START + timedelta(hours=1)
    read = read_batch(device.pk, json.dumps(batch(*events, boot=boot)).encode(), at)
    write([Batch(device.pk, at, read)])


def press(seq: int, after: float, button: str = "good") -> dict[str, Any]:
    at = (START + timedelta(seconds=after)).isoformat()
    return {"seq": seq, "kind": "press", "button": button, "at": at}


def states() -> list[str]:
    return list(DeviceEvent.objects.order_by("seq").values_list("state", flat=True))


def counted() -> int:
    """As a reader of facts counts: what was counted, less what was taken back."""
    back = [fact for fact in Fact.objects.filter(kind="press.collapsed") if fact.values["was_counted"]]
    return Fact.objects.filter(kind="press.counted").count() - len(back)


def test_a_press_becomes_one_fact(button: Device) -> None:
    tell(button, press(1, 0, "bad"))
    assert project_round() == 1
    assert project_round() == 0
    fact = Fact.objects.get()
    point = button.point
    assert (fact.kind, fact.key, fact.at) == ("press.counted", f"device:{button.pk}:b1:1", START)
    assert (fact.site, fact.channel) == (point.site_id, "device")
    dims = {"point": point.pk, "device": button.pk, "step": "check-in", "button": "bad", "mode": "feedback"}
    assert fact.dims == dims
    assert fact.values == {"score": 1, "scale": "smile4"}
    assert states() == ["counted"]


def test_the_fact_keeps_the_step_of_its_time(button: Device) -> None:
    tell(button, press(1, 0))
    project_round()
    button.point.step = "paying"
    button.point.save()
    tell(button, press(2, 9))
    project_round()
    assert [fact.dims["step"] for fact in Fact.objects.order_by("id")] == ["check-in", "paying"]


def test_doubles_collapse_into_the_first(button: Device) -> None:
    tell(button, press(1, 0), press(2, 1.9, "bad"), press(3, 2.0), press(4, 30))
    project_round()
    assert states() == ["counted", "double", "counted", "counted"]
    double = Fact.objects.get(kind="press.collapsed")
    assert (double.values["why"], double.values["was_counted"]) == ("double", False)


def test_doubles_are_found_across_rounds(button: Device) -> None:
    tell(button, press(1, 0))
    project_round()
    tell(button, press(2, 1))
    project_round()
    assert states() == ["counted", "double"]


def test_eight_presses_in_fifteen_seconds_are_one(button: Device) -> None:
    tell(button, *(press(n + 1, n * 2.1) for n in range(12)))
    project_round()
    assert states() == ["counted", *["burst"] * 11]
    assert counted() == 1


def test_a_burst_across_rounds_takes_back_what_was_counted(button: Device) -> None:
    for n in range(8):
        tell(button, press(n + 1, n * 2.1))
        project_round()
    assert states() == ["counted", *["burst"] * 7]
    assert counted() == 1
    assert Fact.objects.filter(kind="press.collapsed", values__was_counted=True).count() == 6


def test_seven_presses_are_seven(button: Device) -> None:
    tell(button, *(press(n + 1, n * 2.1) for n in range(7)), press(8, 15.1))
    project_round()
    assert states() == ["counted"] * 8


def test_a_burst_told_backwards_counts_once(button: Device) -> None:
    tell(button, *(press(9 - n, n * 0.5) for n in range(8, 0, -1)))
    project_round()
    assert counted() == 1


def test_served_counts_with_the_person_told(button: Device, amina: Staff) -> None:
    at = START.isoformat()
    tell(
        button,
        {"seq": 1, "kind": "served", "at": at, "count": 2, "staff": amina.pk},
        {"seq": 2, "kind": "served", "at": at, "staff": 999_999},
    )
    project_round()
    first, second = Fact.objects.order_by("id")
    assert (first.kind, first.values, first.staff_ref) == ("served.counted", {"count": 2}, amina.pk)
    assert (second.values, second.staff_ref) == ({"count": 1}, None)


def test_a_heartbeat_tells_how_the_device_is_and_is_no_fact(button: Device) -> None:
    tell(button, {"seq": 1, "kind": "heartbeat", "battery": 81, "firmware": "1.4"})
    project_round()
    button.refresh_from_db()
    assert (button.battery, button.firmware, button.boot_id) == (81, "1.4", "b1")
    assert button.seen_at == START + timedelta(hours=1)
    assert states() == ["noted"]
    assert not Fact.objects.exists()


def test_batches_go_on_where_the_last_ended(button: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BATCH", 3)
    tell(button, *(press(n + 1, n * 60) for n in range(8)))
    assert project_round() == 8
    assert list(Fact.objects.order_by("id").values_list("key", flat=True)) == [
        f"device:{button.pk}:b1:{n}" for n in range(1, 9)
    ]


def test_a_failure_leaves_everything_to_the_next_round(
    button: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(button, press(1, 0), press(2, 60))

    def fails(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(projection, "_note_seen", fails)
    with pytest.raises(RuntimeError):
        project_round()
    assert states() == ["stored", "stored"]
    assert not Fact.objects.exists()
    monkeypatch.undo()
    assert project_round() == 2


def test_a_fact_that_is_there_already_does_not_hold_up_the_others(button: Device) -> None:
    record("press.counted", f"device:{button.pk}:b1:1")
    tell(button, press(1, 0), press(2, 60))
    assert project_round() == 2
    assert states() == ["failed", "counted"]
    assert Fact.objects.count() == 2


def test_two_guests_at_one_poster_in_one_second_are_two(site: Site) -> None:
    poster, _ = place_device(stand(site), "poster", "Poster")
    for n in range(9):
        say_by_poster(poster, f"{n:016x}", 4, "Warm welcome" if n == 0 else "")
    assert say_by_poster(poster, "0" * 16, 1, "") is False
    project_round()
    assert Fact.objects.filter(kind="press.counted").count() == 9
    assert not Fact.objects.filter(kind="press.collapsed").exists()
    assert "Warm" not in str([(fact.dims, fact.values) for fact in Fact.objects.all()])
    assert DeviceEvent.objects.filter(detail__comment="Warm welcome", at__lte=now()).count() == 1


def test_what_a_guest_said_at_a_poster_stands_in_the_one_table_of_answers(site: Site) -> None:
    poster, _ = place_device(stand(site), "poster", "Poster")
    say_by_poster(poster, "a" * 16, 1, "Cold soup")
    project_round()
    response = Response.objects.get()
    assert (response.mode, response.channel, response.point_ref) == ("feedback", "poster", poster.point_id)
    assert (response.score, response.scale, response.comment, response.case) == (
        1,
        "smile4",
        "Cold soup",
        None,
    )


def test_a_button_without_words_is_a_count_and_no_row(button: Device) -> None:
    tell(button, press(1, 0))
    project_round()
    assert not Response.objects.exists()
