"""Read calls."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from barrymore.organisation.kept import Kept
from barrymore.routing.models import Queue
from barrymore.telephony.models import Call, Extension, ListeningNotice, Menu, Node, Number, Prompt, Trunk

SHOWN = 100
# Every page asks it for its links.
has_nodes = Kept(lambda: Node.objects.filter(is_active=True).exists())
has_browser_phones = Kept(
    lambda: Extension.objects.filter(is_active=True, kind=Extension.Kind.BROWSER).exists()
)


def newest_calls(*, live: bool = False) -> list[Call]:
    """The newest calls, or those that stand now."""
    return _page(Call.objects.all(), live, None, SHOWN)


def calls_in_queues(
    queues: QuerySet[Queue], *, live: bool = False, before: int | None = None, limit: int = SHOWN
) -> list[Call]:
    """The newest calls of some queues; `before` is the last id of the page before."""
    calls = Call.objects.filter(conversation__placement__queue__in=queues)
    return _page(calls, live, before, limit)


def _page(calls: QuerySet[Call], live: bool, before: int | None, limit: int) -> list[Call]:
    calls = calls.select_related("number", "staff", "conversation__placement")
    if live:
        calls = calls.exclude(state=Call.State.ENDED)
    if before is not None:
        calls = calls.filter(pk__lt=before)
    return list(calls.order_by("-pk")[:limit])


def call_told(call: Call) -> dict[str, Any]:
    """A call for programs; durations in seconds."""
    placement = getattr(call.conversation, "placement", None)
    return {
        "id": call.pk,
        "direction": call.direction,
        "state": call.state,
        "outcome": call.outcome,
        "number": call.number.number if call.number else "",
        "caller": call.caller,
        "conversation_id": call.conversation_id,
        "queue": placement.queue_id if placement else None,
        "staff": call.staff_id,
        "queued_at": call.queued_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "wait_seconds": round(call.wait_seconds, 3),
        "talk_seconds": round(call.talk_seconds, 3),
        "short": call.is_short,
    }


def overview() -> dict[str, str]:
    """How many there are of each, and of them in order, for the list of the settings."""
    telephones = Extension.objects.filter(is_active=True)
    there = telephones.exclude(registrations=None).distinct().count()
    nodes = Node.objects.filter(is_active=True)
    connected = nodes.exclude(connected_at=None).count()
    return {
        "nodes": f"{connected} / {nodes.count()}",
        "trunks": str(Trunk.objects.filter(is_active=True).count()),
        "numbers": str(Number.objects.filter(is_active=True).count()),
        "prompts": str(Prompt.objects.count()),
        "menus": str(Menu.objects.count()),
        "extensions": f"{there} / {telephones.count()}",
        "listening": str(
            _("on") if ListeningNotice.objects.values_list("text", flat=True).first() else _("off")
        ),
    }
