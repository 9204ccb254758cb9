"""Print an answer where a developer looks."""

import sys

from barrymore.conversations.models import Message


def deliver(message: Message) -> None:
    """Write the answer to standard output."""
    to = ", ".join(message.recipients.get("to", []))
    sys.stdout.write(f"--- to {to} (conversation {message.conversation_id})\n{message.text}\n---\n")
    sys.stdout.flush()
