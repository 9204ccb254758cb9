"""What a run's own manager connection sees: who met whom when, by Asterisk's clock; it also hangs up."""

import heapq
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from barrymore.telephony.ami import Ami, Gone, Message

PERSON = re.compile(r"PJSIP/(t[0-9]+)-")


@dataclass
class Watch:
    """One run. Moments are Asterisk's own, in seconds since 1970."""

    talk_seconds: tuple[float, float]
    holds: threading.Event = field(default_factory=threading.Event)  # while not set, nobody hangs up
    stagger_seconds: float = 0.0
    record_first: int = 0
    came: dict[str, float] = field(default_factory=dict)
    met: dict[str, float] = field(default_factory=dict)
    freed: dict[str, float] = field(default_factory=dict)
    gaps_ms: list[float] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    recorded: list[str] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    say: Callable[..., object] | None = None
    _bridges: dict[str, dict[str, str]] = field(default_factory=dict)
    _due: list[tuple[float, str]] = field(default_factory=list)
    _kept: list[str] = field(default_factory=list)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, message: Message) -> None:
        """Every event, in order."""
        at = float(message.get("Timestamp") or 0)
        match message.get("Event"):
            case "UserEvent" if message.get("UserEvent") in ("BarrymoreQueued", "BenchQueued"):
                self.came.setdefault(message["Uniqueid"], at)
                self.lag_ms.append((time.time() - at) * 1000)
            case "BridgeEnter":
                inside = self._bridges.setdefault(message["BridgeUniqueid"], {})
                inside[message["Uniqueid"]] = message["Channel"]
                if len(inside) == 2:
                    self._meet(inside, at)
            case "Hangup":
                if person := PERSON.match(message["Channel"]):
                    self.freed[person[1]] = at
                else:
                    self.gone.add(message["Uniqueid"])

    def _meet(self, inside: dict[str, str], at: float) -> None:
        caller, leg = "", ""
        for unique_id, channel in inside.items():
            if PERSON.match(channel):
                leg = channel
            else:
                caller = unique_id
        person = PERSON.match(leg)
        if not (caller and person):
            return
        self.met.setdefault(caller, at)
        freed = self.freed.pop(person[1], None)
        # Only who waited already when the person became free says how long the next took.
        if freed is not None and self.came.get(caller, at) < freed:
            self.gaps_ms.append((at - freed) * 1000)
        if len(self.recorded) < self.record_first:
            self._record(caller, inside[caller])
        with self._mutex:
            if self.holds.is_set():
                self._later(leg, 0)
            else:
                self._kept.append(leg)

    def _record(self, caller: str, channel: str) -> None:
        name = f"load-{caller}"
        self.recorded.append(caller)
        if self.say:
            options = f"Sr({name}-rx.wav)t({name}-tx.wav)"
            self.say("MixMonitor", Channel=channel, File=f"{name}.wav", Options=options)

    def _later(self, leg: str, more: float) -> None:
        seconds = random.uniform(*self.talk_seconds) + more
        heapq.heappush(self._due, (time.monotonic() + seconds, leg))

    def over(self) -> int:
        """How many callers have met a person or gone."""
        return len(self.met.keys() | self.gone)

    def drain(self) -> None:
        """From now on everybody hangs up after their talk; who talks already, spread over the stagger."""
        with self._mutex:
            for number, leg in enumerate(self._kept):
                self._later(
                    leg, self.stagger_seconds * number / max(len(self._kept), 1) - self.talk_seconds[0]
                )
            self._kept.clear()
            self.holds.set()

    def hang_up(self, over: threading.Event) -> None:
        """Hang up whoever has talked enough, until it is over."""
        while not over.wait(0.005):
            with self._mutex:
                due = []
                while self._due and self._due[0][0] <= time.monotonic():
                    due.append(heapq.heappop(self._due)[1])
            for leg in due:
                try:
                    if self.say:
                        self.say("Hangup", Channel=leg, Cause="16")
                except Gone:
                    return


def connected(watch: Watch, host: str, port: int, user: str, secret: str) -> Ami:
    """A manager connection of the run's own."""
    ami = Ami(host, port, watch.hear)
    ami.sign_in(user, secret)
    watch.say = ami.say
    return ami
