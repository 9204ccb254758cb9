"""Whether a face is in a photo: off by default, told before, yes or no and nothing more, never in the way."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from barrymore.channels.devices import screens
from barrymore.channels.devices.models import Device
from barrymore.feedback import faces, listing, machines
from barrymore.feedback.keeping import forget_round
from barrymore.feedback.models import Campaign, FaceLook, Photo, Response
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Site, Staff
from barrymore.quality.bonus_steps import photos_told, steps_of
from tests.channels.devices import place_device, stand
from tests.channels.test_photos import NAME, NOTICE, bring, consent, said, tell
from tests.extras import real
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
SENTENCE = "A program of ours looks whether a face is in a photo that is not blurred"


@pytest.fixture
def point(site: Site) -> Point:
    return stand(site)


@pytest.fixture
def kiosk(point: Point) -> Device:
    device, key = place_device(point, "kiosk", "Kiosk 1")
    device.key = key  # type: ignore[attr-defined]
    return device


@pytest.fixture
def campaign(point: Point, kiosk: Device, dora: Staff) -> Campaign:
    """A campaign whose kiosk takes photos."""
    made = ask(dora, point)
    screens.set_photos(Actor(dora), kiosk, True, NOTICE)
    return made


@pytest.fixture
def looking(dora: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look for faces is installed and switched on."""
    real.point_at(monkeypatch)
    machines.switch(Actor(dora), speech=True, presence=True)


def jpeg(name: str = "astronaut.png") -> bytes:
    told = io.BytesIO()
    with Image.open(real.PICTURES / name) as opened:
        opened.convert("RGB").save(told, "JPEG")
    return told.getvalue()


def photographed(
    client: Client, kiosk: Device, campaign: Campaign, data: bytes, number: int = 0, **more: Any
) -> Response:
    """An answer with its photo and the consent to it."""
    name = f"photo-{number:032x}"
    assert bring(client, kiosk, data, name).status_code == 200
    told = {"photo": name, "blur": "none", "face": True, **more}
    seq = 10 * number + 1
    tell(kiosk, said(campaign, seq, photo=name), consent(seq + 1, **told))
    return Photo.objects.select_related("response").get(key=name).response  # type: ignore[return-value]


def test_guests_are_told_only_while_it_is_on_and_only_in_words_of_the_house(
    campaign: Campaign, kiosk: Device, dora: Staff
) -> None:
    screens.set_photos(Actor(dora), kiosk, True, {**NOTICE, "ar": "نحتفظ بها ثلاثة أيام."})
    told = screens.screen_told(kiosk)
    assert (told["photo_face"], told["photo_notice"]["en"]) == ([], NOTICE["en"])
    machines.switch(Actor(dora), speech=True, presence=True)
    told = screens.screen_told(kiosk)
    assert told["photo_face"] == ["en", "lt"]
    assert told["photo_notice"]["en"].startswith(f"{NOTICE['en']} {SENTENCE}")
    assert told["photo_notice"]["ar"] == "نحتفظ بها ثلاثة أيام."
    screens.set_photos(Actor(dora), kiosk, False, NOTICE)
    assert (screens.screen_told(kiosk)["photo_notice"], screens.screen_told(kiosk)["photo_face"]) == ({}, [])


@pytest.mark.parametrize(("picture", "found"), [("astronaut.png", "yes"), ("coffee.png", "no")])
def test_yes_or_no_with_model_and_time_and_one_fact(
    client: Client, campaign: Campaign, kiosk: Device, looking: None, picture: str, found: str
) -> None:
    answer = photographed(client, kiosk, campaign, jpeg(picture))
    assert faces.faces_round() == 2
    assert faces.faces_round() == 0
    look = FaceLook.objects.get()
    assert (look.found, look.response, look.why, look.tries) == (found, answer, "", 1)
    assert look.model.startswith("OpenCV 4.") and look.at
    kept = {field.name for field in FaceLook._meta.get_fields()}
    assert kept == {"id", "key", "photo", "response", "found", "why", "model", "tries", "open_after", "at"}
    fact = Fact.objects.get(kind="photo.looked_at")
    assert fact.dims == {"point": kiosk.point_id, "campaign": campaign.pk, "face": found}
    assert (fact.customer_ref, fact.staff_ref) == (None, None)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"blur": "middle"}, "blurred"),
        ({"blur": "all"}, "blurred"),
        ({"face": False}, "not_told"),
        ({"face": "yes"}, "not_told"),
    ],
)
def test_what_was_blurred_or_not_told_is_not_looked_at(
    client: Client, campaign: Campaign, kiosk: Device, looking: None, more: dict[str, Any], why: str
) -> None:
    answer = photographed(client, kiosk, campaign, jpeg(), **more)
    faces.faces_round()
    look = FaceLook.objects.get()
    assert (look.found, look.why, look.model) == ("not", why, "")
    answer.refresh_from_db()
    assert (answer.score, answer.code) == (9, "P")


