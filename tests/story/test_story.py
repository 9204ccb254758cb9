"""With no manual: a mail comes in, is answered, the guest is asked, the figure moves."""

import re
import smtplib
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest
from imapclient import IMAPClient
from playwright.sync_api import Browser, Page, expect

from tests.story.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]
GUEST = "noor.hadley@travellers.example"
SUBJECT = "Sauna on Sunday morning"
ASKED = re.compile(r"Of ([\d,]+) customers? asked, ([\d,]+) said good")


def write(demo: Demo) -> None:
    """A mail program sends a mail to the hotel."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Noor Hadley <{GUEST}>", demo.mail["desk_address"], SUBJECT
    mail["Message-ID"] = "<noor.1@travellers.example>"
    mail.set_content("Good evening, may we use the sauna on Sunday before breakfast? There are two of us.")
    host, port = demo.mail["smtp"].split(":")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.send_message(mail)


def inbox(demo: Demo, wanted: str) -> EmailMessage:
    """Wait until a mail with these words is in the guest's own inbox."""
    host, port = demo.mail["imap"].split(":")
    password = demo.told["users"]["agent"]["password"]
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            with IMAPClient(host, int(port), ssl=False) as client:
                client.login(GUEST, password)
                client.select_folder("INBOX")
                for data in client.fetch(client.search(), ["BODY.PEEK[]"]).values():
                    mail = message_from_bytes(data[b"BODY[]"], policy=policy.default)
                    body = mail.get_body(("plain",))
                    if body and wanted in body.get_content():
                        return mail
        except Exception:
            pass
        time.sleep(1)
    raise AssertionError(f"no mail says {wanted!r}")


def figure(demo: Demo) -> dict[str, int]:
    """The counts of satisfaction as the API tells them."""
    headers = {"Authorization": f"Bearer {demo.told['api_token']}"}
    told = httpx.get(f"{demo.url}/api/v1/figures/satisfaction", headers=headers).json()
    return {"invited": told["invited"], "responded": told["responded"], "good": told["values"]["good"]}


def enter(browser: Browser, demo: Demo, who: str) -> Page:
    """One click on the sign-in page."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    page.goto(demo.url)
    page.locator(".people li", has_text=who).get_by_role("button", name="Enter").click()
    return page


def test_a_mail_is_answered_the_guest_is_asked_and_the_figure_moves(browser: Browser, demo: Demo) -> None:
    began = time.monotonic()
    before = figure(demo)
    agent = enter(browser, demo, "Amina")
    expect(agent).to_have_url(re.compile("/desk/"))
    write(demo)

    row = agent.locator(".row", has_text=SUBJECT)
    expect(row).to_be_visible(timeout=30_000)  # live: nobody reloads the page
    row.locator(".row-link").click()
    expect(agent.get_by_text("may we use the sauna")).to_be_visible()
    agent.locator("textarea[name=body]").fill("With pleasure: the sauna is warm for you from seven.")
    agent.get_by_role("button", name=re.compile("^Send(?! and)")).click()
    expect(agent.locator(".message", has_text="the sauna is warm for you")).to_be_visible()
    answer = inbox(demo, "the sauna is warm for you from seven")
    assert answer["In-Reply-To"] == "<noor.1@travellers.example>"

    agent.keyboard.press("Escape")
    agent.locator("body").press("e")
    expect(agent.get_by_text(re.compile("Closed"))).not_to_have_count(0)
    invitation = inbox(demo, "/s/")
    body = invitation.get_body(("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(demo.url)}/s/[\w-]+/", body.get_content())
    assert link, body.get_content()

    guest = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    guest.goto(link.group())
    guest.locator("label", has=guest.locator("input[name=smile][value=great]")).click()
    guest.locator("label", has=guest.locator("input[name=need][value=yes]")).click()
    guest.locator("textarea[name=comment]").fill("Warm sauna, kind answer.")
    guest.get_by_role("button", name=re.compile("Send")).click()
    expect(guest.get_by_text(re.compile("Thank you"))).to_be_visible()

    after = figure(demo)
    assert after["responded"] == before["responded"] + 1
    assert after["good"] == before["good"] + 1
    supervisor = enter(browser, demo, "Sam")
    supervisor.goto(f"{demo.url}/reports/satisfaction/")
    shown = ASKED.search(supervisor.locator("main").inner_text())
    assert shown and int(shown.group(1)) == after["invited"] and int(shown.group(2)) == after["good"]
    assert time.monotonic() - began < 300
