"""The kiosk's server side: what a screen shows, whom one chooses, voice messages, views, cheers, losses."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.devices import screens
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.screen_models import Slide, SlideViews, Target
from barrymore.channels.devices.services import TYPED, add_device, invite_device
from barrymore.channels.devices.writer import Batch, Told, write
from barrymore.feedback.models import Campaign, Recording, Response
from barrymore.feedback.recordings import LARGEST, NotKept, keep_recording
from barrymore.formulas.questionnaire_faults import WrongDefinition
from barrymore.formulas.questionnaire_reading import read_definition
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Site, Staff
from tests.channels.devices import batch, place_device, stand
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
Headers = Callable[..., dict[str, str]]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
WEBM = b"\x1aE\xdf\xa3" + b"0" * 200
FRONTEND = Path(__file__).parents[2] / "frontend"
NAME = "voice-" + "a" * 32


@pytest.fixture
def point(site: Site) -> Point:
    """The reception."""
    return stand(site)


@pytest.fixture
def kiosk(point: Point) -> Device:
    """A kiosk at the reception, with its key in `key`."""
    device, key = place_device(point, "kiosk", "Kiosk 1")
    device.key = key  # type: ignore[attr-defined]
    return device


@pytest.fixture
def admin(client: Client, dora: Staff) -> Client:
    """Dora's browser."""
    client.force_login(dora)
    return client


def tell(device: Device, *events: Any) -> Told:
    at = now()
    return write([Batch(device.pk, at, read_batch(device.pk, json.dumps(batch(*events)).encode(), at))])[0]


def by_key(device: Device, **more: Any) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {device.key}", **more}  # type: ignore[attr-defined]


def bring(client: Client, device: Device, data: bytes = WEBM, name: str = NAME, **more: Any) -> Any:
    kind = more.pop("kind", "audio/webm;codecs=opus")
    return client.generic(
        "POST", f"/api/v1/devices/{device.pk}/files?name={name}", data, kind, **by_key(device, **more)
    )


