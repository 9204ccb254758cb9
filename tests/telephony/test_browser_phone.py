"""A caller by SIPp, a real Asterisk, a telephone in Chromium: it rings, shows its card, talks, ends."""

import asyncio
import contextlib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Queue
from barrymore.telephony.models import Call, Extension, Registration
from tests.browser.test_axe import faults
from tests.ports import free_port
from tests.telephony.asterisk import CALLERS
from tests.telephony.conftest import NUMBER, House, arrive_at_work, second
from tests.telephony.sip import caller_scenario, eventually

# Without the last two no sound flows on this machine alone.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium with a microphone that beeps."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = running.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """The product as it is served, WebSocket and all."""
    from barrymore.config.asgi import application

    port = free_port()
    config = uvicorn.Config(application, port=port, lifespan="off", log_level="error")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    eventually(lambda: server.started)
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join(timeout=60)


@pytest.fixture
def amina_phone(amina: Staff) -> Extension:
    return Extension.objects.create(
        staff=amina, number="201", username="201-amina", kind=Extension.Kind.BROWSER, secret=seal("pw-amina")
    )


@pytest.fixture
def context(browser: Browser, address: str, amina: Staff) -> Iterator[BrowserContext]:
    """A browser in which Amina is signed in."""
    client = Client()
    client.force_login(amina)
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    made = browser.new_context(permissions=["microphone"])
    made.add_cookies([{"name": morsel.key, "value": morsel.value, "url": address}])
    yield made
    made.close()


def opened(context: BrowserContext, address: str) -> Page:
    """The telephone, signed in."""
    page = context.new_page()
    page.goto(f"{address}/phone/")
    page.get_by_role("button", name="Take calls in this window").click()
    page.get_by_text("Ready. Calls ring here.").wait_for(timeout=40_000)
    return page


def echoing(whole: House) -> subprocess.Popen[bytes]:
    """A caller who sends back whatever they hear, so that sound goes both ways."""
    text = caller_scenario(60, '"Lee Anand" <sip:+37061234567@[local_ip]>', "")
    port = free_port(socket.SOCK_DGRAM, CALLERS)
    return whole.sip.start(text, CALLERS, port, "-s", NUMBER, "-m", "1", "-rtp_echo")


def test_a_call_rings_in_the_browser_shows_its_card_and_is_talked(
    house: Callable[[], House], amina: Staff, amina_phone: Extension, address: str, context: BrowserContext
) -> None:
    arrive_at_work(amina)
    whole = house()
    page = opened(context, address)
    eventually(lambda: Registration.objects.filter(extension=amina_phone).exists())
    desk = context.new_page()
    desk.goto(f"{address}/desk/")
    caller = echoing(whole)

    page.get_by_role("button", name="Take the call").wait_for(timeout=40_000)
    call = whole.call(state="ringing")
    assert page.locator("[data-phone-who]").inner_text() == "+37061234567"
    assert page.locator("[data-phone-number]").inner_text() == "Reception"
    # The desk beside it opens the card by itself.
    desk.wait_for_url(f"{address}/desk/{call.conversation_id}/", timeout=30_000)

    assert faults(page) == []
    page.get_by_role("button", name="Take the call").click()
    talking = whole.call(state="talking")
    assert talking.staff == amina and whole.asterisk.channels() == 2
    page.get_by_role("button", name="Hang up").wait_for()
    page.locator("[data-phone-time]").get_by_text("0:02").wait_for(timeout=30_000)
    # Sound comes: what the browser receives is counted by the browser itself.
    page.locator("[data-phone-light]").wait_for(timeout=30_000)
    assert page.locator("[data-phone-light]").get_attribute("data-phone-light") in {"good", "fair"}

    assert faults(page) == []
    hold = page.get_by_role("button", name="Hold")
    hold.click()
    page.wait_for_function("document.querySelector('[data-phone]').dataset.call === 'held'")
    hold.click()
    page.wait_for_function("document.querySelector('[data-phone]').dataset.call === 'talking'")
    page.get_by_role("button", name="Hang up").click()
    ended = whole.call(state="ended")
    assert (ended.outcome, ended.staff) == ("answered", amina)
    assert caller.wait(timeout=60) == 0, whole.sip.errors()
    eventually(lambda: whole.asterisk.channels() == 0)
    assert page.get_by_role("button", name="Take the call").is_hidden()


