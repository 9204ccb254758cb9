"""REST for calls: which stand now, and how they ended."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from barrymore.organisation.access import actor_of
from barrymore.routing.sight import queues_where
from barrymore.telephony.selectors import call_told, calls_in_queues

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
