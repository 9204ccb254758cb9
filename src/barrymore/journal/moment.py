"""The time that services write down: the clock, or the moment that a simulation has set."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The current moment as an aware UTC datetime."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at `moment` (aware). Used by the simulator, the import and the tests."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
