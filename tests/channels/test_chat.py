"""A visitor of a web site writes, is answered in the window, and by mail once they have gone."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.chat.delivery import deliver_due_chats
from barrymore.channels.chat.identity import EARLIER_HOLDS, ROTATED_EVERY
from barrymore.channels.chat.models import Visitor, Widget
from barrymore.channels.chat.services import give_keys
from barrymore.channels.invitations import invite_due
from barrymore.conversations.models import Arrival, Conversation, Message
from barrymore.conversations.services import Said
from barrymore.customers.models import Customer
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case, Survey
from barrymore.handling import services as handling
from barrymore.handling.moves import note
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.secrets import unseal
from barrymore.organisation.services import set_module
from barrymore.routing.models import Presence, Queue
from barrymore.routing.services import set_presence

pytestmark = pytest.mark.django_db


@pytest.fixture
def widget(queue: Queue, site: Site) -> Widget:
    """The window on the hotel's site."""
    made = Widget(name="Site", queue=queue, site=site, origins="https://www.mill.example")
    give_keys(made).save()
    return made


class Browser:
    """A visitor's window: it holds the token and speaks JSON."""

    def __init__(self, widget: Widget) -> None:
        self.client, self.widget, self.token = Client(), widget, ""

    def call(self, name: str, body: Any = None, **more: Any) -> Any:
        """One call; returns (status, JSON)."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"/chat/{self.widget.key}/{name}"
        if body is None:
            answer = self.client.get(url, headers=headers)
        else:
            answer = self.client.post(
                url, json.dumps(body), content_type="application/json", headers=headers, **more
            )
        return answer.status_code, answer.json()

    def begin(self, **told: Any) -> "Browser":
        """Get a token."""
        status, answer = self.call("begin/", told)
        assert status == 200, answer
        self.token = answer["token"]
        return self

    def say(self, text: str, said_id: str = "1", **more: Any) -> Conversation:
        """Write; returns the conversation."""
        status, answer = self.call("say/", {"text": text, "id": said_id, **more})
        assert status == 200, answer
        return Conversation.objects.select_related("customer", "address", "owner").get(
            pk=answer["conversation"]
        )

    def read(self, after: int = 0) -> dict[str, Any]:
        """What the window is told."""
        status, answer = self.call(f"messages/?after={after}")
        assert status == 200, answer
        return dict(answer)


@pytest.fixture
def lee(widget: Widget) -> Browser:
    """Somebody on the web site."""
    return Browser(widget).begin(page="https://www.mill.example/rooms")


def test_what_a_visitor_writes_is_a_contact_in_the_widgets_queue(
    lee: Browser, queue: Queue, site: Site
) -> None:
    found = lee.say("There is no hot water in 412.")
    assert (found.channel, found.site, found.placement.queue) == ("chat", site, queue)
    assert found.subject == "There is no hot water in 412."
    assert found.messages.get(kind="inbound").text == "There is no hot water in 412."


def test_the_same_words_sent_twice_are_there_once(lee: Browser) -> None:
    first, again = lee.say("Hello", "a"), lee.say("Hello", "a")
    assert first == again
    assert Arrival.objects.count() == 1


def test_further_words_go_on_with_the_conversation(lee: Browser) -> None:
    assert lee.say("Hello", "a") == lee.say("Is somebody there?", "b")


def test_an_answer_is_read_in_the_window_with_the_first_name_only(lee: Browser, amina: Staff) -> None:
    found = lee.say("Hello")
    message = handling.answer(found, amina, Said("Good afternoon."))
    told = lee.read()
    assert [(one["ours"], one["who"], one["text"]) for one in told["messages"]] == [
        (False, "", "Hello"),
        (True, "Amina", "Good afternoon."),
    ]
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert OutboxRow.objects.get(kind="chat").state == OutboxRow.State.SENT


def test_a_note_never_reaches_the_window(lee: Browser, amina: Staff) -> None:
    found = lee.say("Hello")
    note(found, amina, "A difficult guest.")
    assert "difficult" not in json.dumps(lee.read())


def test_an_answer_nobody_reads_goes_to_the_typed_mail(lee: Browser, amina: Staff) -> None:
    found = lee.say("Hello")
    lee.call("leave/", {"name": "Lee Anand", "email": "lee@guests.example"})
    handling.answer(found, amina, Said("Good afternoon."))
    assert deliver_due_chats() == 0
    with at_moment(now() + timedelta(minutes=3)):
        assert deliver_due_chats() == 1
    mail = OutboxRow.objects.get(kind="mail")
    assert Message.objects.get(pk=mail.payload["message"]).recipients["to"] == ["lee@guests.example"]


def test_an_answer_read_in_time_is_not_mailed(lee: Browser, amina: Staff) -> None:
    found = lee.say("Hello")
    lee.call("leave/", {"email": "lee@guests.example"})
    handling.answer(found, amina, Said("Good afternoon."))
    lee.read()
    with at_moment(now() + timedelta(minutes=3)):
        assert deliver_due_chats() == 0
    assert not OutboxRow.objects.filter(kind="mail").exists()


def test_an_answer_that_reaches_nobody_says_so_after_a_day(lee: Browser, amina: Staff) -> None:
    found = lee.say("Hello")
    message = handling.answer(found, amina, Said("Good afternoon."))
    with at_moment(now() + timedelta(minutes=3)):
        deliver_due_chats()
    message.refresh_from_db()
    assert message.status == Message.Status.QUEUED
    with at_moment(now() + timedelta(hours=25)):
        deliver_due_chats()
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert "has not come back" in message.detail["error"]
    assert lee.read()["messages"][-1]["text"] == "Good afternoon."


def test_a_typed_mail_leads_to_no_customer(lee: Browser, arrive: Callable[..., Conversation]) -> None:
    guest = arrive().customer
    found = lee.say("What is my booking?")
    lee.call("leave/", {"name": "Lee Anand", "email": "lee@guests.example"})
    found.refresh_from_db()
    assert found.customer != guest
    assert Customer.objects.get(pk=found.customer_id).name == "Lee Anand"


def identity(widget: Widget, ref: str, email: str) -> dict[str, str]:
    """What the web site's server signs."""
    text = f"{ref}\n{email}".encode()
    digest = hmac.new(unseal(widget.secret).encode(), text, hashlib.sha256).hexdigest()
    return {"ref": ref, "email": email, "name": "Lee Anand", "hash": digest}


