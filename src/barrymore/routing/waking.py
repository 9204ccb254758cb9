"""Wakes whoever rings people when somebody may be free; a wake-up that is missed costs a moment only."""

import threading

from django.db import transaction

_woken = threading.Condition()
_count = 0


def wake_after_commit() -> None:
    """Once the transaction is through. Another process notices by itself a moment later."""
    transaction.on_commit(wake)


def wake() -> None:
    """Somebody may be free, or somebody waits."""
    global _count
    with _woken:
        _count += 1
        _woken.notify_all()


def wait_for_wake(seen: int, seconds: float) -> int:
    """Wait until something happened after `seen`, or the seconds are over; returns what to give next time."""
    with _woken:
        _woken.wait_for(lambda: _count != seen, seconds)
        return _count
