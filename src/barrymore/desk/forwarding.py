"""Whom an answer to all reaches, and what a forward begins with."""

from typing import Any

from django.utils.translation import gettext

from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation, Message
from barrymore.organisation.kept import Kept
from barrymore.ui.times import moment_words

_own_addresses = Kept(
    lambda: {address.lower() for address in Mailbox.objects.values_list("address", flat=True)}
)


def copies_of(conversation: Conversation, asked: Message | None) -> dict[str, str]:
    """What the reply box says of addresses: whom an answer reaches if not the customer, and all others."""
    if asked is None:
        return {"box_to": "", "box_all": ""}
    is_customer = asked.address is None or asked.address_id == conversation.address_id
    to = "" if is_customer or asked.address is None else asked.address.value
    return {"box_to": to, "box_all": ", ".join(copied_in(conversation, asked))}


def copied_in(conversation: Conversation, asked: Message) -> list[str]:
    """Who else got the customer's mail: neither the writer nor one of our own mailboxes."""
    told = [one for kind in ("to", "cc") for one in asked.recipients.get(kind, [])]
    ours = _own_addresses() | {one.lower() for one in asked.recipients.get("mailbox", [])}
    writer = asked.address or conversation.address
    left_out = ours | ({writer.value.lower()} if writer else set())
    others = {one.lower(): one for one in told if one.lower() not in left_out}
    return list(others.values())


def beginning_of(message: Message) -> dict[str, Any]:
    """What the form of a forward starts with: subject, quoted text, every file ticked."""
    subject = message.conversation.subject
    if not subject.lower().startswith(("fwd:", "fw:")):
        subject = f"Fwd: {subject}"
    quoted = "\n".join(f"> {line}".rstrip() for line in message.text.splitlines())
    when = moment_words(message.at)
    said = gettext("%(when)s, %(who)s wrote:") % {"when": when, "who": _who(message)}
    files = [str(file.pk) for file in message.attachments.all()]
    return {"subject": subject[:250], "body": f"\n\n{said}\n{quoted}\n", "attachments": files}


def _who(message: Message) -> str:
    address = message.address.value if message.address else ""
    name = message.author_name or (message.author.name if message.author else "")
    return f"{name} <{address}>" if name and address else name or address
