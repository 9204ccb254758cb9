"""A shift without a mouse: every act of the desk by its key."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from barrymore.routing.models import Offer
from tests.desk.builders import arrival

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') || ''")


def test_a_walk_through_the_desk_by_keys(house, enter):
    page = enter("/desk/", house.amina)
    links = page.locator("[data-list] [data-list-item]")
    labels = [links.nth(at).get_attribute("aria-label") for at in range(links.count())]
    assert len(labels) == 3
    page.keyboard.press("j")
    assert focused(page) == labels[0]
    page.keyboard.press("j")
    assert focused(page) == labels[1]
    page.keyboard.press("k")
    assert focused(page) == labels[0]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/\d+/"))

    box = page.locator("textarea[name=body]")
    expect(box).to_be_visible()
    page.keyboard.press("r")
    expect(box).to_be_focused()
    expect(page.locator("[name=kind][value=reply]")).to_be_checked()
    page.keyboard.type("jkezn?")
    expect(box).to_have_value("jkezn?")
    box.fill("")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    page.keyboard.press("n")
    expect(box).to_be_focused()
    expect(page.locator("[name=kind][value=note]")).to_be_checked()


def test_a_note_is_kept_by_keys_alone(house, enter):
    page = enter(f"/desk/{house.first.pk}/", house.amina)
    page.keyboard.press("n")
    page.keyboard.type("They have a dog.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message-note", has_text="They have a dog.")).to_be_visible()
    assert house.first.messages.filter(kind="note", text="They have a dog.").count() == 1
    assert house.first.messages.filter(kind="outbound").count() == 1


def test_close_by_e_and_take_it_back_by_z(house, enter):
    page = enter(f"/desk/{house.first.pk}/", house.amina)
    page.keyboard.press("e")
    toast = page.locator(".toast", has_text="Closed.")
    expect(toast).to_be_visible()
    house.first.refresh_from_db()
    assert house.first.state == "closed"
    page.keyboard.press("z")
    expect(toast).to_be_hidden()
    expect(page.locator("[data-key=e]")).to_be_visible()
    house.first.refresh_from_db()
    assert house.first.state == "open"


def test_the_question_mark_shows_the_keys_and_escape_hides_them(house, enter):
    page = enter(f"/desk/{house.first.pk}/", house.amina)
    page.keyboard.press("?")
    dialog = page.locator("dialog[data-keys-dialog]")
    expect(dialog).to_be_visible()
    for words in ("Reply", "Private note", "Close conversation", "Hand over"):
        expect(dialog.get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_reply_to_all_and_forward(house, enter):
    page = enter(f"/desk/{house.first.pk}/", house.amina)
    page.get_by_role("button", name="Copy to").or_(page.locator(".reply-copies summary")).first.click()
    page.locator("[name=cc]").fill("noor@mail.example")
    page.get_by_role("button", name="Reply to all").click()
    expect(page.locator("[name=cc]")).to_have_value("noor@mail.example, sam@mail.example")
    page.get_by_role("button", name="Reply to all").click()
    expect(page.locator("[name=cc]")).to_have_value("noor@mail.example, sam@mail.example")
    page.get_by_role("link", name="Forward").first.click()
    expect(page.get_by_role("checkbox", name="a.pdf")).to_be_checked()
    page.get_by_label("To", exact=True).fill("fitter@works.example")
    page.get_by_label("Message", exact=True).press("Control+Enter")
    expect(page.get_by_text("forwarded to fitter@works.example")).to_be_visible()


def offered(house, count):
    at = datetime.now(UTC)
    for number in range(count):
        conversation = arrival(house.guests, f"Guest {number}")
        until = at + timedelta(minutes=2)
        Offer.objects.create(conversation=conversation, staff=house.amina, offered_at=at, expires_at=until)


def test_offers_unfold_by_key_and_stay_unfolded(house, enter):
    offered(house, 3)
    page = enter("/desk/", house.amina)
    expect(page.locator(".offer:visible")).to_have_count(1)
    page.locator("#offers summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".offer:visible")).to_have_count(3)
    with page.expect_response(lambda told: "/desk/" in told.url):
        page.evaluate("document.body.dispatchEvent(new Event('desk:changed'))")
    page.wait_for_timeout(300)
    expect(page.locator(".offer:visible")).to_have_count(3)


def test_t_takes_what_is_open_and_not_what_is_offered(house, enter):
    offered(house, 1)
    open_one = arrival(house.guests, "Ona Lee")
    page = enter(f"/desk/{open_one.pk}/", house.amina)
    page.keyboard.press("t")
    expect(page.locator(".talk-meta", has_text="yours since")).to_be_visible()
    open_one.refresh_from_db()
    assert open_one.owner == house.amina
    assert Offer.objects.get().state == "open"