def test_while_it_is_off_nobody_looks_even_where_it_is_installed(
    client: Client, campaign: Campaign, kiosk: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.point_at(monkeypatch)
    assert machines.reading().presence_on is False
    photographed(client, kiosk, campaign, jpeg(), face=False)
    faces.faces_round()
    assert [(one.found, one.why) for one in FaceLook.objects.all()] == [("not", "off")]


def test_without_consent_there_is_no_look(
    client: Client, campaign: Campaign, kiosk: Device, looking: None
) -> None:
    bring(client, kiosk, jpeg())
    tell(kiosk, said(campaign, photo=NAME))
    assert faces.faces_round() == 0
    assert not FaceLook.objects.exists()


def test_what_cannot_be_read_is_not_looked_at_and_the_answer_counts(
    client: Client, campaign: Campaign, kiosk: Device, looking: None
) -> None:
    answer = photographed(client, kiosk, campaign, jpeg())
    (Path(settings.MEDIA_ROOT) / Photo.objects.get().path).write_bytes(b"a text")
    faces.faces_round()
    assert [(one.found, one.why) for one in FaceLook.objects.all()] == [("not", "unreadable")]
    assert Response.objects.get() == answer


def test_the_result_outlives_the_photo_and_what_waited_says_so(
    client: Client, campaign: Campaign, kiosk: Device, looking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographed(client, kiosk, campaign, jpeg())
    faces.faces_round()
    photographed(client, kiosk, campaign, jpeg(), 1)
    faces.note_photos()
    with at_moment(now() + timedelta(hours=73)):
        forget_round()
        assert faces.faces_round() == 0
    told = [(one.found, one.why, one.photo) for one in FaceLook.objects.order_by("key")]
    assert told == [("yes", "", None), ("not", "gone", None)]
    Response.objects.all().delete()
    assert not FaceLook.objects.exists()


def test_page_rest_and_table_tell_it(
    client: Client, campaign: Campaign, kiosk: Device, looking: None, dora: Staff,
    token: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    photographed(client, kiosk, campaign, jpeg())
    photographed(client, kiosk, campaign, jpeg(), 1, blur="middle")
    faces.faces_round()
    client.force_login(dora)
    page = client.get("/feedback/").content.decode()
    assert "a face was present" in page and "not looked at (the guest blurred it)" in page
    items = client.get("/api/v1/feedback", **token(dora, "feedback.read")).json()["items"]
    assert [(one["photo"]["face"], one["photo"]["why"]) for one in items] == [
        ("not", "blurred"),
        ("yes", None),
    ]
    rows = list(csv.DictReader(io.StringIO("".join(listing.table_of(listing.Wanted())))))
    assert [one["photo_face"] for one in rows] == ["not", "yes"]


def test_the_bonus_step_tells_counts_and_turns_neither_green_nor_red(
    client: Client, campaign: Campaign, kiosk: Device, looking: None
) -> None:
    before = {step.code: step.is_green for step in steps_of(campaign)}
    assert photos_told(campaign) == {"consented": 0, "face": 0, "no_face": 0, "not_looked_at": 0}
    for number, (picture, blur) in enumerate(
        [("astronaut.png", "none"), ("coffee.png", "none"), ("astronaut.png", "all")]
    ):
        photographed(client, kiosk, campaign, jpeg(picture), number, blur=blur)
    faces.faces_round()
    assert photos_told(campaign) == {"consented": 3, "face": 1, "no_face": 1, "not_looked_at": 1}
    steps = {step.code: step for step in steps_of(campaign)}
    assert {code: step.is_green for code, step in steps.items()} == before
    assert steps["RELIABLE"].told[0] == (
        "3 photos with consent: a face was present in 1, none was found in 1, 1 were not looked at"
    )
    with at_moment(now() + timedelta(days=29)):
        assert photos_told(campaign)["consented"] == 0
