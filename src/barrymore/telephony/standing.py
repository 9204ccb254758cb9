"""How the telephone stands now: who waits, how long, who talks; never a name with a length of work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from barrymore.telephony.models import Call


@dataclass(frozen=True)
class CallsNow:
    """Calls of some queues that have not ended. `since`: when the longest waiting came, None for nobody."""

    waiting: int
    ringing: int
    talking: int
    since: datetime | None


def calls_now(queues: Collection[int]) -> CallsNow:
    """In one statement over the calls that live."""
    live = Call.objects.exclude(state=Call.State.ENDED).filter(conversation__placement__queue__in=queues)
    waits = Q(state__in=[Call.State.QUEUED, Call.State.RINGING])
    told = live.aggregate(
        waiting=Count("pk", filter=Q(state=Call.State.QUEUED)),
        ringing=Count("pk", filter=Q(state=Call.State.RINGING)),
        talking=Count("pk", filter=Q(state=Call.State.TALKING)),
        since=Min("queued_at", filter=waits),
    )
    return CallsNow(**told)
