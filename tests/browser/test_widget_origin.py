"""The button on a web site and its window believe each other and nobody else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from barrymore.channels.chat.models import Widget

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
EVERY_WORD = [
    {"barrymore": "close"},
    {"barrymore": "unread", "count": 9},
    {"barrymore": "ready"},
    {"barrymore": "shown", "on": False},
    {
        "barrymore": "identity",
        "identity": {"ref": "1", "email": "lee@guests.example", "name": "Lee", "hash": "0"},
    },
    {"begun": True},
    {"__proto__": {"barrymore": "close"}},
    "close",
    None,
]
SHOP = """<!doctype html><title>Shop</title><p>Towels</p>
<script src="{house}/chat/widget.js" data-key="{key}" defer></script><iframe id="ad" src="{evil}"></iframe>"""
EVIL = """<!doctype html><title>Advertisement</title>
<script>window.heard = []; addEventListener("message", (one) => window.heard.push(one.data));</script>"""
# What an advertisement in the same page says to the page and to every frame beside it.
SAYS = """words => { for (const word of words) {
  parent.postMessage(word, "*");
  for (let n = 0; n < parent.frames.length; n++) parent.frames[n].postMessage(word, "*");
} }"""


class Elsewhere:
    """A web site of somebody else, of one page."""

    def __init__(self) -> None:
        site = self
        site.page = ""

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """The one page."""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.page.encode())

            def log_message(self, *told: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def sites() -> Iterator[tuple[Elsewhere, Elsewhere]]:
    """A shop, and an advertiser."""
    both = (Elsewhere(), Elsewhere())
    yield both
    for site in both:
        site.server.shutdown()
        site.server.server_close()


@pytest.fixture
def shop(house, enter, sites):
    """A shop's page with the button, and beside it somebody else's advertisement."""
    shop, evil = sites
    page = enter("about:blank")
    shop.page = SHOP.format(house=house.url, key=house.widget.key, evil=evil.url)
    evil.page = EVIL
    Widget.objects.update(origins=shop.url)
    return page


def opened(page, sites):
    """The chat's own frame, opened by the button."""
    page.goto(sites[0].url)
    page.locator("#barrymore-chat").click()
    page.frame_locator("iframe[src*='/chat/']").locator("textarea").wait_for()
    return next(frame for frame in page.frames if "/chat/" in frame.url)


def test_an_advertisement_beside_the_window_commands_nothing(shop, sites, house) -> None:
    begun: list[str] = []
    shop.on("request", lambda asked: begun.append(asked.url) if "/begin/" in asked.url else None)
    opened(shop, sites)
    advertisement = next(frame for frame in shop.frames if frame.url.startswith(sites[1].url))
    advertisement.evaluate(SAYS, EVERY_WORD)
    shop.wait_for_timeout(400)
    button = shop.locator("#barrymore-chat")
    assert button.get_attribute("aria-expanded") == "true"
    assert button.locator("span").evaluate("badge => badge.style.display") == "none"
    assert not shop.evaluate(f"localStorage.getItem('barrymore-chat:{house.widget.key}')")
    assert begun == []


def test_the_page_itself_is_believed_only_in_what_its_tag_says(shop, sites, house) -> None:
    frame = opened(shop, sites)
    # The same words from the page around the window, which is the right origin, do close nothing either.
    shop.evaluate("words => words.forEach((word) => window.postMessage(word, '*'))", EVERY_WORD)
    shop.wait_for_timeout(200)
    assert shop.locator("#barrymore-chat").get_attribute("aria-expanded") == "true"
    assert frame.locator("textarea").is_visible()


def test_the_window_tells_its_news_to_the_page_that_framed_it_and_to_no_other(shop, sites, house) -> None:
    shop.add_init_script(
        "window.heard = []; addEventListener('message', (one) => window.heard.push(one.data));"
    )
    opened(shop, sites)
    advertisement = next(frame for frame in shop.frames if frame.url.startswith(sites[1].url))
    # The news crosses two frames: on a busy machine it comes after the window stands.
    shop.wait_for_function("() => window.heard.some((word) => JSON.stringify(word).includes('ready'))")
    assert advertisement.evaluate("window.heard") == []


def test_a_foreign_site_cannot_frame_the_window(shop, sites, house) -> None:
    opened(shop, sites)
    address = f"{house.url}/chat/{house.widget.key}/?origin={sites[0].url}"
    sites[1].page = f"<!doctype html><iframe src='{address}'></iframe>"
    shop.goto(sites[1].url)
    shop.wait_for_timeout(500)
    assert not any(frame.locator("textarea").count() for frame in shop.frames[1:])
