"""Other screens of the kiosk in Chromium: monitor with buttons, cheering, quality post, pictures."""

import struct
import zlib

import pytest
from playwright.sync_api import expect

from barrymore.channels.devices import screens
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.screen_models import SlideViews, Target
from barrymore.feedback.models import Response
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.organisation.access import Actor
from tests.browser.kiosks import ASKED, ONE, PHONE, TABLET, connect, drained, stand_kiosk
from tests.browser.test_axe import faults
from tests.channels.serving import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def _whole(house):
    """The kiosk speaks with the edge, so the whole application is served and not Django alone."""
    with serving() as port:
        house.url = f"http://localhost:{port}"
        yield


def picture(red=120):
    """A PNG of one point."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes([0, red, 90, 60]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_button_beside_a_monitor_takes_less_than_three_seconds(house, enter):
    device, _, code = stand_kiosk(house)
    screens.set_screen(Actor(house.dora), device, "buttons", "q w e r")
    page = connect(enter, code)
    expect(page.locator("h1")).to_have_text("How was your check-in?")
    assert faults(page) == []
    for key in "qrw":
        begun = page.evaluate("performance.now()")
        page.keyboard.press(key)
        expect(page.locator("h1")).to_have_text("Thank you.")
        expect(page.locator("h1")).to_have_text("How was your check-in?")
        assert page.evaluate("performance.now()") - begun < 3000
        page.wait_for_timeout(600)
    page.keyboard.press("q")
    page.keyboard.press("q")
    page.keyboard.press("x")
    expect(page.locator("h1")).to_have_text("Thank you.")
    drained(page)
    told = DeviceEvent.objects.filter(device_ref=device.pk, kind="press").order_by("seq")
    assert [one.score for one in told] == [4, 1, 3, 4, 4]
    assert [one.state for one in told] == ["counted", "counted", "counted", "counted", "double"]
    assert Fact.objects.filter(kind="press.counted", dims__device=device.pk).count() == 4


def test_keys_answer_the_questions_of_a_screen_too(house, enter):
    _, campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    page.keyboard.press("2")
    expect(page.locator("h1")).to_have_text("Thank you.")
    drained(page)
    assert Response.objects.get(campaign=campaign).score == 3


def test_the_cheering_screen_cheers_and_claims_nothing(house, enter):
    device, campaign, code = stand_kiosk(house)
    screens.set_screen(Actor(house.dora), device, "cheer", "1 2 3 4")
    page = connect(enter, code)
    page.get_by_role("button", name="Touch the smile.").click()
    expect(page.locator("h1")).to_have_text("Have a lovely day.")
    assert faults(page) == []
    drained(page)
    assert not Response.objects.filter(campaign=campaign).exists()
    assert Fact.objects.get(kind="cheer.counted").values == {}
    assert not Fact.objects.filter(
        kind__in=["press.counted", "answer.given"], dims__device=device.pk
    ).exists()


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_one_of_300_is_found_and_the_answer_is_about_that_one(house, enter, size):
    device, campaign, code = stand_kiosk(house)
    actor = Actor(house.dora)
    screens.set_screen(actor, device, "post", "1 2 3 4")
    Target.objects.bulk_create(Target(device=device, name=f"Person {n}") for n in range(298))
    screens.add_target(actor, device, "<img src=x onerror=alert(1)>", "service")
    amina = screens.add_target(actor, device, "Žuvėdra", "person", house.amina, picture())
    page = connect(enter, code, **size)
    expect(page.locator("h1")).to_have_text("Whom or what is it about?")
    assert faults(page) == []
    page.get_by_label("Search").fill("onerror")
    expect(page.locator(".kiosk-card span")).to_have_text("<img src=x onerror=alert(1)>")
    page.get_by_label("Search").fill("nobody of this name")
    expect(page.get_by_text("Nothing of that name.")).to_be_visible()
    page.get_by_label("Search").fill("")
    for _ in range(12):
        page.locator(".kiosk-choosing").evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
        page.wait_for_timeout(60)
    assert page.locator(".kiosk-card").count() == 300
    page.context.set_offline(True)
    page.reload()
    page.get_by_label("Search").fill("zuve")
    face = page.locator(".kiosk-card img")
    expect(face).to_be_visible()
    page.wait_for_function("() => document.querySelector('.kiosk-card img')?.naturalWidth === 1")
    page.locator(".kiosk-card").click()
    expect(page.locator(".kiosk-about")).to_have_text("Žuvėdra")
    page.locator(".kiosk-smiles button").first.click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    page.context.set_offline(False)
    drained(page)
    said = Response.objects.get(campaign=campaign)
    assert (said.target_ref, said.staff_ref, said.score) == (amina.pk, house.amina.pk, 4)


def test_pictures_run_while_nobody_is_there_and_their_views_are_counted(house, enter):
    device, _, code = stand_kiosk(house)
    actor = Actor(house.dora)
    slide = screens.add_slide(actor, device, "Offer", picture(), seconds=5)
    screens.add_slide(actor, device, "Next year", picture(30), since="2099-01-01")
    page = enter(f"/enrol/{code}/", None, **TABLET)
    page.clock.install()
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.locator("h1")).to_have_text(ASKED["questions"][0]["text"]["en"])
    page.clock.run_for(29_000)
    shown = page.locator(".kiosk-pictures")
    expect(shown).to_be_hidden()
    page.clock.run_for(1_500)
    expect(shown).to_be_visible()
    page.wait_for_timeout(300)
    for _ in range(2):
        page.clock.run_for(5_000)
        page.wait_for_timeout(300)
    assert shown.locator("img").get_attribute("src") == f"/kiosk/media/{slide.media}/"
    assert faults(page) == []
    shown.click()
    expect(shown).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    page.locator(".kiosk-smiles button").first.click()
    page.clock.run_for(400)
    # The hour ends: one event for each picture.
    page.clock.fast_forward(3_700_000)
    page.clock.run_for(61_000)
    page.wait_for_timeout(500)
    page.clock.run_for(5_000)
    drained(page)
    project_round()
    views = SlideViews.objects.get()
    assert views.slide == slide
    assert views.count >= 3


def test_the_settings_page_of_a_screen_keeps_the_rules(house, enter):
    device, _, _ = stand_kiosk(house)
    screens.add_slide(Actor(house.dora), device, "Offer", picture())
    screens.add_target(Actor(house.dora), device, "Sunny", "person", house.amina)
    for size in (TABLET, PHONE):
        page = enter(f"/settings/devices/{device.pk}/screen/", house.dora, **size)
        for summary in page.locator("main details > summary.button").all():
            summary.click()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["viewport"]["width"]
