"""Questions that leave by mail or text message: after a close, and after a wrong was put right."""

from typing import Protocol

from barrymore.channels import invitations, recoveries
from barrymore.channels.mail.composing import Outgoing
from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation
from barrymore.delivery.models import OutboxRow


class Question(Protocol):
    """One kind of question; its outbox rows hold its name and a sealed token."""

    def conversation_of(self, row: OutboxRow) -> Conversation | None:
        """The conversation that is asked about, if it is about one."""

    def compose(self, row: OutboxRow, mailbox: Mailbox) -> Outgoing:
        """The question as a mail. Raises SendFailed."""

    def text_of(self, row: OutboxRow) -> tuple[Conversation, str, str]:
        """The question as a text message. Raises SendFailed."""

    def forget_token(self, row: OutboxRow) -> None:
        """It has left: only the customer holds the token."""

    def note_undeliverable(self, row: OutboxRow, *, is_refused: bool) -> None:
        """It never left."""


QUESTIONS: dict[str, Question] = {"invitation": invitations, "claim": recoveries}


def question_of(row: OutboxRow) -> Question | None:
    """The kind of question that an outbox row holds; None for an answer."""
    return next((kind for name, kind in QUESTIONS.items() if name in row.payload), None)
