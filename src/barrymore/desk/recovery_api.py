"""REST of alerts and recoveries: list, say that one has it, say what was done, say who the guest is."""

from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema

from barrymore.alerts.models import Alert
from barrymore.alerts.raising import acknowledge
from barrymore.alerts.selectors import alerts_of
from barrymore.channels.recoveries import claim_and_ask
from barrymore.desk.recoveries import (
    SHOWN,
    alert_line,
    guest_named,
    page_of,
    recoveries_seen,
    recovery_line,
    voices_told,
)
from barrymore.handling.models import Kindness, Recovery
from barrymore.handling.outcomes import attach_guest
from barrymore.organisation.access import actor_of
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["recovery"])
PAGE = 50


class ClaimIn(Schema):
    """What was done, in the words that the guest reads; a kindness by its number."""

    what: str
    kindness: int | None = None


class GuestIn(Schema):
    """A room with one guest today, a mail address or a number."""

    guest: str


@router.get("/alerts")
def alerts(request: HttpRequest, state: str = "open", cursor: str = "") -> dict[str, Any]:
    """The alerts that the caller was told, and those of the sites where they lead, the newest first."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    if state not in Alert.State.values:
        raise ValueError(f"state: one of {', '.join(Alert.State.values)}")
    found = alerts_of(actor.staff).filter(state=state)
    found = found.filter(pk__lt=int(cursor)) if cursor.isdecimal() else found
    rows = list(found[: PAGE + 1])
    following = str(rows[PAGE - 1].pk) if len(rows) > PAGE else None
    return {"items": [alert_line(one, actor.staff) for one in rows[:PAGE]], "next": following}


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge_alert(
    request: HttpRequest, alert_id: int, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Say that the caller has it; `mine` is false where somebody else had it before."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    found = alerts_of(actor.staff).get(pk=alert_id)

    def work() -> dict[str, Any]:
        acknowledge(found, actor.staff)
        found.refresh_from_db()
        return {"id": found.pk, "state": found.state, "mine": found.acknowledged_by_id == actor.staff.pk}

    return once_if_keyed(actor.token_ref, idempotency_key, {"alert": alert_id}, work)


@router.get("/recoveries")
def recoveries(request: HttpRequest, show: str = "open", cursor: str = "") -> dict[str, Any]:
    """What is open by its deadline, or with `show=ended` what has ended, the newest first."""
    actor = actor_of(request)
    actor.need_somewhere("conversations.read")
    if show not in SHOWN:
        raise ValueError(f"show: one of {', '.join(SHOWN)}")
    rows, following = page_of(actor.staff, show, cursor, PAGE)
    return {"items": [recovery_line(one) for one in rows], "next": following or None}


def _seen(request: HttpRequest, recovery_id: int, permission: str) -> Recovery:
    actor = actor_of(request)
    actor.need_somewhere(permission)
    return recoveries_seen(actor.staff, permission).get(pk=recovery_id)


@router.get("/recoveries/{recovery_id}")
def recovery(request: HttpRequest, recovery_id: int) -> dict[str, Any]:
    """One, with what we say was done and what the guest said of each."""
    found = _seen(request, recovery_id, "conversations.read")
    claims = [
        {"at": one.at, "what": one.what, "kindness": one.kindness_id, "delight": one.is_delight,
         "answer": one.answer or None}
        for one in found.claimed.all()
    ]  # fmt: skip
    return {**recovery_line(found), "done": claims, "transcripts": voices_told(found)}


@router.post("/recoveries/{recovery_id}/claim")
def claim(
    request: HttpRequest, recovery_id: int, said: ClaimIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Say what was done; a guest with an address is asked whether it is put right."""
    actor = actor_of(request)
    found = _seen(request, recovery_id, "conversations.answer")
    kindness = Kindness.objects.get(pk=said.kindness, is_active=True) if said.kindness else None

    def work() -> dict[str, Any]:
        made = claim_and_ask(found, actor.staff, said.what, kindness)
        found.refresh_from_db()
        return {
            "id": found.pk,
            "state": found.state,
            "claim": made.number,
            "asked_by": found.asked_by or None,
        }

    return once_if_keyed(actor.token_ref, idempotency_key, said.dict(), work)


@router.post("/recoveries/{recovery_id}/guest")
def guest(
    request: HttpRequest, recovery_id: int, said: GuestIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Say who pressed; from then on the guest can be asked."""
    actor = actor_of(request)
    found = _seen(request, recovery_id, "conversations.answer")

    def work() -> dict[str, Any]:
        attach_guest(found, guest_named(said.guest, found), actor.staff)
        return {"id": found.pk, "customer": found.customer_id}

    return once_if_keyed(actor.token_ref, idempotency_key, said.dict(), work)
