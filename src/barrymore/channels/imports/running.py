"""Take over a checked import batch by batch, each in one short transaction that can be repeated."""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext

from barrymore.channels.imports.already import fresh_of
from barrymore.channels.imports.checking import STAGE, fault_row, stage_again
from barrymore.channels.imports.keeping import conclude, folder_of, hold, remove_upload, unlink
from barrymore.channels.imports.models import Import, Imported, ImportedAddress
from barrymore.channels.imports.readers import READERS, options_of
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Unreadable
from barrymore.conversations.files import store_file
from barrymore.handling.contact import Upload
from barrymore.handling.history import Destination, Taken, take_over
from barrymore.handling.past import PastConversation, RowError
from barrymore.routing.models import Queue
from barrymore.routing.selectors import queue_or_default

log = logging.getLogger(__name__)
BATCH = 50
MOST_FILE_BYTES = 20 * 1024**2


def run(job: Import) -> Generator[None, None, None]:
    """Go on behind what is done, one batch a step; DONE at the end."""
    path = folder_of(job.path) / STAGE
    try:
        if not path.exists():
            stage_again(job)
    except Unreadable as error:
        told = {"what": error.what, "what_to_do": error.what_to_do}
        conclude(job, Import.State.CANCELLED, path="", error=told)
        return
    into = destination(job)
    with Stage(path) as stage:
        for last, batch in _batches(job, stage):
            _bring(job, batch, last, into)
            yield
    if conclude(job, Import.State.DONE, path="", done=job.total):
        remove_upload(job.path)


def destination(job: Import) -> Destination:
    """Where this import's conversations go."""
    queue = queue_or_default(job.options.get("queue"))
    by_name = {one.name.lower(): one for one in Queue.objects.filter(is_active=True)}
    closes = job.options.get("open") == "close"
    return Destination(job.pk, job.get_kind_display(), queue, by_name, closes)


def _batches(job: Import, stage: Stage) -> Iterator[tuple[int, list[PastConversation]]]:
    """Conversations by number, at most BATCH and MOST_FILE_BYTES at once; and the last number of each."""
    batch: list[PastConversation] = []
    size = number = 0
    for number, outcome in READERS[job.kind].conversations(stage, options_of(job), job.done):
        if isinstance(outcome, PastConversation):
            batch.append(outcome)
            size += sum(len(file.data) for message in outcome.messages for file in message.files)
        if len(batch) >= BATCH or size > MOST_FILE_BYTES:
            yield number, batch
            batch, size = [], 0
    if number:
        yield number, batch


def _bring(job: Import, batch: Sequence[PastConversation], last: int, into: Destination) -> None:
    """Bring one batch; where the database refuses it, one by one, so that only the wrong one is told."""
    fresh, there = fresh_of(job.kind, batch)
    stored: list[PastConversation] = []
    try:
        stored = [_with_files(past) for past in fresh]
        _write(job, stored, last, into, there)
    except (OperationalError, InterfaceError):
        _forget_files(stored)
        raise  # the database is away: the batch comes again
    except Exception as error:
        _forget_files(stored)
        if not _is_refusal(error):
            raise
        log.exception("import %s: a batch behind %s was refused", job.pk, job.done)
        if len(fresh) == 1:
            _refuse(job, fresh[0], last)
        else:
            for past in fresh:
                _bring(job, [past], job.done, into)
            _write(job, [], last, into, there)


def _is_refusal(error: Exception) -> bool:
    from_database = type(error).__module__.startswith("django.db")
    return from_database or isinstance(error, ValueError)


def _with_files(past: PastConversation) -> PastConversation:
    """The conversation with its files on the disk, before the rows that name them."""
    messages = tuple(
        replace(
            one,
            files=(),
            uploads=tuple(Upload(**store_file(file.name, file.data, file.content_id)) for file in one.files),
        )
        if one.files
        else one
        for one in past.messages
    )
    return replace(past, messages=messages)


def _forget_files(batch: Sequence[PastConversation]) -> None:
    unlink(upload.path for past in batch for one in past.messages for upload in one.uploads)


@transaction.atomic
def _write(job: Import, batch: Sequence[PastConversation], last: int, into: Destination, there: int) -> None:
    taken = take_over(batch, into) if batch else []
    Imported.objects.bulk_create(
        Imported(
            kind=job.kind,
            source_id=past.source_id,
            job=job,
            conversation_id=one.conversation_ref,
            last_message_ref=one.last_message_ref,
        )
        for past, one in zip(batch, taken, strict=True)
    )
    new = [one.new_address_ref for one in taken if one.new_address_ref]
    ImportedAddress.objects.bulk_create(
        [ImportedAddress(job=job, address_id=ref) for ref in new], ignore_conflicts=True
    )
    counts = _counted(job, batch, taken, there)
    hold(job, done=last, counts=counts)
    job.done, job.counts = last, counts


def _counted(
    job: Import, batch: Sequence[PastConversation], taken: Sequence[Taken], there: int
) -> dict[str, int]:
    messages = [one for past in batch for one in past.messages]
    made = {
        "made_conversations": len(taken),
        "made_messages": len(messages),
        "made_files": sum(len(one.uploads) for one in messages),
        "made_customers": sum(1 for one in taken if one.new_address_ref),
        "skipped": there,
    }
    return {**job.counts, **{name: job.counts.get(name, 0) + n for name, n in made.items()}}


def _refuse(job: Import, past: PastConversation, last: int) -> None:
    """One conversation that cannot be kept; the rest goes on."""
    fault = RowError(
        past.row,
        gettext("could not be written"),
        gettext("The rest was taken. Send the log of this moment to whoever looks after the house."),
    )
    counts = {**job.counts, "refused": job.counts.get("refused", 0) + 1}
    with transaction.atomic():
        fault_row(job, fault).save()
        hold(job, done=last, counts=counts)
    job.done, job.counts = last, counts
