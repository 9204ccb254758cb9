"""REST for customers served, as a register, a ticket machine or a door counts them."""

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from barrymore.feedback.served import NotCounted, Served, tell_served
from barrymore.journal.moment import now
from barrymore.organisation.access import actor_of
from barrymore.organisation.models import Point, Staff
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["points"])


class ServedIn(Schema):
    """Customers served at one moment; `reference` is the receipt or ticket, and counts once per source."""

    reference: str = Field(min_length=1, max_length=80)
    at: datetime | None = None
    count: int = Field(1, ge=1, le=1000)
    source: Literal["employee", "register", "tickets", "door", "other"] = "register"
    staff: int | None = None


@router.post("/points/{point_id}/served")
def post_served(
    request: HttpRequest, point_id: int, told: ServedIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Count customers; `counted` is false where this reference was told before."""
    actor = actor_of(request)
    actor.need_somewhere("served.count")
    point = Point.objects.get(pk=point_id)
    at = told.at or now()
    if at.tzinfo is None:
        raise ValueError("at: write the time with its offset, such as 2026-11-21T14:40:00+02:00")
    if told.staff is not None and not Staff.objects.filter(pk=told.staff).exists():
        raise ValueError(f"staff: there is no {told.staff}")
    served = Served(
        key=f"count:{told.source}:{point.pk}:{told.reference}",
        at=at,
        count=told.count,
        source=told.source,
        staff_ref=told.staff,
    )

    @transaction.atomic
    def work() -> dict[str, Any]:
        try:
            return {"point": point.pk, "counted": tell_served(actor, point, served), "count": told.count}
        except NotCounted as error:
            raise HttpError(422, str(error)) from error

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)
