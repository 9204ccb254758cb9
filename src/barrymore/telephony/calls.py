"""A call's life, each step one transaction: it comes, rings, is answered, ends, or is lost."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import add_event, refs_of
from barrymore.formulas.choice import Choice
from barrymore.handling import phone
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.journal.moment import now
from barrymore.journal.services import Refs, in_one_insert, record
from barrymore.organisation.selectors import company
from barrymore.routing import live
from barrymore.routing import services as routing
from barrymore.routing.models import Line, Offer, Placement
from barrymore.routing.selectors import queue_ref_of
from barrymore.telephony.hearing import Caller, Leg
from barrymore.telephony.menus import rating
from barrymore.telephony.menus.steps import note_choice
from barrymore.telephony.models import Call, Extension, Node, Number
from barrymore.telephony.spelling import caller_number, region_of, told_name
from barrymore.telephony.talks.keeping import begin_talk, end_talks, talked_seconds
from barrymore.telephony.talks.passing import close_all

State, Outcome = Call.State, Call.Outcome
SHORT = timedelta(seconds=5)
# The telephone's own end of ringing comes first; the round takes the offer back only if we are away.
GRACE_SECONDS = 10
NO_RING_SECONDS = 20


def call_of(ref: int) -> Call:
    """A call with everything that its steps need. Raises Call.DoesNotExist."""
    return Call.objects.select_related(
        "node", "number__site", "conversation__customer", "conversation__site", "conversation__owner",
        "conversation__placement", "staff", "asks__questionnaire", "number__asks", "conversation__address",
    ).get(pk=ref)  # fmt: skip


@transaction.atomic
@in_one_insert()
def arrive(node: Node, caller: Caller) -> Call | None:
    """A caller waits on the line: a contact like any other, and a call. None where that is known already."""
    if Call.objects.filter(node=node, unique_id=caller.unique_id).exists():
        return None
    number = Number.objects.select_related("site", "queue").filter(pk=caller.number).first()
    known = caller_number(caller.told_number, region_of(number.number if number else ""))
    received = handling.receive(_contact(node, caller, number, known))
    moment = caller.at or now()
    call = Call.objects.create(
        node=node,
        unique_id=caller.unique_id,
        channel=caller.channel,
        number=number,
        caller=known,
        caller_told="" if known else told_name(f"{caller.told_name} {caller.told_number}"),
        conversation_id=received.conversation_ref,
        queued_at=moment,
        recording=caller.chosen.recording,
    )
    call = call_of(call.pk)
    note_choice(_conversation(call), caller.chosen)
    _tell("call.queued", call, number=number.pk if number else None)
    return call


def _contact(node: Node, caller: Caller, number: Number | None, known: str) -> Contact:
    site = number.site if number else None
    with translation.override(site.language if site else company().language):
        who = known or told_name(caller.told_name) or _("number withheld")
        subject = _("Call: %(who)s") % {"who": who}
        text = _("Called %(number)s.") % {"number": (number.name or number.number) if number else _("us")}
    return Contact(
        channel="phone",
        external_id=f"{node.pk}:{caller.unique_id}",
        address_kind="phone",
        address=known,
        name="",
        at=caller.at or now(),
        subject=subject,
        text=text,
        language=caller.chosen.language
        or (number.language if number else "")
        or (site.language if site else ""),
        queue_ref=caller.chosen.queue or (number.queue_id if number else None),
        site_ref=site.pk if site else None,
        is_live=True,
    )


def _tell(kind: str, call: Call, **values: object) -> None:
    """One fact of a call, once; a loss once each time after the caller was found again."""
    conversation = _conversation(call)
    refs: Refs = refs_of(conversation, queue=queue_ref_of(conversation), staff_ref=call.staff_id)
    refs["values"] = values
    record(kind, f"call:{call.pk}:{kind.partition('.')[2]}{_again(call, kind)}", **refs)


def _again(call: Call, kind: str = "call.lost") -> str:
    if kind != "call.lost":
        return ""
    found = Message.objects.filter(conversation=call.conversation_id, event="call_found").count()
    return str(found + 1) if found else ""


def _conversation(call: Call) -> Conversation:
    if call.conversation is None:
        raise ValueError(f"call {call.pk} has no conversation")
    return call.conversation


def hold_out(call: Call, placement: Placement, choice: Choice) -> Call | None:
    """Reserve a person and the call for each other. None where one of them was taken this very moment."""
    try:
        with transaction.atomic():
            if not live.engage(choice.staff_ref):
                return None
            taken = Call.objects.filter(pk=call.pk, state=State.QUEUED).update(
                state=State.RINGING, staff=choice.staff_ref, attempt=F("attempt") + 1, rang_at=None
            )
            waits = Placement.objects.filter(pk=placement.pk, is_open=True, line=Line.WAITING)
            if not (taken and waits.update(line=Line.HELD)):
                raise IntegrityError("gone meanwhile")
            seconds = ring_seconds(call) + GRACE_SECONDS
            routing.hold_out(placement.conversation, placement, choice, seconds)
    except IntegrityError:
        return None
    return call_of(call.pk)


def ring_seconds(call: Call) -> int:
    """How long one person's telephones ring."""
    return call.number.ring_seconds if call.number else NO_RING_SECONDS


