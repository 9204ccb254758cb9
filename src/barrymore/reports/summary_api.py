"""REST of the summary: the sentences of a period, and ordering them by mail."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from barrymore.organisation.access import actor_of
from barrymore.organisation.models import Site
from barrymore.reports.mailing import order
from barrymore.reports.selectors import wanted_of
from barrymore.reports.summary import summary_of

router = Router(tags=["reports"])


class OrderIn(Schema):
    """Of which site, none for all, and how often; empty ends it."""

    every: Literal["week", "month", ""]
    site: int | None = None


@router.get("/reports/summary")
def summary(
    request: HttpRequest, since: str = "", until: str = "", site: int | None = None
) -> dict[str, Any]:
    """Every figure of a period in a sentence, with its grade; without dates the last 28 days."""
    actor_of(request).need("figures.read")
    wanted = wanted_of({"since": since, "until": until, "site": f"{site or ''}"})
    made = summary_of(_site(site), wanted.period)
    return {
        "company": made.company,
        "place": made.place,
        "period": wanted.period.as_dict(),
        "contacts": [asdict(one) for one in made.contacts],
        "points": [asdict(one) for one in made.points],
    }


@router.put("/reports/summary/order")
def summary_order(request: HttpRequest, asked: OrderIn) -> dict[str, Any]:
    """Be sent it by mail as PDF once a week or month has ended, or no more."""
    actor = actor_of(request)
    actor.need("figures.read")
    kept = order(actor, _site(asked.site), asked.every)
    return {"every": kept.every if kept else "", "next_at": kept.next_at.isoformat() if kept else None}


def _site(ref: int | None) -> Site | None:
    return Site.objects.get(pk=ref) if ref else None
