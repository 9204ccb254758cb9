"""What the desk does in one transaction: keep one draft, answer and close, say who wrote."""

from datetime import datetime

from django.db import transaction

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said, keep_draft
from barrymore.customers.services import identify
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.organisation.models import Staff

KINDS = {"reply": Message.Kind.OUTBOUND, "note": Message.Kind.NOTE}


class StalePage(Exception):
    """The customer has written since the page was loaded; `last_id` is what they wrote last."""

    def __init__(self, last_id: int) -> None:
        super().__init__(last_id)
        self.last_id = last_id


@transaction.atomic
def keep_one_draft(conversation: Conversation, staff: Staff, kind: str, text: str) -> datetime | None:
    """Keep the text as a draft of one kind; what was kept as the other kind is the same text, so it goes."""
    other = "note" if kind == "reply" else "reply"
    keep_draft(conversation.pk, staff, KINDS[other], "")
    return keep_draft(conversation.pk, staff, KINDS[kind], text)


@transaction.atomic
def answer(conversation: Conversation, staff: Staff, said: Said, *, seen_id: int, and_close: bool) -> Message:
    """Answer what the person has read, and close if wanted. Raises StalePage, NothingToSend."""
    newest = conversation.messages.filter(kind=Message.Kind.INBOUND, pk__gt=seen_id).order_by("-pk").first()
    if newest is not None:
        raise StalePage(newest.pk)
    message = handling.answer(conversation, staff, said, expects_reply=not and_close)
    if and_close:
        handling.close(conversation, staff)
    return message


@transaction.atomic
def name_by_address(conversation: Conversation, staff: Staff, address: str) -> None:
    """Say who wrote from a shared address by an address of their own. Raises BadAddress, ValueError."""
    found = identify("email" if "@" in address else "phone", address)
    if found.customer is None:
        raise ValueError(address)
    moves.name_person(conversation, found.customer, staff)
