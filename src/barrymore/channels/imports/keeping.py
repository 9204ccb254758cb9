"""Where an upload lies and how it goes, and the lease of who works at an import."""

import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext

from barrymore.channels.imports.models import Import
from barrymore.channels.imports.unpacking import LARGEST_UPLOAD
from barrymore.journal.moment import now

LEASE = timedelta(seconds=60)
# This process, among those that may work at the same imports.
ME = secrets.token_hex(8)


class TooLarge(ValueError):
    """The upload is larger than LARGEST_UPLOAD."""


class Stopped(Exception):
    """Somebody has cancelled the import, or another process has taken it over."""


def store_upload(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write an upload piece by piece into a folder of its own: (folder below MEDIA_ROOT, bytes)."""
    path, size = f"imports/{secrets.token_hex(16)}", 0
    folder = folder_of(path)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / "upload").open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > LARGEST_UPLOAD:
                    most = LARGEST_UPLOAD // 1024**3
                    raise TooLarge(gettext("At most %(most)s GB at once; split the file.") % {"most": most})
                file.write(piece)
    except BaseException:
        remove_upload(path)
        raise
    return path, size


def folder_of(path: str) -> Path:
    """The folder of an upload."""
    return Path(settings.MEDIA_ROOT) / path


def remove_upload(path: str) -> None:
    """Remove the upload and everything made from it."""
    if path.startswith("imports/"):
        shutil.rmtree(folder_of(path), ignore_errors=True)


def unlink(paths: Iterable[str]) -> None:
    """Remove stored files; one that is gone already is no fault."""
    for path in paths:
        with suppress(FileNotFoundError):
            (Path(settings.MEDIA_ROOT) / path).unlink()


def claim() -> Import | None:
    """Lease the oldest import at which nobody works; one that we hold already comes again."""
    free = Q(lease=ME) | Q(leased_until=None) | Q(leased_until__lt=now())
    at_work = [Import.State.CHECKING, Import.State.RUNNING, Import.State.UNDOING]
    for job in Import.objects.filter(free, state__in=at_work).select_related("by").order_by("id")[:5]:
        taken = Import.objects.filter(free, pk=job.pk, state=job.state)
        if taken.update(lease=ME, leased_until=now() + LEASE):
            return job
    return None


def hold(job: Import, **changes: object) -> None:
    """Renew the lease and write down how far it is. Raises Stopped when it is ours no more."""
    mine = Import.objects.filter(pk=job.pk, lease=ME, state=job.state)
    if not mine.update(leased_until=now() + LEASE, **changes):
        raise Stopped


def conclude(job: Import, state: str, **changes: object) -> bool:
    """End what was at work; False when it was stopped meanwhile."""
    ended = Import.objects.filter(pk=job.pk, lease=ME, state=job.state)
    return bool(ended.update(state=state, ended_at=now(), lease="", leased_until=None, **changes))


def release_imports() -> int:
    """Forget the leases of a process that is gone. Only for the embedded mode, whose process is alone."""
    return Import.objects.exclude(lease="").update(lease="", leased_until=None)
