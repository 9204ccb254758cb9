"""The service worker of the house shows a push message and leads to the page with the one button."""

import json

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
READY = """navigator.serviceWorker.register('/push-worker.js', {scope: '/'})
  .then(() => navigator.serviceWorker.ready)"""
# Headless Chromium draws no notifications, so the worker's own call is what can be seen.
WATCH = """() => { self.shown = []; const draw = self.registration.showNotification.bind(self.registration);
  self.registration.showNotification = (title, more) => {
    self.shown.push({title, ...more}); return draw(title, more); } }"""


def test_a_pushed_message_is_shown(house, enter):
    page = enter("/me/reach/", house.dora)
    page.context.grant_permissions(["notifications"], origin=house.url)
    page.evaluate(f"{READY}.then(() => true)")
    worker = page.context.service_workers[0]
    worker.evaluate(WATCH)
    session = page.context.new_cdp_session(page)
    found: list[dict] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    message = {"title": "Red at Reception", "url": "/a/x/", "tag": "alert-1"}
    told = {"origin": house.url, "registrationId": found[0]["registrationId"], "data": json.dumps(message)}
    session.send("ServiceWorker.deliverPushMessage", told)
    for _ in range(20):
        if shown := worker.evaluate("() => self.shown"):
            break
        page.wait_for_timeout(200)
    (one,) = shown
    assert (one["title"], one["data"], one["tag"]) == ("Red at Reception", "/a/x/", "alert-1")
    assert one["requireInteraction"] is True


def test_the_page_offers_it_only_by_a_tap(house, enter):
    page = enter("/me/reach/", house.dora)
    page.wait_for_function("document.querySelector('[data-push-state]').textContent !== ''")
    assert page.locator("[data-push-state]").inner_text() != ""
