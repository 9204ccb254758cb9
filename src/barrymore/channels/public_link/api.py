"""REST for the public link of a campaign."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from barrymore.channels.origins import BadOrigin, clean_origins
from barrymore.feedback.campaigns import PERMISSION
from barrymore.feedback.links import is_open, set_link
from barrymore.feedback.models import Campaign, PublicLink
from barrymore.organisation.access import actor_of

router = Router(tags=["surveys"])


class LinkIn(Schema):
    """On or off; `sites` are the web sites that may show the tab, such as https://www.hotel.example."""

    on: bool
    label: str = Field("", max_length=24)
    sites: list[str] = Field(default_factory=list, max_length=50)


def _out(link: PublicLink | None) -> dict[str, Any]:
    if link is None:
        return {"on": False, "open": False, "address": "", "label": "", "sites": [], "seen_on": ""}
    return {
        "on": link.is_on,
        "open": is_open(link),
        "address": f"{settings.BASE_URL}/q/{link.code}/",
        "label": link.label,
        "sites": link.origins.split(),
        "seen_on": link.seen_on,
    }


@router.get("/campaigns/{campaign_id}/link")
def get_link(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """The public link of a campaign; one that was never switched on has no address."""
    actor_of(request).need(PERMISSION)
    campaign = Campaign.objects.get(pk=campaign_id)
    return _out(PublicLink.objects.filter(campaign=campaign).select_related("campaign").first())


@router.put("/campaigns/{campaign_id}/link")
def put_link(request: HttpRequest, campaign_id: int, told: LinkIn) -> dict[str, Any]:
    """Switch it on or off. The address stays the same."""
    actor = actor_of(request)
    actor.need(PERMISSION)
    campaign = Campaign.objects.get(pk=campaign_id)
    try:
        origins = clean_origins("\n".join(told.sites))
    except BadOrigin as error:
        raise ValueError(f"sites: {error} is no address of a web site") from error
    label = " ".join(told.label.replace("\x00", "").split())
    return _out(set_link(actor, campaign, is_on=told.on, label=label, origins=origins))
