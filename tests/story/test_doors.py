"""Chat, form and walk-up in the browser: everybody sees the others' work without loading a page."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.story.conftest import Demo, browser, demo
from tests.story.test_story import enter

__all__ = ["browser", "demo"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]


def visitor_of(browser: Browser, demo: Demo) -> Page:
    """A stranger on the hotel's web site."""
    page = browser.new_context(viewport={"width": 1100, "height": 800}, locale="en-GB").new_page()
    page.goto(f"{demo.url}/demo/hotel/")
    page.locator("#barrymore-chat").click()
    return page


def open_row(page: Page, words: str) -> None:
    """Open the conversation with these words as soon as the list shows it."""
    row = page.locator(".row", has_text=words)
    expect(row).to_be_visible(timeout=60_000)
    row.locator(".row-link").click()


def answer(page: Page, words: str) -> None:
    """Write and send."""
    page.locator("textarea[name=body]").fill(words)
    page.get_by_role("button", name=re.compile("^Send(?! and)")).click()


def test_a_visitor_and_two_agents_see_each_other(browser: Browser, demo: Demo) -> None:
    amina, tomas = enter(browser, demo, "Amina"), enter(browser, demo, "Sam")
    visitor = visitor_of(browser, demo)
    window = visitor.frame_locator("iframe")
    expect(window.locator("[data-status]")).to_contain_text(re.compile("Amina|Sam"), timeout=40_000)
    window.locator("textarea").fill("Is the ferry to the island running?")
    window.get_by_role("button", name="Send").click()

    open_row(amina, "Is the ferry to the island running?")
    open_row(tomas, "Is the ferry to the island running?")
    answer(amina, "Yes, at eight and at noon.")
    expect(window.get_by_text("Yes, at eight and at noon.")).to_be_visible(timeout=60_000)
    expect(window.locator("[data-status]")).to_contain_text("You speak with Amina")
    expect(tomas.locator(".message", has_text="Yes, at eight and at noon.")).to_be_visible(timeout=60_000)

    window.locator("textarea").fill("Splendid, thank you!")
    window.get_by_role("button", name="Send").click()
    expect(amina.locator(".message", has_text="Splendid, thank you!")).to_be_visible(timeout=60_000)
    expect(tomas.locator(".message", has_text="Splendid, thank you!")).to_be_visible(timeout=60_000)

    visitor.reload()
    visitor.locator("#barrymore-chat").click()
    expect(window.get_by_text("Splendid, thank you!")).to_be_visible(timeout=60_000)


def test_a_form_without_script_reaches_the_desk(browser: Browser, demo: Demo) -> None:
    supervisor = enter(browser, demo, "Sam")
    guest = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    guest.goto(f"{demo.url}/demo/hotel/")
    guest.get_by_role("link", name="Ask us by the form").click()
    guest.get_by_label("Your name").fill("Noor Hadley")
    guest.get_by_label("Mail or telephone").fill("noor.form@travellers.example")
    guest.get_by_label("Your message").fill("May a quiet dog come along for two nights in May?")
    guest.locator("input[type=file]").set_input_files(
        {"name": "dog.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64}
    )
    time.sleep(2.2)  # whoever is faster than that is taken for a machine
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_text("Thank you. We have it.")).to_be_visible()
    open_row(supervisor, "Noor Hadley")
    expect(supervisor.get_by_text("May a quiet dog come along")).not_to_have_count(0)
    expect(supervisor.get_by_text("dog.png")).not_to_have_count(0)


def test_what_a_guest_told_at_the_desk_is_kept_in_seconds(browser: Browser, demo: Demo) -> None:
    agent = enter(browser, demo, "Amina")
    phone = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", has_touch=True
    ).new_page()
    phone.goto(demo.url)
    phone.locator(".people li", has_text="Ilse").get_by_role("button", name="Enter").click()
    phone.goto(f"{demo.url}/desk/told/")
    site = phone.get_by_label("Site")
    if site.count():
        site.select_option(label="Halden Old Mill")
    phone.get_by_label("Room").fill("7777")
    phone.locator(".chip", has_text="Something does not work").click()
    phone.get_by_label("What was said").fill("The reading lamp flickers.")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.get_by_text(re.compile(r"Kept: No\. \d+"))).to_be_visible()
    open_row(agent, "Room 7777: Something does not work")
    expect(agent.get_by_text("The reading lamp flickers.")).not_to_have_count(0)
    expect(agent.get_by_text("Told to Ilse Vatne")).not_to_have_count(0)
