"""REST for links to results."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Header, Router, Schema

from barrymore.feedback import results
from barrymore.feedback.campaigns import PERMISSION
from barrymore.feedback.models import Campaign
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["surveys"])


class ShareIn(Schema):
    """For whom, which questions by their keys, and the last day."""

    name: str = Field(min_length=1, max_length=80)
    questions: list[str] = Field(min_length=1, max_length=40)
    until: date


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(PERMISSION)
    return actor


@router.get("/campaigns/{campaign_id}/results")
def get_shared(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """The links to the results of a campaign, the newest first; never their addresses."""
    _manager(request)
    found = Campaign.objects.get(pk=campaign_id).shared.all()[: results.MOST_LINKS]
    return {"items": [results.told_of(one) for one in found], "next": None}


@router.post("/campaigns/{campaign_id}/results")
def post_shared(
    request: HttpRequest, campaign_id: int, told: ShareIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Make a link. Its address is told here and never again."""
    actor = _manager(request)
    campaign = Campaign.objects.select_related("questionnaire").get(pk=campaign_id)
    addresses: list[str] = []

    def work() -> dict[str, Any]:
        made, token = results.share(actor, campaign, told.name, told.questions, told.until)
        addresses.append(f"{settings.BASE_URL}/results/{token}/")
        return results.told_of(made)

    # The address is no part of what is kept for a repetition: of the token only a hash is.
    kept = once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)
    return {**kept, "address": addresses[0] if addresses else None}


@router.delete("/campaigns/{campaign_id}/results/{shared_id}")
def delete_shared(request: HttpRequest, campaign_id: int, shared_id: int) -> dict[str, Any]:
    """End a link now."""
    actor = _manager(request)
    found = Campaign.objects.get(pk=campaign_id).shared.select_related("campaign").get(pk=shared_id)
    results.revoke(actor, found)
    found.refresh_from_db()
    return results.told_of(found)
