"""The card beside a conversation: who it is, what we promised, what they booked, bought and said."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext

from barrymore.conversations.models import Conversation
from barrymore.conversations.suggestion import active_areas, active_reasons
from barrymore.customers.models import Booking
from barrymore.customers.selectors import Card, card_of
from barrymore.desk.events import language_name
from barrymore.desk.lists import who_of
from barrymore.desk.recoveries import voices_behind
from barrymore.desk.selectors import others_with
from barrymore.feedback.selectors import last_said
from barrymore.handling.recovering import recovery_of
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import module_is_on
from barrymore.sla.explaining import reason_of, title_of
from barrymore.sla.models import Clock
from barrymore.sla.selectors import shown_clock


def card_for(conversation: Conversation, staff: Staff, queues: Collection[int]) -> dict[str, Any]:
    """Everything the card shows, in a fixed number of statements."""
    card = card_of(conversation.customer, conversation.address)
    said, recovery = last_said(conversation.customer), recovery_of(conversation)
    return {
        "card": card,
        "who": who_of(conversation),
        "sure": sure_of(card),
        "promise": promise_of(conversation),
        "others": others_with(conversation, staff, queues),
        "said": said.response if said else None,
        "recovery": recovery,
        "voices": voices_behind(recovery) if recovery else [],
        "reasons": active_reasons(),
        "areas": active_areas(),
    }


def sure_of(card: Card) -> str:
    """How we know who writes."""
    if card.level == "shared":
        return gettext("Shared address: anybody may write from it.")
    if card.level == "visitor":
        return gettext("A visitor of the web site: the name is what they typed.")
    if card.level == "verified":
        if card.bookings:
            return gettext("Verified by a booking.")
        return gettext("Verified address.")
    return (
        gettext("Recognised by the address.") if card.level == "recognised" else gettext("Nobody is known.")
    )


def promise_of(conversation: Conversation) -> dict[str, Any] | None:
    """The clock the card shows, and why it is due then."""
    clock = shown_clock(conversation) if module_is_on("promises") else None
    if clock is None or clock.state == Clock.State.CANCELLED:
        return None
    return {
        "title": title_of(clock),
        "reason": reason_of(clock),
        "due": clock.due_at,
        "started": clock.started_at,
        "state": clock.state,
    }


def booking_line(conversation: Conversation, bookings: list[Booking]) -> str:
    """The newest stay in one line, for the phone."""
    if not bookings:
        return ""
    stay = bookings[0]
    return ", ".join(filter(None, [stay.get_status_display(), stay.place, stay.room, stay.party]))


def speaks(code: str) -> str:
    """`Speaks Lithuanian.`"""
    return gettext("Speaks %(language)s.") % {"language": language_name(code)} if code else ""
