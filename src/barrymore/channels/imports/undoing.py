"""Take an import back batch by batch: what nobody has touched goes, what somebody has is named."""

from collections.abc import Generator

from django.db import transaction

from barrymore.channels.imports.keeping import conclude, hold, remove_upload, unlink
from barrymore.channels.imports.models import Import, Imported, ImportedAddress
from barrymore.handling.history import forget_people, give_back

BATCH = 50
PEOPLE = 200


def undo(job: Import) -> Generator[None, None, None]:
    """One batch a step; UNDONE at the end. Files go once the rows that named them are gone for good."""
    unlink(job.doomed)
    while _take_back(job):
        unlink(job.doomed)
        yield
    while _forget(job):
        yield
    if conclude(job, Import.State.UNDONE, path="", doomed=[], done=job.total):
        remove_upload(job.path)


@transaction.atomic
def _take_back(job: Import) -> bool:
    rows = list(Imported.objects.filter(job=job, stays=False).order_by("id")[:BATCH])
    if not rows:
        return False
    gone = give_back({row.conversation_id: row.last_message_ref for row in rows}, job.pk)
    Imported.objects.filter(conversation__in=gone.stays).update(stays=True)
    counts = _more(job, removed_conversations=len(gone.removed), stayed=len(gone.stays))
    doomed, done = list(gone.paths), job.done + len(rows)
    hold(job, counts=counts, doomed=doomed, done=done)
    job.counts, job.doomed, job.done = counts, doomed, done
    return True


@transaction.atomic
def _forget(job: Import) -> bool:
    """The people whom the import has made known and of whom nothing is left."""
    rows = list(ImportedAddress.objects.filter(job=job).order_by("id")[:PEOPLE])
    if not rows:
        return False
    people = forget_people([row.address_id for row in rows])
    ImportedAddress.objects.filter(pk__in=[row.pk for row in rows]).delete()
    counts = _more(job, removed_customers=people)
    hold(job, counts=counts)
    job.counts = counts
    return True


def _more(job: Import, **added: int) -> dict[str, int]:
    return {**job.counts, **{name: job.counts.get(name, 0) + n for name, n in added.items()}}
