"""What a guest tells an employee becomes a contact: by room, reason, words, picture or voice."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from barrymore.conversations.models import Conversation, Reason
from barrymore.conversations.services import Said
from barrymore.customers.models import Booking
from barrymore.customers.services import Stay, record_booking
from barrymore.delivery.models import OutboxRow
from barrymore.handling import services as handling
from barrymore.organisation.models import Site, Staff
from barrymore.routing.models import Presence, Queue
from barrymore.routing.services import offer_waiting, set_presence

pytestmark = pytest.mark.django_db
URL = "/desk/told/"


@pytest.fixture
def desk(client: Client, amina: Staff) -> Client:
    """Amina at her telephone."""
    client.force_login(amina)
    return client


@pytest.fixture
def lee_in_412(site: Site) -> Booking:
    """Lee lives in 412 since yesterday."""
    today = timezone.localdate()
    return record_booking(
        Stay(
            "pms",
            "1",
            today - timedelta(days=1),
            today + timedelta(days=2),
            email="lee@guests.example",
            name="Lee Anand",
            site=site.name,
            room="412",
            status=Booking.Status.ARRIVED,
            language="en",
        )
    )


def tell(desk: Client, **told: Any) -> Any:
    """Fill the page and send it."""
    found = re.search(r'name="said_id" value="([^"]+)"', desk.get(URL).content.decode())
    assert found
    return desk.post(URL, {"said_id": found.group(1), **told})


def test_a_room_names_its_guest_and_the_thread_is_theirs(
    desk: Client, lee_in_412: Booking, queue: Queue
) -> None:
    reason = Reason.objects.create(name="Something does not work")
    answer = tell(
        desk, room="412", reason=reason.pk, text="The lamp by the bed is broken.", site=lee_in_412.site_id
    )
    assert answer.status_code == 302
    found = Conversation.objects.get()
    assert (found.channel, found.subject) == ("walkup", "Room 412: Something does not work")
    assert found.customer == lee_in_412.customer
    assert (found.site, found.reason, found.placement.queue) == (lee_in_412.site, reason, queue)


def test_who_lives_there_is_shown_while_typing(desk: Client, lee_in_412: Booking) -> None:
    assert "Lee Anand" in desk.get("/desk/told/who/?room=412").content.decode()
    assert "No booking names one guest" in desk.get("/desk/told/who/?room=9").content.decode()


def test_two_guests_in_a_room_name_nobody(desk: Client, lee_in_412: Booking) -> None:
    today = timezone.localdate()
    record_booking(
        Stay("pms", "2", today, today, email="noor@guests.example", room="412", status=Booking.Status.ARRIVED)
    )
    tell(desk, room="412", text="Noise at night.")
    assert Conversation.objects.get().customer is None


def test_mail_and_walk_up_of_a_guest_meet(
    desk: Client, lee_in_412: Booking, arrive: Callable[..., Conversation]
) -> None:
    mail = arrive(address="lee@guests.example")
    tell(desk, room="412", text="And the window.")
    told = Conversation.objects.get(channel="walkup")
    assert told.customer == mail.customer
    page = desk.get(f"/desk/{told.pk}/").content.decode()
    assert "No hot water" in page and "Told to Amina Sarr" in page


def test_the_answer_to_a_guest_with_a_mail_goes_there(
    desk: Client, lee_in_412: Booking, amina: Staff
) -> None:
    tell(desk, room="412", text="The lamp.")
    handling.answer(Conversation.objects.get(), amina, Said("A new lamp is on its way."))
    assert OutboxRow.objects.get(kind="walkup").payload


def test_an_unknown_guest_is_kept_too_and_the_employee_may_keep_it(
    desk: Client, queue: Queue, amina: Staff
) -> None:
    tell(desk, text="The lift smells of paint.", name="A lady in blue", keeps="on")
    found = Conversation.objects.get()
    assert (found.customer, found.address, found.owner) == (None, None, amina)
    assert found.messages.get(kind="inbound").author_name == "A lady in blue"
    page = desk.get(f"/desk/{found.pk}/").content.decode()
    assert "The lift smells of paint." in page
    refused = desk.post(f"/desk/{found.pk}/reply/", {"kind": "reply", "body": "Sorry", "seen": "999999"})
    assert refused.status_code in {200, 422} and "Sorry" in refused.content.decode()


def test_what_nobody_can_be_named_for_is_offered_like_anything_else(
    desk: Client, queue: Queue, amina: Staff
) -> None:
    set_presence(amina, Presence.State.AVAILABLE)
    tell(desk, text="The lift smells of paint.")
    assert offer_waiting() == 1
    page = desk.get("/desk/").content.decode()
    assert "Offered to you" in page and "Unknown" in page


def test_a_voice_and_a_picture_are_heard_and_seen(desk: Client, queue: Queue) -> None:
    voice = SimpleUploadedFile("voice.webm", b"\x1aE\xdf\xa3" + b"0" * 40)
    picture = SimpleUploadedFile("lamp.jpg", b"\xff\xd8\xff" + b"0" * 40)
    tell(desk, voice=voice, picture=picture)
    found = Conversation.objects.get()
    page = desk.get(f"/desk/{found.pk}/").content.decode()
    sound = re.search(r'<audio controls preload="none" src="([^"]+)"', page)
    assert sound
    answer = desk.get(sound.group(1))
    assert answer.headers["Content-Type"] == "video/webm"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_sent_twice_is_kept_once_and_nothing_said_is_told(desk: Client, queue: Queue) -> None:
    told = {"said_id": "one", "text": "Noise at night."}
    desk.post(URL, told)
    desk.post(URL, told)
    assert Conversation.objects.count() == 1
    answer = desk.post(URL, {"said_id": "two", "room": "412"})
    assert answer.status_code == 422
    assert "write a few words" in answer.content.decode()
