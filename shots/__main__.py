"""`make shots`: act first, then photograph each page in every dress and state."""

import json
import os
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measuring import EMAIL, PASSWORD, free_port
from shots.doors import doors
from shots.quality import kiosk, quality

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
GUEST, QUESTION = "eva@guests.example", "Two bicycles on Saturday"
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
# Ten inches, held across.
TABLET = Dress("tablet", 1280, 800, scale=2)
# A screen of 55 inches is looked at from across a room.
WALLS = [Dress("wall", 1920, 1080, dark=True, scale=2), Dress("wall-light", 1920, 1080, scale=2)]


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
        self.keep(page, name, dress)
        page.context.close()

    def keep(self, page: Page, name: str, dress: Dress) -> None:
        """The picture of what a page shows now."""
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        page.screenshot(path=OUT / f"{name}-{dress.name}.png")
        print(f"{name}-{dress.name}.png" + (f"  overflows by {wide} px" if wide > 0 else ""), flush=True)


def write_in(var: Path) -> None:
    """A guest whom nobody has asked before writes to the hotel: who is asked too often would not be again."""
    demo = json.loads((var / "demo.json").read_text())
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        f"Eva Lindqvist <{GUEST}>",
        demo["mail"]["desk_address"],
        QUESTION,
    )
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="guests.example")
    mail.set_content(
        "Good evening, do you lend bicycles? We would like two of them on Saturday morning.\n\nEva"
    )
    host, port = demo["mail"]["smtp"].split(":")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.send_message(mail)


def act(camera: Camera, agent: tuple[str, str]) -> str:
    """Close the guest's question; take another one, write a note, begin a draft; returns its address."""
    page = camera.page(DRESSES[0], agent)
    page.goto(f"{camera.url}/desk/?in=all")
    page.locator(f".row-link[aria-label*='{QUESTION}']").click(timeout=120_000)
    page.wait_for_url(re.compile(r"/desk/\d+/"))
    page.wait_for_timeout(800)
    page.locator("textarea[name=body]").fill(
        "Two bicycles stand ready at the reception from eight. Ride well."
    )
    page.get_by_role("button", name=re.compile("Send and close")).click()
    page.wait_for_timeout(1500)
    page.goto(f"{camera.url}/desk/?in=all")
    cold, any_row = page.locator(".row-link[aria-label*='warmes Wasser']"), page.locator(".row-link")
    (cold if cold.count() else any_row).first.click()
    page.wait_for_url(re.compile(r"/desk/\d+/"))
    page.wait_for_timeout(800)
    page.keyboard.press("t")
    page.wait_for_timeout(800)
    page.locator(".reply-tab", has=page.locator("[value=note]")).click()
    note = "The fitter comes within ten minutes. If it takes longer: room 118 is free till Wednesday."
    page.locator("textarea[name=body]").fill(note)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1200)
    page.locator(".reply-tab", has=page.locator("[value=reply]")).click()
    page.locator("textarea[name=body]").fill("Guten Abend, in zehn Minuten ist jemand bei Ihnen.")
    page.wait_for_timeout(1500)
    opened = page.url.removeprefix(camera.url)
    page.context.close()
    return opened


def survey_address(var: Path) -> str:
    """Wait for the invitation of the conversation just closed and read its link from the guest's inbox."""
    from imapclient import IMAPClient

    demo = json.loads((var / "demo.json").read_text())
    host, port = demo["mail"]["imap"].split(":")
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with IMAPClient(host, int(port), ssl=False) as inbox:
            inbox.login(GUEST, demo["users"]["agent"]["password"])
            inbox.select_folder("INBOX")
            for told in inbox.fetch(inbox.search(), ["BODY.PEEK[TEXT]"]).values():
                found = re.search(rb"/s/[\w-]+/", told[b"BODY[TEXT]"].replace(b"=\r\n", b""))
                if found:
                    return found.group().decode()
        time.sleep(1)
    raise RuntimeError("no invitation came")


def demo_pictures(browser: Browser) -> None:
    """The demo company, after somebody has worked there."""
    var = Path(tempfile.mkdtemp(prefix="shots."))
    with served(var, "run-demo", "--quiet") as url:
        camera = Camera(browser, url)
        users = json.loads((var / "demo.json").read_text())["users"]
        people = {role: (user["email"], user["password"]) for role, user in users.items()}
        write_in(var)
        opened = act(camera, people["agent"])
        survey = survey_address(var)
        for dress in DRESSES:
            camera.shoot("sign-in", "/account/login/", dress)
            camera.shoot("desk", opened, dress, people["agent"])
            camera.shoot("card", opened.split("?")[0] + "?view=card", dress, people["agent"])
            camera.shoot("satisfaction", "/reports/satisfaction/", dress, people["supervisor"])
            camera.shoot("speed", "/reports/speed-of-answer/", dress, people["supervisor"])
            camera.shoot("contacts", "/reports/contacts/", dress, people["supervisor"])
            camera.shoot("promises", "/reports/promises/", dress, people["supervisor"])
            camera.shoot("board", "/reports/board/", dress, people["supervisor"])
            # The page speaks the customer's language; the address may ask for another.
            camera.shoot("survey", f"{survey}?lang={dress.language}", dress)
        for dress in WALLS:
            camera.shoot("board", "/reports/board/?wall=1", dress, people["supervisor"])
        for dress in (DRESSES[0], DRESSES[1], DRESSES[2], DRESSES[6]):
            doors(camera, dress, people)
        for dress in (DRESSES[0], DRESSES[1], DRESSES[2], TABLET, DRESSES[6]):
            quality(camera, dress, people)
        for dress in (TABLET, DRESSES[2], DRESSES[6]):
            kiosk(camera, people["administrator"], DRESSES[0], dress)
        camera.shoot("welcome", "/welcome/", DRESSES[0], people["administrator"])
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
