"""What a page or a program asks of the switchboard, as rows; the process that drives the node obeys."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.routing.sight import queues_where
from barrymore.routing.waking import wake, wake_after_commit
from barrymore.telephony.models import Call
from barrymore.telephony.talks import passing as passings
from barrymore.telephony.talks.models import Order, Passing
from barrymore.telephony.talks.obeying import obey
from barrymore.telephony.talks.passing import CannotPass

if TYPE_CHECKING:
    from barrymore.telephony.switchboard import Switchboard

RIGHT = "conversations.answer"
# Of these the person who has the call may ask; `take` anybody who may answer there.
OWN = ("transfer", "consult", "complete", "back", "join", "park", "pause", "resume")
ACTS = (*OWN, "take")
TO = ("transfer", "consult")
# Whoever pressed a button has given up by then.
LATE = timedelta(seconds=10)
PARKED_AT_MOST = timedelta(minutes=3)


def ask(
    actor: Actor,
    call: Call,
    what: str,
    *,
    to: Staff | None = None,
    queue: Queue | None = None,
    number: str = "",
) -> Order:
    """Ask for it; what comes of it stands on the card. Raises CannotPass, NotAllowed."""
    placement = getattr(call.conversation, "placement", None)
    if placement is None or what not in ACTS:
        raise CannotPass("gone")
    need_in(actor, placement.queue)
    if what in OWN and call.staff_id != actor.staff.pk:
        raise CannotPass("not_yours")
    if call.state != (Call.State.PARKED if what == "take" else Call.State.TALKING):
        raise CannotPass("gone")
    if what in TO and (to is None) + (queue is None) + (not number) != 2:
        raise CannotPass("nobody")
    if what == "consult" and queue is not None:
        raise CannotPass("nobody")
    order = Order.objects.create(
        call=call, staff=actor.staff, what=what, to=to, queue=queue, number=number, made_at=now()
    )
    wake_after_commit()
    return order


def need_in(actor: Actor, queue: Queue) -> None:
    """Raise NotAllowed unless the actor sees the queue and may answer there."""
    actor.need_at(RIGHT, queue)
    if not queues_where(actor.staff, RIGHT).filter(pk=queue.pk).exists():
        raise NotAllowed(RIGHT)


def hand_out(boards: "Mapping[int, Switchboard]") -> None:
    """Give each order to the switchboard of its call."""
    for order in Order.objects.filter(taken_at=None, call__node__in=list(boards)).select_related("call"):
        if order.made_at < now() - LATE:
            Order.objects.filter(pk=order.pk, taken_at=None).update(taken_at=now(), fault="late")
            continue
        board = boards[order.call.node_id]
        board.later(order.call.unique_id, order.what, partial(obey, board.talks, order.pk))


def give_back_parked(boards: "Iterable[Switchboard]") -> None:
    """Who has been put aside for long is rung through to whoever did it, else waits in the queue."""
    since = now() - PARKED_AT_MOST
    for board in boards:
        late = Passing.objects.filter(
            kind=Passing.Kind.PARK, ended_at=None, asked_at__lt=since, call__node=board.node
        )
        for one in late.select_related("call"):
            board.later(one.call.unique_id, "give back", partial(_give_back, board, one.call))


def _give_back(board: "Switchboard", call: Call) -> None:
    if passings.give_back(call.pk):
        board.talks.ring(call)
        wake()
