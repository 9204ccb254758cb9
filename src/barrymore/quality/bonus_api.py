"""REST for bonus rules."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from barrymore.feedback.models import Campaign
from barrymore.organisation.access import actor_of
from barrymore.quality.bonus import PERMISSION, is_holding, let_hold, write_rule
from barrymore.quality.bonus_steps import photos_told, steps_of
from barrymore.quality.models import BonusRule

router = Router(tags=["quality"])


class BonusIn(Schema):
    """What the rule is, for whom, and from when on."""

    text: str = Field(min_length=1, max_length=4000)
    who: str = Field(min_length=1, max_length=200)
    holds_from: date


def _out(campaign: Campaign) -> dict[str, Any]:
    rule = BonusRule.objects.filter(campaign=campaign).first()
    steps = steps_of(campaign)
    return {
        "campaign": campaign.pk,
        "text": rule.text if rule else None,
        "who": rule.who if rule else None,
        "holds_from": rule.holds_from.isoformat() if rule else None,
        "state": "active" if rule and is_holding(rule, steps) else "locked",
        "locked_for": rule.locked_for if rule else [],
        "steps": [vars(step) for step in steps],
        "photos": photos_told(campaign),
    }


@router.get("/campaigns/{campaign_id}/bonus")
def get_bonus(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """The rule with its state and the three steps; `active` is never told while one is red."""
    actor_of(request).need("figures.read")
    return _out(Campaign.objects.get(pk=campaign_id))


@router.put("/campaigns/{campaign_id}/bonus")
def put_bonus(request: HttpRequest, campaign_id: int, told: BonusIn) -> dict[str, Any]:
    """Write the rule; it is locked until it is let hold."""
    actor = actor_of(request)
    actor.need(PERMISSION)
    campaign = Campaign.objects.get(pk=campaign_id)
    write_rule(actor, campaign, told.text, told.who, told.holds_from)
    return _out(campaign)


@router.post("/campaigns/{campaign_id}/bonus/hold")
def hold_bonus(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """Let the rule hold; 422 says what to do while a step is red."""
    actor = actor_of(request)
    actor.need(PERMISSION)
    campaign = Campaign.objects.get(pk=campaign_id)
    let_hold(actor, campaign)
    return _out(campaign)
