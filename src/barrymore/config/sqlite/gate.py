"""A first-in-first-out lock around every writing transaction of this process."""

import threading
from collections import deque


class WriteGate:
    """Re-entrant per thread; waiters enter in the order in which they came.

    SQLite's own busy handler retries at random, so that under load one thread writes
    thousands of transactions and the others none (measured: 4,856 / 1 / 1 / 1).
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._owner: int | None = None

    def enter(self) -> bool:
        """Wait for the turn. True when this call took the gate, False when the thread held it already."""
        me = threading.get_ident()
        with self._mutex:
            if self._owner == me:
                return False
            if self._owner is None and not self._waiting:
                self._owner = me
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()
        with self._mutex:
            self._owner = me
        return True

    def leave(self) -> None:
        """Hand the gate to the thread that has waited longest. Harmless when this thread does not hold it."""
        with self._mutex:
            if self._owner != threading.get_ident():
                return
            if self._waiting:
                # Owned by nobody real until the woken thread signs in: newcomers see a taken gate.
                self._owner = -1
                self._waiting.popleft().set()
            else:
                self._owner = None


gate = WriteGate()
