"""The tab on a web site: keyboard, narrow screens, whose words it believes, and no cookie anywhere."""

import pytest

from barrymore.feedback.models import PublicLink, Response
from tests.browser.test_widget_origin import EVIL, SAYS, Elsewhere, sites  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
SHOP = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Shop</title><button id="buy">Buy</button>
<script src="{house}/q/feedback.js" data-campaign="{code}" data-label="Say it" async></script>
<iframe id="ad" src="{evil}"></iframe>"""
TAB = "#barrymore-feedback"
PANEL = "#barrymore-feedback-panel"


@pytest.fixture
def shop(house, enter, sites: tuple[Elsewhere, Elsewhere]):  # noqa: F811
    """Enter a shop's page with the line, and beside it an advertisement."""
    shop, evil = sites
    shop.page = SHOP.format(house=house.url, code=house.public, evil=evil.url)
    evil.page = EVIL
    PublicLink.objects.update(origins=shop.url)

    def entered(**more):
        page = enter(shop.url, **more)
        page.locator(TAB).wait_for()
        return page

    return entered


def framed(page):
    """The first page in its frame."""
    return page.frame_locator(f"{PANEL} iframe")


def test_by_keyboard_it_opens_asks_and_closes_without_a_cookie(shop, house) -> None:
    page = shop()
    page.locator("#buy").focus()
    page.locator(TAB).focus()
    page.keyboard.press("Enter")
    assert page.locator(TAB).get_attribute("aria-expanded") == "true"
    assert page.get_by_role("dialog", name="Say it").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Close"
    page.keyboard.press("Tab")
    asked = framed(page)
    asked.locator("input[value='9']").press("Space")
    asked.get_by_role("button", name="Next").click()
    asked.locator("textarea").fill("Sauna")
    asked.get_by_role("button", name="Send").click()
    asked.locator("h1", has_text="Thank").wait_for()
    # Escape inside the frame is heard by the page around it.
    asked.locator("body").press("Escape")
    page.locator(PANEL).wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "barrymore-feedback"
    assert page.context.cookies() == []
    said = Response.objects.get(campaign=house.campaign)
    assert (said.channel, said.mode, said.score, said.comment) == ("site", "feedback", 9, "Sauna")
    assert PublicLink.objects.get().seen_on.startswith("http://127.0.0.1:")


def test_escape_outside_closes_and_what_was_begun_is_there_again(shop) -> None:
    page = shop()
    page.locator(TAB).click()
    framed(page).locator("input[value='9']").press("Space")
    page.keyboard.press("Escape")
    page.locator(TAB).click()
    assert framed(page).locator("input[value='9']").is_checked()
    assert page.locator(f"{PANEL} iframe").count() == 1


def test_at_360_pixels_it_fills_the_screen_and_nothing_is_cut(shop) -> None:
    page = shop(viewport={"width": 360, "height": 640})
    box = page.locator(TAB).bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44 and box["x"] + box["width"] == 360
    assert abs(box["y"] + box["height"] / 2 - 320) < 2
    page.locator(TAB).click()
    framed(page).get_by_role("button", name="Next").wait_for()
    panel = page.locator(PANEL).bounding_box()
    assert (panel["x"], panel["y"], panel["width"], panel["height"]) == (0, 0, 360, 640)
    asked = next(frame for frame in page.frames if "/q/" in frame.url)
    assert asked.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Close").click()
    page.locator(PANEL).wait_for(state="hidden")


def test_an_advertisement_closes_nothing(shop, sites) -> None:  # noqa: F811
    page = shop()
    page.locator(TAB).click()
    framed(page).get_by_role("button", name="Next").wait_for()
    advertisement = next(frame for frame in page.frames if frame.url.startswith(sites[1].url))
    words = [
        {"barrymore": "close"},
        {"barrymore": "ready"},
        "close",
        None,
        {"__proto__": {"barrymore": "close"}},
    ]
    advertisement.evaluate(SAYS, words)
    page.evaluate("words => words.forEach((word) => window.postMessage(word, '*'))", words)
    page.wait_for_timeout(300)
    assert page.locator(PANEL).is_visible()


def test_a_site_that_may_not_shows_nothing_and_is_named(shop, sites) -> None:  # noqa: F811
    PublicLink.objects.update(origins="https://www.mill.example")
    page = shop()
    page.locator(TAB).click()
    page.wait_for_timeout(800)
    assert not any(frame.locator("form").count() for frame in page.frames[1:])
    assert PublicLink.objects.get().refused_on == sites[0].url
