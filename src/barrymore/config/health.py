"""Can this process do its work now? Each check with its words; none of them waits for long."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from barrymore.config.pulse import pulses

ANSWER_SECONDS = 2.0
# Below this not even a mail can be taken; `barrymore doctor` warns much earlier.
LEAST_SPACE = 50_000_000


@dataclass(frozen=True)
class Check:
    """One finding; the detail names nothing that a stranger may not know."""

    is_ok: bool
    detail: str


class _Asker:
    """Asks the database in a thread of its own: a database that hangs must not hang the answer."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
        self.asked: Future[Check] | None = None
        self.is_migrated = False

    def ask(self) -> Check:
        """The database's state; a question still open is waited for instead of asked again."""
        if self.asked is None or self.asked.done():
            self.asked = self.thread.submit(self._look)
        try:
            return self.asked.result(ANSWER_SECONDS)
        except TooSlow:
            return Check(False, f"no answer within {ANSWER_SECONDS:.0f} s")

    def _look(self) -> Check:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if not self.is_migrated and (missing := _missing_migrations()):
                return Check(False, f"{missing} migrations are not applied")
            self.is_migrated = True
        except Error as error:
            return Check(False, type(error).__name__)
        finally:
            connection.close()
        return Check(True, "answers, and every migration is applied")


asker = _Asker()


def readiness() -> dict[str, Check]:
    """Every check by name."""
    return {"database": asker.ask(), "rounds": _rounds(), "space": _space()}


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _rounds() -> Check:
    if not pulses:
        return Check(True, "run in another process")
    hanging = sorted(name for name, pulse in pulses.items() if pulse.hangs)
    return Check(not hanging, f"hanging: {', '.join(hanging)}" if hanging else f"{len(pulses)} run")


def _space() -> Check:
    try:
        free = shutil.disk_usage(Path(settings.VAR)).free
    except OSError as error:
        return Check(False, type(error).__name__)
    return Check(free > LEAST_SPACE, f"{free // 1_000_000} MB free")
