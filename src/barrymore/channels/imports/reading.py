"""What every reader is told, and what it answers for each conversation."""

from dataclasses import dataclass
from typing import TypeAlias

from barrymore.handling.past import PastConversation, RowError


@dataclass(frozen=True)
class Options:
    """`own` are our own addresses, `days` how long a subject goes on as the same conversation."""

    own: frozenset[str] = frozenset()
    days: int = 30


@dataclass(frozen=True)
class LeftOut:
    """Nothing for a person: newsletters, bounces, spam, deleted tickets; `count` messages or tickets."""

    count: int = 1


@dataclass(frozen=True)
class Step:
    """So much of the files is read, and what could not be."""

    read: int
    fault: RowError | None = None


Outcome: TypeAlias = PastConversation | RowError | LeftOut
