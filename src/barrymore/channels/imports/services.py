"""What a person does with an import: begin it, run it, cancel it, undo it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from barrymore.channels.imports.cleaning import email_of, line_of
from barrymore.channels.imports.keeping import remove_upload
from barrymore.channels.imports.models import Import
from barrymore.channels.models import Mailbox
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit
from barrymore.routing.models import Queue

State = Import.State
MOST_DAYS = 365
CAN_RUN = [State.READY, State.CANCELLED]
CAN_CANCEL = [State.CHECKING, State.READY, State.RUNNING, State.UNDOING]
CAN_UNDO = [State.DONE, State.CANCELLED]


class CannotImport(ValueError):
    """What is wished cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class Wish:
    """How an import shall be done. `own` are our own addresses, `days` is for mails without a thread."""

    kind: str
    queue_ref: int | None = None
    closes_open: bool = False
    own: tuple[str, ...] = ()
    days: int = 30


def own_addresses() -> list[str]:
    """The addresses of our mailboxes."""
    return sorted(address.lower() for address in Mailbox.objects.values_list("address", flat=True))


def checked(wish: Wish) -> dict[str, Any]:
    """The options of an import. Raises CannotImport."""
    if wish.kind not in Import.Kind.values:
        raise CannotImport(f"kind: {', '.join(Import.Kind.values)}")
    if wish.queue_ref and not Queue.objects.filter(pk=wish.queue_ref, is_active=True).exists():
        raise CannotImport(gettext("There is no such queue."))
    if not 0 <= wish.days <= MOST_DAYS:
        raise CannotImport(gettext("Days: from 0 to %(most)s.") % {"most": MOST_DAYS})
    wrong = [one for one in wish.own if not email_of(one)]
    if wrong:
        raise CannotImport(gettext("%(text)s is no mail address.") % {"text": line_of(wrong[0], 80)})
    own = [email_of(one) for one in wish.own] or own_addresses()
    if wish.kind == Import.Kind.MBOX and not own:
        raise CannotImport(
            gettext("Name your own addresses: they tell what you wrote from what your customers wrote.")
        )
    chosen = {"queue": wish.queue_ref, "open": "close" if wish.closes_open else "queue"}
    return {**chosen, "own": own, "days": wish.days}


@transaction.atomic
def begin(actor: Staff | None, wish: Wish, name: str, path: str, size: int) -> Import:
    """Begin with the check of a stored upload (see keeping.store_upload). Raises CannotImport."""
    options = checked(wish)
    if not size:
        raise CannotImport(gettext("The file is empty."))
    job = Import.objects.create(
        kind=wish.kind,
        name=line_of(name, 200) or "upload",
        path=path,
        size=size,
        options=options,
        by=actor,
        created_at=now(),
    )
    audit(actor, "import.begun", str(job)[:120])
    return job


@transaction.atomic
def start(actor: Staff | None, job_ref: int) -> Import:
    """Let a checked import run, or a cancelled one go on. Raises CannotImport."""
    changed = Import.objects.filter(pk=job_ref, state__in=CAN_RUN).exclude(path="")
    told = gettext("Only what has been checked can run.")
    moment = now()
    job = _moved(changed, job_ref, told, state=State.RUNNING, started_at=moment, ended_at=None)
    audit(actor, "import.run", str(job)[:120])
    return job


@transaction.atomic
def cancel(actor: Staff | None, job_ref: int) -> Import:
    """Stop; what has come so far stays until it is undone. Raises CannotImport."""
    job = Import.objects.get(pk=job_ref)
    changed = Import.objects.filter(pk=job_ref, state=job.state, state__in=CAN_CANCEL)
    told = gettext("There is nothing to stop.")
    gone = {"path": ""} if job.started_at is None else {}
    moved = _moved(changed, job_ref, told, state=State.CANCELLED, ended_at=now(), **gone)
    audit(actor, "import.cancelled", str(job)[:120])
    if gone:
        transaction.on_commit(lambda: remove_upload(job.path))
    return moved


@transaction.atomic
def start_undo(actor: Staff | None, job_ref: int) -> Import:
    """Take back what nobody has touched since. Raises CannotImport."""
    job = Import.objects.get(pk=job_ref)
    total = job.imported.count()
    changed = Import.objects.filter(pk=job_ref, state__in=CAN_UNDO, started_at__isnull=False)
    job.imported.update(stays=False)
    told = gettext("There is nothing to take back.")
    counts = {**job.counts, "stayed": 0}
    moved = _moved(changed, job_ref, told, state=State.UNDOING, done=0, total=total, counts=counts)
    audit(actor, "import.undone", str(job)[:120])
    return moved


def _moved(changed: Any, job_ref: int, told: str, **changes: Any) -> Import:
    if not changed.update(lease="", leased_until=None, **changes):
        raise CannotImport(told)
    return Import.objects.get(pk=job_ref)


def names_of(text: str | Iterable[str]) -> tuple[str, ...]:
    """Addresses out of a text, by comma, space or line."""
    words = text.replace(",", " ").replace(";", " ").split() if isinstance(text, str) else text
    return tuple(filter(None, words))
