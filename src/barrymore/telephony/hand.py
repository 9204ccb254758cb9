"""The hand at one node: rings telephones, silences them, hangs up, gives a caller music."""

import logging
from collections.abc import Iterable

from barrymore.telephony import calls
from barrymore.telephony.ami import Ami, Gone, Refused, Value
from barrymore.telephony.hearing import Leg
from barrymore.telephony.menus import rating
from barrymore.telephony.models import Call, Extension, Node

log = logging.getLogger(__name__)


class Hand:
    """Says actions, and remembers which telephones ring for a call."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.ami: Ami | None = None
        self._ringing: dict[int, set[Leg]] = {}

    def connect(self, ami: Ami) -> None:
        """Speak through this connection from now on."""
        self.ami = ami

    def remember(self, legs: Iterable[Leg]) -> None:
        """Telephones that were found ringing."""
        for leg in legs:
            self._ringing.setdefault(leg.call, set()).add(leg)

    def ring(self, call: Call, telephones: Iterable[Extension]) -> None:
        """Ring all telephones of the person; the first that is lifted takes the call."""
        legs = {Leg(call.pk, call.attempt, one.pk, call.unique_id): one.username for one in telephones}
        self._ringing[call.pk] = set(legs)
        for leg, username in legs.items():
            self._originate(call, leg, username)

    def _originate(self, call: Call, leg: Leg, username: str) -> None:
        number = call.number_id or 0
        self.say(
            "Originate",
            str(leg),
            Channel=f"PJSIP/{username}",
            ChannelId=str(leg),
            Context="barrymore-take",
            Exten="s",
            Priority="1",
            Timeout=str(calls.ring_seconds(call) * 1000),
            CallerID=f"<{call.caller or 'anonymous'}>",
            Async="true",
            Variable=[
                f"BM_CALL={call.pk}",
                f"BM_CALLER={call.channel}",
                f"BM_NUMBER={number}",
                "__TRANSFER_CONTEXT=barrymore-refer",
            ],
        )

    def silence(self, ref: int, but: Leg | None = None) -> None:
        """The telephones that still ring for a call fall silent."""
        for leg in self._ringing.pop(ref, set()) - {but}:
            self.hang_up(str(leg))

    def note_over(self, leg: Leg) -> bool:
        """One telephone rings no more; True where it was the last."""
        ringing = self._ringing.get(leg.call, set())
        ringing.discard(leg)
        if not ringing:
            self._ringing.pop(leg.call, None)
        return not ringing

    def play_music(self, call: Call) -> None:
        """The caller waits on."""
        self.say(
            "Redirect",
            Channel=call.channel,
            Context="barrymore-wait",
            Exten=f"q{call.number_id or 0}",
            Priority="music",
        )

    def ask_after(self, call: Call) -> None:
        """Let Asterisk ask the caller by itself once the person has hung up, where they are to be asked."""
        if what := rating.told(call):
            self.say("Setvar", Channel=call.channel, Variable="BM_ASK", Value=what)

    def hang_up(self, unique_id: str) -> None:
        """End a line. One that has gone already is no fault."""
        self.say("Hangup", Channel=unique_id)

    def name_of(self, unique_id: str) -> str:
        """Asterisk's name of a line; empty where it has gone. Waits for the answer: not where it is read."""
        try:
            rows = self.ami.ask("Status", Channel=unique_id).rows if self.ami is not None else []
        except (Gone, Refused):
            return ""
        return rows[0].get("Channel", "") if rows else ""

    def say(self, action: str, name: str = "", **headers: Value) -> None:
        """Say an action. While the connection is away nothing is said, and connecting finds what is amiss."""
        try:
            if self.ami is not None:
                self.ami.say(action, name, **headers)
        except Gone:
            log.info("%s could not be said to %s", action, self.node)