@transaction.atomic
@in_one_insert()
def answer(leg: Leg, at: datetime | None = None) -> Call | None:
    """A person and the caller hear each other. None where that is known already."""
    extension = Extension.objects.select_related("staff").filter(pk=leg.extension).first()
    if extension is None:
        return None
    moment, staff = at or now(), extension.staff
    taken = Call.objects.filter(pk=leg.call, state__in=[State.QUEUED, State.RINGING]).update(
        state=State.TALKING, staff=staff
    )
    if not taken:
        return None
    call = call_of(leg.call)
    live.engage_anyway(staff.pk)
    live.set_line(_conversation(call).pk, Line.HELD)
    phone.pick_up(_conversation(call), staff, moment)
    if call.answered_at is None:
        call.answered_at = moment
        call.save(update_fields=["answered_at"])
        _tell("call.answered", call, wait_seconds=round(call.wait_seconds, 3))
    add_event(_conversation(call), "call_answered", staff, by=staff.name, seconds=round(call.wait_seconds))
    begin_talk(call, staff, str(leg), moment)
    rating.decide(call)
    phone.answered_later(_conversation(call), staff)
    return call


@transaction.atomic
def pass_on(ref: int, attempt: int, *, refused: bool) -> Call | None:
    """Nobody took it at this person's telephones: back to its place in the queue."""
    call = Call.objects.filter(pk=ref, state=State.RINGING, attempt=attempt).first()
    if call is None or not Call.objects.filter(pk=ref, state=State.RINGING, attempt=attempt).update(
        state=State.QUEUED, staff=None
    ):
        return None
    how = Offer.State.DECLINED if refused else Offer.State.EXPIRED
    for offer in Offer.objects.filter(conversation=call.conversation_id, state=Offer.State.OPEN):
        routing.end_offer(offer.pk, how)
    live.set_line(call.conversation_id or 0, Line.WAITING)
    live.release([call.staff_id or 0])
    found = call_of(ref)
    if _conversation(found).owner_id is not None:
        # It was given to somebody who does not answer: others may.
        routing.assign(_conversation(found), None, None)
    return found


@transaction.atomic
@in_one_insert()
def hold_on(ref: int) -> Call | None:
    """The person's line was cut and the caller is still there: they wait on, in their old place."""
    if not Call.objects.filter(pk=ref, state=State.TALKING).update(state=State.QUEUED):
        return None
    call = call_of(ref)
    staff = call.staff
    add_event(_conversation(call), "call_cut", staff, to=staff.name if staff else "")
    phone.hold_on(_conversation(call))
    end_talks(call, now())
    live.release([call.staff_id or 0])
    Call.objects.filter(pk=ref).update(staff=None)
    return call_of(ref)


