"""A few threads; what concerns one call is done in one of them, in the order in which it was heard."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, close_old_connections, connection

log = logging.getLogger(__name__)
LANES = 4
LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Task:
    """Something to do for a call."""

    what: str
    call: Callable[[], object]


class Lanes:
    """Start with the first task, end with `close`.

    While the database is away a lane waits with its task: what was heard is not lost.
    """

    def __init__(self, count: int = LANES) -> None:
        self._stop = threading.Event()
        self._queues: list[queue.SimpleQueue[Task | None]] = [queue.SimpleQueue() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._work, args=(one,), name=f"calls {number}", daemon=True)
            for number, one in enumerate(self._queues)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, key: str, what: str, call: Callable[[], object]) -> None:
        """Do it after everything that was put under the same key before."""
        self._queues[hash(key) % len(self._queues)].put(Task(what, call))

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until what has been put so far is done."""
        passed = [threading.Event() for _ in self._queues]
        for one, event in zip(self._queues, passed, strict=True):
            one.put(Task("settle", event.set))
        return all(event.wait(seconds) for event in passed)

    def close(self) -> None:
        """Do what is left to do, then end."""
        for one in self._queues:
            one.put(None)
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _work(self, tasks: "queue.SimpleQueue[Task | None]") -> None:
        while (task := tasks.get()) is not None:
            self._do(task)
        connection.close()

    def _do(self, task: Task) -> None:
        pause = 0.1
        while True:
            try:
                close_old_connections()
                task.call()
                return
            except (OperationalError, InterfaceError):
                log.exception("%s: the database is away, again in %.1f s", task.what, pause)
                connection.close()
                if self._stop.wait(pause):
                    return
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:
                # One call that cannot be kept holds up no other; reconciling finds it again.
                log.exception("%s failed", task.what)
                return
