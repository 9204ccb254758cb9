"""Recoveries as the page and REST list them: whose, due when, how far, and what is red now."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from barrymore.alerts.models import Alert
from barrymore.alerts.selectors import name_shown
from barrymore.customers.models import Address, Customer
from barrymore.customers.recognition import BadAddress, normal
from barrymore.desk.told import stay_of
from barrymore.feedback.models import Response, Transcript
from barrymore.feedback.voices import transcript_out, transcripts_of
from barrymore.handling.models import NO_DEADLINE, Claim, Recovery
from barrymore.organisation.models import Staff
from barrymore.routing.sight import queues_where

PAGE = 30
State = Recovery.State
SHOWN = {
    "open": [State.OPEN, State.CLAIMED, State.CONTRADICTED],
    "ended": [State.CONFIRMED, State.CHECKED],
}


class NoSuchGuest(ValueError):
    """Nobody, or more than one person, is meant."""


def recoveries_seen(staff: Staff, permission: str = "conversations.read") -> QuerySet[Recovery]:
    """The recoveries whose conversations stand where a person holds a right."""
    queues = queues_where(staff, permission)
    found = Recovery.objects.filter(conversation__placement__queue__in=queues)
    return found.select_related(
        "site",
        "point__room",
        "conversation__owner",
        "conversation__placement",
        "customer",
        "alert__concerned",
    )


def page_of(staff: Staff, show: str, after: str = "", limit: int = PAGE) -> tuple[list[Recovery], str]:
    """One page, and where the next begins: what is open by its deadline, what has ended from the newest."""
    seen = recoveries_seen(staff).filter(state__in=SHOWN.get(show, SHOWN["open"]))
    if show == "ended":
        seen = seen.filter(pk__lt=int(after)) if after.isdecimal() else seen
        found = list(seen.order_by("-id")[: limit + 1])
        return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""
    due, _, ref = after.partition("~")
    if (at := _moment(due)) and ref.isdecimal():
        seen = seen.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=int(ref)))
    found = list(seen.order_by("due_at", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], f"{last.due_at.isoformat()}~{last.pk}" if last else ""


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def deadline_of(recovery: Recovery) -> Any:
    """When it is due, None where nothing was promised and no departure is known."""
    return recovery.due_at if recovery.due_at < NO_DEADLINE else None


def claims_of(recovery: Recovery) -> list[Claim]:
    """What we say was done, with who said it."""
    return list(recovery.claimed.select_related("staff", "kindness"))


def guest_named(words: str, recovery: Recovery) -> Customer:
    """The guest of a room today, or behind a mail address or number. Raises NoSuchGuest."""
    words = words.strip()
    stay = stay_of(words, recovery.site) if words else None
    if stay is not None:
        return stay.customer
    for kind in (Address.Kind.EMAIL, Address.Kind.PHONE):
        try:
            value = normal(kind, words)
        except BadAddress:
            continue
        known = Address.objects.filter(
            kind=kind, value=value, is_shared=False, customer__isnull=False
        ).first()
        if known and known.customer:
            return known.customer
    raise NoSuchGuest("guest: a room with one guest today, or a mail address or number that is known")


def voices_behind(recovery: Recovery) -> list[Transcript]:
    """What was said aloud in the answer behind a recovery, as far as a machine or a person wrote it down."""
    if recovery.source != "survey":
        return []
    answer = Q(case=recovery.case_id) if recovery.case_id else Q(key=recovery.key)
    given = Response.objects.filter(answer).values_list("pk", flat=True)[:1]
    return list(transcripts_of(given).values())


def voices_told(recovery: Recovery) -> list[dict[str, Any]]:
    """The same as REST tells it."""
    return [transcript_out(one) for one in voices_behind(recovery)]


def alert_line(alert: Alert, staff: Staff) -> dict[str, Any]:
    """An alert as REST shows it to one person."""
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "at": alert.at,
        "site": alert.site_id,
        "point": alert.point_id,
        "state": alert.state,
        "count": alert.count,
        "burst": alert.is_burst,
        "conversation": alert.conversation_ref,
        "concerned": name_shown(alert, staff) or None,
        "steps_told": alert.step,
        "next_step_at": alert.next_step_at,
        "acknowledged_by": alert.acknowledged_by.name if alert.acknowledged_by else None,
        "acknowledged_at": alert.acknowledged_at,
    }


def recovery_line(recovery: Recovery) -> dict[str, Any]:
    """A recovery as REST shows it."""
    conversation = recovery.conversation
    return {
        "id": recovery.pk,
        "source": recovery.source,
        "state": recovery.state,
        "at": recovery.at,
        "site": recovery.site_id,
        "point": recovery.point_id,
        "score": recovery.score,
        "scale": recovery.scale,
        "said": recovery.said,
        "conversation": recovery.conversation_id,
        "owner": conversation.owner.name if conversation and conversation.owner else None,
        "customer": recovery.customer_id,
        "due_at": deadline_of(recovery),
        "leaves_at": recovery.leaves_at,
        "asked_by": recovery.asked_by or None,
        "said_by": recovery.said_by or None,
        "claims": recovery.claims,
        "ended_at": recovery.ended_at,
    }
