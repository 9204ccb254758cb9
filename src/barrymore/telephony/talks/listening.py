"""A supervisor listens, whispers or speaks into a talk: by right, on record, and seen by whoever talks.

Off until somebody has written the notice that our people are given.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.services import audit
from barrymore.routing.models import Queue
from barrymore.routing.sight import queues_where
from barrymore.routing.waking import wake_after_commit
from barrymore.telephony.ami import Message
from barrymore.telephony.devices import telephones_of
from barrymore.telephony.models import Call, Listening, ListeningNotice, Node, Order
from barrymore.telephony.talks.passing import CannotPass

if TYPE_CHECKING:
    from barrymore.telephony.switchboard import Switchboard

RIGHT, MANAGE = "calls.listen", "settings.manage"
LONGEST_NOTICE = 600
# Quiet, and over when the talk is over: it never goes on with somebody else's.
OPTIONS = {"listen": "qES", "whisper": "qESw", "barge": "qESB"}
SPY = re.compile(r"bs-([0-9]{1,18})-([0-9]{1,18})")
RINGS_SECONDS = 20
COMES_WITHIN = timedelta(seconds=RINGS_SECONDS + 20)


@dataclass(frozen=True)
class SpyHeard:
    """The supervisor's telephone was lifted, or its line is over or never came."""

    ref: int
    telephone: int
    is_up: bool


def notice() -> str:
    """What our people are told; empty where listening is off."""
    held = ListeningNotice.objects.first()
    return held.text if held else ""


@transaction.atomic
def set_notice(actor: Actor, text: str) -> None:
    """Switch listening on with what our people are told, or off with nothing. Raises NotAllowed."""
    actor.need(MANAGE)
    ListeningNotice.objects.create(text=text.strip()[:LONGEST_NOTICE], chosen_by=actor.staff, chosen_at=now())
    audit(actor.staff, "listening.notice", "on" if text.strip() else "off")


def talks_to_hear(actor: Actor) -> QuerySet[Call]:
    """The talks in queues where one may listen."""
    seen = queues_where(actor.staff, RIGHT)
    found = Call.objects.filter(
        state=Call.State.TALKING, staff__isnull=False, conversation__placement__queue__in=seen
    ).exclude(staff=actor.staff)
    return found.select_related("staff", "conversation__placement__queue", "node").order_by("answered_at")


def open_listenings(call: Call) -> QuerySet[Listening]:
    """Who listens to a call now."""
    return Listening.objects.filter(call=call, ended_at=None).select_related("staff")


@transaction.atomic
def start(actor: Actor, call: Call, how: str) -> Listening:
    """The supervisor's own telephone rings and hears the talk. Raises CannotPass, NotAllowed."""
    placement = getattr(call.conversation, "placement", None)
    if placement is None:
        raise CannotPass("gone")
    _need_in(actor, placement.queue)
    if not notice():
        raise CannotPass("off")
    if how not in OPTIONS or call.state != Call.State.TALKING or call.staff is None:
        raise CannotPass("gone")
    if call.staff_id == actor.staff.pk:
        raise CannotPass("self")
    if not telephones_of(actor.staff, call.node):
        raise CannotPass("no_telephone")
    try:
        with transaction.atomic():
            made = Listening.objects.create(
                call=call, staff=actor.staff, to=call.staff, how=how, asked_at=now()
            )
    except IntegrityError as error:
        raise CannotPass("open") from error
    audit(actor.staff, "call.listened", f"call:{call.pk}", how=how, to=call.staff.name)
    Order.objects.create(call=call, staff=actor.staff, what="listen", made_at=now())
    wake_after_commit()
    return made


def _need_in(actor: Actor, queue: Queue) -> None:
    actor.need_at(RIGHT, queue)
    if not queues_where(actor.staff, RIGHT).filter(pk=queue.pk).exists():
        raise NotAllowed(RIGHT)


def ring(board: "Switchboard", order: Order) -> None:
    """Ring the supervisor, and let them hear the line of the one who talks. Raises CannotPass."""
    rows = Listening.objects.filter(call=order.call, staff=order.staff, ended_at=None)
    found = rows.select_related("staff", "call").first()
    main = board.talking.get(order.call_id)
    line = board.hand.name_of(str(main)) if main else ""
    telephones = telephones_of(order.staff, board.node) if found and line else []
    if found is None or not telephones:
        rows.update(ended_at=now())
        raise CannotPass("gone")
    for one in telephones:
        name = f"bs-{found.pk}-{one.pk}"
        board.hand.say(
            "Originate",
            name,
            Channel=f"PJSIP/{one.username}",
            ChannelId=name,
            Application="ChanSpy",
            Data=f"{line},{OPTIONS[found.how]}",
            Timeout=str(RINGS_SECONDS * 1000),
            CallerID="<0>",
            Async="true",
        )


def spy_of(message: Message) -> SpyHeard | None:
    """What a message says of the line of somebody who listens; None where it is of another."""
    match message.get("Event"):
        case "OriginateResponse":
            name, is_up = message.get("ActionID", ""), message.get("Response") == "Success"
        case "Hangup":
            name, is_up = message.get("Uniqueid", ""), False
        case _:
            return None
    known = SPY.fullmatch(name)
    return SpyHeard(int(known[1]), int(known[2]), is_up) if known else None


def note(board: "Switchboard", heard: SpyHeard) -> None:
    """One telephone was lifted and the others fall silent; or the line is over, and so is the listening."""
    found = Listening.objects.filter(pk=heard.ref, ended_at=None).select_related("staff").first()
    if found is None:
        return
    others = [one for one in telephones_of(found.staff, board.node) if one.pk != heard.telephone]
    if heard.is_up:
        Listening.objects.filter(pk=found.pk, began_at=None).update(began_at=now())
        for one in others:
            board.hand.hang_up(f"bs-{found.pk}-{one.pk}")
    elif found.began_at is not None or not others:
        Listening.objects.filter(pk=found.pk).update(ended_at=now())


def put_right(node: Node, lines: Iterable[str]) -> None:
    """End what no line is left of, from the unique ids of all lines."""
    there = {int(known[1]) for one in lines if (known := SPY.fullmatch(one))}
    late = Listening.objects.filter(call__node=node, ended_at=None, asked_at__lt=now() - COMES_WITHIN)
    late.exclude(pk__in=there).update(ended_at=now())
