"""REST for points: where customers meet us and devices stand."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Header, Router, Schema

from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Point, Site
from barrymore.organisation.points import save_point
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["points"])
PAGE = 200


class PointIn(Schema):
    """A desk, a till, a door; `step` is the step of the service process that happens there."""

    site: int
    name: str = Field(min_length=1, max_length=80)
    room: str = Field("", max_length=80)
    step: str = Field("", max_length=80)
    active: bool = True


class PointChange(Schema):
    """What changes of a point; what is not named stays."""

    site: int | None = None
    name: str | None = Field(None, min_length=1, max_length=80)
    room: str | None = Field(None, max_length=80)
    step: str | None = Field(None, max_length=80)
    active: bool | None = None


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need("settings.manage")
    return actor


def point_out(point: Point) -> dict[str, Any]:
    """A point as REST tells it."""
    return {
        "id": point.pk,
        "site": point.site_id,
        "room": point.room.name if point.room else "",
        "name": point.name,
        "step": point.step,
        "active": point.is_active,
    }


@router.get("/points")
def get_points(request: HttpRequest, cursor: int = 0) -> dict[str, Any]:
    """All points by id; `next` is the `cursor` of the next page."""
    _manager(request)
    found = list(Point.objects.filter(pk__gt=cursor).select_related("room").order_by("pk")[: PAGE + 1])
    return {
        "items": [point_out(one) for one in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }


@router.post("/points")
def post_point(
    request: HttpRequest, point: PointIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Add a point; its room is made where there is none of that name."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        return point_out(_kept(actor, None, point.dict()))

    return once_if_keyed(actor.token_ref, idempotency_key, point.dict(), work)


@router.patch("/points/{point_id}")
def patch_point(request: HttpRequest, point_id: int, change: PointChange) -> dict[str, Any]:
    """Change a point; the events of the past keep the step that they had."""
    actor = _manager(request)
    found = Point.objects.select_related("room").get(pk=point_id)
    said = {name: value for name, value in change.dict().items() if value is not None}
    return point_out(_kept(actor, found, {**point_out(found), **said}))


def _kept(actor: Actor, point: Point | None, said: dict[str, Any]) -> Point:
    site = Site.objects.filter(pk=said["site"]).first()
    if site is None:
        raise ValueError(f"site: there is no {said['site']}")
    words = {name: said[name] for name in ("room", "name", "step")}
    return save_point(actor, point, site=site, is_active=said["active"], **words)
