"""Which database, and how it is spoken to."""

from pathlib import Path
from typing import Any

import dj_database_url

# Prepared on the server, a statement is planned once and not at every request.
POSTGRESQL = {"pool": {"min_size": 2, "max_size": 16}, "server_side_binding": True, "prepare_threshold": 3}
SQLITE = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-65536;"
)


def database_of(address: str, var: Path) -> dict[str, Any]:
    """The PostgreSQL at an address, or without one the SQLite file in `var`."""
    if not address:
        return _sqlite(var)
    engine: dict[str, Any] = dict(dj_database_url.parse(address))
    engine["OPTIONS"] = {**engine.get("OPTIONS", {}), **POSTGRESQL}
    return engine


def _sqlite(var: Path) -> dict[str, Any]:
    return {
        "ENGINE": "barrymore.config.sqlite",
        "NAME": var / "barrymore.sqlite3",
        # A thread keeps its connection: opening one costs more than most requests, and closing the
        # last one empties the write-ahead log.
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": str(var / "test.sqlite3")},
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE},
    }
