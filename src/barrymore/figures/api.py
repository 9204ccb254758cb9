"""REST for figures and targets."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import FiniteFloat

from barrymore.figures.refused import refuse_shares
from barrymore.figures.scope import Period, Scope, today_in, zone_of
from barrymore.figures.selectors import figure, figures_by
from barrymore.figures.targets import set_target
from barrymore.organisation.access import actor_of

router = Router(tags=["figures"])


class TargetIn(Schema):
    """An aim."""

    value: FiniteFloat
    scope: str = ""


@router.get("/figures/{metric}")
def get_figure(
    request: HttpRequest,
    metric: str,
    since: date | None = None,
    until: date | None = None,
    site: int | None = None,
    queue: int | None = None,
    role: str | None = None,
    channel: str | None = None,
    promise: str | None = None,
    point: int | None = None,
    room: int | None = None,
    by: str = "",
) -> dict[str, Any]:
    """A figure with its counts; without dates the last 28 days; with `by` also its parts."""
    actor_of(request).need("figures.read")
    refuse_shares(metric)
    zone = zone_of(site)
    last = until or today_in(zone)
    period = Period(since or last - timedelta(days=27), last, zone)
    scope = Scope(site=site, queue=queue, role=role, channel=channel, promise=promise, point=point, room=room)
    answer = figure(metric, scope, period).as_dict()
    if by:
        parts = figures_by(metric, scope, period, by)
        answer["by"] = {str(value): part.as_dict() for value, part in parts.items()}
    return answer


@router.put("/figures/{metric}/target")
def put_target(request: HttpRequest, metric: str, target: TargetIn) -> dict[str, Any]:
    """Set an aim; a diagnostic is refused with the reason (422)."""
    kept = set_target(actor_of(request), metric, target.value, target.scope)
    return {"metric": kept.metric, "scope": kept.scope, "value": kept.value}
