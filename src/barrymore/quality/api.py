"""REST for flags: list, decide."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from barrymore.organisation.access import actor_of
from barrymore.quality import services
from barrymore.quality.models import Flag
from barrymore.quality.services import READ, REVIEW
from barrymore.quality.texts import limit_of

router = Router(tags=["quality"])
PAGE = 100


class DecisionIn(Schema):
    """What was found out; without a reason nothing is decided."""

    decision: Literal["confirm", "reject"]
    reason: str = Field(min_length=1, max_length=4000)


def flag_out(flag: Flag) -> dict[str, Any]:
    """A flag as REST tells it; a rejected one names nobody after thirty days."""
    return {
        "id": flag.pk,
        "kind": flag.kind,
        "state": flag.state,
        "point": flag.point_id,
        "staff": flag.staff_id,
        "since": flag.since.isoformat(),
        "until": flag.until.isoformat(),
        "evidence": flag.evidence,
        "limit": limit_of(flag),
        "presses": len(flag.keys),
        "answer": flag.answer,
        "reason": flag.reason,
    }


@router.get("/flags")
def get_flags(request: HttpRequest, state: str = "", cursor: int | None = None) -> dict[str, Any]:
    """Flags, the newest first; those not confirmed only for whoever decides on them."""
    actor = actor_of(request)
    actor.need(READ)
    rows = Flag.objects.order_by("-pk")
    if not actor.may(REVIEW):
        rows = rows.filter(state=Flag.State.CONFIRMED)
    if state:
        if state not in Flag.State.values:
            raise ValueError(f"state: one of {', '.join(Flag.State.values)}")
        rows = rows.filter(state=state)
    if cursor:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    return {"items": [flag_out(one) for one in found[:PAGE]], "next": more}


@router.post("/flags/{flag_id}/decision")
def post_decision(request: HttpRequest, flag_id: int, told: DecisionIn) -> dict[str, Any]:
    """Confirm or reject; 409 where somebody has decided already."""
    actor = actor_of(request)
    actor.need(REVIEW)
    flag = Flag.objects.get(pk=flag_id)
    decide = services.confirm if told.decision == "confirm" else services.reject
    try:
        decide(actor, flag, told.reason)
    except services.Decided as error:
        raise HttpError(409, "Somebody has decided already.") from error
    return flag_out(flag)