def test_the_page_is_the_same_for_everybody_and_lets_nothing_else_run(admin: Client) -> None:
    page = admin.get("/kiosk/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "csrf" not in page.content.decode()
    assert "Dora" not in page.content.decode()
    assert "sessionid" not in page.cookies
    words = json.loads(
        page.content.decode().partition('type="application/json">')[2].partition("</script>")[0]
    )
    assert set(words) == {code for code, _ in settings.LANGUAGES}


def test_the_worker_keeps_the_whole_screen_and_changes_with_it(client: Client) -> None:
    told = client.get("/kiosk/worker.js").content.decode()
    kept = json.loads(told.removeprefix("self.KEPT=").partition(";\n")[0])
    assert len(kept["version"]) == 16
    for file in kept["files"]:
        assert client.get(file).status_code == 200, file
    assert any("cyrillic" in file for file in kept["files"])
    manifest = client.get("/kiosk/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert (manifest.json()["display"], manifest.json()["scope"]) == ("fullscreen", "/kiosk/")


def test_the_code_of_a_kiosk_can_be_typed_and_its_link_leads_to_the_screen(
    client: Client, dora: Staff, point: Point
) -> None:
    device = add_device(Actor(dora), point, "kiosk", "Tablet", [])
    code = invite_device(Actor(dora), device)
    assert len(code) == 11
    assert set(code) <= {*TYPED, "-"}
    answer = client.get(f"/enrol/{code}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/kiosk/#code={code}")


def test_a_screen_reads_its_own_settings_and_no_other(
    client: Client, kiosk: Device, dora: Staff, site: Site
) -> None:
    screens.set_screen(Actor(dora), kiosk, "post", "a b c d")
    screens.add_target(Actor(dora), kiosk, "Sunny", "person", dora)
    answer = client.get(f"/api/v1/devices/{kiosk.pk}/screen", **by_key(kiosk))
    told = answer.json()
    assert (told["mode"], told["keys"]) == ("post", ["a", "b", "c", "d"])
    assert [one["name"] for one in told["targets"]] == ["Sunny"]
    assert "Dora" not in answer.content.decode()
    again = client.get(
        f"/api/v1/devices/{kiosk.pk}/screen", **by_key(kiosk, HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    )
    assert again.status_code == 304
    _, key = place_device(stand(site, "Till"), "kiosk", "Kiosk 2")
    for path in ("screen", "campaign"):
        refused = client.get(f"/api/v1/devices/{kiosk.pk}/{path}", HTTP_AUTHORIZATION=f"Bearer {key}")
        assert refused.status_code == 401
    assert bring(client, kiosk, HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 401
    assert not Recording.objects.exists()


def test_a_voice_message_is_kept_once_and_heard_only_by_who_may(
    client: Client, kiosk: Device, dora: Staff, amina: Staff
) -> None:
    assert bring(client, kiosk).json() == {"name": NAME, "size": len(WEBM)}
    assert bring(client, kiosk).status_code == 200
    kept = Recording.objects.get()
    assert (kept.device_ref, kept.content_type, kept.size) == (kiosk.pk, "audio/webm", len(WEBM))
    assert client.get(f"/feedback/voice/{NAME}/").status_code == 302
    client.force_login(amina)
    assert client.get(f"/feedback/voice/{NAME}/").status_code == 403
    client.force_login(dora)
    heard = client.get(f"/feedback/voice/{NAME}/")
    assert b"".join(heard) == WEBM  # type: ignore[arg-type]
    assert heard.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"data": b"<html>" * 50}, 415),
        ({"kind": "text/html"}, 415),
        ({"kind": "audio/ogg"}, 415),
        ({"name": "../../etc/passwd"}, 422),
        ({"CONTENT_LENGTH": "0"}, 411),
        ({"data": WEBM + b"0" * LARGEST}, 413),
    ],
)
def test_what_is_no_voice_message_is_refused_and_leaves_nothing(
    client: Client, kiosk: Device, changes: dict[str, Any], status: int, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert bring(client, kiosk, **changes).status_code == status
    assert not Recording.objects.exists()
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_gigabyte_is_refused_before_it_is_read(client: Client, kiosk: Device) -> None:
    """The body is never touched: only its announced length is looked at."""
    answer = bring(client, kiosk, CONTENT_LENGTH=str(1024**3))
    assert answer.status_code == 413
    assert "record less" in answer.json()["detail"]


def test_a_cut_file_is_asked_for_again(client: Client, kiosk: Device) -> None:
    place = {"device": kiosk.pk, "point": kiosk.point_id, "site": kiosk.point.site_id}
    with pytest.raises(NotKept, match="send it again, whole"):
        keep_recording(NAME, "audio/webm", [WEBM[:50], WEBM[50:100]], len(WEBM), **place)
    assert not Recording.objects.exists()
    assert bring(client, kiosk).status_code == 200


def test_the_name_of_anothers_file_is_not_taken(client: Client, kiosk: Device, site: Site) -> None:
    bring(client, kiosk)
    other, key = place_device(stand(site, "Till"), "kiosk", "Kiosk 2")
    other.key = key  # type: ignore[attr-defined]
    assert bring(client, other).status_code == 409
    assert Recording.objects.get().device_ref == kiosk.pk


def said(campaign: Campaign, seq: int, **more: Any) -> dict[str, Any]:
    told = {"campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "answers": {"score": 9}}
    return {"kind": "answer", "seq": seq, "at": now().isoformat(), **told, **more}


def test_an_answer_is_bound_to_whom_the_guest_chose(
    kiosk: Device, dora: Staff, amina: Staff, site: Site
) -> None:
    campaign, actor = ask(dora, kiosk.point), Actor(dora)
    person = screens.add_target(actor, kiosk, "Sunny", "person", amina)
    sauna = screens.add_target(actor, kiosk, "Sauna", "service")
    other = place_device(stand(site, "Till"), "kiosk", "Kiosk 2")[0]
    foreign = screens.add_target(actor, other, "Elsewhere", "service")
    screens.remove_target(actor, sauna)
    tell(kiosk, *(said(campaign, n, target=one.pk) for n, one in enumerate((person, sauna, foreign), 1)))
    project_round()
    rows = Response.objects.order_by("id").values_list("target_ref", "staff_ref")
    assert list(rows) == [(person.pk, amina.pk), (sauna.pk, None)]
    assert DeviceEvent.objects.get(seq=3).detail["why"] == "target"
    facts = Fact.objects.filter(kind="answer.given").order_by("id")
    assert [(one.dims["target"], one.staff_ref) for one in facts] == [(person.pk, amina.pk), (sauna.pk, None)]


def test_256_targets_cost_no_query_each(
    kiosk: Device, dora: Staff, django_assert_max_num_queries: Any, admin: Client
) -> None:
    screens.set_screen(Actor(dora), kiosk, "post", "1 2 3 4")
    Target.objects.bulk_create(Target(device=kiosk, name=f"Person {n}") for n in range(256))
    with django_assert_max_num_queries(5):
        assert len(screens.screen_told(kiosk)["targets"]) == 256
    with django_assert_max_num_queries(25):
        page = admin.get(f"/settings/devices/{kiosk.pk}/screen/").content.decode()
    assert page.count('dir="auto">Person ') == 100


def test_views_are_summed_by_hour_and_shown(kiosk: Device, dora: Staff, admin: Client) -> None:
    slide = screens.add_slide(Actor(dora), kiosk, "Sauna", PNG)
    hour = now().replace(minute=0, second=0, microsecond=0).isoformat()
    view = {"kind": "view", "slide": slide.pk, "count": 7, "at": hour}
    tell(kiosk, {**view, "seq": 1}, {**view, "seq": 2, "count": 5}, {**view, "seq": 3, "slide": 99_999})
    tell(kiosk, {**view, "seq": 1})
    project_round()
    assert SlideViews.objects.get().count == 12
    assert "shown 12 times" in admin.get(f"/settings/devices/{kiosk.pk}/screen/").content.decode()
    nonsense = [{**view, "seq": 4, "count": 0}, {**view, "seq": 5, "slide": "x"}]
    assert [one["why"] for one in tell(kiosk, *nonsense).rejected] == ["count", "slide"]


def test_a_cheer_is_engagement_and_no_score(kiosk: Device) -> None:
    tell(kiosk, {"kind": "cheer", "seq": 1, "score": 4, "button": "green"})
    project_round()
    [fact] = Fact.objects.all()
    assert (fact.kind, fact.values) == ("cheer.counted", {})
    assert not Response.objects.exists()
    assert DeviceEvent.objects.get().score is None
    assert screens.cheers_of(kiosk) == 1


def test_what_a_full_store_lost_is_summed_and_told(kiosk: Device, admin: Client) -> None:
    tell(kiosk, {"kind": "heartbeat", "seq": 1, "lost": 3}, {"kind": "heartbeat", "seq": 2, "battery": 40})
    tell(kiosk, {"kind": "heartbeat", "seq": 1, "lost": 3})
    project_round()
    kiosk.refresh_from_db()
    assert (kiosk.declared_lost, kiosk.battery) == (3, 40)
    assert "3 answers could not be kept" in admin.get("/settings/devices/").content.decode()


def test_the_settings_page_keeps_mode_keys_pictures_and_people(
    admin: Client, kiosk: Device, amina: Staff
) -> None:
    base = f"/settings/devices/{kiosk.pk}"
    admin.post(f"{base}/screen/", {"mode": "buttons", "keys": "q w e r"})
    assert (screens.screen_of(kiosk).mode, screens.screen_of(kiosk).keys) == ("buttons", "q w e r")
    wrong = admin.post(f"{base}/screen/", {"mode": "buttons", "keys": "1 1 2 3"})
    assert "four different keys" in wrong.content.decode()
    hours = {"from_hour": 8, "to_hour": 20, "seconds": 5}
    picture = SimpleUploadedFile("offer.png", PNG, "text/html")
    admin.post(f"{base}/slides/", {"picture": picture, "since": "2026-11-01", **hours})
    slide = Slide.objects.get()
    assert (slide.name, slide.content_type, slide.from_hour, slide.to_hour) == (
        "offer.png",
        "image/png",
        8,
        20,
    )
    shown = admin.get(f"/kiosk/media/{slide.media}/")
    assert (shown.headers["Content-Type"], shown.headers["X-Content-Type-Options"]) == (
        "image/png",
        "nosniff",
    )
    script = SimpleUploadedFile("offer.png", b"<svg onload=alert(1)>", "image/png")
    refused = admin.post(f"{base}/slides/", {"picture": script, **hours})
    assert (refused.status_code, Slide.objects.count()) == (422, 1)
    backwards = admin.post(
        f"{base}/slides/", {"picture": SimpleUploadedFile("a.png", PNG), **hours, "to_hour": 3}
    )
    assert "The second hour comes after the first." in backwards.content.decode()
    admin.post(f"{base}/targets/", {"name": "<b>Sunny</b>", "kind": "person", "staff": amina.pk})
    target = Target.objects.get()
    page = admin.get(f"{base}/screen/").content.decode()
    assert "&lt;b&gt;Sunny" in page
    assert target.staff == amina
    admin.post(f"/settings/devices/targets/{target.pk}/remove/")
    admin.post(f"/settings/devices/slides/{slide.pk}/remove/")
    assert not Target.objects.filter(is_active=True).exists()
    assert admin.get(f"/kiosk/media/{slide.media}/").status_code == 404


def test_targets_by_rest(client: Client, dora: Staff, token: Headers, kiosk: Device) -> None:
    key, path = token(dora, "settings.manage"), f"/api/v1/devices/{kiosk.pk}/targets"
    made = client.post(
        path, {"name": "Sauna", "kind": "service"}, content_type="application/json", **key
    ).json()
    assert client.get(path, **key).json() == {"items": [made], "next": None}
    body = {"name": "Sauna", "kind": "service", "staff": dora.pk}
    assert client.post(path, body, content_type="application/json", **key).status_code == 422
    assert client.delete(f"{path}/{made['id']}", **key).json()["active"] is False
    mode = client.put(
        f"/api/v1/devices/{kiosk.pk}/mode", {"mode": "cheer"}, content_type="application/json", **key
    )
    assert mode.json() == {"device": kiosk.pk, "mode": "cheer", "keys": ["1", "2", "3", "4"]}


def test_words_of_the_screen_come_with_the_questionnaire() -> None:
    told = {"languages": ["en", "ar"], "questions": [{"key": "a", "kind": "smile4", "text": {"en": "How?"}}]}
    read = read_definition({**told, "words": {"next": {"ar": "التالي"}}})
    assert read.own_words == {"next": {"ar": "التالي"}}
    with pytest.raises(WrongDefinition, match="words, next: 'he' is not among the languages"):
        read_definition({**told, "words": {"next": {"he": "הבא"}}})
    with pytest.raises(WrongDefinition, match="words: at most 80"):
        read_definition({**told, "words": []})


def test_pictures_keep_their_days_and_hours_and_a_search_needs_no_accents(tmp_path: Path) -> None:
    node = shutil.which("node") or pytest.skip("no node")
    bundler = FRONTEND / "node_modules/esbuild/bin/esbuild"
    made = f"--outfile={tmp_path / 'schedule.mjs'}"
    subprocess.run(
        [bundler, FRONTEND / "src/kiosk/schedule.ts", "--format=esm", "--log-level=error", made], check=True
    )
    shutil.copy(Path(__file__).parent / "run_schedule.mjs", tmp_path)
    ran = subprocess.run([node, tmp_path / "run_schedule.mjs"], capture_output=True, check=True)
    assert json.loads(ran.stdout) == {
        "morning": [1, 2, 3], "noon": [1, 2], "night": [1, 2], "next": [1, 4],
        "plain": ["Žuvėdra P."], "two": ["Amina Sarr"], "accent": ["Amélie"], "all": 3, "none": [],
    }  # fmt: skip
