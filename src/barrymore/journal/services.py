"""Write facts."""

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


def record(kind: str, key: str, *, at: datetime | None = None, **refs: Unpack[Refs]) -> Fact:
    """Append one fact inside the caller's transaction.

    A second fact with the same key raises IntegrityError, so that the whole operation
    that would have happened twice is rolled back.
    """
    return Fact.objects.create(kind=kind, key=key, at=at or now(), **refs)