def test_a_signed_in_user_is_the_customer_of_their_mails(
    widget: Widget, arrive: Callable[..., Conversation]
) -> None:
    guest = arrive().customer
    signed = identity(widget, "u17", "lee@guests.example")
    found = Browser(widget).begin(identity=signed).say("It is me.")
    assert found.customer == guest
    assert found.address is not None and found.address.verified_at is not None
    # On another device the same conversation goes on.
    elsewhere = Browser(widget).begin(identity=signed)
    assert [one["text"] for one in elsewhere.read()["messages"]] == ["It is me."]


@pytest.mark.parametrize(
    "changed", [{"ref": "u18"}, {"email": "sam@guests.example"}, {"hash": "0" * 64}, {"hash": ""}]
)
def test_a_wrong_signature_proves_nobody(widget: Widget, changed: dict[str, str]) -> None:
    told = {**identity(widget, "u17", "lee@guests.example"), **changed}
    status, answer = Browser(widget).call("begin/", {"identity": told})
    assert status == 403
    assert "prove who you are" in answer["error"]
    assert not Visitor.objects.exists()


def test_a_token_opens_its_own_conversation_only(lee: Browser, widget: Widget) -> None:
    lee.say("My card ends in 4411.")
    other = Browser(widget).begin()
    assert other.read()["messages"] == []
    stranger = Browser(widget)
    stranger.token = "x" * 43
    assert stranger.call("messages/")[0] == 401
    lee.widget = give_keys(Widget(name="Another", queue=widget.queue))
    lee.widget.save()
    assert lee.call("messages/")[0] == 401


def test_a_token_is_changed_and_the_old_one_dies(lee: Browser) -> None:
    lee.say("Hello")
    with at_moment(now() + ROTATED_EVERY + timedelta(minutes=1)):
        fresh = lee.read()["token"]
        assert fresh and fresh != lee.token
        # Another tab still holds the earlier one for a moment.
        assert lee.call("messages/")[0] == 200
    with at_moment(now() + ROTATED_EVERY + EARLIER_HOLDS + timedelta(minutes=2)):
        assert lee.call("messages/")[0] == 401
        lee.token = fresh
        assert lee.call("messages/")[0] == 200


