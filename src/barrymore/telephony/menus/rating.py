"""Who is asked after the talk, what they pressed, and the one code of each call that was answered.

Drawn as the talk begins and told to Asterisk then, so that it asks while we are away; the answer lies there
until it is kept here.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from barrymore.feedback.by_keys import (
    draw,
    end_keyed,
    newest_of,
    note_asked,
    open_keyed,
    pending_case,
    pending_keys,
)
from barrymore.feedback.models import Case
from barrymore.feedback.selectors import questionnaire_of
from barrymore.feedback.services import CaseClosed
from barrymore.handling.answers import receive_key
from barrymore.journal.moment import now
from barrymore.routing.selectors import queue_ref_of
from barrymore.telephony.ami import Ami, Gone, Refused
from barrymore.telephony.hearing import Line
from barrymore.telephony.menus.asking import can_say
from barrymore.telephony.menus.chosen import Rated, rated_of
from barrymore.telephony.models import Call, Node, Talk

log = logging.getLogger(__name__)
FAMILY = "barrymore-answer"
Code = Case.Code


def decide(call: Call) -> None:
    """Once a call, as its first talk begins: whether the caller is asked after it, or why not."""
    number = call.number
    if number is None or not number.asks_id or call.asks_id or call.conversation is None:
        return
    survey = newest_of(number.asks)
    if survey is None or not can_say(number):
        return
    code = draw(survey, call.conversation)
    if code is None:
        return
    call.asks, call.not_asked = survey, code
    call.save(update_fields=["asks", "not_asked"])


def is_asked(call: Call) -> bool:
    """Whether the caller is left to the question when the person hangs up.

    From a room of three nobody is led there: Asterisk leaves whoever is last alone in it.
    """
    if not call.asks_id or call.not_asked:
        return False
    last = Talk.objects.filter(call=call).order_by("-pk").values_list("kind", flat=True).first()
    return last == Talk.Kind.CUSTOMER


def told(call: Call) -> str:
    """What Asterisk is told of it: the questionnaire, empty where nothing is asked."""
    return str(questionnaire_of(call.asks).pk) if call.asks and not call.not_asked else ""


def open_case(call: Call) -> None:
    """An answered call is over: it is one case of the survey, whatever becomes of it."""
    if call.asks is not None and call.conversation is not None:
        queue = queue_ref_of(call.conversation)
        open_keyed(_key(call.pk), call.conversation, call.asks, call.staff, queue, call.not_asked)


def _key(ref: int) -> str:
    return f"call:{ref}"


def settle(ref: int, code: str = Code.NONCONTACT) -> None:
    """The line is gone without an answer: the caller hung up first, or the line failed."""
    if case := pending_case(_key(ref)):
        end_keyed(case, code, "broken" if code == Code.OTHER else "not_led")


def take_in(node: Node, rated: Rated, ami: Ami | None) -> None:
    """Keep it here, then let it go there."""
    call = Call.objects.filter(node=node, unique_id=rated.unique_id).first()
    case = pending_case(_key(call.pk)) if call else None
    if case is not None:
        _keep(case, rated)
    try:
        if ami is not None:
            ami.say("DBDel", Family=FAMILY, Key=rated.unique_id)
    except Gone:
        log.info("the answer of %s is let go after the next connection", rated.unique_id)


def _keep(case: Case, rated: Rated) -> None:
    note_asked(case, rated.at or now())
    if rated.phase == "key" and rated.number is not None:
        try:
            receive_key(case, rated.number)
            return
        except (CaseClosed, ValueError):
            log.warning("the answer of %s cannot be kept", rated.unique_id)
    if rated.is_over:
        end_keyed(case, Code.REFUSED, HOW.get(rated.phase, "hung_up"))
    else:
        end_keyed(case, Code.OTHER, "broken")


HOW = {"before": "hung_up_before", "asked": "hung_up", "nokey": "no_key"}


def forgotten(node: Node) -> list[tuple[int, str]]:
    """Calls of a node whose case waits for an answer, with the unique id of the line."""
    refs = [int(key.partition(":")[2]) for key in pending_keys("call:")]
    found = Call.objects.filter(pk__in=refs, node=node, state=Call.State.ENDED)
    return list(found.values_list("pk", "unique_id"))


def left_behind(ami: Ami, lines: Mapping[str, Line]) -> list[Rated]:
    """What lies at the node: of who is on the line, only where they are asked now; the rest is final."""
    try:
        rows = ami.ask("DBGetTree", Family=FAMILY).rows
    except (Refused, Gone):
        return []
    found = [rated_of(row.get("Key", "").rpartition("/")[2], row.get("Val", "")) for row in rows]
    told = []
    for one in found:
        line = lines.get(one.unique_id) if one else None
        if one is not None and (line is None or line.is_asked):
            told.append(replace(one, is_final=line is None))
    return told
