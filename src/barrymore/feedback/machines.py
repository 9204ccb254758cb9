"""What the two readings share: their switches, their last fault, and why something was not read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import F, QuerySet

from barrymore.extras.catalog import EXTRAS
from barrymore.extras.environment import is_installed
from barrymore.extras.worker import Broke, NotThere, Unreadable, Worker, worker_of
from barrymore.feedback.models import FaceLook, MachineReading, Transcript
from barrymore.feedback.reading_models import WHY
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.services import audit

PERMISSION = "settings.manage"
MOST_TRIES = 3
AT_ONCE = 5
LEASE = timedelta(minutes=15)
# Once, twice, thrice as long after each try.
PAUSE = timedelta(minutes=1)


def reading() -> MachineReading:
    """What is switched on; as the product comes where nobody has said."""
    return MachineReading.objects.filter(pk=1).first() or MachineReading(pk=1)


@transaction.atomic
def switch(actor: Actor, *, speech: bool, presence: bool) -> MachineReading:
    """Switch the two on or off, each by itself."""
    actor.need(PERMISSION)
    kept, _new = MachineReading.objects.update_or_create(
        pk=1, defaults={"speech_on": speech, "presence_on": presence}
    )
    audit(actor.staff, "reading.switched", "", speech=speech, presence=presence)
    return kept


def note_fault(name: str, words: str) -> None:
    """What went wrong last that was no fault of a medium, for the settings page."""
    MachineReading.objects.update_or_create(
        pk=1, defaults={f"{name}_error": words[:200], f"{name}_error_at": now()}
    )


class Job(Protocol):
    """What waits for one extra: a row is read once, however many processes work."""

    name: str  # of the extra
    model: type[Transcript] | type[FaceLook]
    ended: Mapping[str, Any]  # the state of a row that could not be read

    def is_on(self) -> bool:
        """Whether anything may be read now."""

    def waiting(self) -> QuerySet[Any]:
        """The rows that could be read now, were it their turn."""

    def ask(self, worker: Worker, row: Any) -> dict[str, Any]:
        """Let the program read one."""

    def keep(self, row: Any, told: Mapping[str, Any]) -> None:
        """Keep what it read, unless the row has been forgotten meanwhile."""


def work(job: Job) -> int:
    """Read what waits, in order, a few at a time; what fails is tried again, then ended with its reason."""
    extra = EXTRAS[job.name]
    worker, done = worker_of(extra), 0
    if not is_installed(extra) or not job.is_on():
        worker.rest(after=0)
        return 0
    while done < AT_ONCE and (row := taken(job.waiting())):
        try:
            told = job.ask(worker, row)
        except NotThere as error:
            note_fault(job.name, str(error))
            _later(job, row, tries=F("tries") - 1)
            break
        except Broke as error:
            note_fault(job.name, str(error))
            if row.tries >= MOST_TRIES:
                end(job, row, "broke", str(error))
            else:
                _later(job, row)
        except Unreadable as error:
            end(job, row, error.code, str(error))
        else:
            job.keep(row, told)
        done += 1
    worker.rest()
    return done


def taken(waiting: QuerySet[Any]) -> Any:
    """The next one whose turn it is, with a lease so that a second worker skips it; None if there is none."""
    due = waiting.filter(open_after__lte=now()).order_by("open_after", "id")
    if not due.exists():
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        row = due.first()
        if row is not None:
            row.tries += 1
            row.open_after = now() + LEASE
            row.save(update_fields=["tries", "open_after"])
    return row


def end(job: Job, row: Any, why: str, detail: str = "") -> None:
    """It could not be read, and this is why."""
    told = {**job.ended, "why": why if why in WHY else "unreadable", "at": now()}
    if job.model is Transcript:
        told["detail"] = detail[:200]
    job.model._default_manager.filter(pk=row.pk).update(**told)


def _later(job: Job, row: Any, **fields: Any) -> None:
    job.model._default_manager.filter(pk=row.pk).update(open_after=now() + PAUSE * row.tries, **fields)
