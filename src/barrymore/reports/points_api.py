"""REST for points beside each other and over time."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from ninja import Field, Router, Schema, Status

from barrymore.figures.baselines import rebase
from barrymore.figures.course import course_of
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Point
from barrymore.reports import people
from barrymore.reports.compared import compared_for, said_by_rest
from barrymore.reports.courses import said_by_rest as course_by_rest

router = Router(tags=["reports"])


@router.get("/reports/points-compared")
def points_compared(
    request: HttpRequest, quarter: str = "", campaign: str = "", mix: str = ""
) -> dict[str, Any]:
    """Points of one campaign in a calendar quarter such as `2026-4`, in groups and never in positions.

    A point with fewer than thirty answers has no row; one whose answers allow no share has counts alone.
    """
    actor = actor_of(request)
    actor.need("figures.read")
    return said_by_rest(compared_for(actor, {"quarter": quarter, "campaign": campaign, "mix": mix}))


@router.get("/reports/people")
def answers_by_person(
    request: HttpRequest, quarter: str = "", campaign: str = "", mix: str = ""
) -> dict[str, Any]:
    """What answers of a campaign say of the people they name, in the finished weeks of a quarter.

    A person with fewer than thirty answers has no row; there are groups and no positions.
    """
    actor = actor_of(request)
    actor.need(people.RIGHT)
    query = {"quarter": quarter, "campaign": campaign, "mix": mix}
    return people.said_by_rest(people.people_for(actor, query, get_language() or "en"))


class BaseIn(Schema):
    """Against which days the charts of a point are held from now on."""

    every: Literal["day", "week"] = "day"
    first: date
    last: date
    reason: str = Field(min_length=1, max_length=400)


@router.get("/points/{point_id}/course")
def point_course(
    request: HttpRequest, point_id: int, every: Literal["day", "week"] = "day"
) -> dict[str, Any]:
    """Satisfaction, response rate and served by both counts over time, with limits and signals."""
    actor = actor_of(request)
    actor.need("figures.read")
    return course_by_rest(course_of(_point(actor, point_id), every))


@router.post("/points/{point_id}/course/base", response={201: dict[str, Any]})
def point_base(request: HttpRequest, point_id: int, told: BaseIn) -> Status[dict[str, Any]]:
    """Set the base of the charts anew; 422 says what is missing."""
    actor = actor_of(request)
    actor.need("targets.manage")
    kept = rebase(actor, _point(actor, point_id), told.every, told.first, told.last, told.reason)
    return Status(201, {"first": f"{kept.first}", "last": f"{kept.last}", "reason": kept.reason})


def _point(actor: Actor, point_id: int) -> Point:
    point = Point.objects.select_related("site").get(pk=point_id)
    if not actor.may_at_site("figures.read", point.site_id):
        raise Http404
    return point
