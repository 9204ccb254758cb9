"""The dry run: read everything, write nothing but counts, faults and samples, and say what would happen."""

import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from barrymore.channels.imports.already import fresh_of
from barrymore.channels.imports.keeping import conclude, folder_of, hold, remove_upload
from barrymore.channels.imports.models import Import, ImportFault
from barrymore.channels.imports.readers import READERS, options_of
from barrymore.channels.imports.reading import LeftOut, Outcome
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Source, Unreadable, sources_of
from barrymore.customers.past import known_addresses
from barrymore.handling.history import normal_pair
from barrymore.handling.past import PastConversation, RowError

STAGE = "stage.sqlite3"
MOST_FAULTS = 1000
SAMPLES = 5
BATCH = 50
WHOLE = 1000  # progress of a check is told in thousandths
TELL_SECONDS = 1.0
COUNTS = (
    *("conversations", "messages", "files", "open", "customers", "known"),
    *("there", "left_out", "faults", "remarks"),
)


def check(job: Import) -> Generator[None, None, None]:
    """Check in small steps, so that it can be cancelled between any two; READY or FAILED at the end."""
    folder = folder_of(job.path)
    job.faults.all().delete()
    tally = Tally(job)
    try:
        need_upload(job)
        with Stage(folder / STAGE, fresh=True) as stage:
            yield from _stage(job, stage, tally)
            yield from _count(job, stage, tally)
            total = stage.count()
    except Unreadable as error:
        told = {"what": error.what, "what_to_do": error.what_to_do}
        if conclude(job, Import.State.FAILED, error=told, path=""):
            remove_upload(job.path)
        return
    tally.flush()
    conclude(job, Import.State.READY, counts=tally.counts, samples=tally.samples, done=0, total=total)


def stage_again(job: Import) -> None:
    """Make the index anew where it is gone; nothing is counted. Raises Unreadable without the upload."""
    need_upload(job)
    with Stage(folder_of(job.path) / STAGE, fresh=True) as stage:
        *_, sources = _unpacked(job)
        for _ in READERS[job.kind].stage(sources, stage, options_of(job)):
            pass


def need_upload(job: Import) -> None:
    """Raise Unreadable where the file is gone: a house restored without its uploads, for instance."""
    if not (folder_of(job.path) / "upload").is_file():
        raise Unreadable(gettext("The uploaded file is gone."), gettext("Upload it again."))


def _unpacked(job: Import) -> Iterator[list[Source]]:
    folder = folder_of(job.path)
    yield from sources_of(folder / "upload", Path(job.name).name, folder / "unpacked")


def _stage(job: Import, stage: Stage, tally: "Tally") -> Iterator[None]:
    told = Telling(job)
    sources: list[Source] = []
    for found in _unpacked(job):
        sources = found
        told.at(0)
        yield
    size = sum(source.path.stat().st_size for source in sources) or 1
    for step in READERS[job.kind].stage(sources, stage, options_of(job)):
        if step.fault:
            tally.fault(step.fault)
        told.at(min(step.read, size) * WHOLE // (2 * size))
        yield


def _count(job: Import, stage: Stage, tally: "Tally") -> Iterator[None]:
    told, whole = Telling(job), stage.count() or 1
    batch: list[PastConversation] = []
    for number, outcome in READERS[job.kind].conversations(stage, options_of(job), 0):
        if isinstance(outcome, PastConversation):
            batch.append(outcome)
        else:
            tally.other(outcome)
        if len(batch) >= BATCH:
            tally.add(batch, stage)
            batch = []
        told.at(WHOLE // 2 + number * WHOLE // (2 * whole))
        yield
    tally.add(batch, stage)


class Telling:
    """Writes the progress down, at most once a second."""

    def __init__(self, job: Import) -> None:
        self.job, self.next = job, 0.0

    def at(self, done: int) -> None:
        """So many thousandths are done. Raises Stopped when somebody has cancelled."""
        if time.monotonic() >= self.next:
            hold(self.job, done=done, total=WHOLE)
            self.next = time.monotonic() + TELL_SECONDS


class Tally:
    """Counts of a check, its first faults and some samples."""

    def __init__(self, job: Import) -> None:
        self.job = job
        self.counts: dict[str, int] = dict.fromkeys(COUNTS, 0)
        self.samples: list[dict[str, Any]] = []
        self.kept_faults = 0
        self.waiting: list[ImportFault] = []

    def fault(self, fault: RowError, *, is_kept: bool = False) -> None:
        """A row that cannot be read, or (`is_kept`) of which something cannot."""
        self.counts["remarks" if is_kept else "faults"] += 1
        if self.kept_faults < MOST_FAULTS:
            self.kept_faults += 1
            self.waiting.append(fault_row(self.job, fault, is_kept=is_kept))
        if len(self.waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the faults that wait."""
        ImportFault.objects.bulk_create(self.waiting)
        self.waiting = []

    def other(self, outcome: Outcome) -> None:
        """What is no conversation."""
        if isinstance(outcome, RowError):
            self.fault(outcome)
        elif isinstance(outcome, LeftOut):
            self.counts["left_out"] += outcome.count

    def add(self, batch: Sequence[PastConversation], stage: Stage) -> None:
        """Some conversations, those apart that are here already."""
        fresh, there = fresh_of(self.job.kind, batch)
        self.counts["there"] += there
        pairs = [pair for past in fresh if (pair := normal_pair(past.customer)) and stage.add_address(*pair)]
        self.counts["customers"] += len(pairs)
        self.counts["known"] += len(known_addresses(pairs))
        for past in fresh:
            self._one(past)

    def _one(self, past: PastConversation) -> None:
        self.counts["conversations"] += 1
        self.counts["messages"] += len(past.messages)
        self.counts["files"] += sum(len(message.files) for message in past.messages)
        self.counts["open"] += past.state != "closed"
        for remark in past.remarks:
            self.fault(remark, is_kept=True)
        if len(self.samples) < SAMPLES:
            self.samples.append(_sample(past))


def fault_row(job: Import, fault: RowError, *, is_kept: bool = False) -> ImportFault:
    """A fault as it is kept."""
    return ImportFault(
        job=job,
        row=fault.row[:200],
        what=fault.what[:300],
        what_to_do=fault.what_to_do[:300],
        is_kept=is_kept,
    )


def _sample(past: PastConversation) -> dict[str, Any]:
    return {
        "subject": past.subject,
        "customer": past.customer.name or past.customer.address[1],
        "at": past.opened_at.isoformat(),
        "messages": len(past.messages),
        "state": past.state,
    }