@transaction.atomic
@in_one_insert()
def end(ref: int, at: datetime | None = None) -> Call | None:
    """The call is over: answered, or hung up while waiting. None where it is over already."""
    call = _ended(ref, at or now())
    if call is None:
        return None
    if call.answered_at is not None:
        _finish(call, Outcome.ANSWERED)
        return call
    call.is_short = call.wait_seconds < SHORT.total_seconds()
    _finish(call, Outcome.ABANDONED)
    phone.miss(_conversation(call), call.caller, is_short=call.is_short)
    return call


@transaction.atomic
@in_one_insert()
def lose(ref: int) -> Call | None:
    """The line is gone by our fault. Who was not answered is lost; both are called back."""
    call = _ended(ref, now())
    if call is None:
        return None
    if call.answered_at is not None:
        add_event(_conversation(call), "call_cut", call.staff, to=call.staff.name if call.staff else "")
        _finish(call, Outcome.ANSWERED)
        rating.settle(call.pk, rating.Code.OTHER)
    else:
        _finish(call, Outcome.LOST)
    phone.call_back(_conversation(call), f"call:{call.pk}{_again(call)}", call.caller)
    return call


def _ended(ref: int, at: datetime) -> Call | None:
    """The conditional update is what makes the end happen once."""
    if not Call.objects.filter(pk=ref).exclude(state=State.ENDED).update(state=State.ENDED, ended_at=at):
        return None
    call = call_of(ref)
    live.withdraw(_conversation(call).pk)
    live.set_line(_conversation(call).pk, Line.NONE)
    end_talks(call, at)
    if call.staff_id and not _holds_another(call):
        live.release([call.staff_id])
    close_all(call)
    return call


def _holds_another(call: Call) -> bool:
    """Their next caller may be on the line before this call is written down as over."""
    held = Call.objects.filter(staff=call.staff_id, state__in=[State.RINGING, State.TALKING])
    return held.exclude(pk=call.pk).exists()


def _finish(call: Call, outcome: str) -> None:
    call.outcome = outcome
    if outcome != Outcome.ANSWERED:
        # Who was being rung has not spoken with the caller.
        call.staff = None
    call.save(update_fields=["outcome", "is_short", "staff"])
    wait, talk = round(call.wait_seconds, 3), round(talked_seconds(call), 3)
    match outcome:
        case Outcome.ANSWERED:
            _tell("call.ended", call, talk_seconds=talk)
            rating.open_case(call)
            add_event(_conversation(call), "call_ended", call.staff, seconds=round(talk))
        case Outcome.ABANDONED:
            _tell("call.abandoned", call, wait_seconds=wait, short=call.is_short)
            add_event(_conversation(call), "call_abandoned", seconds=round(wait))
        case _:
            _tell("call.lost", call, wait_seconds=wait)
            add_event(_conversation(call), "call_lost", seconds=round(wait))


@transaction.atomic
@in_one_insert()
def find_again(ref: int) -> Call | None:
    """A caller whom we took for lost is still on the line: they wait on, in their old place."""
    found = Call.objects.filter(pk=ref, state=State.ENDED, outcome=Outcome.LOST, answered_at=None)
    if not found.update(state=State.QUEUED, outcome=Outcome.NONE, ended_at=None, staff=None):
        return None
    call = call_of(ref)
    conversation = _conversation(call)
    event = add_event(conversation, "call_found")
    refs = refs_of(conversation, queue=queue_ref_of(conversation))
    record("call.found", f"message:{event.pk}:found", **refs)
    if conversation.state == Conversation.State.CLOSED:
        handling.open_again(conversation, by=None)
    live.set_line(conversation.pk, Line.WAITING)
    return call
