"""A mail with its own pictures, looked at in the frame without an origin."""

import pytest
from playwright.sync_api import expect

from barrymore.channels.mail.sanitising import sanitised
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment
from tests.desk.builders import arrival
from tests.desk.test_as_sent import PICTURE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


def test_a_picture_of_the_mail_is_drawn_in_it(house, enter):
    html = sanitised('<img src="cid:logo" width="40" height="40"><img src="https://far.example/x.png">')
    conversation = arrival(house.guests, html=html)
    message = conversation.messages.get(kind="inbound")
    Attachment.objects.create(message=message, **store_file("logo.png", PICTURE, "logo"))
    page = enter(f"/desk/{conversation.pk}/", house.amina)
    foreign = []
    page.on("request", lambda told: foreign.append(told.url) if "far.example" in told.url else None)
    page.get_by_text("Show as sent").click()
    pictures = page.frame_locator(".as-sent iframe").locator("img")
    expect(pictures.first).to_be_visible()
    widths = [pictures.nth(at).evaluate("one => one.complete && one.naturalWidth") for at in (0, 1)]
    assert widths == [1, 0]
    assert foreign == []
