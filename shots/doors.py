"""The doors beside mail: chat, form, walk-up, shared computer, sign-in elsewhere, and their settings."""

import re
from typing import Any

from playwright.sync_api import Page

SAID = "Good evening. Is there a room with a bath for Saturday, and can we bring a small dog?"


def chat(camera: Any, dress: Any) -> None:
    """The hotel's own site with the window open, after the visitor has written."""
    page: Page = camera.page(dress)
    page.goto(f"{camera.url}/demo/hotel/")
    page.locator("#barrymore-chat").click()
    window = page.frame_locator("iframe[src*='/chat/']")
    box = window.locator("[data-say] textarea")
    box.wait_for()
    page.wait_for_timeout(600)
    camera.keep(page, "chat-before", dress)
    box.fill(SAID)
    box.press("Enter")
    window.locator(".chat-line").first.wait_for()
    page.wait_for_timeout(900)
    camera.keep(page, "chat", dress)
    page.context.close()


def shared(camera: Any, dress: Any, administrator: tuple[str, str]) -> None:
    """A computer that is made a shared one, asking who is there."""
    page: Page = camera.page(dress, administrator)
    page.goto(f"{camera.url}/me/")
    page.locator("input[name=pin]").fill("4826")
    page.locator("form[action*='/me/pin/'] button").click()
    page.wait_for_timeout(400)
    page.goto(f"{camera.url}/settings/computers/")
    page.fill("input[name=name]", "Reception, left")
    page.locator("form:has(input[name=name]) button").last.click()
    page.wait_for_url(re.compile("/switch/"))
    page.wait_for_timeout(600)
    camera.keep(page, "switch", dress)
    page.context.close()


def doors(camera: Any, dress: Any, people: dict[str, tuple[str, str]]) -> None:
    """Every door in one dress."""
    chat(camera, dress)
    shared(camera, dress, people["administrator"])
    camera.shoot("form", "/forms/enquiry/", dress)
    camera.shoot("walk-up", "/desk/told/", dress, people["front_desk"])
    for name in ("people", "roles", "sign-in", "import", "chat", "forms", "texts"):
        camera.shoot(f"settings-{name}", f"/settings/{name}/", dress, people["administrator"])
    camera.shoot("settings-role", "/settings/roles/new/", dress, people["administrator"])
    camera.shoot("settings-provider", "/settings/sign-in/new/oidc/", dress, people["administrator"])
    camera.shoot("passkeys", "/account/2fa/webauthn/", dress, people["agent"])
