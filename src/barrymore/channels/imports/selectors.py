"""Read imports for the page, REST and the command line."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from barrymore.channels.imports.models import Import, Imported, ImportFault

SHOWN_FAULTS = 20
SHOWN_STAYING = 20
# A spreadsheet runs what begins so; an apostrophe in front keeps it a text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("row", "what", "what_to_do", "kept")


def imports() -> QuerySet[Import]:
    """All imports, newest first."""
    return Import.objects.select_related("by").order_by("-id")


def first_faults(job: Import) -> list[ImportFault]:
    """What could not be read, the unread rows first."""
    return list(job.faults.order_by("is_kept", "id")[:SHOWN_FAULTS])


def staying(job: Import) -> list[Imported]:
    """Conversations that an undo has left, because somebody has touched them."""
    left = Imported.objects.filter(job=job, stays=True).select_related("conversation")
    return list(left.order_by("id")[:SHOWN_STAYING])


def faults_csv(job: Import) -> Iterator[str]:
    """All kept faults as lines of a CSV that is safe to open in a spreadsheet."""
    yield _line(COLUMNS)
    for fault in job.faults.order_by("is_kept", "id").iterator():
        yield _line((fault.row, fault.what, fault.what_to_do, "yes" if fault.is_kept else "no"))


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(["'" + cell if cell.startswith(FORMULA_STARTS) else cell for cell in cells])
    return text.getvalue()


def percent_of(job: Import) -> int:
    """How much of what is at work is done."""
    return min(100, 100 * job.done // job.total) if job.total else 0


def told(job: Import) -> dict[str, Any]:
    """An import as REST and the command line tell it."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "file": job.name,
        "size": job.size,
        "options": job.options,
        "counts": job.counts,
        "error": job.error or None,
        "progress": {"done": job.done, "total": job.total, "percent": percent_of(job)},
        "created_at": _iso(job.created_at),
        "started_at": _iso(job.started_at),
        "ended_at": _iso(job.ended_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
