"""REST for points beside each other and over time."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from barrymore.organisation.access import actor_of
from barrymore.reports.compared import compared_for, said_by_rest

router = Router(tags=["reports"])


@router.get("/reports/points-compared")
def points_compared(request: HttpRequest, quarter: str = "", campaign: str = "") -> dict[str, Any]:
    """Points of one campaign in a calendar quarter such as `2026-4`, in groups and never in positions.

    A point with fewer than thirty answers has no row; one whose answers allow no share has counts alone.
    """
    actor = actor_of(request)
    actor.need("figures.read")
    return said_by_rest(compared_for(actor, {"quarter": quarter, "campaign": campaign}))
