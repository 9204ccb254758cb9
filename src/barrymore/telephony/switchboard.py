"""One node, connected: hears what happens, keeps it, and rings and hangs up."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from barrymore.journal.moment import now
from barrymore.routing import live
from barrymore.routing.waking import wake
from barrymore.telephony import allocation, calls
from barrymore.telephony.ami import Message
from barrymore.telephony.devices import note_telephone, note_telephones, telephones_of
from barrymore.telephony.hand import Hand
from barrymore.telephony.hearing import Caller, CallerOver, Ear, Heard, Leg, LegOver, Met, Referred, Telephone
from barrymore.telephony.lanes import Lanes
from barrymore.telephony.menus import rating
from barrymore.telephony.menus.chosen import Rated, VoiceMessage, Wish
from barrymore.telephony.menus.collecting import take_in
from barrymore.telephony.models import Call, Node
from barrymore.telephony.talks import listening, tapes
from barrymore.telephony.talks.obeying import referred
from barrymore.telephony.talks.switching import Switching

REFUSED = {"17", "21"}  # busy, or refused by hand
UNSURE_SECONDS = 0.5


class Switchboard:
    """What is done at one node. The rows are the truth; this remembers only which telephones ring."""

    def __init__(self, node: Node, lanes: Lanes) -> None:
        self.node, self._lanes = node, lanes
        self._ear = Ear()
        self.talking: dict[int, Leg] = {}
        self.hand = Hand(node)
        self.talks = Switching(self)

    def hear(self, message: Message) -> None:
        """What the connection hears: into the lane of its call, nothing more."""
        if spy := listening.spy_of(message):
            self.later(f"spy {spy.ref}", "listening", partial(listening.note, self, spy))
            return
        heard = self._ear.hear(message)
        if isinstance(heard, LegOver) and not heard.is_sure:
            threading.Timer(UNSURE_SECONDS, self._keep, [heard]).start()
        elif heard is not None:
            self._keep(heard)

    def _keep(self, heard: Heard) -> None:
        self.later(_key(heard), type(heard).__name__, lambda: self.act(heard))

    def later(self, key: str, what: str, call: Callable[[], object]) -> None:
        """Do it in the lane of a call, which its unique id names."""
        self._lanes.put(key, what, call)

    def act(self, heard: Heard) -> None:
        """Keep what was heard, and do what follows from it."""
        match heard:
            case Caller():
                if call := calls.arrive(self.node, heard):
                    self.ring_soon(allocation.for_call(call))
            case CallerOver():
                if call := Call.objects.filter(node=self.node, unique_id=heard.unique_id).first():
                    self._end(call.pk, heard.at, by_us=heard.is_ours)
                    if call.asks_id:
                        rating.settle(call.pk)
            case Met(leg, at):
                if not self.talks.met(heard):
                    self.answered(leg, at)
            case LegOver():
                if not self.talks.leg_over(heard):
                    self._leg_over(heard)
            case Referred():
                referred(self.talks, heard)
            case Wish() | VoiceMessage():
                if call := take_in(self.node, heard, self.hand.ami):
                    # The caller still hears that it was noted.
                    self.hand.silence(call.pk)
            case Rated():
                # The talk was over as the question began, however late we hear of it.
                if call := Call.objects.filter(node=self.node, unique_id=heard.unique_id).first():
                    self._end(call.pk, heard.at)
                if heard.is_final:
                    rating.take_in(self.node, heard, self.hand.ami)
            case Telephone():
                if note_telephone(self.node, heard.username, is_there=heard.is_there):
                    wake()

    def remember(self, legs: set[Leg], talking: Leg | None) -> None:
        """What was found on connecting: which telephones ring for a call, and which one speaks."""
        self.hand.remember(legs)
        if talking:
            self.talking[talking.call] = talking

    def contacts(self, places: dict[str, set[str]]) -> None:
        """Which telephones are there, and where."""
        self._ear.contacts = places
        note_telephones(self.node, set(places))

    def ring_soon(self, call: Call | None) -> None:
        """Ring the person for whom a call is reserved, if any; at another node its own process does."""
        if call and call.node_id == self.node.pk:
            self.later(call.unique_id, "ring", lambda: self._ring(call.pk, call.attempt))

    def _ring(self, ref: int, attempt: int) -> None:
        call = calls.call_of(ref)
        if call.state != Call.State.RINGING or call.attempt != attempt or call.rang_at or not call.staff:
            return
        Call.objects.filter(pk=ref, attempt=attempt).update(rang_at=now())
        telephones = telephones_of(call.staff, self.node)
        if telephones:
            self.hand.ring(call, telephones)
        else:
            self._not_taken(ref, attempt, refused=False)

    def answered(self, leg: Leg, at: datetime | None = None) -> None:
        """One telephone was lifted: the call is theirs, the other telephones fall silent."""
        self.talking[leg.call] = leg
        call = calls.answer(leg, at)
        self.hand.silence(leg.call, but=leg)
        if call:
            self.hand.ask_after(call)
            self.talks.begun(call)

    def _leg_over(self, over: LegOver) -> None:
        leg = over.leg
        if self.talking.get(leg.call) == leg:
            del self.talking[leg.call]
            if over.is_cut:
                self.hold_on(leg.call)
            else:
                # Whoever waits hears the person before we have written down what is over.
                self.ring_soon(_next_for_person_of(leg.call))
                self._end(leg.call, over.at, is_freed=True)
            return
        if self.hand.note_over(leg):
            self._not_taken(leg.call, leg.attempt, refused=over.cause in REFUSED)

    def _not_taken(self, ref: int, attempt: int, *, refused: bool) -> None:
        before = Call.objects.filter(pk=ref, attempt=attempt).values_list("staff", flat=True).first()
        if self.talks.not_taken(ref, attempt):
            return
        if call := calls.pass_on(ref, attempt, refused=refused):
            self.ring_soon(allocation.for_call(call))
            self.ring_soon(allocation.for_person(before) if before else None)

    def hold_on(self, ref: int) -> None:
        """The person's line was cut: the caller hears music again and is next."""
        if call := calls.hold_on(ref):
            tapes.stop(self.hand, call)
            self.hand.play_music(call)
            self.ring_soon(allocation.for_call(call))

    def _end(self, ref: int, at: datetime | None, *, by_us: bool = False, is_freed: bool = False) -> None:
        staff_ref = Call.objects.filter(pk=ref).values_list("staff", flat=True).first()
        if call := calls.lose(ref) if by_us else calls.end(ref, at):
            self.forget(call)
            self.ring_soon(allocation.for_person(staff_ref) if staff_ref and not is_freed else None)

    def forget(self, call: Call) -> None:
        """Hang up whatever is left of a call that is over. What has gone already is no fault."""
        self.hand.silence(call.pk)
        self.talks.forget(call)
        if leg := self.talking.pop(call.pk, None):
            self.hand.hang_up(str(leg))
        if not rating.is_asked(call):
            self.hand.hang_up(call.unique_id)


def _key(heard: Heard) -> str:
    match heard:
        case Met(leg=leg) | LegOver(leg=leg) | Referred(leg=leg):
            return leg.caller
        case Telephone():
            return f"telephone {heard.username}"
    return heard.unique_id


def _next_for_person_of(ref: int) -> Call | None:
    """Who speaks in a call is free: their next caller, reserved."""
    staff_ref = Call.objects.filter(pk=ref, state=Call.State.TALKING).values_list("staff", flat=True).first()
    if not staff_ref:
        return None
    live.release([staff_ref])
    return allocation.for_person(staff_ref)
