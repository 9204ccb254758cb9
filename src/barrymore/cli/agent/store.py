"""What an agent keeps until the house has it: in order, under numbers used once, through a power cut."""

import fcntl
import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from barrymore.cli.agent.plan import Wrong

MOST_EVENTS = 100_000
MOST_LOST_TOLD = 100_000
SHAPE = """
create table if not exists meter (id integer primary key check (id = 1), device integer not null,
    boot text not null, next integer not null, lost integer not null, acknowledged real);
create table if not exists events (id integer primary key autoincrement, boot text not null,
    seq integer not null, body text not null, unique (boot, seq));
"""


@dataclass(frozen=True)
class Kept:
    """One event that waits."""

    id: int
    boot: str
    event: Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How the store stands."""

    waiting: int
    lost: int
    acknowledged: float | None
    boot: str
    next: int


def lock(folder: Path) -> IO[str]:
    """Hold the folder for this one process. Raises Wrong."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise Wrong(f"{folder} cannot be written: {error.strerror}. Name another with --store.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Wrong(
            f"Another button-agent keeps its presses in {folder}. Stop it, or name another --store."
        ) from None
    return file


class Store:
    """The durable line of events. Every change is on the disk before the call returns."""

    def __init__(self, folder: Path, *, say: Callable[[str], None], most: int = MOST_EVENTS) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._unwritten = 0  # lost while not even that could be written
        path = folder / "presses.sqlite3"
        try:
            self._db = self._opened(path)
        except sqlite3.DatabaseError:
            aside = path.with_name(f"presses.damaged-{int(time.time())}.sqlite3")
            os.replace(path, aside)
            for more in ("-wal", "-shm"):
                path.with_name(path.name + more).unlink(missing_ok=True)
            say(f"The store was damaged; it lies in {aside}, and a new one has begun.")
            self._db = self._opened(path)

    def _opened(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        try:
            os.chmod(path, 0o600)
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = full")
            db.executescript(SHAPE)
            db.execute("insert or ignore into meter values (1, 0, ?, 1, 0, null)", [_fresh_boot()])
            db.execute("select count(*), max(seq) from events").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def belongs_to(self, device: int) -> None:
        """What waits goes with the device that this has become, under numbers of its own."""
        with self._lock, self._db:
            self._db.execute("begin immediate")
            if self._db.execute("select device from meter").fetchone()[0] == device:
                return
            boot = _fresh_boot()
            waiting = self._db.execute("select id from events order by id").fetchall()
            renumbered = [(boot, at, ref) for at, (ref,) in enumerate(waiting, 1)]
            self._db.executemany("update events set boot = ?, seq = ? where id = ?", renumbered)
            self._db.execute(
                "update meter set device = ?, boot = ?, next = ?", [device, boot, len(waiting) + 1]
            )

    def put(self, event: Mapping[str, Any]) -> tuple[str, int] | None:
        """Keep an event; its run and number, or None where it could not be kept and is counted as lost."""
        with self._lock:
            try:
                return self._kept(event)
            except sqlite3.Error:
                self._unwritten += 1
                return None

    def _kept(self, event: Mapping[str, Any]) -> tuple[str, int] | None:
        with self._db:
            self._db.execute("begin immediate")
            if self._db.execute("select count(*) from events").fetchone()[0] >= self.most:
                self._db.execute("update meter set lost = lost + 1")
                return None
            return self._numbered(event)

    def _numbered(self, event: Mapping[str, Any]) -> tuple[str, int]:
        boot, seq = self._db.execute("select boot, next from meter").fetchone()
        row = [boot, seq, json.dumps(event, separators=(",", ":"))]
        self._db.execute("insert into events (boot, seq, body) values (?, ?, ?)", row)
        self._db.execute("update meter set next = next + 1")
        return boot, seq

    def put_heartbeat(self, event: Mapping[str, Any]) -> None:
        """A sign of life, unless presses wait that are one; what was lost is told with it, once."""
        with self._lock:
            try:
                with self._db:
                    self._db.execute("begin immediate")
                    waiting, lost = self._db.execute(
                        "select (select count(*) from events), lost from meter"
                    ).fetchone()
                    told = min(lost + self._unwritten, MOST_LOST_TOLD)
                    if waiting and not told:
                        return
                    self._numbered({**event, "lost": told} if told else event)
                    self._db.execute("update meter set lost = ?", [lost + self._unwritten - told])
                self._unwritten = 0
            except sqlite3.Error:
                return

    def first(self, most: int) -> list[Kept]:
        """The oldest, in their order, all of one run."""
        with self._lock:
            rows = self._db.execute(
                "select id, boot, seq, body from events order by id limit ?", [most]
            ).fetchall()
        return [
            Kept(ref, boot, {**json.loads(body), "seq": seq})
            for ref, boot, seq, body in rows
            if boot == rows[0][1]
        ]

    def remove(self, acknowledged: Sequence[Kept]) -> None:
        """The house has these."""
        with self._lock, self._db:
            self._db.execute("begin immediate")
            self._db.executemany("delete from events where id = ?", [(one.id,) for one in acknowledged])
            self._db.execute("update meter set acknowledged = ?", [time.time()])

    def standing(self) -> Standing:
        """How much waits, how much was lost, when the house was last heard."""
        with self._lock:
            row = self._db.execute(
                "select (select count(*) from events), lost, acknowledged, boot, next from meter"
            ).fetchone()
        return Standing(row[0], row[1] + self._unwritten, *row[2:])


def _fresh_boot() -> str:
    return secrets.token_hex(12)
