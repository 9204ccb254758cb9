"""Write facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypedDict, Unpack

from barrymore.journal.models import Fact
from barrymore.journal.moment import now


class Refs(TypedDict, total=False):
    """Whom and what a fact is about: ids and short codes only."""

    site: int | None
    queue: int | None
    channel: str
    language: str
    customer_ref: int | None
    staff_ref: int | None
    conversation_ref: int | None
    dims: dict[str, Any]
    values: dict[str, Any]
    version: int


_gathered: ContextVar[list[Fact] | None] = ContextVar("gathered", default=None)


def record(
    kind: str,
    key: str,
    *,
    at: datetime | None = None,
    recorded_at: datetime | None = None,
    **refs: Unpack[Refs],
) -> Fact:
    """Append one fact inside the caller's transaction.

    A second fact with the same key raises IntegrityError, so that the whole operation
    that would have happened twice is rolled back. Inside `in_one_insert` the fact has no id yet.
    """
    fact = Fact(kind=kind, key=key, at=at or now(), **refs)
    if recorded_at is not None:
        fact.recorded_at = recorded_at
    gathered = _gathered.get()
    if gathered is None:
        fact.save(force_insert=True)
    else:
        gathered.append(fact)
    return fact


@contextmanager
def in_one_insert() -> Iterator[None]:
    """Write the facts recorded inside in one statement at the end, in the caller's transaction.

    A key written before raises IntegrityError there; after an exception inside nothing is written.
    Not around code that rolls back to a savepoint and goes on: its facts would stay.
    """
    if _gathered.get() is not None:
        yield
        return
    facts: list[Fact] = []
    token = _gathered.set(facts)
    try:
        yield
    finally:
        _gathered.reset(token)
    Fact.objects.bulk_create(facts)
