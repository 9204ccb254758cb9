"""Open a campaign to whoever knows its link, and keep what they say: once, and always as feedback."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from barrymore.feedback.anonymity import hour_of, nameless_progress, veiled_key
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, NotAccepted, Told, receive_answer
from barrymore.feedback.campaigns import PERMISSION
from barrymore.feedback.models import Campaign, PublicLink, Questionnaire, Response, Visit
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.selectors import company, module_is_on
from barrymore.organisation.services import audit

# How long a walk that was left can be taken up; then what was said gets its code.
LEFT_AFTER = timedelta(days=3)
AT_ONCE = 200


@dataclass(frozen=True)
class Ticket:
    """What a browser holds: a number of its own, what it is asked, and by which way it came."""

    number: str
    questionnaire: int
    way: str
    begun: str

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return hashlib.sha256(self.number.encode()).hexdigest()


@transaction.atomic
def set_link(actor: Actor, campaign: Campaign, **fields: Any) -> PublicLink:
    """Switch the public link of a campaign on or off, and say which web sites may show its tab."""
    actor.need(PERMISSION)
    kept = PublicLink.objects.filter(campaign=campaign).first()
    kept = kept or PublicLink(campaign=campaign, code=secrets.token_hex(8))
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save()
    audit(actor.staff, "campaign.link_changed", campaign.name, on=kept.is_on, sites=kept.origins.split())
    return kept


def link_of(code: str) -> PublicLink | None:
    """The link behind a code, if it was ever made."""
    found = PublicLink.objects.filter(code=code)
    return found.select_related("campaign__questionnaire").first()


def is_open(link: PublicLink) -> bool:
    """Whether somebody may answer now: the link ends with its campaign."""
    today = now().astimezone(ZoneInfo(company().timezone)).date()
    one = link.campaign
    is_running = (one.since is None or one.since <= today) and (one.until is None or one.until >= today)
    return link.is_on and one.is_active and is_running and module_is_on("surveys")


def visit_of(link: PublicLink, ticket: Ticket) -> Visit | None:
    """The walk that a ticket has begun and not ended."""
    return Visit.objects.filter(link=link, digest=ticket.digest).select_related("questionnaire").first()


def was_answered(ticket: Ticket) -> bool:
    """Whether what this ticket was given for is here already."""
    key = _key(ticket.digest)
    return Response.objects.filter(key__in=[key, veiled_key(key)]).exists()


def keep_visit(link: PublicLink, ticket: Ticket, progress: Mapping[str, Any]) -> None:
    """Write down how far somebody has come."""
    told: dict[str, Any] = {"progress": dict(progress), "left_at": now()}
    if link.campaign.is_anonymous:
        told = {"progress": nameless_progress(progress), "left_at": hour_of(now())}
    first = {"link": link, "questionnaire_id": ticket.questionnaire, "way": ticket.way}
    Visit.objects.update_or_create(digest=ticket.digest, defaults=told, create_defaults={**first, **told})


@transaction.atomic
def end_visit(link: PublicLink, ticket: Ticket, progress: Mapping[str, Any]) -> bool:
    """Keep the answer and forget the walk; False if it is here already. Raises NotAccepted."""
    Visit.objects.filter(digest=ticket.digest).delete()
    return _keep(link, ticket.digest, ticket.questionnaire, ticket.way, progress)


def _key(digest: str) -> str:
    return f"link:{digest}"


def _keep(link: PublicLink, digest: str, asked: int, way: str, progress: Mapping[str, Any]) -> bool:
    sites = set(link.campaign.points.values_list("site_id", flat=True))
    origin = Origin(
        key=_key(digest),
        mode=Response.Mode.FEEDBACK,
        channel=way,
        at=now(),
        site=sites.pop() if len(sites) == 1 else None,
    )
    told = Told(
        link.campaign_id, asked, progress.get("answers", {}), progress.get("seconds", {}),
        progress.get("language", ""),
    )  # fmt: skip
    catalog = Catalog({link.campaign_id: link.campaign}, Questionnaire.objects.in_bulk([asked]))
    try:
        with transaction.atomic():
            receive_answer(origin, told, catalog)
    except IntegrityError:
        return False
    return True


def visits_round() -> int:
    """Whoever left in the middle: what was said becomes an answer, a part or a break-off."""
    left = Visit.objects.filter(left_at__lt=now() - LEFT_AFTER).select_related(
        "link__campaign__questionnaire"
    )
    return sum(_end_left(one) for one in left.order_by("left_at")[:AT_ONCE])


@transaction.atomic
def _end_left(visit: Visit) -> bool:
    if not Visit.objects.filter(pk=visit.pk, left_at=visit.left_at).delete()[0]:
        return False
    if not visit.progress.get("answers"):
        return False
    try:
        return _keep(visit.link, visit.digest, visit.questionnaire_id, visit.way, visit.progress)
    except NotAccepted:
        return False
