"""After a connection, and now and then: what we believe of each call against what Asterisk has."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from barrymore.journal.moment import now
from barrymore.routing import live
from barrymore.routing.models import Presence
from barrymore.routing.waking import wake
from barrymore.telephony import calls
from barrymore.telephony.ami import Ami, Refused
from barrymore.telephony.hearing import THERE, Leg, Line, leg_of, line_of
from barrymore.telephony.menus import rating
from barrymore.telephony.menus.collecting import left_behind
from barrymore.telephony.models import Call, Node, Passing
from barrymore.telephony.switchboard import Switchboard
from barrymore.telephony.talks import listening, restoring

# A list of lines is this much older than what we have heard meanwhile.
LAG = timedelta(seconds=2)
ENGAGED_AT_LEAST = timedelta(seconds=10)
State = Call.State


def reconcile(board: Switchboard, ami: Ami, started_at: datetime) -> None:
    """Ask for all lines and all telephones, and put each call right in its own lane."""
    asked_at = now()
    lines = [line_of(row) for row in ami.ask("CoreShowChannels").rows]
    board.contacts(_telephones(ami))
    by_id = {line.unique_id: line for line in lines}
    legs: dict[int, list[Line]] = {}
    for line in lines:
        if leg := leg_of(line.unique_id):
            legs.setdefault(leg.call, []).append(line)
    # First: who wished to be called back and hung up has not given up.
    for left in left_behind(board.node, ami, by_id):
        board.later(left.unique_id, "left", partial(board.act, left))
    for rated in rating.left_behind(ami, by_id):
        board.later(rated.unique_id, "rated", partial(board.act, rated))
    for call in Call.objects.filter(node=board.node).exclude(state=State.ENDED):
        found = Found(asked_at, started_at, by_id.get(call.unique_id), legs.get(call.pk, []))
        board.later(call.unique_id, "reconcile", partial(put_right, board, call.pk, found))
    for line in lines:
        if line.caller is not None:
            board.later(line.unique_id, "find", partial(_take_in, board, line, asked_at))
    for ref, unique_id in rating.forgotten(board.node):
        if unique_id not in by_id:
            board.later(unique_id, "settle", partial(rating.settle, ref))
    listening.put_right(board.node, by_id)
    wake()


def _telephones(ami: Ami) -> dict[str, set[str]]:
    """Where each telephone is, by user name. Asterisk says an error where there is none."""
    try:
        contacts = ami.ask("PJSIPShowContacts").rows
    except Refused:
        return {}
    found: dict[str, set[str]] = {}
    for row in contacts:
        if row.get("Status") in THERE:
            name = row.get("ObjectName", "").partition(";@")[0]
            found.setdefault(name, set()).add(row.get("Uri", ""))
    return found


class Found:
    """What a list of lines says of one call."""

    def __init__(
        self, asked_at: datetime, started_at: datetime, caller: Line | None, legs: Iterable[Line]
    ) -> None:
        self.asked_at, self.started_at, self.caller = asked_at, started_at, caller
        self.legs = {leg: line for line in legs if (leg := leg_of(line.unique_id))}

    @property
    def talking(self) -> Leg | None:
        """The telephone that is in one bridge with the caller."""
        if self.caller is None or not self.caller.bridge:
            return None
        return next((leg for leg, line in self.legs.items() if line.bridge == self.caller.bridge), None)


def put_right(board: Switchboard, ref: int, found: Found) -> None:
    """One call, as the list shows it; what is younger than the list is left alone."""
    call = Call.objects.get(pk=ref)
    if call.state == State.ENDED:
        return
    if found.caller is None and call.queued_at < found.started_at:
        # Asterisk has begun anew since: the line broke by our fault.
        _over(board, calls.lose(call.pk))
    elif restoring.is_young(board.talks, call, found.asked_at) or (
        found.caller is not None and restoring.restore(board.talks, call, found.legs, found.caller)
    ):
        return
    elif found.talking is not None:
        if call.state != State.TALKING:
            board.answered(found.talking)
        board.remember(set(), found.talking)
        board.hand.ask_after(calls.call_of(ref))
    elif call.queued_at > found.asked_at - LAG:
        return
    elif found.caller is None:
        _over(board, calls.end(call.pk))
        for leg in found.legs:
            board.hand.hang_up(str(leg))
    elif call.state == State.TALKING and found.caller.waits_on is not None and not found.legs:
        if call.answered_at is not None and call.answered_at < found.asked_at - LAG:
            board.hold_on(ref)
    elif call.state == State.RINGING:
        _still_ringing(board, call, found)


def _over(board: Switchboard, call: Call | None) -> None:
    if call:
        board.forget(call)


def _still_ringing(board: Switchboard, call: Call, found: Found) -> None:
    if found.legs:
        board.remember(set(found.legs), None)
    elif call.rang_at is None or call.rang_at < found.asked_at - LAG:
        calls.pass_on(call.pk, call.attempt, refused=False)
        wake()


def _take_in(board: Switchboard, line: Line, asked_at: datetime) -> None:
    """A caller who waits and whom we do not know yet, or took for lost before we asked."""
    known = Call.objects.filter(node=board.node, unique_id=line.unique_id).first()
    if known is not None:
        was_lost = known.ended_at is not None and known.ended_at < asked_at - LAG
        if was_lost and calls.find_again(known.pk):
            wake()
    elif line.caller is not None:
        board.act(line.caller)


def lose_all(node: Node) -> int:
    """The node is gone for good: all its callers are lost, and called back."""
    refs = list(Call.objects.filter(node=node).exclude(state=State.ENDED).values_list("pk", flat=True))
    return sum(calls.lose(ref) is not None for ref in refs)


def release_idle() -> int:
    """Nobody stays engaged whose call is over: whatever went wrong, people are free again."""
    busy = Call.objects.filter(state__in=[State.RINGING, State.TALKING], staff__isnull=False)
    asked = Passing.objects.filter(ended_at=None, to__isnull=False)
    idle = Presence.objects.filter(engaged_since__lt=now() - ENGAGED_AT_LEAST)
    idle = idle.exclude(staff__in=busy.values("staff")).exclude(staff__in=asked.values("to"))
    refs = list(idle.values_list("staff", flat=True))
    if refs:
        live.release(refs)
    return len(refs)
