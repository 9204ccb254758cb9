"""A caller is answered, was missed, or was lost by our fault: what becomes of the conversation."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.handling.services import close
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import company
from barrymore.routing import services as routing
from barrymore.routing.live import set_line
from barrymore.routing.models import Line, Placement, Priority
from barrymore.routing.selectors import queue_ref_of
from barrymore.sla import services as sla


@transaction.atomic
def pick_up(conversation: Conversation, staff: Staff, at: datetime) -> None:
    """A person has answered the caller: they own it, and the first answer is given."""
    if conversation.owner_id != staff.pk:
        if conversation.owner_id is None:
            routing.take(conversation, staff)
        else:
            routing.assign(conversation, staff, staff)
    is_first = conversation.first_replied_at is None
    conversations.note_spoken(conversation, at)
    due = sla.note_answer(conversation, waiting=False)
    if is_first:
        waited = (at - conversation.opened_at).total_seconds()
        refs = refs_of(conversation, staff_ref=staff.pk, queue=queue_ref_of(conversation))
        refs["values"] = {"wait_seconds": round(waited, 3)}
        record("conversation.answered", f"conversation:{conversation.pk}:first_reply", **refs)
    routing.refresh(conversation, due)


@transaction.atomic
def miss(conversation: Conversation, number: str, *, is_short: bool) -> None:
    """The caller has hung up before anybody answered: we call back, where there is a number to call.

    Who hung up at once, or hides the number, asked for nothing that we could do: that is closed.
    """
    set_line(conversation.pk, Line.NONE)
    if is_short or not number:
        close(conversation, None, not_asking="hung_up")
    else:
        to_call_back(conversation, number)


@transaction.atomic
def call_back(conversation: Conversation, key: str, number: str) -> None:
    """The line broke by our fault: calling back is the next thing to do, before other work."""
    set_line(conversation.pk, Line.NONE)
    to_call_back(conversation, number)
    placement = Placement.objects.filter(conversation=conversation).first()
    if placement and placement.priority < Priority.HIGH:
        routing.prioritise(conversation, Priority.HIGH, placement.due_at)
    refs = refs_of(conversation, queue=queue_ref_of(conversation))
    record("callback.owed", f"{key}:callback", **refs)


def to_call_back(conversation: Conversation, number: str) -> None:
    language = conversation.site.language if conversation.site else company().language
    with translation.override(language):
        what = _("Call back: %(number)s") % {"number": number or _("number withheld")}
    conversations.set_next_step(conversation, what, None)


@transaction.atomic
def hold_on(conversation: Conversation) -> None:
    """The person's telephone has gone, the caller has not: back to where they stood, with music."""
    routing.assign(conversation, None, None)
    set_line(conversation.pk, Line.WAITING)


@transaction.atomic
def answered_later(conversation: Conversation, staff: Staff) -> int:
    """Who has now been spoken with need not be called back for what they called about in vain before."""
    if conversation.address_id is None:
        return 0
    missed = Conversation.objects.filter(
        address=conversation.address_id,
        channel="phone",
        owner=None,
        state=Conversation.State.OPEN,
        first_replied_at=None,
        opened_at__lt=now(),
        placement__line=Line.NONE,
    ).exclude(pk=conversation.pk)
    count = 0
    for one in missed.select_related("customer", "address", "site"):
        close(one, staff, not_asking="called_again")
        count += 1
    return count
