"""The lock of var/: one writer at a time."""

import fcntl
import sys
from pathlib import Path
from typing import IO


class AlreadyRunning(SystemExit):
    """Another process writes to this var/ folder."""


def alone(var: Path) -> IO[str]:
    """Hold the lock of var/: SQLite has one writing process, a second one would starve silently."""
    file = (var / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(
            f"Another barrymore already serves from {var}.\n"
            "Stop it first, or give this one a folder of its own with BARRYMORE_VAR,\n"
            "or use PostgreSQL (BARRYMORE_DATABASE), which takes any number of processes.",
            file=sys.stderr,
        )
        raise AlreadyRunning(3) from None
    return file
