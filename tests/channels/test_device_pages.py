"""Points and devices on the settings pages, the poster and its page, enrolment, and REST."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.test import Client

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.qr import code_of
from barrymore.channels.devices.rounds import balance_round
from barrymore.channels.devices.selectors import device_of_key, health
from barrymore.channels.devices.services import (
    ENROL_WITHIN,
    add_device,
    invite_device,
    revoke_device,
    say_by_poster,
)
from barrymore.journal.inbox import count_rejected
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry, Point, Room, Site, Staff
from tests.channels.devices import place_device, stand

pytestmark = pytest.mark.django_db
Headers = Callable[..., dict[str, str]]


@pytest.fixture
def point(site: Site) -> Point:
    """The reception."""
    return stand(site)


@pytest.fixture
def poster(point: Point, dora: Staff) -> Device:
    """A printed poster at the reception."""
    return add_device(Actor(dora), point, "poster", "", ["en", "lt"])


@pytest.fixture
def admin(client: Client, dora: Staff) -> Client:
    """Dora's browser."""
    client.force_login(dora)
    return client


def ticket_in(page: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def address(poster: Device) -> str:
    return f"/p/{poster.code}/"


def test_a_point_is_added_with_its_room_and_changed(admin: Client, site: Site) -> None:
    told = {
        "site": site.pk,
        "room": " Main  Lobby ",
        "name": "Reception",
        "step": "check-in",
        "is_active": "on",
    }
    answer = admin.post("/settings/points/new/", told)
    kept = Point.objects.get()
    assert answer.headers["Location"] == f"/settings/points/{kept.pk}/"
    assert (kept.room.name if kept.room else "", kept.step, kept.is_active) == (
        "Main Lobby",
        "check-in",
        True,
    )
    admin.post(answer.headers["Location"], told | {"name": "Desk", "room": "", "is_active": ""})
    kept.refresh_from_db()
    assert (kept.name, kept.room, kept.is_active) == ("Desk", None, False)
    assert Room.objects.count() == 1
    assert AuditEntry.objects.filter(action="point.changed").count() == 2


def test_points_stand_by_site_and_room_and_the_empty_page_teaches(admin: Client, site: Site) -> None:
    assert "No points yet" in admin.get("/settings/points/").content.decode()
    stand(site, "Till", room="Shop")
    stand(site, "Reception", room="Lobby")
    page = admin.get("/settings/points/").content.decode()
    assert page.index("Lobby") < page.index("Reception") < page.index("Shop") < page.index("Till")


def test_points_by_rest(client: Client, dora: Staff, token: Headers, site: Site) -> None:
    key = token(dora, "settings.manage")
    told = {"site": site.pk, "name": "Till 3", "room": "Hall"}
    first = client.post("/api/v1/points", told, content_type="application/json", **key).json()
    assert first == {"id": first["id"], **told, "step": "", "active": True}
    change = {"step": "paying", "active": False}
    url = f"/api/v1/points/{first['id']}"
    assert client.patch(url, change, content_type="application/json", **key).json() == first | change
    assert client.get("/api/v1/points", **key).json() == {"items": [first | change], "next": None}
    wrong = client.post("/api/v1/points", told | {"site": 99}, content_type="application/json", **key)
    assert (wrong.status_code, Point.objects.count()) == (422, 1)


def test_a_device_is_enrolled_in_two_steps_and_its_code_works_once(admin: Client, point: Point) -> None:
    told = {"device-kind": "button", "device-name": "Red"}
    page = admin.post(f"/settings/points/{point.pk}/devices/", told).content.decode()
    link = re.search(r'href="[^"]+(/enrol/[^"]+/)"', page)
    assert link
    guest = Client()
    assert "Connect this device" in guest.get(link[1]).content.decode()
    shown = guest.post(link[1]).content.decode()
    key = re.search(r"<code class=\"wrap\">(bmd_[\w-]+)</code>", shown)
    assert key
    device = Device.objects.get()
    assert device_of_key(key[1]) == device.pk
    assert key[1] not in str(Device.objects.values())
    assert guest.post(link[1]).status_code == 404
    assert guest.get(link[1]).status_code == 404


def test_enrolment_by_a_program(client: Client, dora: Staff, point: Point) -> None:
    device = add_device(Actor(dora), point, "button", "Red", [])
    code = invite_device(Actor(dora), device)
    assert invite_device(Actor(dora), device) != code
    code = invite_device(Actor(dora), device)
    told = client.post("/api/v1/devices/enrol", {"code": code}, content_type="application/json").json()
    assert told["events"] == f"{settings.BASE_URL}/api/v1/devices/{device.pk}/events"
    assert device_of_key(told["key"]) == device.pk
    again = client.post("/api/v1/devices/enrol", {"code": code}, content_type="application/json")
    assert again.status_code == 422


def test_a_code_ends_after_a_quarter_of_an_hour(client: Client, dora: Staff, point: Point) -> None:
    device = add_device(Actor(dora), point, "button", "Red", [])
    code = invite_device(Actor(dora), device)
    with at_moment(now() + ENROL_WITHIN + timedelta(seconds=1)):
        assert client.post(f"/enrol/{code}/").status_code == 404
    assert device_of_key("") is None
    assert Device.objects.get().enrolled_at is None


def test_codes_cannot_be_tried_out(client: Client) -> None:
    answers = [client.get(f"/enrol/{n}/").status_code for n in range(30)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_a_device_key_opens_nothing_else(client: Client, point: Point) -> None:
    _, key = place_device(point)
    for url in ("/api/v1/devices", "/api/v1/points", "/api/v1/conversations"):
        assert client.get(url, HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 401


def test_devices_by_rest(client: Client, dora: Staff, token: Headers, point: Point) -> None:
    key = token(dora, "settings.manage")
    told = {"point": point.pk, "kind": "kiosk", "name": "Tablet"}
    made = client.post("/api/v1/devices", told, content_type="application/json", **key).json()
    code = client.post(f"/api/v1/devices/{made['id']}/code", **key).json()["code"]
    client.post("/api/v1/devices/enrol", {"code": code}, content_type="application/json")
    [listed] = client.get("/api/v1/devices", **key).json()["items"]
    assert (listed["name"], listed["enrolled"], listed["presses_today"]) == ("Tablet", True, 0)
    assert client.post(f"/api/v1/devices/{made['id']}/revoke", **key).json()["revoked_at"]
    assert client.get("/api/v1/devices", **key).json() == {"items": []}
    assert client.post(f"/api/v1/devices/{made['id']}/code", **key).status_code == 422


def test_a_poster_is_added_and_printed(admin: Client, point: Point) -> None:
    told = {"device-kind": "poster", "languages": ["lt", "en", "xx"]}
    answer = admin.post(f"/settings/points/{point.pk}/devices/", told)
    poster = Device.objects.get()
    assert poster.languages == ["en", "lt"]
    assert answer.headers["Location"] == f"/settings/devices/{poster.pk}/poster/"
    page = admin.get(answer.headers["Location"] + "?size=a4").content.decode()
    assert "poster-a4" in page
    assert f"{settings.BASE_URL}/p/{poster.code}/".partition("://")[2] in page
    assert code_of(f"{settings.BASE_URL}/p/{poster.code}/").path in page
    assert admin.post(f"/settings/devices/{poster.pk}/code/").status_code == 404


def test_a_smile_on_the_page_is_feedback_and_never_a_survey(client: Client, poster: Device) -> None:
    page = client.get(address(poster))
    said = {"ticket": ticket_in(page), "smile": "bad", "comment": "The towels were wet."}
    thanks = client.post(address(poster), said)
    assert "Thank you for your answer." in thanks.content.decode()
    kept = DeviceEvent.objects.get()
    assert (kept.device_ref, kept.score, kept.detail) == (poster.pk, 1, {"comment": "The towels were wet."})
    project_round()
    fact = Fact.objects.get()
    assert (fact.kind, fact.dims["mode"], fact.values) == (
        "press.counted", "feedback", {"score": 1, "scale": "smile4"},
    )  # fmt: skip


def test_the_thanks_do_not_depend_on_the_score(client: Client, poster: Device) -> None:
    pages = []
    for smile in ("great", "bad"):
        said = {"ticket": ticket_in(client.get(address(poster))), "smile": smile}
        pages.append(client.post(address(poster), said).content.partition(b"<main")[2])
    assert pages[0] == pages[1]


def test_one_open_page_counts_once(client: Client, poster: Device) -> None:
    said = {"ticket": ticket_in(client.get(address(poster))), "smile": "good"}
    client.post(address(poster), said)
    again = client.post(address(poster), said | {"smile": "bad"})
    assert "here already" in again.content.decode()
    assert DeviceEvent.objects.get().score == 3
    assert Device.objects.get().clashed_at is None


def test_the_page_asks_by_get_and_stores_nothing(client: Client, poster: Device) -> None:
    client.get(address(poster))
    client.head(address(poster))
    assert not DeviceEvent.objects.exists()


@pytest.mark.parametrize("wrong", [{"smile": ""}, {"smile": "x"}, {"ticket": "x"}, {"comment": "x" * 4001}])
def test_what_is_wrong_is_asked_again_and_the_words_stay(
    client: Client, poster: Device, wrong: dict[str, str]
) -> None:
    said = {
        "ticket": ticket_in(client.get(address(poster))),
        "smile": "good",
        "comment": "Wet towels",
    } | wrong
    answer = client.post(address(poster), said)
    assert answer.status_code == 422
    assert said["comment"][:10] in answer.content.decode()
    assert not DeviceEvent.objects.exists()


def test_the_ticket_of_another_poster_counts_nowhere(client: Client, poster: Device, dora: Staff) -> None:
    other = add_device(Actor(dora), poster.point, "poster", "Other", [])
    said = {"ticket": ticket_in(client.get(address(other))), "smile": "good"}
    assert client.post(address(poster), said).status_code == 422
    forged = signing.dumps([poster.pk, "0" * 16], salt="other")
    assert client.post(address(poster), {"ticket": forged, "smile": "good"}).status_code == 422


def test_a_hurry_is_slowed_and_loses_no_words(client: Client, poster: Device) -> None:
    cache.clear()
    # All within one minute of the clock, however slow the machine is.
    with at_moment(now().replace(second=1)):
        for _ in range(20):
            client.post(address(poster), {"smile": "bad"})
        page = client.get(address(poster))
        said = {"ticket": ticket_in(page), "smile": "good", "comment": "Kept words"}
        answer = client.post(address(poster), said)
    assert answer.status_code == 429
    assert "Kept words" in answer.content.decode()
    cache.clear()
    assert client.post(address(poster), said | {"ticket": ticket_in(answer)}).status_code == 200


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_page_speaks_each_language_and_leads_to_a_person(
    client: Client, poster: Device, language: str
) -> None:
    page = client.get(f"{address(poster)}?lang={language}")
    assert f'<html lang="{language}"' in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_poster_out_of_use_says_so_and_still_leads_to_a_person(
    client: Client, poster: Device, dora: Staff
) -> None:
    said = {"ticket": ticket_in(client.get(address(poster))), "smile": "good"}
    revoke_device(Actor(dora), poster)
    answer = client.post(address(poster), said)
    assert answer.status_code == 410
    assert "turn to anybody here" in answer.content.decode()
    assert not DeviceEvent.objects.exists()
    assert client.get("/p/nothing/").status_code == 404


def test_health_tells_silence_and_what_was_lost(point: Point, admin: Client) -> None:
    assert "No devices yet" in admin.get("/settings/devices/").content.decode()
    device, _ = place_device(point)
    Device.objects.filter(pk=device.pk).update(
        seen_at=now() - timedelta(hours=30), battery=12, firmware="2.1"
    )
    count_rejected(device.pk, ["button", "button"], now())
    [one] = health()
    assert (one.silent_hours, one.is_silent, one.lost) == (30, True, 0)
    page = admin.get("/settings/devices/").content.decode()
    for words in ("nothing for 30 hours", "12 %", "2.1", "<code>button</code> 2"):
        assert words in page


def test_a_minute_that_does_not_add_up_is_told_once(admin: Client, poster: Device) -> None:
    with at_moment(now() - timedelta(minutes=5)):
        say_by_poster(poster, "0" * 16, 4, "")
    assert balance_round() == 0
    DeviceEvent.objects.all().delete()
    assert (balance_round(), balance_round()) == (1, 1)
    entry = AuditEntry.objects.get(action="devices.imbalance")
    assert entry.detail == {"received": 1, "accounted": 1, "stored": 1, "held": 0}
    assert "do not add up" in admin.get("/settings/devices/").content.decode()


@pytest.mark.parametrize("metric", ["press_share", "satisfied_share", "green_ratio"])
def test_a_share_of_presses_is_refused_with_the_reason(
    client: Client, dora: Staff, token: Headers, metric: str
) -> None:
    key = token(dora, "figures.read", "targets.manage")
    answer = client.get(f"/api/v1/figures/{metric}", **key)
    assert answer.status_code == 422
    told = answer.json()
    assert (told["reason"], told["estimate"]) == ("FEEDBACK_NOT_SURVEY", None)
    assert "/api/v1/figures/satisfaction" in told["instead"]
    target = client.put(
        f"/api/v1/figures/{metric}/target", {"value": 1}, content_type="application/json", **key
    )
    assert (target.status_code, target.json()["reason"]) == (422, "FEEDBACK_NOT_SURVEY")


def test_the_report_shows_counts_and_no_share(admin: Client, poster: Device) -> None:
    assert "Nothing was pressed" in admin.get("/reports/presses/").content.decode()
    for smile in ("good", "good", "bad"):
        said = {"ticket": ticket_in(admin.get(address(poster))), "smile": smile}
        admin.post(address(poster), said)
    project_round()
    page = admin.get("/reports/presses/").content.decode()
    assert re.search(r"Good <b>2</b>.*Bad <b>1</b>", page, re.DOTALL)
    assert "not counted" in page
    assert "%" not in re.sub(r"<(script|style|meta|link)[^>]*>", "", page).partition("<main")[2]
