"""Text messages both ways through a gateway: a stolen card is reported and blocked by SMS alone (B6)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from barrymore.alerts.models import Notice
from barrymore.channels.invitations import invite_due
from barrymore.channels.sms.delivery import deliver_due_sms
from barrymore.channels.sms.gateway import signature_of
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.sms.segments import messages, parts
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said
from barrymore.customers.models import Address
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case, Survey
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Queue
from tests.channels.gateway import ACCOUNT, TOKEN, Gateway, running

pytestmark = pytest.mark.django_db
LEE = "+37061234567"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    """A gateway on loopback, which only this test lets through."""
    with running() as found:
        settings.OUTBOUND_ALLOWED = [found.url.removeprefix("http://")]
        yield found


@pytest.fixture
def number(queue: Queue, gateway: Gateway) -> SmsNumber:
    """The bank's number."""
    return SmsNumber.objects.create(
        number="+37052000000", queue=queue, gateway=gateway.url, account=ACCOUNT, secret=seal(TOKEN)
    )


def call(number: SmsNumber, path: str, told: dict[str, str], token: str = TOKEN) -> HttpResponse:
    """The gateway calls us."""
    url = f"/sms/{number.pk}/{path}"
    signature = signature_of(token, f"{settings.BASE_URL}{url}", told)
    answer: HttpResponse = Client().post(url, told, headers={"X-Twilio-Signature": signature})  # type: ignore[assignment]
    return answer


def text(number: SmsNumber, body: str, sid: str = "SM1", sender: str = LEE) -> Conversation:
    """Lee writes."""
    told = {"From": sender, "To": number.number, "Body": body, "MessageSid": sid, "NumMedia": "0"}
    assert call(number, "in/", told).status_code == 200
    return Conversation.objects.select_related("customer", "address", "owner").order_by("-id")[0]


def test_a_stolen_card_is_reported_and_blocked_by_sms_alone(
    number: SmsNumber, gateway: Gateway, amina: Staff, survey: Survey
) -> None:
    found = text(number, "My card was stolen, please block it!")
    assert (found.channel, found.placement.queue) == ("sms", number.queue)
    handling.answer(found, amina, Said("What are its last four digits?"))
    assert deliver_due_sms() == 1
    assert text(number, "4411", "SM2") == found
    handling.answer(found, amina, Said("Blocked at 14:02. A new one comes on Tuesday."), expects_reply=False)
    deliver_due_sms()
    handling.close(Conversation.objects.get(pk=found.pk), amina)
    assert [(one["to"], one["from"], one["body"]) for one in gateway.taken] == [
        (LEE, number.number, "What are its last four digits?"),
        (LEE, number.number, "Blocked at 14:02. A new one comes on Tuesday."),
    ]
    with at_moment(now() + timedelta(minutes=2)):
        assert invite_due() == 1
        assert deliver_due_sms() == 1
    asked = gateway.taken[-1]["body"]
    link = next(word for word in asked.split() if "/s/" in word)
    assert Client().post(link.removeprefix(settings.BASE_URL), {"smile": "great"}).status_code == 200
    assert Case.objects.get().code == Case.Code.COMPLETE


def test_who_has_called_is_answered_in_writing_by_a_text(
    number: SmsNumber, gateway: Gateway, amina: Staff
) -> None:
    told = handling.receive(
        Contact("phone", "1:1", "phone", LEE, now(), subject="Call", queue_ref=number.queue_id)
    )
    found = Conversation.objects.select_related("customer", "address").get(pk=told.conversation_ref)
    handling.answer(found, amina, Said("Your table is kept for seven."))
    assert deliver_due_sms() == 1
    assert [(one["to"], one["body"]) for one in gateway.taken] == [(LEE, "Your table is kept for seven.")]
    assert Message.objects.get(kind=Message.Kind.OUTBOUND).status == Message.Status.SENT


def test_the_same_text_brought_twice_is_there_once(number: SmsNumber) -> None:
    assert text(number, "Hello") == text(number, "Hello")
    assert Message.objects.filter(kind="inbound").count() == 1


@pytest.mark.parametrize("token", ["", "another-token"])
def test_a_call_that_the_gateway_did_not_sign_is_refused(number: SmsNumber, token: str) -> None:
    told = {"From": LEE, "Body": "Hello", "MessageSid": "SM1"}
    assert call(number, "in/", told, token).status_code == 403
    assert call(number, "status/1/", {"MessageStatus": "delivered"}, token).status_code == 403
    assert not Conversation.objects.exists()


