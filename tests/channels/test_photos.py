"""Photos at a kiosk: off until told, never in the way of an answer, gone in time, opened on record."""

import io
import json
import struct
import zlib
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
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.writer import Batch, Told, write
from barrymore.feedback.keeping import forget_round, keeping, set_keeping
from barrymore.feedback.models import Answer, CallWish, Campaign, Photo, Recording, Response
from barrymore.feedback.photos import LARGEST, drawn_anew
from barrymore.feedback.recordings import NotKept, keep_recording
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Site, Staff
from barrymore.routing.models import Queue
from tests.channels.devices import batch, place_device, stand
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
NAME = "photo-" + "a" * 32
NOTICE = {"en": "Our team sees it for three days.", "lt": "Mūsų komanda ją mato tris dienas."}


@pytest.fixture
def kiosk(site: Site, dora: Staff) -> Device:
    """A kiosk at the reception that asks in English and Lithuanian, with its key in `key`."""
    device, key = place_device(stand(site), "kiosk", "Kiosk 1")
    device.key = key  # type: ignore[attr-defined]
    return device


@pytest.fixture
def campaign(kiosk: Device, dora: Staff) -> Campaign:
    """What is asked there."""
    return ask(dora, kiosk.point)


@pytest.fixture
def photos_on(kiosk: Device, campaign: Campaign, dora: Staff) -> None:
    """Guests may attach a photo."""
    screens.set_photos(Actor(dora), kiosk, True, NOTICE)


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **more: Any) -> bytes:
    """A picture of a camera that tells where it was."""
    made = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[0x010F] = "Spy Camera 54.6872 25.2797"
    told = io.BytesIO()
    made.save(told, kind, exif=exif, **more)
    return told.getvalue()


def bring(client: Client, device: Device, data: bytes, name: str = NAME, kind: str = "image/jpeg") -> Any:
    return client.generic(
        "POST", f"/api/v1/devices/{device.pk}/files?name={name}", data, kind,
        HTTP_AUTHORIZATION=f"Bearer {device.key}",  # type: ignore[attr-defined]
    )  # fmt: skip


def tell(device: Device, *events: Any) -> Told:
    at = now()
    told = write([Batch(device.pk, at, read_batch(device.pk, json.dumps(batch(*events)).encode(), at))])[0]
    project_round()
    return told


