"""Read flags: what waits for a decision, what a person is asked about, what happened around it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import company
from barrymore.quality.models import Flag, StaffNotice

MOST_SHOWN = 400
AROUND = timedelta(minutes=10)


@dataclass(frozen=True)
class Moment:
    """Something on the timeline: `served`, `press` or `left_out`, and how far along it is, from 0 to 1."""

    fact: Fact
    what: str
    place: float


def notice_that_holds() -> StaffNotice | None:
    """What the staff were told, if it holds today."""
    told = StaffNotice.objects.filter(withdrawn_at=None, holds_from__lte=now().date())
    return told.order_by("-holds_from", "-id").first()


def flags_in(state: str) -> QuerySet[Flag]:
    """Flags of one state, the newest first."""
    flags = Flag.objects.filter(state=state).select_related("point__site", "site", "staff", "decided_by")
    return flags.order_by("-since", "-id")


def flags_of(staff: Staff) -> QuerySet[Flag]:
    """What a person is asked about."""
    return Flag.objects.filter(staff=staff).select_related("point__site").order_by("-since", "-id")


def timeline_of(flag: Flag) -> list[Moment]:
    """What was tapped and pressed at the point, from a little before to a little after."""
    since, until = flag.since - AROUND, flag.until + AROUND
    span = (until - since).total_seconds() or 1.0
    left_out = set(flag.keys)
    moments = []
    for kind in ("served.counted", "press.counted", "press.collapsed", "answer.given"):
        facts = facts_of(kind, since, until).filter(dims__point=flag.point_id).order_by("at")
        for fact in facts[:MOST_SHOWN]:
            what = "served" if kind == "served.counted" else "left_out" if fact.key in left_out else "press"
            moments.append(Moment(fact, what, (fact.at - since).total_seconds() / span))
    return sorted(moments, key=lambda one: one.place)


def zone_of_flag(flag: Flag) -> str:
    """Whose clock tells when it was."""
    return (flag.site.timezone if flag.site else "") or company().timezone
