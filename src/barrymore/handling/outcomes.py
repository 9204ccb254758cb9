"""What we say was done, what the guest says of it, and who the guest is: claimed, confirmed, contradicted."""

import secrets
from dataclasses import dataclass
from typing import TypeAlias

from django.db import transaction
from django.db.models import F

from barrymore.alerts.models import Alert, Kind
from barrymore.alerts.raising import Happened, acknowledge, finish, raise_alert
from barrymore.alerts.rules import rule_for
from barrymore.conversations import services as conversations
from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address, Customer
from barrymore.feedback.services import token_digest
from barrymore.handling.basics import basics_are_green
from barrymore.handling.models import Claim, Kindness, Recovery
from barrymore.handling.moves import name_person
from barrymore.handling.recovering import ROADS, place_of, refs_to, set_due
from barrymore.handling.services import close, open_again
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.routing import services as routing
from barrymore.sla.selectors import is_open, nearest_due

State: TypeAlias = Recovery.State
CLAIMABLE = [State.OPEN, State.CONTRADICTED, State.CLAIMED]
LONGEST = 2000


class NothingSaid(ValueError):
    """A claim without a word of what was done."""


class HasEnded(ValueError):
    """The guest has confirmed it already, or there is nothing to ask about."""


@dataclass(frozen=True)
class Asked:
    """A claim, and the secret for the guest's link; `road` is the channel that takes it, empty for none."""

    claim: Claim
    token: str
    road: str


@transaction.atomic
def claim(recovery: Recovery, staff: Staff, what: str, kindness: Kindness | None = None) -> Asked:
    """Say what was done. A known guest is asked whether it is put right; at a point it counts as checked.

    Raises NothingSaid, HasEnded.
    """
    what = what.replace("\x00", "").strip()[:LONGEST]
    if not what:
        raise NothingSaid("what: say what was done")
    is_known = recovery.customer_id is not None
    road, token = road_to(recovery), secrets.token_urlsafe(24)
    changed = Recovery.objects.filter(pk=recovery.pk, state__in=CLAIMABLE).update(
        state=State.CLAIMED if is_known else State.CHECKED,
        claims=F("claims") + 1,
        token_digest=token_digest(token),
        asked_by=road,
        ended_at=None if is_known else now(),
    )
    if not changed:
        raise HasEnded("recovery: it has ended")
    recovery.refresh_from_db()
    made = Claim.objects.create(
        recovery=recovery,
        number=recovery.claims,
        staff=staff,
        at=now(),
        what=what,
        kindness=kindness,
        cost=kindness.cost if kindness else None,
        currency=kindness.currency if kindness else "",
        is_delight=kindness is not None and basics_are_green(recovery.site_id),
    )
    _tell_claimed(recovery, made)
    if not is_known:
        _end(recovery, staff)
    return Asked(made, token if is_known else "", road if is_known else "")


def _tell_claimed(recovery: Recovery, made: Claim) -> None:
    conversation, staff = _conversation(recovery), made.staff
    if recovery.alert and staff:
        acknowledge(recovery.alert, staff)
    conversations.add_event(conversation, "claimed", staff, by=staff.name if staff else "", what=made.what)
    refs = refs_to(recovery, way=recovery.asked_by, kindness=made.kindness_id, delight=made.is_delight)
    refs["staff_ref"] = made.staff_id
    record("recovery.claimed", f"recovery:{recovery.pk}:claimed:{made.number}", **refs)


def road_to(recovery: Recovery) -> str:
    """By which channel the guest can be asked: mail or text message to an address of theirs."""
    address = address_of(recovery)
    return ROADS[address.kind] if address else ""


def address_of(recovery: Recovery) -> Address | None:
    """Where the guest can be asked: where the conversation came from, else an address of the guest."""
    conversation = recovery.conversation
    own = [conversation.address] if conversation and conversation.address else []
    if recovery.customer_id:
        own += list(Address.objects.filter(customer=recovery.customer_id, is_shared=False).order_by("kind"))
    fit = [one for one in own if one.kind in ROADS and not one.bounced_at and not one.opted_out_at]
    return fit[0] if fit else None


def recovery_behind(token: str) -> Recovery | None:
    """The recovery of a guest's link."""
    if not token:
        return None
    found = Recovery.objects.filter(token_digest=token_digest(token))
    return found.select_related("site", "point__room", "customer", "conversation__customer", "case").first()


