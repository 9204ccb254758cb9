"""A real SMTP server for the tests that keeps what it takes and can be told to misbehave."""

import asyncio
import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Letterbox:
    """What arrived; `answers` are given to the next DATA commands before any is taken.

    The answer "drop" cuts the line after the mail was taken and before the 250.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused_senders: set[str] = field(default_factory=set)
    port: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Refuse some envelope senders."""
        if address in self.refused_senders:
            return "550 5.7.60 not allowed to send as this sender"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the mail, or do as told."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer and answer != "drop":
            return answer
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        if answer == "drop":
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"

    def forget(self) -> None:
        """Begin the next test empty."""
        self.mails.clear()
        self.envelopes.clear()
        self.answers.clear()
        self.refused_senders.clear()


def started(letterbox: Letterbox, port: int) -> Controller:
    """The server in its own thread; the caller stops it."""
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    letterbox.port = port
    return controller
