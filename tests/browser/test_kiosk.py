"""The kiosk in Chromium: connected in one tap, asks, keeps all without a network, and sends it once."""

import pytest
from playwright.sync_api import expect

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.services import add_device, invite_device, revoke_device
from barrymore.feedback.models import Answer, Recording, Response
from barrymore.journal.balance import known_lost
from barrymore.journal.models import DeviceEvent
from barrymore.organisation.access import Actor
from tests.browser.conftest import FLAGS
from tests.browser.kiosks import (
    ASKED,
    FILL,
    MANY,
    METER,
    ONE,
    PHONE,
    RAW,
    SPOKEN,
    TABLET,
    connect,
    drained,
    stand_kiosk,
    until,
)
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


def answers(page):
    return page.locator(".kiosk-smiles button")


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_an_unhappy_guest_says_why_and_leaves_a_number(house, enter, size, tmp_path):
    device, campaign, code = stand_kiosk(house)
    page = connect(enter, code, **size)
    assert faults(page) == []
    answers(page).nth(3).click()
    page.get_by_role("button", name="It took too long").click()
    assert page.get_by_role("button", name="<b>The room</b>").is_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Next").click()
    page.locator("textarea").fill("We waited")
    assert faults(page) == []
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Telephone").fill("12")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".kiosk-wrong").first).to_contain_text("so that we can reach you")
    page.get_by_label("Telephone").fill("+370 600 00000")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["viewport"]["width"]
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    assert faults(page) == []
    drained(page)
    said = Response.objects.get(campaign=campaign)
    assert (said.score, said.code, said.comment, said.device_ref, said.mode) == (
        1,
        "I",
        "We waited",
        device.pk,
        "feedback",
    )
    given = {one.question: one for one in said.answers.all()}
    assert given["why"].chosen == ["slow"]
    assert given["call"].chosen == {"phone": "+370 600 00000"}
    assert all(one.seconds is not None for one in given.values())


def test_the_typed_code_connects_too_and_a_wrong_one_says_so(house, enter):
    _, _, code = stand_kiosk(house)
    page = enter("/kiosk/", None, **TABLET)
    page.get_by_label("Code").fill("nonsense")
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.get_by_role("alert")).to_contain_text("ask for a new one")
    assert faults(page) == []
    page.get_by_label("Code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.locator("h1")).to_have_text("How was your check-in?")


def test_targets_are_large_and_words_go_from_right_to_left(house, enter):
    _, _, code = stand_kiosk(house)
    page = connect(enter, code)
    for one in answers(page).all():
        box = one.bounding_box()
        assert box["width"] >= 64
        assert box["height"] >= 64
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("h1")).to_have_text(ASKED["questions"][0]["text"]["ar"])
    assert page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "ar"]
    left, right = answers(page).first.bounding_box()["x"], answers(page).last.bounding_box()["x"]
    assert left > right
    expect(answers(page).first).to_contain_text("ممتاز")
    expect(page.get_by_role("button", name="I do not want to answer")).to_be_visible()
    answers(page).first.click()
    expect(page.locator("h1")).to_contain_text("أخبرنا المزيد")
    assert faults(page) == []


