"""The live board follows what happens without a reload, at most once a second."""

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
# Fifty changes within five seconds, as a flood of arrivals would tell them.
FLOOD = """() => {
  const topic = document.querySelector("[data-board] [data-live-topic]").dataset.liveTopic;
  let n = 0;
  const timer = setInterval(() => {
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
    if (++n >= 50) clearInterval(timer);
  }, 100);
}"""


def test_a_flood_of_changes_is_one_refresh_a_second(house, enter):
    page = enter("/reports/board/?wall=1", house.dora)
    asked = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/reports/board/" in request.url else None
    )
    page.evaluate(FLOOD)
    page.wait_for_timeout(7000)
    assert 4 <= len(asked) <= 7


def test_a_change_shows_without_a_reload(house, enter):
    page = enter("/reports/board/", house.dora)
    expect(page.locator("#board")).to_contain_text("of 3 open")
    page.evaluate("document.body.dataset.mark = 'kept'")
    house.first.placement.delete()
    page.evaluate(FLOOD)
    expect(page.locator("#board")).to_contain_text("of 2 open")
    assert page.evaluate("document.body.dataset.mark") == "kept"
