"""A mail server that refuses or drops at each step: the row tells it, and the mail leaves under one id."""

import email
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from barrymore.channels.mail.outgoing import deliver_due_mails
from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said
from barrymore.customers.models import Address
from barrymore.delivery.models import OutboxRow
from barrymore.handling.services import answer
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.conftest import open_mailbox
from tests.mailserver.scripted_smtp import Desk, scripted

Arrive = Callable[..., Conversation]
PASSING = [
    ("connect", "421 too busy"), ("connect", "554 not today"), ("connect", "drop"),
    ("ehlo", "421 too busy"), ("ehlo", "drop"),
    ("mail", "451 later"), ("mail", "421 closing"), ("mail", "drop"), ("mail", "530 sign in"),
    ("rcpt", "451 greylisted"), ("rcpt", "drop"), ("data", "452 full"), ("data", "drop"),
    ("end", "451 later"), ("end", "421 closing"), ("end", "drop"),
]  # fmt: skip
FINAL = [
    ("mail", "550 never"),
    ("rcpt", "550 no such guest"),
    ("data", "554 no"),
    ("end", "554 looks like spam"),
]


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """Nobody signs in here by a password, and a slow one would cost most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The server."""
    with scripted() as found:
        yield found


@pytest.fixture
def box(desk: Desk, queue: Queue) -> Mailbox:
    """The mailbox whose mails leave by it."""
    return open_mailbox("desk@mill.example", queue=queue, smtp_port=desk.port)


def say(arrive: Arrive, staff: Staff, to: str = "lee@guests.example", **said: Any) -> Message:
    return answer(arrive(address=to), staff, Said(text="At five.", name=staff.name, **said))


def row_of(message: Message) -> OutboxRow:
    return OutboxRow.objects.get(effect_key=f"message:{message.pk}")


def ids(desk: Desk) -> list[str]:
    return [str(email.message_from_bytes(data)["Message-ID"]) for _, data in desk.mails]


@pytest.mark.parametrize(("step", "words"), PASSING)
def test_trouble_that_passes(
    arrive: Arrive, amina: Staff, box: Mailbox, desk: Desk, step: str, words: str
) -> None:
    desk.troubles = [(step, words)]
    message = say(arrive, amina)
    assert deliver_due_mails() == 0
    row = row_of(message)
    assert (row.state, row.attempts, bool(row.last_error)) == ("waiting", 1, True)
    assert row.next_attempt_at > now()
    with at_moment(now() + timedelta(minutes=1)):
        assert deliver_due_mails() == 1
    row.refresh_from_db()
    message.refresh_from_db()
    assert (row.state, row.last_error, message.status) == ("sent", "", "sent")
    # Only where the answer after the mail was lost can the server have it twice, under the same id.
    assert len(desk.mails) == (2 if (step, words) == ("end", "drop") else 1)
    assert len(set(ids(desk))) == 1


@pytest.mark.parametrize(("step", "words"), FINAL)
def test_the_last_word(arrive: Arrive, amina: Staff, box: Mailbox, desk: Desk, step: str, words: str) -> None:
    desk.troubles = [(step, words)]
    message, other = say(arrive, amina), say(arrive, amina, "noor@x.example")
    assert deliver_due_mails() == 1
    message.refresh_from_db()
    assert (row_of(message).state, message.status) == ("dead", "failed")
    assert words[4:] in message.detail["error"]
    assert row_of(other).state == "sent"
    with at_moment(now() + timedelta(hours=9)):
        assert deliver_due_mails() == 0
    assert [to for to, _ in desk.mails] == [["noor@x.example"]]


@pytest.mark.parametrize("words", ["drop", "554 closing", "421 bye"])
def test_what_was_taken_is_not_sent_again_for_a_bad_goodbye(
    arrive: Arrive, amina: Staff, box: Mailbox, desk: Desk, words: str
) -> None:
    desk.troubles = [("quit", words)]
    message = say(arrive, amina)
    assert deliver_due_mails() == 1
    with at_moment(now() + timedelta(hours=9)):
        assert deliver_due_mails() == 0
    assert (row_of(message).state, len(desk.mails)) == ("sent", 1)


def test_one_recipient_of_three_is_refused(arrive: Arrive, amina: Staff, box: Mailbox, desk: Desk) -> None:
    desk.refused = {"gone@x.example"}
    recipients = {"to": ["lee@guests.example"], "cc": ["gone@x.example", "noor@x.example"]}
    message = say(arrive, amina, recipients=recipients)
    assert deliver_due_mails() == 1
    message.refresh_from_db()
    assert [to for to, _ in desk.mails] == [["lee@guests.example", "noor@x.example"]]
    assert message.status == "sent"
    assert "gone@x.example: 550" in message.detail["refused"]
    assert not Address.objects.filter(value="lee@guests.example", bounced_at__isnull=False).exists()
    with at_moment(now() + timedelta(hours=9)):
        assert deliver_due_mails() == 0


def test_a_server_in_trouble_does_not_hold_up_another(
    arrive: Arrive, amina: Staff, box: Mailbox, desk: Desk
) -> None:
    desk.troubles = [("connect", "drop")]
    with scripted() as well:
        open_mailbox("billing@mill.example", smtp_port=well.port)
        waiting = say(arrive, amina)
        through = answer(
            arrive(address="noor@x.example", recipients={"mailbox": ["billing@mill.example"]}),
            amina,
            Said(text="Here it is.", name=amina.name),
        )
        assert deliver_due_mails() == 1
        assert len(well.mails) == 1
    assert (row_of(waiting).state, row_of(through).state) == ("waiting", "sent")
