"""A photo at the kiosk in Chromium with its own camera: asked after the answer, blurred before it leaves."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.screens import set_photos
from barrymore.conversations.files import read_bytes
from barrymore.feedback import machines
from barrymore.feedback.faces import note_photos, notice_in
from barrymore.feedback.models import FaceLook, Photo, Response
from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry
from tests.browser.kiosks import METER, ONE, PHONE, TABLET, connect, drained, stand_kiosk
from tests.browser.test_axe import faults
from tests.channels.serving import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
NOTICE = "Our team sees the photo with your answer. It is deleted after three days."


@pytest.fixture(autouse=True)
def _whole(house):
    """The kiosk speaks with the edge, so the whole application is served and not Django alone."""
    with serving() as port:
        house.url = f"http://localhost:{port}"
        yield


def kiosk_with_photos(house, enter, **more):
    device, _campaign, code = stand_kiosk(house, ONE)
    set_photos(Actor(house.dora), device, True, {"en": NOTICE})
    return connect(enter, code, **more)


def answered(page):
    page.locator(".kiosk-smiles button").first.click()
    expect(page.locator("h1")).to_have_text("Would you add a photo?")
    expect(page.get_by_text(NOTICE)).to_be_visible()


# How many colours lie on the middle line of what is shown, which is what is sent.
COLOURS = """() => {
  const canvas = document.querySelector("canvas");
  const line = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 2), canvas.width, 1).data;
  const found = new Set();
  for (let at = 0; at < line.length; at += 4) found.add(line.slice(at, at + 3).join());
  return found.size;
}"""


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_guest_sees_the_photo_blurs_it_and_sends_it_without_a_network(house, enter, size):
    page = kiosk_with_photos(house, enter, permissions=["camera"], **size)
    page.context.set_offline(True)
    answered(page)
    # The answer is kept before anything is asked about a photo.
    assert page.evaluate(METER)["count"] >= 1
    assert faults(page) == []
    page.get_by_role("button", name="Show the camera").click()
    expect(page.get_by_role("button", name="Blur the middle")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("A face outside the middle stays as it is.")).to_be_visible()
    page.get_by_role("button", name="Blur everything").click()
    page.wait_for_function("document.querySelector('canvas').width > 300")
    assert faults(page) == []
    page.get_by_role("button", name="Take the photo").click()
    assert page.evaluate(COLOURS) <= 14
    page.get_by_role("button", name="Send this photo").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    page.context.set_offline(False)
    drained(page)
    photo = Photo.objects.exclude(path="").get()
    said = Response.objects.get(campaign__isnull=False)
    assert (photo.response, photo.blur, photo.notice) == (said, "all", NOTICE)
    with Image.open(io.BytesIO(read_bytes(photo.path))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (photo.width, photo.height))
    page = enter("/feedback/", house.dora)
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Open the photo").click()
    opening.value.wait_for_load_state()
    assert AuditEntry.objects.filter(action="photo.opened", actor=house.dora).count() == 1
    assert faults(page) == []


def test_who_wants_no_photo_has_answered_all_the_same(house, enter):
    page = kiosk_with_photos(house, enter, permissions=["camera"])
    answered(page)
    page.get_by_role("button", name="No photo").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    drained(page)
    assert Response.objects.get(campaign__isnull=False).code == "I"
    assert not Photo.objects.exclude(path="").exists()


def test_a_camera_that_does_not_work_loses_nothing(house, enter):
    page = kiosk_with_photos(house, enter)
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }")
    answered(page)
    page.get_by_role("button", name="Show the camera").click()
    expect(page.get_by_text("Your answer is kept all the same.")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    drained(page)
    assert Response.objects.filter(campaign__isnull=False).count() == 1


def test_whoever_walks_away_leaves_the_answer_and_the_camera_goes_off(house, enter):
    page = kiosk_with_photos(house, enter, permissions=["camera"])
    page.evaluate("""() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => (window.lens = await real(wanted));
      const later = window.setTimeout.bind(window);
      window.setTimeout = (work, time) => later(work, time >= 20000 && time <= 60000 ? 1500 : time);
    }""")
    answered(page)
    page.get_by_role("button", name="Show the camera").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    assert page.evaluate("window.lens.getTracks().every((one) => one.readyState === 'ended')")
    drained(page)
    assert Response.objects.filter(campaign__isnull=False).count() == 1
    assert not Photo.objects.exclude(path="").exists()


def test_without_the_setting_nobody_is_asked(house, enter):
    _device, _campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    page.locator(".kiosk-smiles button").first.click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    project_round()


def test_a_guest_reads_that_a_program_looks_and_the_consent_says_that_it_was_read(house, enter):
    machines.switch(Actor(house.dora), speech=True, presence=True)
    page = kiosk_with_photos(house, enter, permissions=["camera"])
    page.locator(".kiosk-smiles button").first.click()
    expect(page.get_by_text("looks whether a face is in a photo that is not blurred")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Show the camera").click()
    page.get_by_role("button", name="As it is").click()
    page.wait_for_function("document.querySelector('canvas').width > 300")
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("button", name="Send this photo").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    drained(page)
    photo = Photo.objects.exclude(path="").get()
    assert (photo.blur, photo.is_face_told) == ("none", True)
    assert photo.notice == f"{NOTICE} {notice_in('en')}"
    assert note_photos() == 1
    assert FaceLook.objects.get().found == "waiting"
