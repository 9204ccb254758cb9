"""REST of small kindnesses and of the basics: read the counts, write down how a basic was found."""

from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema

from barrymore.handling.basics import check_basic, standings
from barrymore.handling.care import kindness_counts
from barrymore.handling.models import Basic
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Site
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["recovery"])
PAGE = 50


class CheckIn(Schema):
    """How a basic was found."""

    green: bool
    note: str = ""


def _sites(actor: Actor) -> list[Site]:
    return list(actor.staff.sites.order_by("pk")) or list(Site.objects.order_by("pk"))


@router.get("/kindnesses")
def kindnesses(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """The catalogue with its counts; `interval` is null below 30 answers, no share is given alone."""
    actor_of(request).need_somewhere("conversations.read")
    start = int(cursor) if cursor.isdecimal() else 0
    found = kindness_counts()
    rows = [
        {
            "id": one.kindness.pk,
            "name": one.kindness.name,
            "cost": str(one.kindness.cost),
            "currency": one.kindness.currency,
            "active": one.kindness.is_active,
            "given": one.times,
            "delights": one.delights,
            "spent": str(one.cost),
            "confirmed": one.confirmed,
            "contradicted": one.contradicted,
            "interval": one.interval,
        }
        for one in found[start : start + PAGE]
    ]
    following = str(start + PAGE) if len(found) > start + PAGE else None
    return {"items": rows, "next": following}


@router.get("/basics")
def basics(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """How the basics stand at the sites where the caller works, a page for each site."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    sites = [site for site in _sites(actor) if not cursor.isdecimal() or site.pk > int(cursor)]
    if not sites:
        return {"items": [], "next": None}
    rows = [
        {
            "id": one.basic.pk,
            "site": one.basic.site_id,
            "name": one.basic.name,
            "state": one.state,
            "checked_at": one.check.at if one.check else None,
            "checked_by": one.check.staff.name if one.check and one.check.staff else None,
            "note": one.check.note if one.check else "",
        }
        for one in standings(sites[0])
    ]
    return {"items": rows, "next": str(sites[0].pk) if len(sites) > 1 else None}


@router.post("/basics/{basic_id}/checks")
def check(
    request: HttpRequest, basic_id: int, told: CheckIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Write down how a basic was found just now."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.answer")
    found = Basic.objects.get(pk=basic_id, is_active=True, site__in=[one.pk for one in _sites(actor)])

    def work() -> dict[str, Any]:
        made = check_basic(found, actor.staff, is_green=told.green, note=told.note)
        return {"id": made.pk, "green": made.is_green}

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)
