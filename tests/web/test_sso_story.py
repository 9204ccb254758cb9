"""The whole way in the browser: set up by an administrator, used by an agent, ended by the provider."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import browser, playwright
from tests.ports import free_port
from tests.web.provider import running

__all__ = ["browser", "playwright"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]
SECONDS_TO_NOTICE = 15_000
ILZE = {
    "name": "Ilze Ozola",
    "email": "ilze@haldenhotels.example",
    "email_verified": True,
    "groups": ["duty-managers"],
}


def waited_for(url, process):
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise RuntimeError("the product does not start")


@pytest.fixture(scope="module")
def issuer_of():
    """The address of the product, and the provider that knows it."""
    ours = f"http://localhost:{free_port()}"
    with running("oidc.mjs", ours) as issuer:
        httpx.put(f"{issuer}/people/ilze", json=ILZE, trust_env=False)
        yield ours, issuer


@pytest.fixture(scope="module")
def product(issuer_of, tmp_path_factory):
    """The product as `make run` starts it, allowed to call the provider in this network."""
    ours, issuer = issuer_of
    var = tmp_path_factory.mktemp("var")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")}
    environment |= {
        "BARRYMORE_VAR": str(var),
        "BARRYMORE_OUTBOUND_ALLOWED": issuer.removeprefix("http://"),
        "BARRYMORE_LOG": "ERROR",
        "PYTHONPATH": "src:.",
    }
    port = ours.rpartition(":")[2]
    command = [sys.executable, "-m", "barrymore", "run-demo", "--port", port, "--days", "2", "--quiet"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        waited_for(f"{ours}/account/login/", process)
        yield json.loads((Path(var) / "demo.json").read_text())
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def pages(browser, issuer_of):
    """One browser per person, closed afterwards."""
    opened = []

    def made():
        context = browser.new_context(
            base_url=issuer_of[0], locale="en-GB", viewport={"width": 1440, "height": 900}
        )
        opened.append(context)
        return context.new_page()

    yield made
    for context in opened:
        context.close()


def set_up(page, product, issuer):
    """Dora enters the provider on the settings pages and tests it."""
    dora = product["users"]["administrator"]
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(dora["email"])
    page.get_by_label("Password").fill(dora["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/settings/sign-in/")
    page.get_by_role("link", name="Set up OpenID Connect").click()
    page.get_by_label("Name on the button").fill("Company")
    page.get_by_role("button", name="Go on").last.click()
    expect(page.get_by_text("/account/oidc/company/login/callback/")).to_be_visible()
    page.get_by_label("Issuer").fill(issuer)
    page.get_by_label("Client id").fill("barrymore")
    page.get_by_label("Client secret").fill("a-secret-for-the-tests-only")
    page.get_by_label("Scopes").fill("openid profile email groups")
    page.get_by_label("People who are new here").check()
    page.locator("#id_rules-0-group").fill("duty-managers")
    page.locator("#id_rules-0-role").select_option("supervisor")
    page.get_by_label("In use").check()
    page.locator("form.provider-form").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_text("ends the one session that it names.")).to_be_visible()


@pytest.fixture(scope="module")
def company(browser, product, issuer_of):
    """The address of the provider, once it is set up in the interface."""
    context = browser.new_context(base_url=issuer_of[0], locale="en-GB")
    set_up(context.new_page(), product, issuer_of[1])
    context.close()
    return issuer_of[1]


def test_from_the_settings_to_the_end_of_the_session(pages, company):
    ilze = pages()
    ilze.goto("/desk/")
    ilze.get_by_role("link", name="Sign in with Company").click()
    ilze.get_by_role("button", name="ilze").click()
    ilze.wait_for_url("**/desk/")
    ilze.goto("/me/")
    assert ilze.locator('input[name="name"]').input_value() == "Ilze Ozola"
    ilze.goto("/desk/")

    elsewhere = ilze.context.new_page()
    elsewhere.goto(f"{company}/session/end")
    elsewhere.get_by_role("button", name="Yes").click()
    ilze.wait_for_url("**/account/login/**", timeout=SECONDS_TO_NOTICE)
    expect(ilze.get_by_role("link", name="Sign in with Company")).to_be_visible()


def test_the_way_in_and_out_stays_within_the_policy_of_the_pages(pages, company):
    page = pages()
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto("/account/login/")
    page.get_by_role("link", name="Sign in with Company").click()
    page.get_by_role("button", name="ilze").click()
    page.wait_for_url("**/desk/")
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign out of Company too").click()
    page.wait_for_url(f"{company}/session/end**")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url("**/account/login/")
    assert [fault for fault in faults if "Content Security Policy" in fault] == []
