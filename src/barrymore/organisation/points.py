"""Points: where customers meet us, by site and room."""

from django.db import transaction
from django.db.models import QuerySet

from barrymore.organisation.access import Actor
from barrymore.organisation.kept import Kept, forget_settings
from barrymore.organisation.models import Point, Room, Site
from barrymore.organisation.services import audit

LONGEST = 80


@transaction.atomic
def save_point(
    actor: Actor, point: Point | None, *, site: Site, room: str, name: str, step: str, is_active: bool
) -> Point:
    """Keep a point; a room is made by its first point. Raises NotAllowed, ValueError for a name left out."""
    actor.need("settings.manage")
    kept = point or Point()
    kept.site, kept.name, kept.step, kept.is_active = site, _words(name), _words(step), is_active
    if not kept.name:
        raise ValueError("name: a point needs one")
    room = _words(room)
    kept.room = Room.objects.get_or_create(site=site, name=room)[0] if room else None
    kept.save()
    forget_settings()
    audit(actor.staff, "point.changed", kept.name, site=site.pk)
    return kept


def _words(text: str) -> str:
    """In one line and at most as long as is kept."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]


def points() -> QuerySet[Point]:
    """All points by site, room and name; those in no room come first."""
    return Point.objects.select_related("site", "room").order_by(
        "site__name", "site_id", "room__name", "name"
    )


# Every page asks it for its navigation.
has_points = Kept(lambda: Point.objects.filter(is_active=True).exists())


def points_of(actor: Actor, permission: str) -> list[Point]:
    """The points in use at sites where a person holds a permission."""
    found = points().filter(is_active=True)
    sites = {point.site_id for point in found}
    allowed = {site for site in sites if actor.may_at_site(permission, site)}
    return [point for point in found if point.site_id in allowed]
