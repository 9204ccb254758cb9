"""The ticket under which a page is given out: it joins the pages of a walk, and its answer counts once."""

import secrets

from django.core import signing

from barrymore.feedback.links import LEFT_AFTER, Ticket
from barrymore.feedback.models import PublicLink
from barrymore.journal.moment import now

LONGEST = 500
WAYS = ("link", "site")


def new_ticket(link: PublicLink, way: str) -> Ticket:
    """One for somebody who has just come."""
    return Ticket(
        secrets.token_urlsafe(18), link.campaign.questionnaire_id, way, now().isoformat(timespec="seconds")
    )


def written(link: PublicLink, ticket: Ticket) -> str:
    """As the browser holds it."""
    told = [ticket.number, ticket.questionnaire, ticket.way, ticket.begun]
    return signing.dumps(told, salt=f"public:{link.code}")


def ticket_in(link: PublicLink, text: str) -> Ticket | None:
    """The ticket in what a browser sent; None for a forged or an old one, or one of another link."""
    if not 0 < len(text) <= LONGEST:
        return None
    try:
        told = signing.loads(text, salt=f"public:{link.code}", max_age=LEFT_AFTER)
    except (signing.BadSignature, ValueError):
        return None
    return Ticket(*told)