def test_files_go_both_ways_and_only_to_their_visitor(lee: Browser, widget: Widget) -> None:
    picture = SimpleUploadedFile("​.htaccess", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    told = lee.client.post(
        f"/chat/{widget.key}/upload/", {"file": picture}, headers={"Authorization": f"Bearer {lee.token}"}
    ).json()
    assert told["name"] == "htaccess"
    thief = Browser(widget).begin()
    assert thief.call("say/", {"id": "1", "text": "", "files": [told["ticket"]]})[0] == 422
    lee.say("Look", files=[told["ticket"]])
    (shown,) = lee.read()["messages"][0]["files"]
    answer = Client().get(shown["url"])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert Client().get(shown["url"].replace(widget.key, "other")).status_code == 404
    assert Client().get(shown["url"][:-3] + "x/").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"id": "1"}, {"id": "1", "text": "  "}, {"text": "Hi"}, {"id": 5, "text": ["a"]}]
)
def test_empty_words_are_refused_with_what_to_do(lee: Browser, body: dict[str, Any]) -> None:
    status, answer = lee.call("say/", body)
    assert (status, answer["error"]) == (422, "Write a few words first.")


def test_too_many_words_a_minute_are_told_to_wait(lee: Browser) -> None:
    with at_moment(now()):
        answers = [lee.call("say/", {"id": str(number), "text": "Hi"}) for number in range(45)]
    assert answers[0][0] == 200
    assert answers[-1][0] == 429
    assert "Try again in" in answers[-1][1]["error"]


def test_a_wish_to_be_called_is_the_next_step(lee: Browser) -> None:
    found = lee.say("Please call me.")
    at = (now() + timedelta(hours=2)).isoformat()
    assert lee.call("leave/", {"phone": "+370 612 34567", "at": at})[0] == 200
    found.refresh_from_db()
    assert found.next_step == "Call back: +37061234567"
    assert found.next_step_at is not None
    status, answer = lee.call("leave/", {"phone": "nonsense"})
    assert status == 422 and "neither a mail address nor a telephone number" in answer["error"]


def test_the_window_says_who_is_there_and_promises_nothing_it_has_not_measured(
    lee: Browser, widget: Widget, amina: Staff
) -> None:
    assert lee.call("state/")[1] == {"open": False, "people": [], "ahead": 0, "expected": ""}
    from django.core.cache import cache

    set_presence(amina, Presence.State.AVAILABLE)
    for number in range(8):
        found = Browser(widget).begin().say("Hello", f"{number}")
        with at_moment(now() + timedelta(minutes=number + 1)):
            handling.answer(found, amina, Said("Yes?"))
    cache.clear()
    with at_moment(now() + timedelta(minutes=10)):
        told = lee.call("state/")[1]
    assert (told["open"], told["people"], told["ahead"]) == (True, ["Amina"], 0)
    assert told["expected"] == "Half of the first answers came within 5 min, nine in ten within 9 min."


def test_only_the_named_sites_may_frame_the_window(lee: Browser, widget: Widget) -> None:
    url = f"/chat/{widget.key}/"
    answer = lee.client.get(url, headers={"Referer": "https://evil.example/"})
    assert (
        "frame-ancestors 'self' http://localhost:8000 https://www.mill.example"
        in answer.headers["Content-Security-Policy"]
    )
    assert "X-Frame-Options" not in answer.headers
    assert 'data-parent=""' in answer.content.decode()
    widget.refresh_from_db()
    assert (widget.refused_on, widget.seen_on) == ("https://evil.example", "")
    answer = lee.client.get(url, headers={"Referer": "https://www.mill.example/rooms"})
    assert 'data-parent="https://www.mill.example"' in answer.content.decode()
    widget.refresh_from_db()
    assert (widget.refused_on, widget.seen_on) == ("", "https://www.mill.example")


def test_a_widget_out_of_use_is_not_there(lee: Browser, widget: Widget, dora: Staff) -> None:
    set_module(dora, "chat", False)
    assert lee.client.get(f"/chat/{widget.key}/").status_code == 404
    set_module(dora, "chat", True)
    Widget.objects.update(is_active=False)
    assert lee.client.get(f"/chat/{widget.key}/").status_code == 404
    assert lee.call("messages/")[0] == 401


def test_after_the_close_the_window_asks(lee: Browser, amina: Staff, survey: Survey) -> None:
    found = lee.say("Hello")
    handling.answer(found, amina, Said("Good afternoon."))
    found.refresh_from_db()
    handling.close(found, amina)
    with at_moment(now() + timedelta(minutes=2)):
        assert invite_due() == 1
        told = lee.read()
        assert told["closed"] is True
        assert lee.client.get(told["question"]).status_code == 200
        answer = lee.client.post(told["question"], {"smile": "great"})
        assert answer.status_code == 200
    assert Case.objects.get().code == Case.Code.COMPLETE
    assert lee.read()["question"] == ""
