"""Answers that devices tell: kept at the edge, projected once, or rejected with a reason."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.writer import Batch, Told, write
from barrymore.feedback import campaigns
from barrymore.feedback.models import Answer, Campaign, Response
from barrymore.journal.balance import imbalances
from barrymore.journal.models import DeviceEvent, DeviceTally, Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import batch, place_device, stand
from tests.feedback.asked import DEFINITIONS, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiosk(site: Site) -> Device:
    """A kiosk at the reception, with its key in `key`."""
    device, key = place_device(stand(site), "kiosk", "Kiosk 1")
    device.key = key  # type: ignore[attr-defined]
    return device


@pytest.fixture
def campaign(kiosk: Device, dora: Staff) -> Campaign:
    """What is asked at the reception of everybody who is served."""
    return ask(dora, kiosk.point, mode="survey", served_source="employee")


def said(campaign: Campaign, seq: int = 1, answers: Any = None, **more: Any) -> dict[str, Any]:
    """One answer event."""
    answers = {"score": 9, "loved": "Breakfast"} if answers is None else answers
    told = {"campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "answers": answers}
    return {"kind": "answer", "seq": seq, "at": now().isoformat(), **told, **more}


def tell(device: Device, *events: Any) -> Told:
    at = now()
    return write([Batch(device.pk, at, read_batch(device.pk, json.dumps(batch(*events)).encode(), at))])[0]


def test_an_answer_becomes_one_row_its_answers_and_one_fact(kiosk: Device, campaign: Campaign) -> None:
    event = said(campaign, seconds={"score": 2.1}, language="lt")
    assert tell(kiosk, event).stored == 1
    assert tell(kiosk, event).duplicate == 1
    assert project_round() == 1
    assert project_round() == 0
    response = Response.objects.get()
    assert (response.mode, response.channel, response.point_ref, response.device_ref) == (
        "survey", "kiosk", kiosk.point_id, kiosk.pk,
    )  # fmt: skip
    assert (response.code, response.score, response.scale, response.comment) == (
        "I",
        9,
        "scale10",
        "Breakfast",
    )
    assert dict(Answer.objects.values_list("question", "seconds")) == {"score": 2.1, "loved": None}
    fact = Fact.objects.get(kind="answer.given")
    assert fact.dims == {
        "point": kiosk.point_id, "device": kiosk.pk, "step": "check-in", "campaign": campaign.pk,
        "questionnaire": campaign.questionnaire_id, "mode": "survey",
    }  # fmt: skip
    assert fact.values == {"score": 9, "scale": "scale10", "code": "I", "answered": 2, "applicable": 2}
    assert "Breakfast" not in str((fact.dims, fact.values))


def test_many_answers_cost_a_few_queries_each(
    kiosk: Device, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    tell(kiosk, *(said(campaign, n) for n in range(1, 21)))
    with django_assert_max_num_queries(20 * 2 + 25):
        assert project_round() == 20
    assert Response.objects.count() == 20


@pytest.mark.parametrize(
    ("answers", "outcome", "code"),
    [
        ({}, "refused", "R"),
        ({"score": 1}, "partial", "P"),
        ({}, "language", "O"),
        ({"score": 8, "loved": "not asked"}, "complete", "I"),
    ],
)
def test_how_it_ended_is_an_aapor_code(
    kiosk: Device, campaign: Campaign, answers: Any, outcome: str, code: str
) -> None:
    tell(kiosk, said(campaign, answers=answers, outcome=outcome))
    project_round()
    assert Response.objects.get().code == code


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"campaign": 999}, "no_campaign"),
        ({"questionnaire": 999}, "no_version"),
        ({"answers": {"score": 11}}, "answers"),
        ({"answers": {"nothing": 1}}, "answers"),
    ],
)
def test_what_cannot_count_is_kept_with_its_reason_and_the_minute_adds_up(
    kiosk: Device, campaign: Campaign, changes: dict[str, Any], why: str
) -> None:
    tell(kiosk, {**said(campaign), **changes}, said(campaign, 2))
    project_round()
    row = DeviceEvent.objects.get(seq=1)
    assert (row.state, row.detail["why"]) == ("rejected", why)
    assert Response.objects.count() == Fact.objects.filter(kind="answer.given").count() == 1
    tallies = dict(DeviceTally.objects.values_list("outcome", "count"))
    assert tallies == {"received": 2, "stored": 1, f"rejected:{why}": 1}
    hour = timedelta(hours=1)
    assert imbalances(now() - hour, now() + hour) == []


def test_a_version_that_nobody_fielded_takes_no_answers_and_an_earlier_one_still_does(
    kiosk: Device, campaign: Campaign, dora: Staff
) -> None:
    draft = campaigns.next_version(Actor(dora), campaign.questionnaire, DEFINITIONS["smile"])
    tell(kiosk, said(campaign, 1, {"smile": 4}, questionnaire=draft.pk), said(campaign, 2))
    project_round()
    assert DeviceEvent.objects.get(seq=1).detail["why"] == "not_fielded"
    campaign.questionnaire = draft
    campaigns.save_campaign(Actor(dora), campaign, [kiosk.point])
    tell(kiosk, said(campaign, 3, {"smile": 4}), said(campaign, 4, questionnaire=draft.pk - 1))
    project_round()
    assert list(Response.objects.order_by("id").values_list("scale", flat=True)) == [
        "scale10",
        "smile4",
        "scale10",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("campaign", "3"), ("campaign", True), ("questionnaire", 0), ("answers", []), ("answers", {"a": 1.5}),
        ("answers", {"a": "x" * 4001}), ("answers", {"a": [1]}), ("answers", {"a": {"b": {}}}),
        ("answers", {"": 1}),
        ("answers", {f"q{n}": 1 for n in range(41)}), ("seconds", {"a": -1}), ("seconds", {"a": "1"}),
        ("seconds", [1]), ("outcome", "happy"), ("language", 7), ("language", "x" * 11),
        ("answers", {"é": 1}),
    ],
)  # fmt: skip
def test_nonsense_is_rejected_at_the_edge_with_its_field(
    kiosk: Device, campaign: Campaign, field: str, value: Any
) -> None:
    told = tell(kiosk, {**said(campaign), field: value})
    assert (told.stored, [one["why"] for one in told.rejected]) == (0, [field])
    project_round()
    assert not Response.objects.exists()


def test_too_much_at_once_is_rejected(kiosk: Device, campaign: Campaign) -> None:
    told = tell(kiosk, said(campaign, answers={f"q{n}": "x" * 4000 for n in range(6)}))
    assert [one["why"] for one in told.rejected] == ["too_long"]


def test_signs_that_no_database_keeps_are_left_out(kiosk: Device, campaign: Campaign) -> None:
    tell(kiosk, said(campaign, answers={"score": 10, "loved": "a\x00b\ud800"}))
    project_round()
    assert Response.objects.get().comment == "ab\ufffd"


def asks(client: Client, device: Device, key: str, **headers: str) -> Any:
    return client.get(
        f"/api/v1/devices/{device.pk}/campaign", headers={"Authorization": f"Bearer {key}", **headers}
    )


def test_a_device_reads_its_campaign_by_its_own_key(
    client: Client, kiosk: Device, campaign: Campaign
) -> None:
    answer = asks(client, kiosk, kiosk.key)  # type: ignore[attr-defined]
    told = answer.json()
    assert (answer.status_code, told["campaign"], told["languages"]) == (200, campaign.pk, ["en", "lt"])
    assert told["definition"] == DEFINITIONS["branch"]
    again = asks(client, kiosk, kiosk.key, **{"If-None-Match": answer.headers["ETag"]})  # type: ignore[attr-defined]
    assert (again.status_code, again.content) == (304, b"")
    Campaign.objects.update(opening={"en": "Welcome"})
    changed = asks(client, kiosk, kiosk.key, **{"If-None-Match": answer.headers["ETag"]})  # type: ignore[attr-defined]
    assert changed.status_code == 200


def test_the_prompt_is_for_the_employee_alone(client: Client, kiosk: Device, campaign: Campaign) -> None:
    Campaign.objects.update(prompt="Please tell us how it was")
    button, key = place_device(kiosk.point, "employee", "Employee button")
    assert asks(client, button, key).json()["prompt"] == "Please tell us how it was"
    assert asks(client, kiosk, kiosk.key).json()["prompt"] == ""  # type: ignore[attr-defined]


def test_another_key_reads_nothing_and_no_campaign_is_none(
    client: Client, kiosk: Device, site: Site, campaign: Campaign
) -> None:
    other, key = place_device(stand(site, "Till"), "kiosk", "Kiosk 2")
    assert asks(client, kiosk, key).status_code == 401
    assert asks(client, kiosk, "").status_code == 401
    assert asks(client, other, key).status_code == 404
    Campaign.objects.update(until=now().date() - timedelta(days=2))
    assert asks(client, kiosk, kiosk.key).status_code == 404  # type: ignore[attr-defined]
