"""Pass a caller on, ask somebody first, put a caller aside: each step one transaction, or not at all."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import add_event, refs_of
from barrymore.handling import moves, phone
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.routing import live
from barrymore.routing.models import Line, Offer, Placement, Presence, Queue
from barrymore.routing.selectors import queue_ref_of
from barrymore.telephony.models import Call, Registration
from barrymore.telephony.talks.keeping import WITH_CUSTOMER, begin_talk, end_talks
from barrymore.telephony.talks.models import Passing, Talk

State, Kind, How = Call.State, Passing.Kind, Passing.State
TAKES = [Presence.State.AVAILABLE, Presence.State.BUSY]


class CannotPass(ValueError):
    """It cannot be done; the text is the reason: `gone`, `not_yours`, `busy`, `nobody`, `self`, `open`,
    `not_allowed`."""


def open_passing(ref: int) -> Passing | None:
    """What is under way with a call."""
    return Passing.objects.filter(call=ref, ended_at=None).select_related("by", "to", "queue").first()


def _nothing_open(call: Call) -> None:
    if open_passing(call.pk) is not None:
        raise CannotPass("open")


def _engage(call: Call, staff: Staff) -> None:
    """Reserve a person who is asked for by name. Raises CannotPass."""
    there = Registration.objects.filter(
        node=call.node_id, extension__staff=staff, extension__is_active=True
    ).exists()
    if not (there and staff.is_active):
        raise CannotPass("nobody")
    free = Presence.objects.filter(staff=staff, state__in=TAKES, engaged_since=None)
    if not free.update(engaged_since=now()):
        raise CannotPass("busy")


def _turn(call: Call, by: Staff | None, before: str, after: str, **more: object) -> None:
    """The conditional update is the race. Raises CannotPass."""
    rows = Call.objects.filter(pk=call.pk, state=before)
    if by is not None:
        rows = rows.filter(staff=by)
    if not rows.update(state=after, **more):
        raise CannotPass("gone")


def _open(call: Call, kind: str, by: Staff | None, *, to: Staff | None = None, number: str = "") -> Passing:
    attempt = Call.objects.values_list("attempt", flat=True).get(pk=call.pk)
    made = Passing.objects.create(
        call=call, kind=kind, by=by, to=to, number=number, attempt=attempt, asked_at=now()
    )
    told = {"by": by.name if by else "", "to": to.name if to else number}
    add_event(_conversation(call), f"call_{kind}", by, **told)
    _tell(made, call)
    return made


def _tell(passing: Passing, call: Call) -> None:
    conversation = _conversation(call)
    refs = refs_of(conversation, queue=queue_ref_of(conversation), staff_ref=passing.by_id)
    refs["dims"] = {"how": passing.kind}
    record("call.passed", f"passing:{passing.pk}:passed", **refs)


def _conversation(call: Call) -> Conversation:
    if call.conversation is None:
        raise CannotPass("gone")
    return call.conversation


def close(ref: int, state: str) -> None:
    """What was under way with a call has ended so."""
    Passing.objects.filter(call=ref, ended_at=None).update(state=state, ended_at=now())


@transaction.atomic
def to_person(call: Call, by: Staff, to: Staff | None, number: str = "") -> None:
    """The caller waits for this person, or for a telephone outside; the giver is free. Raises CannotPass."""
    if to is not None and to.pk == by.pk:
        raise CannotPass("self")
    _nothing_open(call)
    if to is not None:
        _engage(call, to)
    _turn(call, by, State.TALKING, State.RINGING, staff=to, attempt=F("attempt") + 1, rang_at=None)
    end_talks(call, now())
    live.release([by.pk])
    _open(call, Kind.COLD, by, to=to, number=number)


@transaction.atomic
def to_queue(call: Call, by: Staff, queue: Queue) -> None:
    """The caller waits in this queue, where whoever came when they came would stand. Raises CannotPass."""
    _nothing_open(call)
    _turn(call, by, State.TALKING, State.QUEUED, staff=None)
    conversation = _conversation(call)
    end_talks(call, now())
    live.release([by.pk])
    moves.transfer(conversation, by, queue=queue)
    Placement.objects.filter(conversation=conversation).update(enqueued_at=call.queued_at, line=Line.WAITING)
    # Whoever has just given a caller away is not the next to be rung for them.
    Offer.objects.create(
        conversation=conversation, staff=by, state=Offer.State.DECLINED, reasons=["passed_on"],
        offered_at=now(), expires_at=now(), ended_at=now(),
    )  # fmt: skip
    passing = Passing.objects.create(
        call=call, kind=Kind.COLD, state=How.DONE, by=by, queue=queue, asked_at=now(), ended_at=now()
    )
    _tell(passing, call)


@transaction.atomic
def consult(call: Call, by: Staff, to: Staff | None, number: str = "") -> Passing:
    """The caller hears music while `by` asks somebody. Raises CannotPass."""
    if to is not None and to.pk == by.pk:
        raise CannotPass("self")
    _nothing_open(call)
    if to is not None:
        _engage(call, to)
    _turn(call, by, State.TALKING, State.TALKING, attempt=F("attempt") + 1)
    end_talks(call, now())
    return _open(call, Kind.CONSULT, by, to=to, number=number)


@transaction.atomic
def speak_aside(call: Call, passing: Passing, main: str, leg: str, at: datetime) -> bool:
    """The one who was asked has lifted. False where that is known."""
    rows = Passing.objects.filter(pk=passing.pk, state=How.OPEN, ended_at=None)
    if not rows.update(state=How.TALKING):
        return False
    for staff, line, number in ((call.staff, main, ""), (passing.to, leg, passing.number)):
        begin_talk(call, staff, line, at, kind=Talk.Kind.ASIDE, number=number)
    return True


@transaction.atomic
def end_aside(call: Call, passing: Passing) -> None:
    """Whoever was asked is out of it again."""
    close(call.pk, How.OVER)
    end_talks(call, now(), kind=Talk.Kind.ASIDE)
    _release(passing.to)


@transaction.atomic
def hand_over(call: Call, passing: Passing) -> None:
    """The one who was asked has the caller from now on; the giver is free. Raises CannotPass."""
    if passing.to is None and not passing.number:
        raise CannotPass("gone")
    _turn(call, None, State.TALKING, State.TALKING, staff=passing.to)
    close(call.pk, How.DONE)
    end_talks(call, now(), kind=Talk.Kind.ASIDE)
    _release(passing.by)
    if passing.to is not None:
        phone.pick_up(_conversation(call), passing.to, now())


@transaction.atomic
def stay_behind(call: Call, passing: Passing, leg: str) -> None:
    """Of three the first has left: the other has the caller."""
    end_talks(call, now(), leg=leg)
    _turn(call, None, State.TALKING, State.TALKING, staff=passing.to)
    close(call.pk, How.DONE)
    _release(passing.by)
    if passing.to is not None:
        phone.pick_up(_conversation(call), passing.to, now())


@transaction.atomic
def leave_room(call: Call, passing: Passing, leg: str) -> None:
    """Of three the one who was asked has left."""
    end_talks(call, now(), leg=leg)
    close(call.pk, How.DONE)
    _release(passing.to)


@transaction.atomic
def join(call: Call, passing: Passing, main: str, leg: str) -> None:
    """All three hear each other. Raises CannotPass."""
    if not Passing.objects.filter(pk=passing.pk, state=How.TALKING).update(state=How.JOINED):
        raise CannotPass("gone")
    end_talks(call, now())
    for staff, line, number in ((call.staff, main, ""), (passing.to, leg, passing.number)):
        begin_talk(call, staff, line, now(), kind=Talk.Kind.TOGETHER, number=number)
    add_event(_conversation(call), "call_joined", passing.by, by=passing.by.name if passing.by else "")


@transaction.atomic
def park(call: Call, by: Staff) -> None:
    """The caller hears music until somebody takes them; `by` is free. Raises CannotPass."""
    _nothing_open(call)
    _turn(call, by, State.TALKING, State.PARKED, staff=None)
    end_talks(call, now())
    live.release([by.pk])
    _open(call, Kind.PARK, by)


@transaction.atomic
def take(call: Call, staff: Staff) -> None:
    """Ring the telephones of whoever takes a caller who was put aside. Raises CannotPass."""
    before = open_passing(call.pk)
    _engage(call, staff)
    _turn(call, None, State.PARKED, State.RINGING, staff=staff, attempt=F("attempt") + 1, rang_at=None)
    close(call.pk, How.DONE)
    _open(call, Kind.TAKE, before.by if before else None, to=staff)


@transaction.atomic
def not_taken(ref: int, attempt: int) -> bool:
    """Nobody lifted at whom the caller was passed to: back to the giver, or aside again.

    False where the queue is what is left, or where this was no passing.
    """
    passing = Passing.objects.filter(call=ref, attempt=attempt, ended_at=None).select_related("by", "to")
    found = passing.exclude(kind__in=[Kind.CONSULT, Kind.PARK]).first()
    if found is None or not Call.objects.filter(pk=ref, state=State.RINGING, attempt=attempt).exists():
        return False
    close(ref, How.OVER)
    call = Call.objects.select_related("conversation__placement", "node").get(pk=ref)
    match found.kind:
        case Kind.COLD if found.by is not None:
            return _ring_back(call, found.by, State.RINGING, found.to)
        case Kind.TAKE:
            _release(found.to)
            _turn(call, None, State.RINGING, State.PARKED, staff=None)
            _open(call, Kind.PARK, found.by)
            return True
    return False


def _ring_back(call: Call, to: Staff, before: str, rung: Staff | None) -> bool:
    try:
        with transaction.atomic():
            _engage(call, to)
            _turn(call, None, before, State.RINGING, staff=to, attempt=F("attempt") + 1, rang_at=None)
            _open(call, Kind.BACK, None, to=to)
    except CannotPass:
        return False
    _release(rung)
    return True


@transaction.atomic
def give_back(ref: int) -> bool:
    """Nobody took a caller who was put aside: the one who did it is rung, else the queue has them.

    False where somebody took them this very moment.
    """
    passing = open_passing(ref)
    call = Call.objects.select_related("conversation__placement", "node").get(pk=ref)
    if passing is None or passing.kind != Kind.PARK or call.state != State.PARKED:
        return False
    close(ref, How.OVER)
    if passing.by is not None and _ring_back(call, passing.by, State.PARKED, None):
        return True
    _turn(call, None, State.PARKED, State.QUEUED, staff=None)
    phone.hold_on(_conversation(call))
    return True


def close_all(call: Call) -> None:
    """The call is over: nothing is under way, nobody who was asked stays engaged; who spoke last is named."""
    passing = open_passing(call.pk)
    close(call.pk, How.OVER)
    if passing is not None:
        _release(passing.to)
    spoken = Talk.objects.filter(call=call, kind__in=WITH_CUSTOMER, staff__isnull=False)
    last = spoken.select_related("staff").order_by("-began_at", "-id").first()
    # Who was only rung has not spoken with the caller.
    if last is not None and not spoken.filter(staff=call.staff).exists():
        call.staff = last.staff
        Call.objects.filter(pk=call.pk).update(staff=last.staff)


def _release(staff: Staff | None) -> None:
    if staff is not None:
        live.release([staff.pk])
