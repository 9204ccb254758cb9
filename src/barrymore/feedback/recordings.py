"""Keep a voice message: written to the disk as it comes, checked by its content, once under its key."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from barrymore.feedback.recording_models import Recording
from barrymore.journal.moment import now

LARGEST = 5 * 1024 * 1024
KEY = re.compile(r"voice-[0-9a-f]{32}")
# First bytes, and what they are handed out as.
SOUNDS = {b"\x1aE\xdf\xa3": "audio/webm", b"OggS": "audio/ogg", b"RIFF": "audio/wav", b"ID3": "audio/mpeg"}
TYPES = {"audio/webm", "audio/ogg", "audio/wav", "audio/mpeg", "audio/mp4"}


class NotKept(ValueError):
    """A file that is not taken; `status` is that of HTTP, the text says what to do."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


def may_be_kept(key: str, told_type: str, told_size: int) -> str:
    """The kind of sound that is told, before a byte is read. Raises NotKept."""
    if not KEY.fullmatch(key):
        raise NotKept(422, "Name the file voice- and 32 of 0-9, a-f.")
    kind = told_type.partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise NotKept(415, f"Send one of {', '.join(sorted(TYPES))}.")
    if told_size > LARGEST:
        raise NotKept(413, f"At most {LARGEST} bytes: record less.")
    if told_size <= 0:
        raise NotKept(411, "Send the length of the file, which is not empty.")
    return kind


def keep_recording(
    key: str, kind: str, chunks: Iterable[bytes], size: int, *, device: int, point: int, site: int
) -> Recording:
    """Write a sound to the disk piece by piece. The same key again is the first file. Raises NotKept."""
    if there := Recording.objects.filter(key=key).first():
        return _the_same(there, device)
    folder = Path(settings.MEDIA_ROOT) / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    try:
        digest = _written(folder / name, chunks, size, kind)
        with transaction.atomic():
            return Recording.objects.create(
                key=key, device_ref=device, point_ref=point, site_ref=site, path=f"recordings/{name}",
                content_type=kind, size=size, digest=digest, at=now(),
            )  # fmt: skip
    except IntegrityError:
        (folder / name).unlink(missing_ok=True)
        return _the_same(Recording.objects.get(key=key), device)
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise


def _the_same(there: Recording, device: int) -> Recording:
    if there.device_ref != device:
        raise NotKept(409, "Another device has a file of this name: take a new one.")
    return there


def _written(target: Path, chunks: Iterable[bytes], size: int, kind: str) -> str:
    digest, written = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in chunks:
            if not written and _kind_of(chunk) != kind:
                raise NotKept(415, f"The file is no {kind}.")
            written += len(chunk)
            if written > LARGEST:
                raise NotKept(413, f"At most {LARGEST} bytes: record less.")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if written != size:
        raise NotKept(400, "The file was cut: send it again, whole.")
    return digest.hexdigest()


def _kind_of(first: bytes) -> str:
    if first[4:8] == b"ftyp":
        return "audio/mp4"
    return next((kind for start, kind in SOUNDS.items() if first.startswith(start)), "")


def known_recordings(keys: Iterable[str]) -> set[str]:
    """Those of some keys that are here: an answer may come before its file."""
    return set(Recording.objects.filter(key__in=list(keys)).values_list("key", flat=True))
