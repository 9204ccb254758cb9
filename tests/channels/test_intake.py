"""Every mail that came in is accounted for, once."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from barrymore.channels.mail import processing
from barrymore.channels.mail.intake import store
from barrymore.channels.mail.selectors import mail_balance, quarantined_mails
from barrymore.channels.models import Mailbox, RawMail
from barrymore.conversations.models import Conversation, Message
from barrymore.journal.models import Fact
from tests.channels.conftest import mail_bytes, open_mailbox

ComeIn = Callable[..., RawMail]


def inbound() -> QuerySet[Message]:
    """What customers said."""
    return Message.objects.filter(kind="inbound")


def test_a_mail_becomes_a_conversation(come_in: ComeIn) -> None:
    raw = come_in(mail_bytes())
    assert (raw.state, raw.outcome) == ("done", "contact")
    message = inbound().get()
    assert message.text == "There is no hot water in 412."
    assert message.author_name == "Lee Anand"
    assert message.conversation.language == "en"
    assert raw.conversation == message.conversation


def test_the_same_bytes_in_another_mailbox_are_a_duplicate(come_in: ComeIn) -> None:
    come_in(mail_bytes())
    twin = come_in(mail_bytes(), open_mailbox("info@mill.example"))
    assert twin.state == "duplicate"
    assert inbound().count() == 1


def test_the_same_mail_by_another_way_is_a_duplicate(come_in: ComeIn) -> None:
    come_in(mail_bytes())
    twin = come_in(b"Received: from elsewhere.example\n" + mail_bytes(), open_mailbox("info@mill.example"))
    assert (twin.state, twin.outcome) == ("duplicate", "same_message_id")
    assert inbound().count() == 1


def test_the_same_message_id_with_other_words_is_another_contact(come_in: ComeIn) -> None:
    come_in(mail_bytes())
    other = come_in(mail_bytes("And now the heating is cold as well, please come."))
    assert other.state == "done"
    assert Conversation.objects.count() == 2


def test_a_mail_without_message_id_or_date_is_kept(come_in: ComeIn) -> None:
    raw = come_in(mail_bytes(message_id="", date=""))
    assert raw.state == "done"
    assert inbound().get().external_id == f"sha256:{raw.digest}"


def test_the_same_uid_twice_is_stored_once(mailbox: Mailbox) -> None:
    assert store(mailbox, 1, 7, mail_bytes())
    assert not store(mailbox, 1, 7, mail_bytes())
    assert RawMail.objects.count() == 1
    mailbox.refresh_from_db()
    assert mailbox.last_uid == 7


def test_what_was_stored_before_a_crash_is_processed_after_it(mailbox: Mailbox) -> None:
    store(mailbox, 1, 1, mail_bytes())
    assert Conversation.objects.count() == 0
    assert processing.process_stored() == 1
    assert Conversation.objects.count() == 1


def test_a_crash_while_processing_leaves_nothing_half(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(mailbox, 1, 1, mail_bytes())
    with monkeypatch.context() as patched:
        patched.setattr(processing, "_end", _explode)
        assert processing.process_stored() == 0
    assert Conversation.objects.count() == 0
    processing.process_stored()
    assert Conversation.objects.count() == 1
    assert RawMail.objects.get().state == "done"


def _explode(*args: Any, **named: Any) -> None:
    raise RuntimeError("power cut")


def test_a_poisoned_mail_goes_to_quarantine_and_the_next_one_flows(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = mail_bytes("poison")
    store(mailbox, 1, 1, poison)
    store(mailbox, 1, 2, mail_bytes(message_id="<2@guests.example>"))
    parse = processing.parse
    monkeypatch.setattr(processing, "parse", lambda data: _explode() if data == poison else parse(data))
    for _ in range(3):
        processing.process_stored()
    states = list(RawMail.objects.order_by("uid").values_list("state", "attempts"))
    assert states == [("quarantined", 3), ("done", 0)]
    assert [raw.uid for raw in quarantined_mails()] == [1]


def test_a_released_mail_is_read_again(mailbox: Mailbox) -> None:
    store(mailbox, 1, 1, mail_bytes())
    RawMail.objects.update(state="quarantined", attempts=3)
    assert processing.release(RawMail.objects.get().pk)
    processing.process_stored()
    assert RawMail.objects.get().state == "done"


def test_a_mail_without_a_sender_is_kept_in_quarantine(come_in: ComeIn) -> None:
    raw = come_in(b"Subject: who am I\n\nnobody\n")
    assert (raw.state, raw.error) == ("quarantined", "no readable sender")


def test_what_was_received_is_the_sum_of_what_became_of_it(come_in: ComeIn) -> None:
    come_in(mail_bytes())
    come_in(mail_bytes())
    come_in(mail_bytes(message_id="<3@guests.example>", auto_submitted="auto-replied"))
    balance = mail_balance()
    assert {state: n for state, n in balance.items() if n} == {"done": 1, "duplicate": 1, "rejected": 1}
    assert Fact.objects.filter(kind="mail.received").count() == 3
    outcomes = sorted(fact.dims["state"] for fact in Fact.objects.filter(kind="mail.outcome"))
    assert outcomes == ["done", "duplicate", "rejected"]


def test_the_raw_bytes_are_kept_as_they_came(come_in: ComeIn) -> None:
    from barrymore.conversations.files import read_bytes

    raw = come_in(mail_bytes())
    assert read_bytes(raw.path) == mail_bytes()
    assert raw.digest == hashlib.sha256(mail_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("to", "reply_to", "expected"),
    [
        ("Lee <lee@guests.example>", "", "lee@guests.example"),
        ("Lee <noreply@form.example>", "lee@guests.example", "lee@guests.example"),
        ("Lee <lee@guests.example>", "desk@mill.example", "lee@guests.example"),
    ],
)
def test_the_answer_goes_where_the_customer_reads(
    come_in: ComeIn, to: str, reply_to: str, expected: str
) -> None:
    raw = come_in(mail_bytes(**{"from": to, "reply_to": reply_to}))
    assert raw.conversation and raw.conversation.address
    assert raw.conversation.address.value == expected
