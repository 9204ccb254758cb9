"""Files that came from outside: checked by content, stored under random names, handed out as attachments."""

import hashlib
import os
import re
import secrets
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings

from barrymore.customers.recognition import CONTROL

LARGEST_FILE = 25 * 1024 * 1024
UNSAFE = re.compile(r'[/\\:*?"<>|]')
# First bytes of the kinds that may be shown in the page; everything else is handed out as a download.
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
SOUNDS = {b"\x1aE\xdf\xa3": "video/webm", b"OggS": "audio/ogg", b"RIFF": "audio/wav", b"ID3": "audio/mpeg"}


class FileTooLarge(ValueError):
    """The file is larger than LARGEST_FILE."""


def safe_name(name: str) -> str:
    """A name to show: NFKC, no control, invisible or path signs, never beginning with a dot."""
    clean = UNSAFE.sub("_", CONTROL.sub("", unicodedata.normalize("NFKC", name))).strip().lstrip(".")
    return clean[-200:] or "file"


def content_type_of(data: bytes) -> str:
    """The kind of a file by its first bytes, never by its name."""
    for start, kind in {**PICTURES, **SOUNDS}.items():
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return "application/pdf" if data.startswith(b"%PDF-") else "application/octet-stream"


def store_file(name: str, data: bytes, content_id: str = "") -> dict[str, Any]:
    """Store the bytes and return the fields of an Attachment. Raises FileTooLarge."""
    if len(data) > LARGEST_FILE:
        raise FileTooLarge(name)
    return {
        "name": safe_name(name),
        "content_type": content_type_of(data),
        "size": len(data),
        "digest": hashlib.sha256(data).hexdigest(),
        "path": store_bytes("attachments", data),
        "content_id": content_id[:200],
    }


def store_bytes(folder: str, data: bytes) -> str:
    """Write bytes durably under a random name; returns the path below MEDIA_ROOT."""
    name = secrets.token_hex(16)
    path = f"{folder}/{name[:2]}/{name}"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def read_bytes(path: str) -> bytes:
    """The bytes of a stored file."""
    return (Path(settings.MEDIA_ROOT) / path).read_bytes()
