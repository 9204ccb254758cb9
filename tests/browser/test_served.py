"""The employee button in Chromium: taps without network are kept, sent later, and count once."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from barrymore.feedback.selectors import served_today
from barrymore.organisation.models import Point
from tests.desk.builders import signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('served:')).length"
PHONE = {"viewport": {"width": 360, "height": 740}}


def test_taps_are_kept_without_network_and_count_once_with_it(house, enter):
    page = enter("/served/", house.amina, **PHONE)
    point, tap, today = (
        Point.objects.get(),
        page.get_by_role("button", name="Served"),
        page.locator("[data-today]"),
    )
    for _ in range(3):
        tap.click()
    expect(today).to_have_text("3")
    expect(page.locator("[data-state]")).to_have_text("")

    page.context.set_offline(True)
    tap.click()
    tap.click()
    expect(today).to_have_text("5")
    expect(page.locator("[data-state]")).to_contain_text("2 wait for the network")
    assert served_today(point, house.amina) == 3

    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-state]")).to_have_text("")
    assert served_today(point, house.amina) == 5

    page.get_by_role("button", name="Take the last one back").click()
    expect(today).to_have_text("4")
    expect(page.get_by_role("button", name="Take the last one back")).to_be_disabled()
    page.wait_for_timeout(700)
    page.reload()
    expect(today).to_have_text("4")


def test_the_taps_of_another_person_wait_until_that_person_is_back(house, enter):
    page, point = enter("/served/", house.amina, **PHONE), Point.objects.get()
    page.context.set_offline(True)
    page.get_by_role("button", name="Served").click()
    page.wait_for_timeout(600)

    sit_down(page.context, house.dora, house.url)
    page.context.set_offline(False)
    page.wait_for_timeout(700)
    page.goto("/served/")
    page.wait_for_timeout(700)
    assert page.evaluate(KEPT) == 1
    assert (served_today(point, house.amina), served_today(point, house.dora)) == (0, 0)

    sit_down(page.context, house.amina, house.url)
    page.goto("/served/")
    expect(page.locator("[data-state]")).to_have_text("")
    page.wait_for_function(f"() => {KEPT} === 0")
    assert (served_today(point, house.amina), served_today(point, house.dora)) == (1, 0)


def sit_down(context, staff, url):
    """Another person signs in at the same browser."""
    key = signed_in(staff).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
