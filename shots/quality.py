"""Kiosk, customers served, recovery and the figures of points, on a tablet, a telephone and a desk."""

import re
from typing import Any

from playwright.sync_api import Page

PAGES = {
    "quality": "/reports/quality/",
    "compared": "/reports/points-compared/",
    "goals": "/reports/goals/",
    "people": "/reports/people/",
    "summary": "/reports/summary/",
    "experiments": "/reports/experiments/",
    "experiment-new": "/reports/experiments/new/",
    "recovery": "/recovery/",
    "feedback": "/feedback/",
    "served": "/served/",
    "flags": "/quality/flags/",
    "begin": "/settings/begin/",
    "campaigns": "/settings/campaigns/",
    "campaign-new": "/settings/campaigns/new/?template=hotel",
    "points": "/settings/points/",
    "devices": "/settings/devices/",
    "counts": "/settings/counts/",
    "told": "/settings/told/",
    "bonus": "/settings/bonus/",
    "keeping": "/settings/keeping/",
}


def connected(camera: Any, administrator: tuple[str, str], dress: Any) -> str:
    """A kiosk at the reception; returns the link that connects it, once."""
    page: Page = camera.page(dress, administrator)
    page.goto(f"{camera.url}/settings/points/")
    page.get_by_role("link", name=re.compile("Reception")).first.click()
    page.locator("select[name=device-kind]").select_option("kiosk")
    page.locator("form", has=page.locator("select[name=device-kind]")).locator("button").last.click()
    page.wait_for_load_state()
    link = page.locator("a[href*='/enrol/']").get_attribute("href") or ""
    page.context.close()
    return link


def kiosk(camera: Any, administrator: tuple[str, str], desk: Any, dress: Any) -> None:
    """What a guest sees who is not content, page by page."""
    link = connected(camera, administrator, desk)
    page: Page = camera.page(dress)
    page.goto(link)
    camera.keep(page, "kiosk-connect", dress)
    page.locator("form button, .kiosk-primary").first.click()
    page.locator(".kiosk-smiles button").first.wait_for()
    page.wait_for_timeout(900)
    camera.keep(page, "kiosk-question", dress)
    page.locator(".kiosk-smiles button").nth(3).click()
    thanks = page.locator(".kiosk-thanks-title")
    for number in range(1, 7):
        page.wait_for_timeout(900)
        camera.keep(page, f"kiosk-page-{number}", dress)
        if thanks.count():
            break
        page.locator(".kiosk-primary").first.click()
    page.context.close()


def quality(camera: Any, dress: Any, people: dict[str, tuple[str, str]]) -> None:
    """Every page of points and feedback in one dress."""
    for name, path in PAGES.items():
        camera.shoot(name, path, dress, people["administrator"])
    camera.shoot("own-shifts", "/quality/mine/progress/", dress, people["agent"])
