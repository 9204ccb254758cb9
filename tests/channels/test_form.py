"""A form on a web site: works without script, once per filling, and tells machines nothing."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.form import forms
from barrymore.channels.form.models import WebForm
from barrymore.conversations import files
from barrymore.conversations.models import Conversation, Reason
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.services import set_module
from barrymore.routing.models import Queue

pytestmark = pytest.mark.django_db
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
URL = "/forms/enquiry/"


@pytest.fixture
def web_form(queue: Queue, site: Site, monkeypatch: pytest.MonkeyPatch) -> WebForm:
    """A form that may be sent at once; the test of machines sets the pause back."""
    monkeypatch.setattr(forms, "FILLED_AT_LEAST_SECONDS", -1)
    return WebForm.objects.create(
        name="Enquiry",
        key="enquiry",
        queue=queue,
        site=site,
        intro="Ask us.",
        origins="https://www.mill.example",
    )


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    """What a person sends: the page's ticket and their words."""
    ticket = TICKET.search(client.get(URL).content.decode())
    assert ticket
    told = {"name": "Lee Anand", "address": "lee@guests.example", "text": "Is the sauna open on Sunday?"}
    return {**told, "ticket": ticket.group(1), **changes}


def test_what_is_sent_is_a_contact(web_form: WebForm, client: Client, site: Site) -> None:
    reason = Reason.objects.create(name="Question before arrival")
    picture = SimpleUploadedFile("room.png", b"\x89PNG\r\n\x1a\n" + b"0" * 30)
    answer = client.post(URL, filled(client, reason=reason.pk, attachments=picture))
    assert "Thank you. We have it." in answer.content.decode()
    found = Conversation.objects.get()
    assert (found.channel, found.site, found.subject) == ("form", site, "Question before arrival")
    assert (found.reason, found.is_suggested) == (reason, True)
    assert found.customer is not None and found.customer.name == "Lee Anand"
    (file,) = found.messages.get(kind="inbound").attachments.all()
    assert (file.name, file.content_type) == ("room.png", "image/png")


def test_a_form_sent_twice_is_one_contact(web_form: WebForm, client: Client) -> None:
    told = filled(client)
    assert client.post(URL, told).status_code == client.post(URL, told).status_code == 200
    assert Conversation.objects.count() == 1


def test_a_telephone_number_is_an_address_too(web_form: WebForm, client: Client) -> None:
    client.post(URL, filled(client, address="8 612 34567"))
    address = Conversation.objects.get().address
    assert address is not None and (address.kind, address.value) == ("phone", "+37061234567")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"text": " "}, "Write a few words first."),
        ({"address": ""}, "Without an address we could not answer you."),
        ({"address": "nobody"}, "neither a mail address nor a telephone number"),
        ({"address": "a\r\nBcc: x@y.example"}, "neither a mail address nor a telephone number"),
        ({"ticket": "forged"}, "The page was open for too long. Send it once more."),
        ({"reason": "999"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_the_words_stay(
    web_form: WebForm, client: Client, changes: dict[str, Any], fault: str
) -> None:
    answer = client.post(URL, filled(client, **{"text": "My own words", **changes}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert fault in page
    assert "My own words" in page or changes.get("text")
    assert not Conversation.objects.exists()


def test_an_old_page_can_be_sent_once_more(
    web_form: WebForm, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = filled(client)
    monkeypatch.setattr(forms, "FILLED_WITHIN_SECONDS", -1)
    page = client.post(URL, told).content.decode()
    monkeypatch.setattr(forms, "FILLED_WITHIN_SECONDS", 3600)
    ticket = TICKET.search(page)
    assert ticket and client.post(URL, {**told, "ticket": ticket.group(1)}).status_code == 200
    assert Conversation.objects.count() == 1


def test_too_large_and_too_many_files_are_refused(
    web_form: WebForm, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST_FILE", 1024 * 1024)
    large = SimpleUploadedFile("film.mp4", b"0" * (1024 * 1024 + 1))
    assert (
        "film.mp4 is larger than 1 MB."
        in client.post(URL, filled(client, attachments=large)).content.decode()
    )
    many = [SimpleUploadedFile(f"{number}.txt", b"0") for number in range(6)]
    assert "At most 5 files at once." in client.post(URL, filled(client, attachments=many)).content.decode()
    assert files.LARGEST_FILE > 1024 * 1024 and not Conversation.objects.exists()


def test_a_machine_is_thanked_and_nothing_is_kept(
    web_form: WebForm, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Thank you" in client.post(URL, filled(client, website="http://spam.example")).content.decode()
    # As if it had been filled at once, however long a busy machine takes between the two.
    monkeypatch.setattr(forms, "FILLED_AT_LEAST_SECONDS", 600)
    assert "Thank you" in client.post(URL, filled(client)).content.decode()
    assert not Conversation.objects.exists()


def test_the_seventh_form_in_a_minute_waits(web_form: WebForm, client: Client) -> None:
    answers = [client.post(URL, filled(client)).status_code for _ in range(7)]
    assert answers == [200] * 6 + [429]


def test_only_named_sites_frame_it_and_a_frame_needs_no_cookie(web_form: WebForm) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.get(URL)
    assert (
        "frame-ancestors 'self' http://localhost:8000 https://www.mill.example"
        in answer.headers["Content-Security-Policy"]
    )
    assert "X-Frame-Options" not in answer.headers
    assert client.post(URL, filled(client)).status_code == 200


def test_a_module_switched_off_closes_the_form(web_form: WebForm, client: Client, dora: Staff) -> None:
    set_module(dora, "forms", False)
    answer = client.get(URL)
    assert (answer.status_code, "closed just now" in answer.content.decode()) == (410, True)
    WebForm.objects.update(is_active=False)
    set_module(dora, "forms", True)
    assert client.get(URL).status_code == 404
