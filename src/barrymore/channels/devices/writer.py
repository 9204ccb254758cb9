"""One writer for what devices send: whatever has gathered is one transaction, then all are told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import close_old_connections, transaction

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.reading import Unread
from barrymore.journal.inbox import CLASH, DUPLICATE, STORED, Event, count_refused, count_rejected, take_in

GATHER_SECONDS = 0.003
MOST_AT_ONCE = 500
# Beyond so many waiting events a device is asked to come again: it keeps them, and memory has an end.
MOST_WAITING = 50_000


class Overloaded(Exception):
    """More is waiting than may wait."""


@dataclass(frozen=True)
class Batch:
    """What one call has brought: events to keep, those that can only be counted, or a refusal to count."""

    device_ref: int
    received_at: datetime
    read: Sequence[Event | Unread] = ()
    refused: str = ""

    @property
    def size(self) -> int:
        """How many events."""
        return max(len(self.read), 1)


@dataclass
class Told:
    """The answer to a batch."""

    stored: int = 0
    duplicate: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def write(batches: Sequence[Batch]) -> list[Told]:
    """Keep what several calls have brought in one transaction; returns what became of each."""
    events = [one for batch in batches for one in batch.read if isinstance(one, Event)]
    with transaction.atomic():
        outcomes = iter(take_in(events))
        answers = [_told(batch, outcomes) for batch in batches]
        for batch in batches:
            _count_besides(batch)
        _flag(batches, answers)
    return answers


def _told(batch: Batch, outcomes: Any) -> Told:
    counts: Counter[str] = Counter()
    rejected = []
    for index, one in enumerate(batch.read):
        outcome = one.why if isinstance(one, Unread) else next(outcomes)
        counts[outcome] += 1
        if outcome not in {STORED, DUPLICATE}:
            rejected.append({"index": index, "seq": one.seq, "why": outcome})
    return Told(counts[STORED], counts[DUPLICATE], rejected)


def _count_besides(batch: Batch) -> None:
    if batch.refused:
        count_refused(batch.device_ref, batch.refused, batch.received_at)
    if unread := [one.why for one in batch.read if isinstance(one, Unread)]:
        count_rejected(batch.device_ref, unread, batch.received_at)


def _flag(batches: Sequence[Batch], answers: Sequence[Told]) -> None:
    """Two events under one number: the counter was reset without a new run, or two devices share a key."""
    for batch, told in zip(batches, answers, strict=True):
        if any(one["why"] == CLASH for one in told.rejected):
            Device.objects.filter(pk=batch.device_ref).update(clashed_at=batch.received_at)


class Writer:
    """A queue in front of one thread with one database connection."""

    def __init__(self, work: Callable[[Sequence[Batch]], list[Told]] = write) -> None:
        self._work = work
        self._waiting: list[tuple[Batch, asyncio.Future[Told]]] = []
        self._events = 0
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="devices")

    async def put(self, batch: Batch) -> Told:
        """Hand a batch over; returns once it is committed. Raises Overloaded, or what the database raised."""
        if self._events + batch.size > MOST_WAITING:
            raise Overloaded
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Told] = loop.create_future()
        self._waiting.append((batch, done))
        self._events += batch.size
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            if self._events < MOST_AT_ONCE:
                await asyncio.sleep(GATHER_SECONDS)
            taken = self._take()
            batches = [batch for batch, _ in taken]
            try:
                loop = asyncio.get_running_loop()
                answers = await loop.run_in_executor(self._thread, _freshly, self._work, batches)
            except Exception as error:
                _fail([done for _, done in taken], error)
                continue
            for (_, done), told in zip(taken, answers, strict=True):
                if not done.done():
                    done.set_result(told)

    def _take(self) -> list[tuple[Batch, "asyncio.Future[Told]"]]:
        """Those that have waited longest, up to a transaction's worth; one batch is never cut."""
        size, n = 0, 0
        for batch, _ in self._waiting:
            if n and size + batch.size > MOST_AT_ONCE:
                break
            size, n = size + batch.size, n + 1
        taken, self._waiting = self._waiting[:n], self._waiting[n:]
        self._events -= size
        return taken


def _freshly(work: Callable[[Sequence[Batch]], list[Told]], batches: Sequence[Batch]) -> list[Told]:
    close_old_connections()
    try:
        return work(batches)
    finally:
        close_old_connections()


def _fail(waiting: list["asyncio.Future[Told]"], error: Exception) -> None:
    for done in waiting:
        if not done.done():
            done.set_exception(error)