def test_without_a_network_answers_are_kept_over_a_reload_and_come_once_in_order(house, enter):
    device, campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    drained(page)
    first = page.evaluate(METER)["next"]
    page.context.set_offline(True)
    for index in (3, 0, 2):
        answers(page).nth(index).click()
        expect(page.locator("h1")).to_have_text("Thank you.")
        page.reload()
        expect(page.locator("h1")).to_have_text("How was it?")
    meter = page.evaluate(METER)
    assert (meter["count"], meter["next"], meter["lost"]) == (3, first + 3, 0)
    kept = page.evaluate(RAW)
    assert "smile" not in kept
    assert "bmd_" not in kept
    assert not Response.objects.filter(campaign=campaign).exists()
    page.context.set_offline(False)
    drained(page)
    rows = Response.objects.filter(campaign=campaign).order_by("id")
    assert list(rows.values_list("score", flat=True)) == [1, 4, 2]
    seqs = list(DeviceEvent.objects.filter(device_ref=device.pk).order_by("id").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert known_lost().get(device.pk, 0) == 0
    # What the house has is sent no second time.
    page.reload()
    drained(page)
    assert rows.count() == 3


def test_what_was_kept_outlives_a_killed_browser(house, playwright, tmp_path):
    """The browser is ended by force between two answers; its profile is opened again without a network."""
    device, campaign, code = stand_kiosk(house, ONE)

    def opened():
        return playwright.chromium.launch_persistent_context(
            str(tmp_path),
            executable_path="/usr/bin/chromium",
            args=FLAGS,
            base_url=house.url,
            locale="en-GB",
            **TABLET,
        )

    context = opened()
    page = connect(lambda address, *_a, **_k: _open(context, address), code)
    drained(page)
    context.set_offline(True)
    answers(page).nth(3).click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    page.goto("about:blank")
    session = context.new_cdp_session(page)
    with pytest.raises(Exception, match=r"closed|crash"):
        session.send("Browser.crash")
    context = opened()
    context.set_offline(True)
    page = _open(context, "/kiosk/")
    expect(page.locator("h1")).to_have_text("How was it?")
    answers(page).nth(0).click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    context.set_offline(False)
    drained(page)
    context.close()
    assert list(
        Response.objects.filter(campaign=campaign).order_by("id").values_list("score", flat=True)
    ) == [1, 4]
    assert known_lost().get(device.pk, 0) == 0


def _open(context, address):
    page = context.new_page()
    page.goto(address)
    return page


def test_a_full_store_says_so_and_tells_what_it_could_not_keep(house, enter):
    device, campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    drained(page)
    page.evaluate(FILL)
    answers(page).nth(3).click()
    expect(page.locator("h1")).to_have_text("Out of order.")
    expect(page.get_by_role("alert")).to_contain_text("Please tell the staff.")
    assert faults(page) == []
    assert page.evaluate(METER)["lost"] == 1
    page.reload()
    expect(page.locator("h1")).to_have_text("Out of order.")
    until(page, lost=0, count=20_000)
    project_round()
    assert Device.objects.get(pk=device.pk).declared_lost == 1
    assert not Response.objects.filter(campaign=campaign).exists()


def test_a_revoked_screen_keeps_what_waits_and_sends_it_as_the_device_it_becomes(house, enter):
    device, campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    drained(page)
    page.context.set_offline(True)
    answers(page).nth(3).click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    revoke_device(Actor(house.dora), device)
    # The edge believes a key for five seconds.
    page.wait_for_timeout(5500)
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("no longer connected")
    assert page.evaluate(METER)["count"] >= 1
    other = add_device(Actor(house.dora), device.point, "kiosk", "Tablet again", [])
    page.goto(f"/enrol/{invite_device(Actor(house.dora), other)}/")
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.locator("h1")).to_have_text("How was it?")
    drained(page)
    said = Response.objects.get(campaign=campaign)
    assert (said.score, said.device_ref) == (1, other.pk)
    assert {known_lost().get(one.pk, 0) for one in (device, other)} == {0}


def test_a_long_night_without_a_network_drains_in_order(house, enter):
    """A thousand answers, as the screen keeps them, in several batches."""
    device, campaign, code = stand_kiosk(house, ONE)
    page = connect(enter, code)
    drained(page)
    page.context.set_offline(True)
    page.evaluate(MANY, [1000, campaign.pk, campaign.questionnaire_id])
    assert page.evaluate(METER)["count"] >= 1000
    page.context.set_offline(False)
    page.reload()
    drained(page)
    rows = DeviceEvent.objects.filter(device_ref=device.pk, kind="answer").order_by("id")
    assert [one.detail["answers"]["smile"] for one in rows] == [n % 4 + 1 for n in range(1000)]
    assert Response.objects.filter(campaign=campaign).count() == 1000
    assert known_lost().get(device.pk, 0) == 0


