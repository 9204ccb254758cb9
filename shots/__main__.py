"""`make shots`: act first, then photograph each page in every dress and state."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measuring import EMAIL, PASSWORD, free_port

OUT = Path("var/shots")
# The best of them stand in the documents.
KEPT = {
    "desk-desktop": "desk.png",
    "desk-dark": "desk-dark.png",
    "desk-phone": "desk-phone.png",
    "satisfaction-desktop": "satisfaction.png",
    "speed-desktop": "speed.png",
    "sign-in-desktop": "sign-in.png",
    "survey-phone": "survey.png",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Dress:
    """How a page is looked at. Zoom of 200 % is half the room at twice the size."""

    name: str
    width: int = 1440
    height: int = 900
    dark: bool = False
    language: str = "en"
    scale: float = 1


DRESSES = [
    Dress("desktop"),
    Dress("dark", dark=True),
    Dress("phone", 360, 780, scale=2),
    Dress("zoom", 720, 450, scale=2),
    Dress("ru", language="ru"),
    Dress("lt", language="lt"),
    Dress("phone-ru", 360, 780, language="ru", scale=2),
]


@contextmanager
def served(var: Path, *command: str) -> Iterator[str]:
    """Run a command that serves on a free port; ended by its pid."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")}
    environment |= {"BARRYMORE_VAR": str(var), "BARRYMORE_URL": f"http://localhost:{port}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "barrymore", *command, "--port", str(port)], env=environment
    )
    url = f"http://localhost:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{url}/account/login/", timeout=5)
                break
            except httpx.HTTPError:
                time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


class Camera:
    """Opens pages signed in, in each dress, and photographs them."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    def page(self, dress: Dress, who: tuple[str, str] | None = None) -> Page:
        """A new browser in this dress, signed in by password where somebody is named."""
        context = self.browser.new_context(
            viewport={"width": dress.width, "height": dress.height},
            color_scheme="dark" if dress.dark else "light",
            device_scale_factor=dress.scale,
            locale="en-GB",
        )
        context.add_cookies([{"name": "language", "value": dress.language, "url": self.url}])
        page = context.new_page()
        if who:
            page.goto(f"{self.url}/account/login/")
            page.fill("input[name=login]", who[0])
            page.fill("input[name=password]", who[1])
            page.press("input[name=password]", "Enter")
            page.wait_for_url(re.compile(r"/(desk|reports|welcome|settings)/"))
        return page

    def shoot(self, name: str, path: str, dress: Dress, who: tuple[str, str] | None = None) -> None:
        """One picture of one page."""
        page = self.page(dress, who)
        page.goto(self.url + path)
        page.wait_for_timeout(900)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        page.screenshot(path=OUT / f"{name}-{dress.name}.png")
        print(f"{name}-{dress.name}.png" + (f"  overflows by {wide} px" if wide > 0 else ""), flush=True)
        page.context.close()


def act(camera: Camera, agent: tuple[str, str]) -> tuple[str, str]:
    """Take a conversation, write a note, begin a draft; close another; returns both addresses."""
    page = camera.page(DRESSES[0], agent)
    page.goto(f"{camera.url}/desk/?in=all")
    page.locator(".row-link").first.click()
    page.wait_for_url(re.compile(r"/desk/\d+/"))
    page.keyboard.press("t")
    page.wait_for_timeout(800)
    page.locator(".reply-tab", has=page.locator("[value=note]")).click()
    note = "The fitter is on floor 4 until three; room 418 is free till the 23rd."
    page.locator("textarea[name=body]").fill(note)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1200)
    page.locator(".reply-tab", has=page.locator("[value=reply]")).click()
    page.locator("textarea[name=body]").fill("Good evening, we are with you within ten minutes.")
    page.wait_for_timeout(1500)
    opened = page.url.removeprefix(camera.url)
    page.locator(".row-link").nth(3).click()
    page.wait_for_timeout(800)
    page.locator("textarea[name=body]").fill("Thank you for writing. It is done.")
    page.get_by_role("button", name=re.compile("Send and close")).click()
    page.wait_for_timeout(1500)
    closed = page.url.removeprefix(camera.url)
    page.context.close()
    return opened, closed


def survey_address(var: Path, camera: Camera) -> str:
    """Wait for the invitation of the conversation just closed and read its link from the guest's inbox."""
    from imapclient import IMAPClient

    demo = json.loads((var / "demo.json").read_text())
    host, port = demo["mail"]["imap"].split(":")
    addresses = [f"guest{number}@guests.example" for number in range(1, 241)]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for address in addresses:
            try:
                with IMAPClient(host, int(port), ssl=False) as inbox:
                    inbox.login(address, demo["users"]["agent"]["password"])
                    inbox.select_folder("INBOX")
                    for told in inbox.fetch(inbox.search(), ["BODY.PEEK[TEXT]"]).values():
                        found = re.search(rb"/s/[\w-]+/", told[b"BODY[TEXT]"].replace(b"=\r\n", b""))
                        if found:
                            return found.group().decode()
            except Exception:
                continue
        time.sleep(1)
    raise RuntimeError("no invitation came")


