"""After a pause of ours: who asked whom in a call, found again from the list of lines."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.telephony.hearing import Leg, Line
from barrymore.telephony.models import Call, Passing
from barrymore.telephony.talks import passing as passings
from barrymore.telephony.talks.keeping import open_talks
from barrymore.telephony.talks.passing import open_passing

if TYPE_CHECKING:
    from barrymore.telephony.talks.switching import Switching

# A list of lines is this much older than what was done meanwhile.
LAG = timedelta(seconds=2)
State, Kind, How = Call.State, Passing.Kind, Passing.State


def is_young(talks: "Switching", call: Call, asked_at: datetime) -> bool:
    """Whether the call was passed on so lately that a list of lines may not know; we still do."""
    if call.state == State.TALKING and call.pk not in talks.board.talking:
        return False
    return Passing.objects.filter(call=call, asked_at__gt=asked_at - LAG).exists()


def restore(talks: "Switching", call: Call, lines: Mapping[Leg, Line], caller: Line) -> bool:
    """After a pause of ours: who asks, who is asked, who of them has gone. False where nobody asks."""
    under_way = open_passing(call.pk)
    if under_way is None or under_way.kind != Kind.CONSULT or call.state != State.TALKING:
        return False
    main = next((leg for leg in lines if leg.attempt != under_way.attempt), None)
    asked = {leg for leg in lines if leg.attempt == under_way.attempt}
    bridges = {caller.bridge, lines[main].bridge if main else ""} - {""}
    lifted = next((leg for leg in asked if lines[leg].bridge in bridges or main is None), None)
    if main is not None:
        talks.board.talking[call.pk] = main
    if lifted is not None:
        talks.aside[call.pk] = lifted
    if main is None and lifted is None:
        talks.board.talking.pop(call.pk, None)
        passings.end_aside(call, under_way)
        talks.board.hold_on(call.pk)
    elif main is None and lifted is not None and under_way.state == How.JOINED:
        talks.board.talking[call.pk] = talks.aside.pop(call.pk)
        passings.stay_behind(call, under_way, _leg_of(call, under_way.by))
    elif main is None and under_way.state == How.TALKING:
        talks.board.talking.pop(call.pk, None)
        talks.complete(call, under_way)
    elif lifted is not None and main is not None:
        passings.speak_aside(call, under_way, str(main), str(lifted), now())
    elif asked:
        talks.board.hand.remember(asked)
    elif under_way.state == How.JOINED:
        talks.aside.pop(call.pk, None)
        passings.leave_room(call, under_way, _leg_of(call, under_way.to))
    else:
        talks.come_back(call, under_way)
    return True


def _leg_of(call: Call, staff: Staff | None) -> str:
    """The line on which a person speaks, as far as we know."""
    talk = open_talks(call, staff=staff).first()
    return talk.leg if talk else ""
