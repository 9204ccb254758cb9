"""Web forms and calls of the SMS gateway with nonsense in them: refused in words, and nothing is kept."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.test import Client

from barrymore.channels.form import forms
from barrymore.channels.form.models import WebForm
from barrymore.channels.sms.gateway import signature_of
from barrymore.channels.sms.models import SmsNumber
from barrymore.conversations.models import Conversation, Message
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Queue

pytestmark = pytest.mark.django_db
VALUES = [
    "", " ", "\x00", "a\x00b", "a\r\nBcc: noor@x.example", "\u202egnp.exe", "-1", str(2**63), "9" * 5000,
    "x" * 100_000, "\u0661\u0662", "[]", "1 OR 1=1", "<script>alert(1)</script>", "\ufffe\U0010ffff",
]  # fmt: skip
GOOD = {"name": "Lee", "address": "lee@guests.example", "reason": "", "text": "Is the sauna open?"}
SMS = {"From": "+37061234567", "Body": "Hello", "MessageSid": "SM1", "NumMedia": "0"}


@pytest.fixture
def send(queue: Queue, client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Fill the form in, each time with a ticket of its own."""
    monkeypatch.setattr(forms, "FILLED_AT_LEAST_SECONDS", -1)
    WebForm.objects.create(name="Enquiry", key="enquiry", queue=queue)

    def sent(**changes: str) -> Any:
        cache.clear()
        ticket = signing.dumps(secrets.token_urlsafe(12), salt=forms.SALT)
        return client.post("/forms/enquiry/", {**GOOD, "ticket": ticket, **changes})

    return sent


@pytest.mark.parametrize("field", [*GOOD, "ticket", "attachments"])
def test_a_form_with_nonsense(send: Callable[..., Any], field: str) -> None:
    for value in VALUES:
        assert send(**{field: value}).status_code in {200, 422}
    for message in Message.objects.filter(kind="inbound"):
        assert "\x00" not in message.text + message.author_name
    for conversation in Conversation.objects.select_related("customer"):
        name = conversation.customer.name if conversation.customer else ""
        assert "\n" not in conversation.subject + name


@pytest.mark.parametrize("field", ["address", "text", "ticket"])
def test_a_form_without_what_it_needs_keeps_nothing(send: Callable[..., Any], field: str) -> None:
    assert send(**{field: ""}).status_code == 422
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_a_form_in_another_shape(send: Callable[..., Any], client: Client, kind: str) -> None:
    answer = client.generic("POST", "/forms/enquiry/", b'{"text": "x"}', content_type=kind)
    assert 400 <= answer.status_code < 500
    assert not Conversation.objects.exists()


def test_a_form_larger_than_taken(send: Callable[..., Any], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert 400 <= send(text="x" * 2000).status_code < 500
    assert not Conversation.objects.exists()


@pytest.fixture
def call(queue: Queue, client: Client) -> Callable[..., Any]:
    """The gateway calls, rightly signed unless said otherwise."""
    number = SmsNumber.objects.create(number="+37052000000", queue=queue, account="A", secret=seal("token"))

    def called(path: str = "in/", signature: str = "", **changes: str) -> Any:
        url, told = f"/sms/{number.pk}/{path}", {**SMS, **changes}
        signed = signature or signature_of("token", f"{settings.BASE_URL}{url}", told)
        return client.post(url, told, headers={"X-Twilio-Signature": signed})

    return called


@pytest.mark.parametrize("field", SMS)
def test_a_text_with_nonsense(call: Callable[..., Any], field: str) -> None:
    for number, value in enumerate(VALUES):
        changes = {"MessageSid": f"SM{number}", field: value}
        assert call(**changes).status_code in {200, 400}
    for message in Message.objects.filter(kind="inbound"):
        assert "\x00" not in message.text


def test_a_text_without_an_id_is_kept_and_two_of_them_are_two(call: Callable[..., Any]) -> None:
    for body in ("one", "two", "two"):
        assert call(MessageSid="", Body=body).status_code == 200
    assert sorted(Message.objects.filter(kind="inbound").values_list("text", flat=True)) == ["one", "two"]


@pytest.mark.parametrize("signature", ["x", "\u017e", "\u00fc", "=" * 5000])
def test_a_wrong_signature(call: Callable[..., Any], signature: str) -> None:
    assert call(signature=signature).status_code == 403
    assert not Message.objects.exists()


@pytest.mark.parametrize("path", [f"status/{10**30}/", "status/0/", f"status/{2**63 - 1}/"])
def test_the_fate_of_a_message_that_there_is_not(call: Callable[..., Any], path: str) -> None:
    assert call(path, MessageStatus="failed", ErrorCode="\x00").status_code in {204, 404}


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_a_number_that_there_is_not(client: Client, number: int) -> None:
    assert client.post(f"/sms/{number}/in/", SMS).status_code in {403, 404}
