"""What is said to Asterisk while people talk: the caller set aside, somebody asked, all three together."""

import logging
from typing import TYPE_CHECKING

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.waking import wake
from barrymore.telephony import allocation, calls
from barrymore.telephony.hearing import Leg, LegOver, Met, leg_of
from barrymore.telephony.models import Call
from barrymore.telephony.talks import passing as passings
from barrymore.telephony.talks import tapes
from barrymore.telephony.talks.keeping import WITH_CUSTOMER, begin_talk, open_talks
from barrymore.telephony.talks.models import Passing
from barrymore.telephony.talks.passing import CannotPass, open_passing

if TYPE_CHECKING:
    from barrymore.telephony.switchboard import Switchboard

log = logging.getLogger(__name__)
State, Kind, How = Call.State, Passing.Kind, Passing.State


class Switching:
    """For one switchboard; every method runs in the lane of its call."""

    def __init__(self, board: "Switchboard") -> None:
        self.board = board
        self.aside: dict[int, Leg] = {}  # who was asked and has lifted

    def met(self, heard: Met) -> bool:
        """Whether this was ours: somebody asked has lifted, or person and caller are together again."""
        call = Call.objects.filter(pk=heard.leg.call).select_related("staff").first()
        if call is None or call.state != State.TALKING:
            return False
        main, under_way = self.board.talking.get(call.pk), open_passing(call.pk)
        if under_way is not None and under_way.kind == Kind.CONSULT and under_way.state == How.OPEN:
            legs = [leg for one in heard.inside if (leg := leg_of(one))]
            asked = next((leg for leg in legs if leg.attempt == under_way.attempt), None)
            if asked is not None and main is not None:
                self.aside[call.pk] = asked
                self.board.hand.silence(call.pk, but=asked)
                passings.speak_aside(call, under_way, str(main), str(asked), heard.at or now())
            return True
        if main is not None and call.unique_id in heard.inside:
            self._together_again(calls.call_of(call.pk), main)
            return True
        # Of a talk that we know such news is old.
        return under_way is not None or main is not None

    def _together_again(self, call: Call, main: Leg) -> None:
        if open_talks(call, kind__in=WITH_CUSTOMER).exists():
            return
        talk = begin_talk(call, call.staff, str(main), now())
        tapes.start(self.board.hand, call, talk)

    def begun(self, call: Call) -> None:
        """A person has lifted and has the caller."""
        passings.close(call.pk, How.DONE)
        if talk := open_talks(call).first():
            tapes.start(self.board.hand, call, talk)

    def leg_over(self, over: LegOver) -> bool:
        """Whether the end of this line was ours to deal with: of a consultation or a room of three."""
        under_way = open_passing(over.leg.call)
        if under_way is None or under_way.kind != Kind.CONSULT:
            return False
        call = calls.call_of(over.leg.call)
        if self.board.talking.get(call.pk) == over.leg:
            return self._giver_left(call, under_way, over)
        if over.leg.attempt != under_way.attempt:
            return False
        last = self.board.hand.note_over(over.leg)
        if under_way.state == How.JOINED:
            self.aside.pop(call.pk, None)
            passings.leave_room(call, under_way, str(over.leg))
        elif self.aside.get(call.pk) == over.leg or (under_way.state == How.OPEN and last):
            self.come_back(call, under_way)
        self.ring_next(under_way.to)
        return True

    def _giver_left(self, call: Call, under_way: Passing, over: LegOver) -> bool:
        asked = self.aside.get(call.pk)
        if under_way.state == How.JOINED and asked is not None:
            self.board.talking[call.pk] = self.aside.pop(call.pk)
            passings.stay_behind(call, under_way, str(over.leg))
        elif over.is_cut or under_way.by is None:
            self.drop_asked(call)
            passings.end_aside(call, under_way)
            return False
        elif asked is not None:
            self.complete(call, under_way)
        else:
            # Hanging up while it still rings passes the caller on without a word.
            self.drop_asked(call)
            passings.end_aside(call, under_way)
            self.board.talking.pop(call.pk, None)
            try:
                passings.to_person(call, under_way.by, under_way.to, under_way.number)
            except CannotPass:
                self.board.hold_on(call.pk)
                return True
            self.ring(call)
        self.ring_next(under_way.by)
        return True

    def complete(self, call: Call, under_way: Passing) -> None:
        """The one who was asked has the caller, the giver is out."""
        asked, giver = self.aside[call.pk], self.board.talking.get(call.pk)
        passings.hand_over(call, under_way)
        self.board.talking[call.pk] = self.aside.pop(call.pk)
        self.redirect(str(asked), "barrymore-again", "s")
        if giver is not None:
            self.board.hand.hang_up(str(giver))

    def come_back(self, call: Call, under_way: Passing) -> None:
        """Person and caller are together again; whoever was asked is out."""
        self.drop_asked(call)
        passings.end_aside(call, under_way)
        if main := self.board.talking.get(call.pk):
            self.redirect(str(main), "barrymore-again", "s")

    def drop_asked(self, call: Call) -> None:
        """Hang up at whoever is asked."""
        self.board.hand.silence(call.pk)
        if asked := self.aside.pop(call.pk, None):
            self.board.hand.hang_up(str(asked))

    def redirect(self, line: str, context: str, place: str, **more: str) -> None:
        """Send a line to another place of the dialplan."""
        self.board.hand.say("Redirect", Channel=line, Context=context, Exten=place, Priority="1", **more)

    def forget(self, call: Call) -> None:
        """Hang up whoever was asked into a call that is over."""
        if asked := self.aside.pop(call.pk, None):
            self.board.hand.hang_up(str(asked))

    def not_taken(self, ref: int, attempt: int) -> bool:
        """Whether a caller who was passed on goes back to the giver, or aside again."""
        if not passings.not_taken(ref, attempt):
            return False
        self.ring(calls.call_of(ref))
        wake()
        return True

    def ring(self, call: Call) -> None:
        """Ring whoever the caller was passed to."""
        found = calls.call_of(call.pk)
        if found.state == State.RINGING:
            self.board.ring_soon(found)

    def ring_next(self, staff: Staff | None) -> None:
        """Whoever is free again gets the next caller."""
        self.board.ring_soon(allocation.for_person(staff.pk) if staff else None)

    def let_go(self, call: Call) -> None:
        """The caller hears music, and the line to whoever had them ends by itself."""
        self.drop_asked(call)
        giver = self.board.talking.pop(call.pk, None)
        tapes.stop(self.board.hand, call)
        self.board.hand.play_music(call)
        if giver is not None:
            self.board.hand.hang_up(str(giver))