def said(campaign: Campaign, seq: int = 1, **more: Any) -> dict[str, Any]:
    told = {"campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "answers": {"score": 9}}
    return {"kind": "answer", "seq": seq, "at": now().isoformat(), **told, **more}


def consent(seq: int = 2, **more: Any) -> dict[str, Any]:
    return {"kind": "photo", "seq": seq, "photo": NAME, "blur": "middle", "notice": NOTICE["en"], **more}


def test_photos_are_off_until_every_language_has_its_notice(
    client: Client, kiosk: Device, campaign: Campaign, dora: Staff, amina: Staff
) -> None:
    assert screens.screen_told(kiosk)["photo_notice"] == {}
    assert bring(client, kiosk, picture()).status_code == 409
    for notice in ({}, {"en": "We keep it."}, {"en": "We keep it.", "lt": " \x00 "}):
        with pytest.raises(ValueError, match="lt before photos can be on"):
            screens.set_photos(Actor(dora), kiosk, True, notice)
    with pytest.raises(NotAllowed):
        screens.set_photos(Actor(amina), kiosk, True, NOTICE)
    assert not screens.takes_photos(kiosk)
    screens.set_photos(Actor(dora), kiosk, True, NOTICE)
    assert screens.screen_told(kiosk)["photo_notice"] == NOTICE
    assert AuditEntry.objects.get(action="photos.switched").detail["on"] is True
    screens.set_photos(Actor(dora), kiosk, False, NOTICE)
    assert screens.screen_told(kiosk)["photo_notice"] == {}
    assert bring(client, kiosk, picture()).status_code == 409
    assert not Photo.objects.exists()


def test_the_page_of_the_screen_asks_for_the_notice_and_keeps_what_was_typed(
    client: Client, kiosk: Device, campaign: Campaign, dora: Staff, token: Callable[..., dict[str, str]]
) -> None:
    client.force_login(dora)
    address = f"/settings/devices/{kiosk.pk}/photos/"
    answer = client.post(address, {"on": "on", "notice_en": "Only for three days."})
    assert (answer.status_code, "Only for three days." in answer.content.decode()) == (422, True)
    assert not screens.takes_photos(kiosk)
    assert client.post(address, {"on": "on", "notice_en": "a", "notice_lt": "b"}).status_code == 302
    assert screens.screen_told(kiosk)["photo_notice"] == {"en": "a", "lt": "b"}
    rest = client.put(
        f"/api/v1/devices/{kiosk.pk}/photos",
        {"on": True, "notice": {"en": "x"}},
        "application/json",
        **token(dora, "settings.manage"),
    )
    assert rest.status_code == 422 and "lt" in rest.json()["detail"]


@pytest.mark.parametrize("file_first", [True, False])
def test_a_photo_is_tied_to_its_answer_in_whatever_order_they_come(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, dora: Staff, file_first: bool
) -> None:
    if file_first:
        assert bring(client, kiosk, picture()).status_code == 200
    tell(kiosk, said(campaign, photo=NAME))
    if not file_first:
        assert bring(client, kiosk, picture()).status_code == 200
    tell(kiosk, consent())
    assert bring(client, kiosk, picture(size=(10, 10))).status_code == 200
    photo = Photo.objects.get()
    assert (photo.response, photo.blur, photo.notice) == (Response.objects.get(), "middle", NOTICE["en"])
    assert (photo.width, photo.height) == (640, 480)
    assert DeviceEvent.objects.get(kind="photo").state == "noted"


def test_who_says_no_or_nothing_has_answered_all_the_same(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, dora: Staff
) -> None:
    told = tell(kiosk, said(campaign, photo=NAME))
    assert (told.stored, Response.objects.get().code, Response.objects.get().score) == (1, "P", 9)
    client.force_login(dora)
    assert "Open the photo" not in client.get("/feedback/").content.decode()
    assert client.post(f"/feedback/photo/{NAME}/").status_code == 404


def test_nothing_but_the_pixels_is_kept(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None
) -> None:
    data = picture(size=(4000, 2000), comment=b"room 412")
    assert b"Spy Camera" in data and b"room 412" in data
    assert bring(client, kiosk, data).status_code == 200
    kept = (Path(settings.MEDIA_ROOT) / Photo.objects.get().path).read_bytes()
    assert b"Spy" not in kept and b"412" not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("JPEG", (1280, 640), {})


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says how much it would unfold to."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (bomb(4000, 4000), 413),
        (bomb(60_000, 60_000), 413),
        (bomb(2**31 - 1, 2**31 - 1), 413),
        (bomb(640, 480)[:60], 415),
        (b"GIF89a" + b"0" * 50, 415),
        (b"<svg onload=alert(1)></svg>", 415),
        (picture()[:400], 415),
        (b"\xff\xd8\xff" + b"0" * 500, 415),
    ],
    ids=["large", "bomb", "absurd", "cut png", "gif", "svg", "cut jpeg", "no jpeg"],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, data: bytes, status: int
) -> None:
    assert bring(client, kiosk, data).status_code == status
    assert not Photo.objects.exclude(path="").exists()
    assert not (Path(settings.MEDIA_ROOT) / "photos").exists()


@pytest.mark.parametrize(
    ("name", "kind", "size", "status"),
    [
        ("photo-x", "image/jpeg", 100, 422),
        ("photo-" + "A" * 32, "image/jpeg", 100, 422),
        (NAME, "image/svg+xml", 100, 415),
        (NAME, "text/html", 100, 415),
        (NAME, "image/jpeg", LARGEST + 1, 413),
    ],
)
def test_a_wrong_name_kind_or_size_is_refused_before_it_is_read(
    client: Client, kiosk: Device, photos_on: None, name: str, kind: str, size: int, status: int
) -> None:
    assert bring(client, kiosk, b"0" * size, name, kind).status_code == status


def test_another_screen_can_neither_send_under_a_name_nor_tie_it(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, dora: Staff
) -> None:
    assert bring(client, kiosk, picture()).status_code == 200
    other, key = place_device(kiosk.point, "kiosk", "Kiosk 2")
    other.key = key  # type: ignore[attr-defined]
    screens.set_photos(Actor(dora), other, True, NOTICE)
    assert bring(client, other, picture()).status_code == 409
    tell(other, said(campaign, photo=NAME), consent())
    photo = Photo.objects.get()
    assert (photo.response, photo.notice, photo.device_ref) == (None, "", kiosk.pk)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (consent(photo="x"), "photo"), (consent(photo=None), "photo"), (consent(blur="much"), "blur"),
        (consent(blur=["all"]), "blur"),
    ],
)  # fmt: skip
def test_nonsense_about_a_photo_is_rejected_with_its_field(
    kiosk: Device, campaign: Campaign, event: dict[str, Any], why: str
) -> None:
    assert [one["why"] for one in tell(kiosk, event).rejected] == [why]


def test_a_wrong_name_in_an_answer_is_rejected(kiosk: Device, campaign: Campaign) -> None:
    assert [one["why"] for one in tell(kiosk, said(campaign, photo="../../etc")).rejected] == ["photo"]