def test_a_sender_that_is_no_number_is_refused_for_good(number: SmsNumber) -> None:
    told = {"From": "BANK", "Body": "Win!", "MessageSid": "SM1"}
    assert call(number, "in/", told).status_code == 400


def test_a_week_after_the_close_it_is_a_new_matter(number: SmsNumber, amina: Staff) -> None:
    found = text(number, "Hello")
    handling.close(found, amina)
    assert text(number, "One more thing", "SM2") == found
    handling.close(Conversation.objects.get(pk=found.pk), amina)
    with at_moment(now() + timedelta(days=7)):
        assert text(number, "Good day", "SM3") != found


def test_stop_is_heard_and_nothing_more_is_sent(number: SmsNumber, gateway: Gateway, amina: Staff) -> None:
    found = text(number, "Hello")
    text(number, "Стоп!", "SM2")
    message = handling.answer(found, amina, Said("One more offer"))
    assert deliver_due_sms() == 0
    message.refresh_from_db()
    assert (message.status, message.detail["error"]) == (
        "failed",
        "this number has asked for no more messages",
    )
    assert gateway.taken == []
    text(number, "START", "SM3")
    assert Address.objects.get(value=LEE).opted_out_at is None


def test_reports_of_delivery_are_noted_and_late_ones_do_not_undo_them(
    number: SmsNumber, gateway: Gateway, amina: Staff
) -> None:
    found = text(number, "Hello")
    message = handling.answer(found, amina, Said("Good day"))
    deliver_due_sms()
    assert gateway.taken[0]["callback"].endswith(f"/sms/{number.pk}/status/{message.pk}/")
    path = f"status/{message.pk}/"
    call(number, path, {"MessageStatus": "undelivered", "ErrorCode": "30003"})
    message.refresh_from_db()
    assert (message.status, message.detail["error"]) == ("failed", "The network did not deliver it. 30003")
    call(number, path, {"MessageStatus": "delivered"})
    call(number, path, {"MessageStatus": "failed"})
    message.refresh_from_db()
    assert message.status == "sent" and message.detail["delivered_at"]


def test_a_lost_answer_of_the_gateway_sends_nothing_twice(
    number: SmsNumber, gateway: Gateway, amina: Staff
) -> None:
    gateway.answers = ["lost"]
    found = text(number, "Hello")
    handling.answer(found, amina, Said("Good day"))
    assert deliver_due_sms() == 0
    with at_moment(now() + timedelta(minutes=5)):
        assert deliver_due_sms() == 1
    assert [one["body"] for one in gateway.taken] == ["Good day"]


def test_a_gateway_that_is_busy_is_tried_again_and_a_refusal_is_told(
    number: SmsNumber, gateway: Gateway, amina: Staff
) -> None:
    gateway.answers = [503, 429, 400]
    message = handling.answer(text(number, "Hello"), amina, Said("Good day"))
    for minutes in (0, 5, 30):
        with at_moment(now() + timedelta(minutes=minutes)):
            assert deliver_due_sms() == 0
    message.refresh_from_db()
    assert message.status == "failed" and "400" in message.detail["error"]
    assert Notice.objects.filter(staff=amina, kind="mail.failed").count() == 1
    assert OutboxRow.objects.get(kind="sms").state == OutboxRow.State.DEAD
    number.refresh_from_db()
    assert "400" in number.last_error


def test_a_long_text_goes_in_several_messages_and_goes_on_where_it_stopped(
    number: SmsNumber, gateway: Gateway, amina: Staff
) -> None:
    gateway.answers = [201, 503]
    words = " ".join(f"word{number}" for number in range(400))
    handling.answer(text(number, "Hello"), amina, Said(words))
    assert deliver_due_sms() == 0
    with at_moment(now() + timedelta(minutes=5)):
        assert deliver_due_sms() == 1
    assert " ".join(one["body"] for one in gateway.taken) == words
    assert len(gateway.taken) == 3


@pytest.mark.parametrize(
    ("words", "count"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("ė" * 70, 1), ("ė" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2), ("ж" * 134, 2), ("ж" * 135, 3)],
)  # fmt: skip
def test_parts_are_counted_as_the_network_counts_them(words: str, count: int) -> None:
    assert parts(words) == count


@pytest.mark.parametrize("words", ["a" * 5000, "ž" * 3000, "слово " * 500, "x" * 1600 + " y"])
def test_no_message_is_longer_than_ten_parts_and_no_word_is_lost(words: str) -> None:
    cut = messages(words)
    assert max(map(parts, cut)) <= 10
    assert "".join(cut).replace(" ", "") == words.replace(" ", "")