@transaction.atomic
def new_link(recovery: Recovery, staff: Staff) -> str:
    """A link for the screen at the desk, in place of the one before. Raises HasEnded."""
    token = secrets.token_urlsafe(24)
    waiting = Recovery.objects.filter(pk=recovery.pk, state=State.CLAIMED)
    if not waiting.update(token_digest=token_digest(token), asked_by=Recovery.Way.DESK):
        raise HasEnded("recovery: there is nothing to ask about")
    conversations.add_event(_conversation(recovery), "asked_at_desk", staff, by=staff.name)
    return token


@transaction.atomic
def confirm(recovery: Recovery) -> bool:
    """The guest says that it is put right. False when that, or the contrary, was said before."""
    if not _answered(recovery, State.CONFIRMED):
        return False
    record(
        "recovery.confirmed", f"recovery:{recovery.pk}:confirmed", **refs_to(recovery, way=recovery.said_by)
    )
    _end(recovery, None)
    return True


@transaction.atomic
def contradict(recovery: Recovery) -> bool:
    """The guest says that it is not: the conversation opens again, and who is in charge is told, once."""
    if not _answered(recovery, State.CONTRADICTED):
        return False
    conversation, number = _conversation(recovery), recovery.claims
    key = f"recovery:{recovery.pk}:contradicted:{number}"
    record("recovery.contradicted", key, **refs_to(recovery, way=recovery.said_by))
    if conversation.state == Conversation.State.CLOSED:
        open_again(conversation, by=None)
    else:
        conversations.set_state(conversation, Conversation.State.OPEN)
    Conversation.objects.filter(pk=conversation.pk).update(is_unread=True)
    routing.refresh(conversation, nearest_due(conversation) or recovery.due_at)
    params = {"subject": conversation.subject, "place": place_of(recovery), "time": ""}
    raise_alert(
        Happened(
            kind=Kind.CONTRADICTED,
            key=key,
            at=now(),
            site=recovery.site,
            point=recovery.point,
            conversation_ref=conversation.pk,
            concerned=recovery.concerned,
            params=params,
        ),
        rule_for(Kind.CONTRADICTED, recovery.site, recovery.point, now(), is_open),
    )
    return True


def _answered(recovery: Recovery, state: State) -> bool:
    """The conditional update lets one answer count; a reload or a second tap changes nothing."""
    ended = now() if state == State.CONFIRMED else None
    waiting = Recovery.objects.filter(pk=recovery.pk, state=State.CLAIMED)
    if not waiting.update(state=state, said_by=F("asked_by"), ended_at=ended):
        return False
    recovery.refresh_from_db()
    Claim.objects.filter(recovery=recovery, number=recovery.claims).update(answer=str(state))
    conversations.add_event(_conversation(recovery), str(state))
    return True


def _end(recovery: Recovery, staff: Staff | None) -> None:
    """Its alerts are done, and its conversation is closed without asking once more how it was."""
    for alert in recovery_alerts(recovery):
        finish(alert)
    close(_conversation(recovery), staff, not_asking="recovery")


def recovery_alerts(recovery: Recovery) -> list[Alert]:
    """The alert that it began with, and those that the guest's contradictions have raised."""
    return list(Alert.objects.filter(conversation_ref=recovery.conversation_id))


@transaction.atomic
def attach_guest(recovery: Recovery, customer: Customer, staff: Staff) -> None:
    """Say who pressed. From then on they can be asked, and it is due before they leave. Raises HasEnded."""
    if recovery.state not in CLAIMABLE:
        raise HasEnded("recovery: it has ended")
    conversation = _conversation(recovery)
    name_person(conversation, customer, staff)
    recovery.customer = customer
    set_due(recovery, nearest_due(conversation))
    recovery.save(update_fields=["customer", "leaves_at", "due_at"])
    address = address_of(recovery)
    if address is not None and conversation.address_id is None:
        Conversation.objects.filter(pk=conversation.pk).update(address=address, channel=ROADS[address.kind])
    values = {"leaves": recovery.leaves_at.isoformat() if recovery.leaves_at else None}
    key = f"recovery:{recovery.pk}:guest:{now().timestamp()}"
    record("recovery.guest", key, **refs_to(recovery, **values))


def _conversation(recovery: Recovery) -> Conversation:
    assert recovery.conversation_id is not None
    found = Conversation.objects.select_related("customer", "address", "owner")
    return found.get(pk=recovery.conversation_id)
