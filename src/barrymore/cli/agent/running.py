"""Keep every press first, then send what waits, in order, until it is acknowledged."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from barrymore import __version__
from barrymore.cli.agent import house
from barrymore.cli.agent.house import Later, Place, Revoked, TooLarge
from barrymore.cli.agent.plan import Plan, Wrong
from barrymore.cli.agent.signs import name_of
from barrymore.cli.agent.store import Store

MOST_AT_ONCE = 200
LONGEST_PAUSE = 60.0
HEARTBEAT_SECONDS = 600.0
LOOK_AGAIN_SECONDS = 2.0
Say = Callable[[str], None]


def now() -> str:
    """The moment as events tell it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Sender(threading.Thread):
    """Sends what waits; a press wakes it, a silent house slows it down."""

    def __init__(self, store: Store, folder: Path, place: Place, ca: str, say: Say) -> None:
        super().__init__(name="sender", daemon=True)
        self.store, self.folder, self.place, self.ca, self.say = store, folder, place, ca, say
        self.stop, self.woken = threading.Event(), threading.Event()
        self.tries, self.most = 0, MOST_AT_ONCE
        self.is_revoked = False
        self._beat_at = self._pause = 0.0
        self._said = ""

    def run(self) -> None:
        """Until told to stop."""
        while not self.stop.is_set():
            try:
                self._go_on()
            except (sqlite3.Error, OSError, ValueError) as error:
                # A full disk, as a rule. The thread lives on: what is kept is sent once that is mended.
                self._later(Later(f"{type(error).__name__}: {error}"))
                self.stop.wait(self._pause)

    def _go_on(self) -> None:
        self._beat()
        self.woken.clear()
        if self.is_revoked:
            self._look_for_a_key()
        elif self.send_all():
            self.woken.wait(max(self._beat_at - time.monotonic(), 0.1))
        elif not self.is_revoked:
            self.stop.wait(self._pause)

    def wake(self) -> None:
        """Something was kept."""
        self.woken.set()

    def end(self) -> None:
        """Stop after the batch that is on its way."""
        self.stop.set()
        self.woken.set()

    def _beat(self) -> None:
        if time.monotonic() < self._beat_at:
            return
        self.store.put_heartbeat(
            {"kind": "heartbeat", "at": now(), "firmware": f"button-agent {__version__}"}
        )
        self._beat_at = time.monotonic() + HEARTBEAT_SECONDS

    def send_all(self) -> bool:
        """Send until nothing waits; False where that did not work out."""
        while not self.stop.is_set():
            batch = self.store.first(self.most)
            if not batch:
                return True
            try:
                house.tell(self.place, batch, self.ca)
            except TooLarge:
                if self.most == 1:
                    # It would never be taken, and all the others stand behind it.
                    self.say(f"Given up, for the house calls it too large: {batch[0].event}")
                    self.store.remove(batch)
                self.most = max(1, len(batch) // 2)
                continue
            except Revoked:
                self._refused()
                return False
            except Later as why:
                self._later(why)
                return False
            # Taken away only now: killed between these lines it is sent again, and counts once.
            self.store.remove(batch)
            self._say_once("" if not self.tries else "The house answers again.")
            self.tries, self.most = 0, MOST_AT_ONCE
        return False

    def _later(self, why: Later) -> None:
        self.tries += 1
        grown = min(2.0 ** min(self.tries - 1, 8), LONGEST_PAUSE)
        self._pause = max(min(why.seconds, 300.0), grown * random.uniform(0.75, 1.25))  # noqa: S311
        self._say_once(f"Not sent: {why}. Presses are kept and sent later.")

    def _refused(self) -> None:
        self.is_revoked = True
        waiting = self.store.standing().waiting
        self._say_once(
            f"The house refuses the key of device {self.place.device}: it was revoked or replaced. Nothing "
            f"is sent any more; {waiting} wait here, and presses are still kept. Enrol again: "
            "barrymore button-agent --enrol <link>"
        )

    def _look_for_a_key(self) -> None:
        try:
            place = house.place_in(self.folder)
        except Wrong:
            place = None
        if place is not None and place != self.place:
            self.store.belongs_to(place.device)
            self.place, self.is_revoked, self._said = place, False, ""
            self.say(f"There is a new key, of device {place.device}; sending goes on.")
        else:
            self.stop.wait(LOOK_AGAIN_SECONDS)

    def _say_once(self, text: str) -> None:
        if text and text != self._said:
            self.say(text)
        self._said = text


def keep_all(plan: Plan, codes: Iterable[int], store: Store, sender: Sender, say: Say, echo: bool) -> None:
    """Keep each press that says something, and wake the sender; ends with the presses."""
    was_full = False
    for code in codes:
        event = plan.said.get(code)
        if event is None:
            continue
        number = store.put({**event, "at": now()})
        if number is None and not was_full:
            say("The store takes no more: presses are lost from now on, and the house is told how many.")
        was_full = number is None
        if echo:
            print(f"kept {number[0]} {number[1]} {name_of(code)}" if number else "lost", flush=True)
        sender.wake()
