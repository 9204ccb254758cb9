"""Who does not wait: a message, or a wish to be called back, becomes a contact with its promise.

Both are kept at the node until they are kept here, and are looked for after every connection: nothing that a
caller has left is lost because we were away.
"""

import io
import logging
import wave
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.conversations.files import store_file
from barrymore.conversations.services import add_event, refs_of
from barrymore.handling import phone
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact, Received, Upload
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.selectors import company
from barrymore.routing import live
from barrymore.routing.models import Line
from barrymore.routing.selectors import queue_ref_of
from barrymore.telephony.menus.chosen import Chosen, VoiceMessage, Wish
from barrymore.telephony.menus.steps import note_choice
from barrymore.telephony.models import Call, Node, Number
from barrymore.telephony.spelling import caller_number, region_of

log = logging.getLogger(__name__)
State, Outcome = Call.State, Call.Outcome
SHORTEST_MESSAGE = 1.0
# Who was heard for less said nothing, and asked for nothing that we could do.
SHORT = timedelta(seconds=5)


def length_of(data: bytes) -> float:
    """Seconds of a WAV; 0 where it is none."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            frames = min(file.getnframes(), len(data) // max(file.getsampwidth(), 1))
            return float(frames / max(file.getframerate(), 1))
    except (wave.Error, EOFError, ValueError):
        return 0.0


@transaction.atomic
@in_one_insert()
def take_message(node: Node, left: VoiceMessage, data: bytes) -> Call | None:
    """A message as an item of the inbox; without sound a call missed. None where it is known already."""
    seconds = length_of(data)
    has_sound = seconds >= SHORTEST_MESSAGE
    call = _ended_call(node, left.unique_id, left.caller, left.chosen)
    if call is None:
        return None
    upload = (Upload(**store_file(f"{left.unique_id}.wav", data)),) if has_sound else ()
    received = _receive(node, call, left.chosen, "message", upload)
    _finish(call, received, Outcome.VOICEMAIL if has_sound else Outcome.LEFT, left.chosen)
    conversation = call.conversation
    if conversation is None:
        return call
    if has_sound:
        add_event(conversation, "voicemail", seconds=round(seconds))
        _tell("call.voicemail", call, seconds=round(seconds, 1))
        return call
    if left.status == "ERROR":
        # Their message could not be kept: they are called back, however short it was.
        add_event(conversation, "voicemail_failed")
        phone.call_back(conversation, f"call:{call.pk}", call.caller)
    else:
        is_short = bool(call.ended_at and call.ended_at - call.queued_at < SHORT)
        add_event(conversation, "voicemail_empty")
        phone.miss(conversation, call.caller, is_short=is_short)
    _tell("call.left", call)
    return call


@transaction.atomic
@in_one_insert()
def take_wish(node: Node, wish: Wish) -> Call | None:
    """A wish to be called back: who waited keeps the place. None where it is known already."""
    waiting = Call.objects.filter(
        node=node, unique_id=wish.unique_id, state__in=[State.QUEUED, State.RINGING]
    ).first()
    if waiting is not None:
        return _leave_the_line(waiting)
    call = _ended_call(node, wish.unique_id, wish.caller, wish.chosen)
    if call is None:
        return None
    received = _receive(node, call, wish.chosen, "callback", ())
    _finish(call, received, Outcome.CALLBACK, wish.chosen)
    _promise(call)
    return call


def _leave_the_line(call: Call) -> Call | None:
    rows = Call.objects.filter(pk=call.pk, state__in=[State.QUEUED, State.RINGING])
    staff_ref = call.staff_id
    if not rows.update(state=State.ENDED, ended_at=now(), outcome=Outcome.CALLBACK, staff=None):
        return None
    live.withdraw(call.conversation_id or 0)
    if staff_ref:
        live.release([staff_ref])
    left = _loaded(call.pk)
    if left.conversation is not None:
        live.set_line(left.conversation.pk, Line.NONE)
        _promise(left)
    return left


def _promise(call: Call) -> None:
    """The placement stays as old as it is: in its queue nobody who came later is offered before."""
    if call.conversation is None:
        return
    phone.to_call_back(call.conversation, call.caller)
    add_event(call.conversation, "callback_wished", to=call.caller)
    _tell("call.callback", call, wait_seconds=round(call.wait_seconds, 3))


def _ended_call(node: Node, unique_id: str, caller: str, chosen: Chosen) -> Call | None:
    """A row for a call that never waited, so that a repeat finds it; None where there is one."""
    if Call.objects.filter(node=node, unique_id=unique_id).exists():
        return None
    number = Number.objects.filter(pk=chosen.number).first()
    return Call.objects.create(
        node=node,
        unique_id=unique_id,
        channel="",
        number=number,
        caller=caller_number(caller, region_of(number.number if number else "")),
        state=State.ENDED,
        queued_at=chosen.at or now(),
        ended_at=now(),
    )


def _receive(node: Node, call: Call, chosen: Chosen, kind: str, uploads: tuple[Upload, ...]) -> Received:
    number, site = call.number, call.number.site if call.number else None
    with translation.override(site.language if site else company().language):
        who = call.caller or _("number withheld")
        if kind == "callback":
            subject, text = _("Call back: %(number)s") % {"number": who}, _("Wishes to be called back.")
        elif uploads:
            subject, text = _("Voice message: %(who)s") % {"who": who}, _("Left a voice message.")
        else:
            subject, text = _("Call: %(who)s") % {"who": who}, _("Hung up without leaving a message.")
    return handling.receive(
        Contact(
            channel="phone",
            external_id=f"{node.pk}:{call.unique_id}",
            address_kind="phone",
            address=call.caller,
            at=call.queued_at,
            subject=subject,
            text=text,
            language=chosen.language or (number.language if number else ""),
            queue_ref=chosen.queue or (number.queue_id if number else None),
            site_ref=site.pk if site else None,
            uploads=uploads,
        )
    )


def _finish(call: Call, received: Received, outcome: str, chosen: Chosen) -> None:
    Call.objects.filter(pk=call.pk).update(conversation=received.conversation_ref, outcome=outcome)
    for name, value in vars(_loaded(call.pk)).items():
        setattr(call, name, value)
    if call.conversation is not None:
        note_choice(call.conversation, chosen)


def _loaded(ref: int) -> Call:
    return Call.objects.select_related(
        "node", "number__site", "conversation__customer", "conversation__site", "conversation__placement"
    ).get(pk=ref)


def _tell(kind: str, call: Call, **values: object) -> None:
    if call.conversation is not None:
        refs = refs_of(call.conversation, queue=queue_ref_of(call.conversation))
        refs["values"] = values
        record(kind, f"call:{call.pk}:{kind.partition('.')[2]}", **refs)