def test_a_guest_who_leaves_is_asked_and_the_next_one_sees_nothing_of_it(house, enter):
    _, campaign, code = stand_kiosk(house)
    page = enter(f"/enrol/{code}/", None, **TABLET)
    page.clock.install()
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.locator("h1")).to_have_text("How was your check-in?")
    answers(page).nth(0).click()
    page.clock.run_for(400)
    page.locator("textarea").fill("Not for the next guest")
    page.clock.run_for(80_000)
    assert page.get_by_role("dialog").count() == 0
    page.clock.run_for(11_000)
    expect(page.get_by_role("dialog")).to_contain_text("Still there?")
    assert faults(page) == []
    page.get_by_role("button", name="Yes, I am here").click()
    expect(page.locator("textarea")).to_have_value("Not for the next guest")
    page.clock.run_for(91_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.clock.run_for(16_000)
    expect(page.locator("h1")).to_have_text("How was your check-in?")
    answers(page).nth(0).click()
    page.clock.run_for(400)
    expect(page.locator("textarea")).to_have_value("")
    page.clock.run_for(1000)
    drained(page)
    said = Response.objects.get(campaign=campaign)
    assert (said.score, said.comment) == (4, "Not for the next guest")
    assert DeviceEvent.objects.get(kind="answer").detail["outcome"] == "partial"


def test_a_touch_only_page_waits_25_seconds_and_a_refusal_is_told(house, enter):
    _, campaign, code = stand_kiosk(house)
    page = enter(f"/enrol/{code}/", None, **TABLET)
    page.clock.install()
    page.get_by_role("button", name="Connect this screen").click()
    page.get_by_role("button", name="Русский").click()
    page.clock.run_for(24_000)
    assert page.get_by_role("dialog").count() == 0
    page.clock.run_for(2_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.clock.run_for(16_000)
    expect(page.locator("h1")).to_have_text("How was your check-in?")
    drained(page)
    said = Response.objects.get(campaign=campaign)
    assert (said.code, said.score, said.language) == ("R", None, "ru")


def test_a_voice_message_is_recorded_and_heard_by_staff(house, enter):
    _, campaign, code = stand_kiosk(house, SPOKEN)
    page = connect(enter, code, permissions=["microphone"])
    answers(page).nth(1).click()
    page.get_by_role("button", name="Speak").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Speak").click()
    expect(page.get_by_text("Your message is")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Thank you.")
    page.context.set_offline(False)
    drained(page)
    kept = Recording.objects.get()
    assert Answer.objects.get(response__campaign=campaign, question="voice").text == kept.key
    assert kept.content_type == "audio/webm"
    assert kept.size > 1000
    page = enter("/feedback/", house.dora)
    heard = page.locator("audio")
    heard.evaluate("(one) => { one.preload = 'auto'; one.load(); }")
    page.wait_for_function("() => document.querySelector('audio').readyState >= 2")
    assert faults(page) == []


def test_plain_http_says_what_to_do(house, playwright, settings):
    settings.ALLOWED_HOSTS = ["*"]
    flags = [*FLAGS, "--host-resolver-rules=MAP kiosk.example 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
    page = browser.new_page(**TABLET)
    page.goto(
        house.url.replace("localhost", "kiosk.example").replace("127.0.0.1", "kiosk.example") + "/kiosk/"
    )
    assert page.evaluate("window.isSecureContext") is False
    expect(page.locator("h1")).to_have_text("This page needs a secure connection.")
    told = page.locator("main").inner_text()
    assert "barrymore serve --tls" in told
    assert "https://kiosk.example" in told
    assert "docs/operations.md" in told
    assert faults(page) == []
    browser.close()


def test_it_can_be_installed_in_full_screen(house, enter):
    page = enter("/kiosk/", None, **TABLET)
    session = page.context.new_cdp_session(page)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert '"display": "fullscreen"' in told["data"]
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    reasons = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [one for one in reasons if one != "in-incognito"] == []
