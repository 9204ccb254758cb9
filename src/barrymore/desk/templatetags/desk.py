"""Tags of the desk's templates."""

from django import template

from barrymore.conversations.models import Conversation
from barrymore.desk.events import language_name, reasons_text
from barrymore.desk.lists import who_of
from barrymore.routing.models import Offer

register = template.Library()


@register.filter
def language(code: str) -> str:
    """`lt` as `Lithuanian`, in the viewer's language."""
    return language_name(code) if code else ""


@register.filter
def why_me(offer: Offer) -> str:
    """Why an offer is held out to this person."""
    return reasons_text(offer.reasons)


@register.filter
def who(conversation: Conversation) -> str:
    """Who wrote, also where neither a name nor an address is known."""
    return who_of(conversation)
