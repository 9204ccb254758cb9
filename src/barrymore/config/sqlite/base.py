"""Django's SQLite backend with every writing transaction behind the write gate."""

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from barrymore.config.sqlite.gate import gate

WRITING = ("insert", "update", "delete", "replace", "create", "drop", "alter")


class GatedCursor(SQLiteCursorWrapper):
    """Single statements outside a transaction pass the gate too."""

    wrapper: "DatabaseWrapper"

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement; a writing one outside a transaction waits for its turn."""
        if self.wrapper.in_atomic_block or not query.lstrip()[:8].lower().startswith(WRITING):
            return super().execute(query, params)
        taken = gate.enter()
        try:
            return super().execute(query, params)
        finally:
            if taken:
                gate.leave()


class DatabaseWrapper(base.DatabaseWrapper):
    """BEGIN IMMEDIATE inside the gate, leave it on commit, rollback or close."""

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that knows its connection, so that it can tell whether a transaction is open."""
        cursor = self.connection.cursor(factory=GatedCursor)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        gate.enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            gate.leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            gate.leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            gate.leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            gate.leave()
