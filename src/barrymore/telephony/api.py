"""REST for calls: which stand now, and how they ended."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from barrymore.organisation.access import Actor, actor_of
from barrymore.routing.sight import queues_where
from barrymore.telephony.models import Call
from barrymore.telephony.selectors import call_told, calls_in_queues
from barrymore.telephony.talks import orders
from barrymore.telephony.talks.passing import CannotPass
from barrymore.telephony.talks.selectors import told, whom

router = Router(tags=["calls"])
MOST = 100


@router.get("/calls")
def get_calls(
    request: HttpRequest, live: bool = False, before: int | None = None, limit: int = 50
) -> dict[str, Any]:
    """The calls of the queues that one sees, the newest first; `next` is what to give as `before`."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    size = max(1, min(limit, MOST))
    seen = queues_where(actor.staff, "conversations.read")
    found = calls_in_queues(seen, live=live, before=before, limit=size)
    return {
        "items": [call_told(call) for call in found],
        "next": found[-1].pk if len(found) == size else None,
    }


class Act(Schema):
    """What shall be done with a call that lasts, and to whom: a name, an extension, or a queue."""

    act: str = Field(description="transfer, consult, complete, back, join, park, take, pause or resume")
    whom: str = Field("", max_length=160)


@router.get("/calls/{call_id}")
def get_call(request: HttpRequest, call_id: int) -> dict[str, Any]:
    """One call: who spoke with whom from when to when, what is under way, whether it is recorded."""
    actor = actor_of(request)
    return told(_call(actor, call_id, "conversations.read"), actor.staff)


@router.post("/calls/{call_id}/acts", response={202: dict[str, Any]})
def post_act(request: HttpRequest, call_id: int, body: Act) -> Status[dict[str, Any]]:
    """Pass on, ask first, put through, put aside, take back, pause; `GET` says what came of it."""
    actor = actor_of(request)
    call = _call(actor, call_id, orders.RIGHT)
    try:
        order = orders.ask(actor, call, body.act, **(whom(body.whom) if body.act in orders.TO else {}))
    except CannotPass as error:
        raise HttpError(409, str(error)) from error
    return Status(202, {"order": order.pk})


def _call(actor: Actor, call_id: int, right: str) -> Call:
    """One call at a place where the actor has the right. Raises Http404."""
    actor.need_somewhere(right)
    calls = Call.objects.filter(conversation__placement__queue__in=queues_where(actor.staff, right))
    return get_object_or_404(
        calls.select_related("conversation__placement__queue", "number", "staff"), pk=call_id
    )
