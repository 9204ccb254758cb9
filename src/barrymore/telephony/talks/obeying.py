"""Do what a page, a program or a telephone asks of a call that lasts, or note why not."""

from typing import TYPE_CHECKING

from barrymore.journal.moment import now
from barrymore.telephony import allocation, calls
from barrymore.telephony.devices import telephones_of
from barrymore.telephony.hearing import Leg, Referred
from barrymore.telephony.models import Call, Extension, Order, Passing
from barrymore.telephony.talks import listening, tapes
from barrymore.telephony.talks import passing as passings
from barrymore.telephony.talks.keeping import open_talks
from barrymore.telephony.talks.passing import CannotPass, open_passing

if TYPE_CHECKING:
    from barrymore.telephony.talks.switching import Switching

Kind, How = Passing.Kind, Passing.State


def referred(talks: "Switching", heard: Referred) -> None:
    """A telephone has passed its caller on by itself: whoever is meant is rung, else the queue has them."""
    call = calls.call_of(heard.leg.call)
    if talks.board.talking.get(call.pk) != heard.leg or call.staff is None:
        return
    under_way = open_passing(call.pk)
    if under_way is not None:
        if talks.aside.get(call.pk) and under_way.state == How.TALKING:
            # Its key for passing on, pressed while somebody is asked, means: put through.
            talks.complete(call, under_way)
            return
        if under_way.state == How.JOINED:
            return
        talks.drop_asked(call)
        passings.end_aside(call, under_way)
    telephones = Extension.objects.filter(is_active=True).select_related("staff")
    meant = (
        telephones.filter(username=heard.telephone)
        if heard.telephone
        else telephones.filter(number=heard.digits)
    )
    extension = meant.first()
    try:
        if extension is None:
            raise CannotPass("nobody")
        passings.to_person(call, call.staff, extension.staff)
    except CannotPass:
        talks.board.talking.pop(call.pk, None)
        talks.board.hold_on(call.pk)
        return
    talks.let_go(call)
    talks.ring(call)


def obey(talks: "Switching", ref: int) -> None:
    """Do what a page has asked for, or note why not."""
    if not Order.objects.filter(pk=ref, taken_at=None).update(taken_at=now()):
        return
    order = Order.objects.select_related("staff", "to", "queue").get(pk=ref)
    try:
        _do(talks, calls.call_of(order.call_id), order)
    except CannotPass as error:
        Order.objects.filter(pk=ref).update(fault=str(error))


def _do(talks: "Switching", call: Call, order: Order) -> None:
    match order.what:
        case "pause" | "resume":
            if not tapes.pause(talks.board.hand, call, on=order.what == "pause"):
                raise CannotPass("gone")
        case "transfer" if order.queue is not None:
            passings.to_queue(call, order.staff, order.queue)
            talks.let_go(call)
            talks.board.ring_soon(allocation.for_call(calls.call_of(call.pk)))
        case "transfer":
            passings.to_person(call, order.staff, order.to, order.number)
            talks.let_go(call)
            talks.ring(call)
        case "park":
            passings.park(call, order.staff)
            talks.let_go(call)
        case "take":
            passings.take(call, order.staff)
            talks.ring(call)
        case "listen":
            listening.ring(talks.board, order)
        case "consult":
            _ask(talks, call, order)
        case _:
            _with_asked(talks, call, order)


def _ask(talks: "Switching", call: Call, order: Order) -> None:
    main = talks.board.talking.get(call.pk)
    if main is None:
        raise CannotPass("gone")
    under_way = passings.consult(call, order.staff, order.to, order.number)
    tapes.stop(talks.board.hand, call)
    talks.board.hand.say(
        "Redirect",
        Channel=call.channel,
        Context="barrymore-wait",
        Exten=f"q{call.number_id or 0}",
        Priority="music",
        ExtraChannel=str(main),
        ExtraContext="barrymore-aside",
        ExtraExten="s",
        ExtraPriority="1",
    )
    telephones = telephones_of(order.to, call.node) if order.to else []
    for one in telephones:
        _ring_asked(talks, call, under_way, main, one)
    if not telephones:
        talks.come_back(call, under_way)


def _ring_asked(talks: "Switching", call: Call, under_way: Passing, main: Leg, telephone: Extension) -> None:
    leg = Leg(call.pk, under_way.attempt, telephone.pk, call.unique_id)
    talks.board.hand.remember([leg])
    asks = under_way.by.extensions.first() if under_way.by else None
    talks.board.hand.say(
        "Originate",
        str(leg),
        Channel=f"PJSIP/{telephone.username}",
        ChannelId=str(leg),
        Context="barrymore-ask",
        Exten="s",
        Priority="1",
        Timeout=str(calls.ring_seconds(call) * 1000),
        CallerID=f"<{asks.number if asks else 'anonymous'}>",
        Async="true",
        Variable=[
            "__TRANSFER_CONTEXT=barrymore-refer",
            f"BM_CALL={call.pk}", f"BM_ATTEMPT={under_way.attempt}", f"BM_ASIDE={main}",
            f"BM_CALLER={call.channel}", f"BM_NUMBER={call.number_id or 0}",
        ],
    )  # fmt: skip


def _with_asked(talks: "Switching", call: Call, order: Order) -> None:
    under_way, asked = open_passing(call.pk), talks.aside.get(call.pk)
    if call.staff_id != order.staff_id:
        raise CannotPass("not_yours")
    if under_way is None or under_way.kind != Kind.CONSULT:
        raise CannotPass("gone")
    if order.what == "back" and under_way.state != How.JOINED:
        talks.come_back(call, under_way)
        talks.ring_next(under_way.to)
        return
    if asked is None or under_way.state != How.TALKING:
        raise CannotPass("gone")
    if order.what == "complete":
        talks.complete(call, under_way)
        talks.ring_next(under_way.by)
    elif order.what == "join":
        _join(talks, call, under_way, asked)


def _join(talks: "Switching", call: Call, under_way: Passing, asked: Leg) -> None:
    main = talks.board.talking[call.pk]
    passings.join(call, under_way, str(main), str(asked))
    for line in (call.channel, str(main), str(asked)):
        talks.redirect(line, "barrymore-room", f"r{call.pk}")
    if talk := open_talks(call, leg=str(main)).first():
        tapes.start(talks.board.hand, call, talk)
