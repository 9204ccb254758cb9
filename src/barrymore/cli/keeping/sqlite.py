"""A consistent copy of an SQLite file that is being written to."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from barrymore.cli.keeping.contents import Contents, contents_of
from barrymore.cli.keeping.ways import Refused

PAGES_AT_ONCE = 4096


def snapshot(source: Path, target: Path, progress: Callable[[int, int], None]) -> Contents:
    """Copy the database as it stands at one moment, and count what the copy holds."""
    if not source.exists():
        raise Refused(f"There is no database at {source}: nothing to back up.")
    with (
        closing(
            sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=20, isolation_level=None)
        ) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        # With a read transaction open, every step copies the same moment; without one, each commit of
        # the server would start the copy again from its first page.
        live.execute("BEGIN")
        live.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, whole: progress(whole - left, whole))
        live.execute("ROLLBACK")
        # One file, with nothing in a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        state = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if state != "ok":
            raise Refused(
                f"{source} is damaged, so it was not backed up: {state}. Keep your last good backup."
            )
        return contents_of(copy.cursor(), "sqlite")
