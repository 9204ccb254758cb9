"""Tags of the desk's templates."""

from django import template

from barrymore.desk.events import language_name, reasons_text
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
