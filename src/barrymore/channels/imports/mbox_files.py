"""Where the mails of an mbox file begin and end, without holding the file in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from pathlib import Path

from barrymore.channels.mail.limits import LARGEST_HEADERS

LONGEST_LINE = 64 * 1024
# `From sender date`, or bare as some programs write it; in the middle of a text it stands without a time.
BORDER = re.compile(rb"^From (?:.*\d\d:\d\d.*|-? *)\r?\n?$")
QUOTED = re.compile(rb"^>(>*From )", re.M)
EMPTY = (b"\n", b"\r\n")


@dataclass(frozen=True)
class Place:
    """Where a mail stands in its file: its first byte behind the border line, and how long it is."""

    start: int
    size: int
    border: bytes


def places(path: Path) -> Iterator[Place]:
    """Every mail of the file in order. A file without a border line holds none."""
    with path.open("rb") as file:
        start, border, was_empty = -1, b"", True
        at = 0
        while line := file.readline(LONGEST_LINE):
            if was_empty and line.startswith(b"From ") and BORDER.match(line):
                if start >= 0:
                    yield Place(start, at - start, border)
                start, border = at + len(line), line
            was_empty = line in EMPTY
            at += len(line)
        if start >= 0:
            yield Place(start, at - start, border)


def headers_at(path: Path, place: Place) -> Message:
    """The headers alone."""
    with path.open("rb") as file:
        file.seek(place.start)
        block = file.read(min(place.size, LARGEST_HEADERS))
    end = re.search(rb"\r?\n\r?\n", block)
    return BytesHeaderParser(policy=compat32).parsebytes(block[: end.end()] if end else block)


def bytes_at(path: Path, start: int, size: int) -> bytes:
    """The mail as it was before the file quoted its `From ` lines."""
    with path.open("rb") as file:
        file.seek(start)
        return QUOTED.sub(rb"\1", file.read(size))


def border_time(border: bytes) -> datetime | None:
    """When the mail came, as the border line says."""
    words = border.decode("ascii", "replace").split(None, 2)
    try:
        at = parsedate_to_datetime(words[2]) if len(words) > 2 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) if at else None
