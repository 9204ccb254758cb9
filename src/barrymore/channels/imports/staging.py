"""A scratch index on disk beside the upload, so that records may come in any order and memory stays flat."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE thread (number INTEGER PRIMARY KEY, ref TEXT UNIQUE NOT NULL, row TEXT,
  body TEXT NOT NULL);
CREATE TABLE person (ref TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE said (parent TEXT, ref TEXT, row TEXT, body TEXT, PRIMARY KEY (parent, ref)) WITHOUT ROWID;
CREATE TABLE address (kind TEXT, value TEXT, PRIMARY KEY (kind, value)) WITHOUT ROWID;
CREATE TABLE mail (number INTEGER PRIMARY KEY, file TEXT, start INTEGER, size INTEGER, root TEXT,
  thread INTEGER, at REAL, subject TEXT, who TEXT, is_answer INTEGER, row TEXT);
CREATE INDEX mail_thread ON mail (thread);
CREATE TABLE mail_id (id TEXT PRIMARY KEY, thread INTEGER) WITHOUT ROWID;
CREATE INDEX mail_id_thread ON mail_id (thread);
"""


class Stage:
    """What was found in the files, to be asked in the order that we need. It can always be made again."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        if fresh:
            path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # Nothing here must survive a crash: the check begins anew.
        self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        if fresh:
            self.connection.executescript(TABLES)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def add_thread(self, ref: str, row: str, record: Any) -> bool:
        """Keep a conversation; False when there is one of that id already."""
        return self._put(
            "INSERT OR IGNORE INTO thread (ref, row, body) VALUES (?, ?, ?)", ref, row, _body(record)
        )

    def add_person(self, ref: str, record: Any) -> bool:
        """Keep what is told of a person; the first word counts."""
        return self._put("INSERT OR IGNORE INTO person VALUES (?, ?)", ref, _body(record))

    def add_said(self, parent: str, ref: str, row: str, record: Any) -> bool:
        """Keep a message of the conversation `parent`; False for a repeat."""
        return self._put("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?)", parent, ref, row, _body(record))

    def add_address(self, kind: str, value: str) -> bool:
        """Note an address; False when it was noted before."""
        return self._put("INSERT OR IGNORE INTO address VALUES (?, ?)", kind, value)

    def _put(self, statement: str, *values: Any) -> bool:
        return self.connection.execute(statement, values).rowcount > 0

    def person(self, ref: str) -> dict[str, Any]:
        """What is told of a person, empty for a stranger."""
        found = self.connection.execute("SELECT body FROM person WHERE ref = ?", (ref,)).fetchone()
        record = json.loads(found[0]) if found else {}
        return record if isinstance(record, dict) else {}

    def said_in(self, parent: str, most: int) -> list[Any]:
        """The messages of a conversation that came apart from it."""
        rows = self.connection.execute("SELECT body FROM said WHERE parent = ? LIMIT ?", (parent, most))
        return [json.loads(body) for (body,) in rows]

    def orphans(self) -> int:
        """Messages whose conversation is not there."""
        found = self.connection.execute(
            "SELECT COUNT(*) FROM said WHERE parent NOT IN (SELECT ref FROM thread)"
        )
        return int(found.fetchone()[0])

    def threads(self, after: int = 0) -> Iterator[tuple[int, str, str, Any]]:
        """Number, id, row and record of each conversation behind a number, in order."""
        while True:
            found = self.connection.execute(
                "SELECT number, ref, row, body FROM thread WHERE number > ? ORDER BY number LIMIT 1", (after,)
            ).fetchone()
            if found is None:
                return
            after, ref, row, body = found
            yield after, ref, row, json.loads(body)

    def count(self) -> int:
        """How many conversations there are."""
        return int(self.connection.execute("SELECT COUNT(*) FROM thread").fetchone()[0])

    def run(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Any other statement; for the threading of mails."""
        return self.connection.execute(statement, tuple(values))


def _body(record: Any) -> str:
    try:
        return json.dumps(record)
    except RecursionError:
        return "null"  # nested deeper than any export is; its row is told as unreadable