def demo_pictures(browser: Browser) -> None:
    """The demo company, after somebody has worked there."""
    var = Path(tempfile.mkdtemp(prefix="shots."))
    with served(var, "run-demo", "--quiet") as url:
        camera = Camera(browser, url)
        users = json.loads((var / "demo.json").read_text())["users"]
        people = {role: (user["email"], user["password"]) for role, user in users.items()}
        opened, _closed = act(camera, people["agent"])
        survey = survey_address(var, camera)
        for dress in DRESSES:
            camera.shoot("sign-in", "/account/login/", dress)
            camera.shoot("desk", opened, dress, people["agent"])
            camera.shoot("card", opened.split("?")[0] + "?view=card", dress, people["agent"])
            camera.shoot("satisfaction", "/reports/satisfaction/", dress, people["supervisor"])
            camera.shoot("speed", "/reports/speed-of-answer/", dress, people["supervisor"])
            # The page speaks the customer's language; the address may ask for another.
            camera.shoot("survey", f"{survey}?lang={dress.language}", dress)
        camera.shoot("welcome", "/welcome/", DRESSES[0], people["administrator"])
        camera.shoot("settings", "/settings/people/", DRESSES[0], people["administrator"])
        for dress in (DRESSES[0], DRESSES[2]):
            camera.shoot("error-not-found", "/desk/999999/", dress, people["agent"])
            camera.shoot("error-survey", "/s/nothing/", dress)
    shutil.rmtree(var, ignore_errors=True)


def other_states(browser: Browser) -> None:
    """An empty house, and one with ten thousand conversations."""
    for name, count in (("empty", 0), ("rows", 10_000)):
        var = Path(tempfile.mkdtemp(prefix="shots."))
        environment = {**os.environ, "BARRYMORE_VAR": str(var)}
        subprocess.run(
            [sys.executable, "-m", "barrymore", "manage", "migrate", "-v0"], env=environment, check=True
        )
        fill = f"import django; django.setup(); from bench.filling import fill; fill({count})"
        subprocess.run([sys.executable, "-c", fill], env=environment, check=True)
        with served(var, "serve") as url:
            camera = Camera(browser, url)
            for dress in (DRESSES[0], DRESSES[1], DRESSES[2]):
                camera.shoot(f"desk-{name}", "/desk/", dress, (EMAIL, PASSWORD))
                camera.shoot(f"report-{name}", "/reports/satisfaction/", dress, (EMAIL, PASSWORD))
        shutil.rmtree(var, ignore_errors=True)


def main() -> int:
    """Photograph everything; the best go into docs/pictures with `--keep`."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        demo_pictures(browser)
        other_states(browser)
        browser.close()
    if "--keep" in sys.argv:
        for name, target in KEPT.items():
            shutil.copy(OUT / f"{name}.png", Path("docs/pictures") / target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
