"""The first day of somebody new: from an empty folder to a kiosk that asks, over TLS, under its own name.

Nothing is typed that does not stand on the pages themselves.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import FLAGS
from tests.conftest import PASSWORD
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]
NAME = "desk.halden.test"
SOON = 15_000


@dataclass
class Served:
    """The product as it was just installed: its address, and the one that founds the house."""

    url: str
    founding: str
    var: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`barrymore serve --tls` with an empty folder, ended by its pid."""
    var, port = tmp_path_factory.mktemp("new"), free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")}
    environment |= {"BARRYMORE_VAR": str(var), "PYTHONPATH": "src:.", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "barrymore", "serve", "--tls", "--name", NAME, "--port", str(port)]
    said = var / "said.txt"
    with said.open("w") as out, subprocess.Popen(command, env=environment, stdout=out) as process:
        try:
            yield Served(f"https://{NAME}:{port}", _address(said, process), var)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"Open it here: (\S+)\n[\s\S]*authority\.crt", said.read_text()):
            return found[1]
        time.sleep(0.2)
    raise RuntimeError(said.read_text())


@pytest.fixture(scope="module")
def trusting(playwright: Playwright, served: Served) -> Iterator[Browser]:
    """A browser that knows the name and trusts the certificate, as one does that installed the authority."""
    leaf = x509.load_pem_x509_certificate((served.var / "tls" / "server.crt").read_bytes())
    key = leaf.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    trusted = base64.b64encode(hashlib.sha256(key).digest()).decode()
    chromium = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[
            *FLAGS,
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={trusted}",
        ],
    )
    yield chromium
    chromium.close()


def opened(browser: Browser, url: str, width: int, height: int, **more: Any) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", timezone_id="Europe/Vilnius", **more
    ).new_page()
    page.goto(url)
    return page


def found_the_house(manager: Page) -> None:
    manager.get_by_label("Your company").fill("Halden Mill")
    manager.get_by_label("Your first hotel").fill("The Old Mill")
    expect(manager.get_by_label("Time zone")).to_have_value("Europe/Vilnius")
    manager.get_by_label("Your name").fill("Dora Kask")
    manager.get_by_label("E-mail").fill("dora@mill.example")
    manager.get_by_label("New password").fill(PASSWORD)
    manager.get_by_role("button", name="Open the house").click()
    expect(manager.get_by_text("the page is served by https")).to_be_visible()


def set_up_the_reception(manager: Page) -> None:
    manager.get_by_role("listitem").filter(has_text="Ask your customers").get_by_role("link").click()
    manager.get_by_label("Know how satisfied customers are").check()
    manager.get_by_label("Hear of discontent at once").check()
    manager.get_by_label("Customers served a day").fill("60")
    manager.get_by_label("Who counts those served").select_option("staff")
    manager.get_by_label("Questions for").select_option("hotel")
    manager.get_by_label("Name of the place").fill("Reception")
    manager.get_by_role("button", name="What suits this place?").click()
    expect(manager.get_by_text("A tap for each customer")).to_be_visible()
    manager.get_by_role("button", name="Set it up").click()
    expect(manager.get_by_role("heading", name="Devices here")).to_be_visible()


def connect_a_tablet(manager: Page, browser: Browser) -> Page:
    row = manager.locator(".settings-row", has_text="Kiosk")
    row.get_by_role("button", name="New code").click()
    link = manager.locator("a[href*='/enrol/']")
    expect(manager.locator("a[href$='authority.crt']")).to_be_visible()
    tablet = opened(browser, str(link.get_attribute("href")), 1280, 800, has_touch=True)
    tablet.get_by_role("button", name="Connect this screen").click()
    expect(tablet.locator(".kiosk-smiles button")).to_have_count(4)
    return tablet


def count_on_a_phone(browser: Browser, url: str, customers: int) -> None:
    phone = opened(browser, f"{url}/served/", 360, 740, has_touch=True)
    phone.get_by_label("E-mail").fill("dora@mill.example")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    for _customer in range(customers):
        phone.get_by_role("button", name="Served").click()
    expect(phone.locator("[data-today]")).to_have_text(str(customers))
    expect(phone.locator("[data-state]")).to_have_text("")
    phone.context.close()


def say_it_was_bad(tablet: Page) -> None:
    tablet.locator(".kiosk-smiles button").nth(3).click()
    thanks = tablet.locator(".kiosk-thanks-title")
    onward = tablet.get_by_role("button", name=re.compile("Next|Send"))
    for _page in range(6):
        expect(thanks.or_(onward).first).to_be_visible()
        if thanks.is_visible():
            return
        onward.first.click()
        tablet.wait_for_timeout(500)  # the page turns
    raise AssertionError(tablet.inner_text("body"))


def test_from_nothing_to_a_figure(served: Served, trusting: Browser) -> None:
    manager = opened(trusting, served.url, 1280, 800)
    expect(manager.get_by_text("found.txt")).to_be_visible()
    manager.goto(served.founding)
    found_the_house(manager)
    set_up_the_reception(manager)
    tablet = connect_a_tablet(manager, trusting)
    count_on_a_phone(trusting, served.url, 3)

    # The bell of whoever is at the desk rings without a reload.
    manager.goto(f"{served.url}/desk/")
    say_it_was_bad(tablet)
    expect(manager.locator(".row-what", has_text="Not content: Reception")).to_be_visible(timeout=SOON)
    expect(manager.locator(".bell .badge")).to_have_text("1", timeout=SOON)
    manager.locator(".bell summary").click()
    manager.get_by_role("button", name="I have it").click()
    expect(manager.locator(".bell .badge")).to_have_count(0)

    manager.goto(f"{served.url}/reports/quality/")
    body = manager.locator("main")
    expect(body).to_contain_text(
        "Of 3 customers served, 0 said good, 1 bad, 2 did not say. Too few for a share."
    )
    assert "%" not in body.inner_text()
