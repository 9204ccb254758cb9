"""The pictures inside a mail show in the frame that runs nothing and fetches nothing."""

import base64

import pytest
from django.urls import reverse

from barrymore.channels.mail.sanitising import sanitised
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment
from barrymore.desk import inline_pictures
from tests.desk.builders import arrival, person, queue, signed_in

pytestmark = pytest.mark.django_db

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHOWN = f' src="data:image/png;base64,{base64.b64encode(PICTURE).decode()}"'


@pytest.fixture
def frame():
    amina = person()
    guests, desk = queue(amina, is_default=True), signed_in(amina)

    def drawn(html, *files):
        message = arrival(guests, html=sanitised(html)).messages.get(kind="inbound")
        for data, name in files:
            Attachment.objects.create(message=message, **store_file("a.png", data, name))
        return desk.get(reverse("desk:as_sent", args=[message.conversation_id, message.pk]))

    return drawn


def test_a_picture_of_the_mail_stands_where_it_was_set(frame):
    answer = frame('<p>Before<img src="cid:logo%40house" alt="Logo">after</p>', (PICTURE, "logo@house"))
    assert f'<p>Before<img{SHOWN} alt="Logo">after</p>' in answer.content.decode()
    assert "img-src data:;" in answer["Content-Security-Policy"]


def test_what_is_no_picture_is_not_drawn(frame):
    page = frame('<img src="cid:x">', (b"<svg onload=alert(1)>", "x")).content.decode()
    assert '<img src="cid:x">' in page
    assert "data:" not in page


def test_a_picture_too_large_for_the_page_stays_beneath(frame, monkeypatch):
    monkeypatch.setattr(inline_pictures, "LARGEST_PICTURE", len(PICTURE) - 1)
    assert '<img src="cid:x">' in frame('<img src="cid:x">', (PICTURE, "x")).content.decode()


def test_a_page_has_room_for_so_many_pictures(frame, monkeypatch):
    monkeypatch.setattr(inline_pictures, "LARGEST_PAGE", len(PICTURE))
    page = frame('<img src="cid:x"><img src="cid:y">', (PICTURE, "x"), (PICTURE, "y")).content.decode()
    assert f'<img{SHOWN}><img src="cid:y">' in page


def test_another_mails_picture_is_not_lent(frame):
    frame("", (PICTURE, "x"))
    assert '<img src="cid:x">' in frame('<img src="cid:x">').content.decode()
