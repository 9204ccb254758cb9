"""A backup taken while mails, contacts and answers pour in: what it restores to goes on without a loss."""

import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.houses import barrymore, told
from tests.kills.checker import _answers, _conservation, _contacts, check, rows
from tests.kills.house import House
from tests.kills.load import History, Load
from tests.kills.run import _wait_for_quiet
from tests.mailserver.dovecot import running
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port

pytestmark = [pytest.mark.mailserver, pytest.mark.xdist_group("kills")]


class Before(History):
    """The history as it stood when the backup began: what was acknowledged later was only begun."""

    def __init__(self, whole: History, until: float) -> None:
        self.lock = whole.lock
        self.operations = {
            key: op if op["at"] < until or op["kind"] == "mail" else {**op, "result": "begun"}
            for key, op in whole.operations.items()
        }


@dataclass
class Disaster:
    """The house that was lost, the one restored from its backup, and what the load had been told."""

    house: House
    letterbox: Letterbox
    history: History
    before: Before
    backup: dict[str, Any]
    resent: int = 0

    @property
    def unsent(self) -> int:
        """Mails that the backup holds as still to be sent; one sent since leaves once more, same id."""
        return int(
            rows(self.house.database, "SELECT COUNT(*) FROM delivery_outboxrow WHERE state = 'waiting'")[0][0]
        )  # type: ignore[call-overload]


def strike(folder: Path, each: int, more_seconds: float) -> Iterator[Disaster]:
    """Serve, load, back up in the middle, lose the machine, restore to another one, serve that."""
    letterbox = Letterbox()
    with running() as dovecot:
        controller = started(letterbox, free_port())
        house = House(folder / "lost", letterbox.port, dovecot.port)
        second = House(folder / "restored", letterbox.port, dovecot.port)
        try:
            house.var.mkdir()
            house.set_up()
            house.start()
            history = History(folder / "history.jsonl")
            load = Load(house, dovecot, history)
            load.start()
            _wait_until_acknowledged(history, each)
            began = time.time()
            done = barrymore(house.var, "backup", "--to", folder, "--json")
            assert done.returncode == 0, done.stderr
            time.sleep(more_seconds)
            house.kill()
            load.stop.set()
            for thread in load.threads:
                thread.join(timeout=60)
            restored = barrymore(second.var, "restore", told(done)["archive"], "--json")
            assert (restored.returncode, told(restored)["findings"]) == (0, [])
            second.port, second.token = house.port, house.token
            disaster = Disaster(second, letterbox, history, Before(history, began), told(done))
            disaster.resent = disaster.unsent
            second.start()
            yield disaster
        finally:
            for one in (house, second):
                if one.process and one.process.poll() is None:
                    one.process.send_signal(signal.SIGTERM)
                    one.process.wait(timeout=60)
            controller.stop()


def _wait_until_acknowledged(history: History, each: int) -> None:
    """Until there is something to lose, of each kind."""
    until = time.monotonic() + 180
    while min(len(history.of(kind, "ok")) for kind in ("mail", "contact", "answer")) < each:
        assert time.monotonic() < until, "the load does not come in"
        time.sleep(0.05)


def _settle(disaster: Disaster, patience: float) -> None:
    """Until every mail in the mail server has become a contact again and the outbox is empty."""
    until, database = time.monotonic() + patience, disaster.house.database
    mails = len(disaster.history.of("mail", "ok"))
    while time.monotonic() < until:
        done = rows(database, "SELECT COUNT(*) FROM channels_rawmail WHERE state != 'stored'")[0][0]
        owed = rows(database, "SELECT COUNT(*) FROM delivery_outboxrow WHERE kind='mail' AND state='waiting'")
        if done == mails and owed[0][0] == 0:
            return
        time.sleep(0.2)


def test_a_backup_under_load_restores_to_a_house_that_goes_on(tmp_path: Path) -> None:
    for disaster in strike(tmp_path, 5, 1.5):
        _settle(disaster, 25)
        disaster.house.stop()
        found = _contacts(disaster.house.database, disaster.before)
        # Answers that left between backup and loss leave again under the same id.
        repeats = disaster.resent + len(disaster.history.of("answer"))
        found += _answers(disaster.house.database, disaster.before, disaster.letterbox.mails, repeats)
        assert found + _conservation(disaster.house.database) == []
        acknowledged = {kind: len(disaster.before.of(kind, "ok")) for kind in ("mail", "contact", "answer")}
        print(f"\nacknowledged before the backup began: {acknowledged}; {disaster.backup}")
        assert min(acknowledged.values()) >= 5
        # By REST and not yet when the backup began: gone with the machine, and the load knows which.
        later = len(disaster.history.of("contact", "ok")) - acknowledged["contact"]
        assert later > 0


@pytest.mark.long
def test_every_invariant_holds_in_the_restored_house() -> None:
    with tempfile.TemporaryDirectory(prefix="backup.") as folder:
        for disaster in strike(Path(folder), 60, 10.0):
            _wait_for_quiet(disaster.house, disaster.history, 150)
            disaster.house.stop()
            repeats = disaster.resent + len(disaster.history.of("answer"))
            assert check(disaster.house.database, disaster.before, disaster.letterbox.mails, repeats) == []