def test_who_says_not_now_passes_the_caller_on(
    house: Callable[[], House], amina: Staff, amina_phone: Extension, address: str, context: BrowserContext
) -> None:
    arrive_at_work(amina)
    whole = house()
    page = opened(context, address)
    eventually(lambda: Registration.objects.filter(extension=amina_phone).exists())
    whole.sip.call(NUMBER, stays=30)
    page.get_by_role("button", name="Not now").click(timeout=40_000)
    call = whole.call(state="queued", attempt=1)
    assert call.outcome == "" and call.staff is None


def test_a_browser_that_dies_gives_the_caller_back_to_the_queue(
    house: Callable[[], House], amina: Staff, amina_phone: Extension, address: str, context: BrowserContext
) -> None:
    arrive_at_work(amina)
    whole = house()
    page = opened(context, address)
    eventually(lambda: Registration.objects.filter(extension=amina_phone).exists())
    whole.sip.call(NUMBER, stays=60)
    page.get_by_role("button", name="Take the call").click(timeout=40_000)
    whole.call(state="talking")
    with contextlib.suppress(Error):
        page.goto("chrome://crash")
    # No goodbye was said: silence is noticed after 15 seconds, and the caller waits on in the old place.
    eventually(lambda: Call.objects.filter(state="queued", answered_at__isnull=False).exists(), 40)


def test_who_has_no_telephone_is_told_what_to_do(
    house: Callable[[], House], amina: Staff, address: str, context: BrowserContext
) -> None:
    house()
    page = context.new_page()
    page.goto(f"{address}/phone/")
    page.get_by_role("button", name="Take calls in this window").click()
    page.get_by_text("You have no telephone in the browser yet.").wait_for()


@pytest.mark.long
def test_from_the_window_somebody_is_asked_first_and_then_has_the_caller(
    house: Callable[[], House],
    amina: Staff,
    queue: Queue,
    amina_phone: Extension,
    address: str,
    context: BrowserContext,
) -> None:
    ines = second(queue)
    Extension.objects.create(staff=ines, number="202", username="ines", secret=seal("pw-ines"))
    arrive_at_work(amina)
    arrive_at_work(ines, "busy")
    whole = house()
    page = opened(context, address)
    whole.sip.phone("ines", "pw-ines", talks=30)
    eventually(lambda: Registration.objects.count() == 2)
    echoing(whole)
    page.get_by_role("button", name="Take the call").click(timeout=15_000)
    whole.call(state="talking")
    field = page.get_by_label("Colleague, extension or queue")
    field.fill("Nobody of Ours")
    page.get_by_role("button", name="Ask first").click()
    page.get_by_text("There is nobody of that name").wait_for(timeout=15_000)
    # What is typed stays while the page asks again every two seconds.
    field.fill("Ines Duarte")
    page.wait_for_timeout(2500)
    assert field.input_value() == "Ines Duarte"
    assert faults(page) == []
    page.get_by_role("button", name="Ask first").click()
    page.get_by_text("The customer hears music.").wait_for(timeout=15_000)
    page.get_by_role("button", name="Put through").click(timeout=15_000)
    whole.call(state="talking", staff=ines)
    # Her own line has ended, and nothing is left in her window.
    page.get_by_label("Call a colleague").wait_for(timeout=15_000)
    page.locator("#on-call").get_by_text("On the telephone").wait_for(state="detached", timeout=15_000)
