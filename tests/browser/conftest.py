"""A live house with a small cast, and Chromium signed in to it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from barrymore.alerts.links import acknowledge_link
from barrymore.alerts.models import Notice
from barrymore.channels.chat.models import Widget
from barrymore.channels.chat.services import give_keys
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.services import say_by_poster
from barrymore.channels.form.models import WebForm
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, Conversation, ProductArea, Reason
from barrymore.conversations.services import Said
from barrymore.feedback import services as feedback
from barrymore.feedback.links import set_link
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.results import share, today
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.handling.models import Basic, Kindness, Recovery
from barrymore.handling.outcomes import Asked, attach_guest, claim
from barrymore.handling.recovering import recoveries_round
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import Point, Site, Staff
from barrymore.telephony.models import Node
from barrymore.web.models import SignInProvider
from tests.channels.devices import place_device
from tests.desk.builders import arrival, person, promise, queue, signed_in
from tests.feedback.asked import ask

Enter = Callable[..., Page]


# What is awaited returns at once; only a machine with much else to do takes long.
expect.set_options(timeout=30_000)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# A microphone that beeps, and that no dialog asks for.
SOUND = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright runs a loop in this thread, which Django would take for a mistake."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS + SOUND)
    yield chromium
    chromium.close()


@pytest.fixture
def house(browser: Browser, live_server) -> SimpleNamespace:
    """Two people, a queue with a promise, three open conversations and one that was asked about."""
    amina = person()
    dora = person("Dora Kask", "administrator")
    guests = queue(amina, dora, is_default=True)
    promise(45)
    Reason.objects.create(name="Broken", key="b", words="hot")
    ProductArea.objects.create(name="Room", key="r")
    Survey.objects.create(name="After", probability=1.0)
    first = arrival(guests, html="<p>Since <b>this</b> morning.</p>", recipients={"cc": ["sam@mail.example"]})
    Attachment.objects.create(message=first.messages.get(kind="inbound"), **store_file("a.pdf", b"%PDF-1"))
    moves.note(first, amina, "Careful.")
    handling.answer(first, amina, Said(text="We are coming.", name=amina.name))
    for name in ("Noor Haddad", "Milda Petraitytė"):
        arrival(guests, name, subject=f"From {name}")
    asked = arrival(guests, "Oskar Lind")
    handling.answer(asked, amina, Said(text="Done.", name=amina.name))
    handling.close(asked, amina)
    case = Case.objects.select_related("survey", "conversation__customer").get()
    widget = give_keys(Widget(name="Site", queue=guests, greeting="Good day."))
    widget.save()
    WebForm.objects.create(name="Enquiry", key="enquiry", queue=guests)
    point = Point.objects.create(site=Site.objects.create(name="Old Mill"), name="Reception", step="check-in")
    poster = place_device(point, "poster", "Poster")[0]
    place_device(point, "button", "Button")
    say_by_poster(poster, "0" * 16, 1, "The towels were wet.")
    project_round()
    campaign = ask(dora, point, name="Stay")
    Node.objects.create(name="main")
    forget_settings()
    return SimpleNamespace(
        campaign=campaign,
        shared=share(Actor(dora), campaign, "Owner", ["score", "why"], today())[1],
        public=set_link(Actor(dora), campaign, is_on=True).code,
        poster=poster,
        url=live_server.url,
        amina=amina,
        dora=dora,
        guests=guests,
        first=first,
        survey=feedback.mark_sent(case),
        widget=widget,
        oidc=SignInProvider.objects.create(slug="company", name="Company login"),
        saml=SignInProvider.objects.create(
            kind="saml", slug="house", name="House", last_error="expired", last_error_at=now()
        ),
    )


@pytest.fixture
def put_right(house: SimpleNamespace) -> None:
    """The house with recoveries too, which add conversations to its lists."""
    house.red, asked = recovered(house.poster, house.amina)
    notice = Notice.objects.get(alert=house.red.alert)
    house.alert_link = acknowledge_link(notice).removeprefix(settings.BASE_URL)
    house.guest_link = asked.token


def recovered(poster: Device, staff: Staff) -> tuple[Recovery, Asked]:
    """A red press that nobody has yet, and another one whose guest is asked; a kindness and a basic."""
    recoveries_round()
    red = Recovery.objects.get()
    other = place_device(Point.objects.create(site=poster.point.site, name="Bar"), "poster", "Bar poster")[0]
    say_by_poster(other, "1" * 16, 1, "")
    project_round()
    recoveries_round()
    second = Recovery.objects.order_by("-id")[0]
    attach_guest(second, Conversation.objects.filter(customer__isnull=False)[0].customer, staff)
    second.refresh_from_db()
    tea = Kindness.objects.create(name="Tea", cost=1)
    Basic.objects.create(site=poster.point.site, name="Towels")
    return red, claim(second, staff, "A new glass.", tea)


@pytest.fixture
def enter(browser: Browser, house: SimpleNamespace) -> Iterator[Enter]:
    """Open an address as somebody; every context is closed afterwards."""
    opened: list[BrowserContext] = []

    def entered(address: str, staff: Staff | None = None, **more) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "base_url": house.url, **more}
        )
        opened.append(context)
        if staff:
            key = signed_in(staff).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": house.url}])
        page = context.new_page()
        page.goto(address)
        return page

    yield entered
    for context in opened:
        context.close()
