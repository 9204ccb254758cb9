"""What a database holds, by plain statements that SQLite and PostgreSQL both read."""

from dataclasses import dataclass, field
from typing import Any

TABLES = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}
NAMED_FILES = (
    "SELECT path, digest FROM conversations_attachment "
    "UNION ALL SELECT path, digest FROM channels_rawmail WHERE path <> ''"
)


@dataclass
class Contents:
    """Counts by which a restored database is told from a lesser one, and the files it names."""

    engine: str
    tables: dict[str, int] = field(default_factory=dict)
    outbox: dict[str, int] = field(default_factory=dict)
    newest_fact: int = 0
    migrations: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def contents_of(cursor: Any, engine: str) -> Contents:
    """Count and list, in whatever transaction the cursor stands."""
    found = Contents(engine, tables=counts_of(cursor, engine))
    found.outbox = {
        f"{kind} {state}": n
        for kind, state, n in _rows(
            cursor,
            "SELECT kind, state, COUNT(*) FROM delivery_outboxrow GROUP BY kind, state ORDER BY kind, state",
        )
    }
    found.newest_fact = _rows(cursor, "SELECT COALESCE(MAX(id), 0) FROM journal_fact")[0][0]
    found.migrations = [
        f"{app}.{name}"
        for app, name in _rows(cursor, "SELECT app, name FROM django_migrations ORDER BY app, name")
    ]
    found.files = dict(_rows(cursor, NAMED_FILES))
    return found


def counts_of(cursor: Any, engine: str) -> dict[str, int]:
    """Rows per table."""
    names = [name for (name,) in _rows(cursor, TABLES[engine])]
    return {name: _rows(cursor, f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in names}  # noqa: S608 - our own names


def _rows(cursor: Any, statement: str) -> list[Any]:
    cursor.execute(statement)
    return list(cursor.fetchall())