def test_every_opening_is_written_down_and_needs_its_right(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, dora: Staff, sam: Staff
) -> None:
    bring(client, kiosk, picture())
    tell(kiosk, said(campaign, photo=NAME), consent())
    address = f"/feedback/photo/{NAME}/"
    client.force_login(sam)
    assert "Open the photo" not in client.get("/feedback/").content.decode()
    assert client.post(address).status_code == 403
    assert not AuditEntry.objects.filter(action="photo.opened").exists()
    client.force_login(dora)
    assert "Open the photo" in client.get("/feedback/").content.decode()
    assert not AuditEntry.objects.filter(action="photo.opened").exists()
    assert client.get(address).status_code == 405
    for _ in range(2):
        told = client.post(address)
    assert (told.status_code, told["Content-Type"], told["Cache-Control"]) == (
        200, "image/jpeg", "private, no-store",
    )  # fmt: skip
    lines = AuditEntry.objects.filter(action="photo.opened")
    assert [(one.actor, one.subject, one.detail) for one in lines] == [
        (dora, NAME, {"answer": Response.objects.get().pk})
    ] * 2


def test_after_three_days_the_photo_is_gone_and_the_answer_stays(
    client: Client, kiosk: Device, campaign: Campaign, photos_on: None, dora: Staff
) -> None:
    bring(client, kiosk, picture())
    bring(client, kiosk, picture(), "photo-" + "b" * 32)
    tell(kiosk, said(campaign, photo=NAME))
    files = [Path(settings.MEDIA_ROOT) / one.path for one in Photo.objects.all()]
    with at_moment(now() + timedelta(hours=71)):
        assert forget_round() == 0
    with at_moment(now() + timedelta(hours=73)):
        assert forget_round() == 2
        assert forget_round() == 0
    assert not any(one.exists() for one in files) and not Photo.objects.exists()
    assert Response.objects.count() == 1
    assert AuditEntry.objects.get(action="photos.forgotten").detail == {"files": 2}
    client.force_login(dora)
    assert client.post(f"/feedback/photo/{NAME}/").status_code == 404


def test_voices_go_after_their_days_and_contacts_after_theirs(
    kiosk: Device, campaign: Campaign, dora: Staff, queue: Queue
) -> None:
    sound = b"\x1aE\xdf\xa3" + b"0" * 20
    place = {"device": kiosk.pk, "point": kiosk.point_id, "site": kiosk.point.site_id}
    kept = keep_recording("voice-" + "a" * 32, "audio/webm", [sound], len(sound), **place)
    given = {"score": 2, "why": ["rude"], "worst": "rude", "call": {"phone": "+37061234567", "name": "Lee"}}
    tell(kiosk, said(campaign, answers=given))
    assert CallWish.objects.count() == 1
    with at_moment(now() + timedelta(days=29)):
        assert forget_round() == 0
    with at_moment(now() + timedelta(days=31)):
        assert forget_round() == 1
    assert not Recording.objects.exists() and not (Path(settings.MEDIA_ROOT) / kept.path).exists()
    set_keeping(Actor(dora), photo_hours=72, voice_days=30, contact_days=5)
    with at_moment(now() + timedelta(days=6)):
        # Nobody has been called yet: whoever is to call needs the number.
        assert forget_round() == 0
    CallWish.objects.update(taken_at=now())
    with at_moment(now() + timedelta(days=6)):
        assert forget_round() == 1
        assert forget_round() == 0
    wish = CallWish.objects.get()
    assert (wish.name, wish.phone, wish.forgotten_at is not None) == ("", "", True)
    assert Answer.objects.get(question="call").chosen == {}
    assert Answer.objects.get(question="why").chosen == ["rude"]


@pytest.mark.parametrize("changes", [{"photo_hours": 73}, {"voice_days": 0}, {"contact_days": 99_999}])
def test_nobody_keeps_longer_than_may_be(
    client: Client, dora: Staff, amina: Staff, changes: dict[str, int]
) -> None:
    told = {"photo_hours": 72, "voice_days": 30, "contact_days": 365, **changes}
    with pytest.raises(ValueError, match=next(iter(changes))):
        set_keeping(Actor(dora), **told)
    client.force_login(dora)
    client.post("/settings/keeping/", told)
    assert (keeping().photo_hours, keeping().voice_days, keeping().contact_days) == (72, 30, 365)
    fine = {"photo_hours": 24, "voice_days": 7, "contact_days": 30}
    assert client.post("/settings/keeping/", fine).status_code == 302
    assert keeping().photo_hours == 24
    with pytest.raises(NotAllowed):
        set_keeping(Actor(amina), **fine)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_is_drawn_anew(kind: str) -> None:
    data, size = drawn_anew(picture(kind))
    assert (data[:3], size) == (b"\xff\xd8\xff", (640, 480))


def test_a_format_that_was_not_asked_for_is_not_even_tried() -> None:
    told = io.BytesIO()
    Image.new("RGB", (4, 4)).save(told, "TIFF")
    with pytest.raises(NotKept):
        drawn_anew(told.getvalue())
