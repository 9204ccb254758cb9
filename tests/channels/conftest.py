"""Mailboxes, a letterbox that takes our mails, and the real Dovecot."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from barrymore.channels.mail.account import keep_secret
from barrymore.channels.mail.intake import store
from barrymore.channels.mail.processing import process_stored
from barrymore.channels.models import Mailbox, RawMail
from barrymore.routing.models import Queue
from tests.mailserver.dovecot import PASSWORD, Dovecot, running
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The real server, started once."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[Letterbox]:
    """The real SMTP server, started once."""
    letterbox = Letterbox()
    controller = started(letterbox, free_port())
    yield letterbox
    controller.stop()


@pytest.fixture
def letterbox(smtp_server: Letterbox) -> Letterbox:
    """The SMTP server, empty."""
    smtp_server.forget()
    return smtp_server


def open_mailbox(address: str, **changes: Any) -> Mailbox:
    """A mailbox whose servers are local and plain."""
    fields: dict[str, Any] = {
        "address": address,
        "name": "Old Mill",
        "imap_host": "127.0.0.1",
        "imap_port": 1,
        "imap_security": "plain",
        "imap_user": address,
        "smtp_host": "127.0.0.1",
        "smtp_port": 1,
        "smtp_security": "plain",
        "uidvalidity": 1,
    }
    mailbox = Mailbox.objects.create(**{**fields, **changes})
    keep_secret(mailbox, PASSWORD)
    return mailbox


@pytest.fixture
def mailbox(queue: Queue) -> Mailbox:
    """desk@mill.example, without servers behind it."""
    return open_mailbox("desk@mill.example", queue=queue)


@pytest.fixture
def sending(queue: Queue, letterbox: Letterbox) -> Mailbox:
    """desk@mill.example, whose mails leave into the letterbox."""
    return open_mailbox("desk@mill.example", queue=queue, smtp_port=letterbox.port, signature="Old Mill desk")


def mail_bytes(text: str = "There is no hot water in 412.", **headers: str) -> bytes:
    """A simple mail from Lee; `message_id="…"` and the like become headers, an empty one goes."""
    mail = EmailMessage()
    fields = {
        "From": "Lee Anand <lee@guests.example>",
        "To": "desk@mill.example",
        "Subject": "No hot water",
        "Message-ID": "<1@guests.example>",
        "Date": "Sat, 21 Nov 2026 14:40:00 +0000",
    }
    fields |= {name.replace("_", "-").title().replace("-Id", "-ID"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


@pytest.fixture
def come_in(mailbox: Mailbox) -> Callable[..., RawMail]:
    """Store and process one mail as if it had been fetched; the numbers count up."""

    def came(data: bytes, into: Mailbox | None = None) -> RawMail:
        box = into or mailbox
        uid = RawMail.objects.filter(mailbox=box).count() + 1
        store(box, 1, uid, data)
        process_stored()
        return RawMail.objects.get(mailbox=box, uid=uid)

    return came
