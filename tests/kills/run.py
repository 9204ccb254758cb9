"""One run: load, kills at random moments most of which are aimed, quiet, check."""

import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills.checker import check, rows, stage
from tests.kills.house import House
from tests.kills.load import History, Load
from tests.mailserver.dovecot import running
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port

AIMED_AT_MAILS = 0.4
AIMED_AT_REQUESTS = 0.35
QUIET_SECONDS = 100.0


@dataclass
class Outcome:
    """What a run has shown."""

    kills: int
    violations: list[str]
    stages: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, int] = field(default_factory=dict)
    slowest_start: float = 0.0

    def histogram(self) -> str:
        """The kills by stage, for the report."""
        return ", ".join(f"{name}: {n}" for name, n in self.stages.most_common())


def run(kills: int, *, seed: int, fault: str = "", quiet: float = QUIET_SECONDS) -> Outcome:
    """Kill the product `kills` times; the violations must be an empty list, unless a bug is seeded."""
    chance = random.Random(seed)
    outcome = Outcome(kills, [])
    letterbox = Letterbox()
    with tempfile.TemporaryDirectory(prefix="kills.") as folder, running() as dovecot:
        controller = started(letterbox, free_port())
        house = House(Path(folder), letterbox.port, dovecot.port, fault)
        try:
            house.set_up()
            house.start()
            history = History(Path(folder) / "history.jsonl")
            load = Load(house, dovecot, history)
            load.start()
            for _ in range(kills):
                _aim(chance, letterbox, load)
                house.kill()
                appended = len(history.of("mail", "ok"))
                outcome.stages[stage(house.database, letterbox.mails, appended, load.in_flight)] += 1
                house.start()
                outcome.slowest_start = max(outcome.slowest_start, house.started_in)
            _wait_for_matter(house, history)
            load.finish()
            _wait_for_quiet(house, history, quiet)
            house.stop()
            outcome.violations = check(house.database, history, letterbox.mails, kills)
            outcome.acknowledged = {
                kind: len(history.of(kind, "ok")) for kind in ("mail", "contact", "chat", "answer")
            }
        finally:
            house.stop()
            controller.stop()
    return outcome


def _aim(chance: random.Random, letterbox: Letterbox, load: Load) -> None:
    """Some kills come right after a mail was taken, some inside a request, the others whenever."""
    time.sleep(chance.uniform(0.3, 2.5))
    aim = chance.random()
    if aim > AIMED_AT_MAILS + AIMED_AT_REQUESTS:
        return
    before, until = len(letterbox.mails), time.monotonic() + 4
    if aim < AIMED_AT_MAILS:
        while len(letterbox.mails) == before and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.05) ** 2 * 10)
    else:
        while not load.in_flight and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.025))


def _wait_for_matter(house: House, history: History, patience: float = 60.0) -> None:
    """Until something of each kind has happened: a short run on a busy machine would prove nothing."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        offered = rows(house.database, "select 1 from routing_offer limit 1")
        if offered and all(history.of(kind, "ok") for kind in ("mail", "contact", "chat", "answer")):
            return
        time.sleep(0.5)


def _wait_for_quiet(house: House, history: History, patience: float) -> None:
    """Until every mail has become a contact, the outbox is empty and every first promise has fired."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        mails = rows(house.database, "select count(*) from channels_rawmail where state != 'stored'")[0][0]
        owed = rows(
            house.database, "select count(*) from delivery_outboxrow where kind='mail' and state='waiting'"
        )
        # The clocks of the last arrivals too: a run in which none has fired proves nothing about them.
        due = rows(
            house.database,
            "select count(*) from sla_clock where state='running' and kind='first_response' "
            "and breached_at is null",
        )
        if mails == len(history.of("mail", "ok")) and owed[0][0] == 0 and due[0][0] == 0:
            return
        time.sleep(0.5)
