"""Records of a JSON export one by one, whatever its shape: a line each, a list, or pages of lists."""

import codecs
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext

from barrymore.handling.past import RowError

LARGEST_RECORD = 32 * 1024**2  # signs
CHUNK = 256 * 1024
FIRST_LINES = 3
# Under these names a page of an API holds its records.
LISTS = frozenset({"tickets", "users", "organizations", "groups", "payload", "conversations", "contacts"})
WRAPPERS = frozenset({"data"})
OPENS = ("[", "{", ":", ",")
SPACE = " \t\r\n,"


@dataclass(frozen=True)
class Found:
    """One record: where it stands, in the list of which name, and how many signs of the file are read."""

    row: str
    key: str
    value: Any
    read: int


class NotWhole(ValueError):
    """Here is no whole JSON."""


def records(path: Path, name: str) -> Iterator[Found | RowError]:
    """Every record of a file; a row that is none is told, and the rest goes on where it can."""
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=_encoding(raw), errors="surrogateescape", newline="\n")
        if _is_by_line(text):
            yield from _lines(text, name)
        else:
            yield from _Walk(text, name).records()


def _encoding(raw: IO[bytes]) -> str:
    start = raw.read(4)
    raw.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _is_by_line(text: io.TextIOWrapper) -> bool:
    """Whether one of the first lines is a whole record; then the others are to be, too.

    A line that opens what the next ones go on with belongs to one large JSON.
    """
    found = False
    for _ in range(FIRST_LINES):
        line = text.readline(LARGEST_RECORD).strip()
        found = _is_record(line)
        if found or line.endswith(OPENS):
            break
    text.seek(0)
    return found


def _is_record(line: str) -> bool:
    try:
        return isinstance(_loads(line.rstrip(",")), dict)
    except NotWhole:
        return False


def _loads(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotWhole(str(error)[:120]) from error


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[Found | RowError]:
    read = number = 0
    while line := text.readline(LARGEST_RECORD + 1):
        number += 1
        read += len(line)
        row = gettext("%(file)s, line %(number)s") % {"file": name, "number": number}
        if len(line) > LARGEST_RECORD:
            while line and not line.endswith("\n"):
                line = text.readline(LARGEST_RECORD)
                read += len(line)
            yield _too_large(row)
        elif bare := line.strip().rstrip(","):
            try:
                yield from _unpacked(_loads(bare), row, read)
            except NotWhole:
                yield _not_whole(row)


def _unpacked(value: Any, row: str, read: int, key: str = "") -> Iterator[Found]:
    """The records of a page, or the one that the value is."""
    if isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield Found(_within(row, number), key, one, read)
        return
    page = value if isinstance(value, dict) else {}
    pages = [(one, page[one]) for one in page if one in LISTS and isinstance(page[one], list)]
    inner = [page[one] for one in page if one in WRAPPERS and isinstance(page[one], dict)]
    if not pages and not inner:
        yield Found(row, key, value, read)
    for one, records in pages:
        yield from _unpacked(records, row, read, one)
    for wrapped in inner:
        yield from _unpacked(wrapped, row, read)


def _within(row: str, number: int) -> str:
    return gettext("%(place)s, record %(number)s") % {"place": row, "number": number}


def _too_large(row: str) -> RowError:
    return RowError(
        row,
        gettext("is longer than %(most)s million signs") % {"most": LARGEST_RECORD // 1024**2},
        gettext("Split it, or leave it out."),
    )


def _not_whole(row: str) -> RowError:
    return RowError(
        row,
        gettext("is no whole JSON, perhaps cut off"),
        gettext("Export again, or mend this row; what is whole in the file is taken all the same."),
    )


class _Walk:
    """Steps through one large JSON with only the record at hand in memory."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self.text, self.name = text, name
        self.buffer, self.at, self.read = "", 0, 0
        self.number = 0
        self.decoder = json.JSONDecoder()

    def records(self) -> Iterator[Found | RowError]:
        """All records; where the JSON breaks off the rest is told as lost."""
        try:
            while self._peek():
                yield from self._value("")
        except NotWhole:
            place = {"file": self.name, "number": self.number + 1}
            yield _not_whole(gettext("%(file)s, from record %(number)s on") % place)

    def _value(self, key: str) -> Iterator[Found | RowError]:
        sign = self._peek()
        if sign == "[":
            yield from self._list(key)
        elif sign == "{":
            yield from self._object(key)
        else:
            raise NotWhole

    def _list(self, key: str) -> Iterator[Found | RowError]:
        self.at += 1
        while (sign := self._peek()) != "]":
            if not sign:
                raise NotWhole
            yield self._found(key, self._decode())
        self.at += 1

    def _object(self, key: str) -> Iterator[Found | RowError]:
        """A page, whose lists are walked, or a record, which is put together from its members."""
        self.at += 1
        kept: dict[str, Any] = {}
        is_page = False
        while (sign := self._peek()) != "}":
            if sign != '"':
                raise NotWhole
            name = self._decode()
            if self._peek() != ":":
                raise NotWhole
            self.at += 1
            value_sign = self._peek()
            if name in LISTS and value_sign == "[":
                is_page = True
                yield from self._list(name)
            elif name in WRAPPERS and value_sign == "{":
                is_page = True
                yield from self._object("")
            else:
                kept[name] = self._decode()
        self.at += 1
        if not is_page:
            yield self._found(key, kept)

    def _found(self, key: str, value: Any) -> Found:
        self.number += 1
        row = gettext("%(file)s, record %(number)s") % {"file": self.name, "number": self.number}
        return Found(row, key, value, self.read)

    def _peek(self) -> str:
        """The next sign that is no space, without taking it; nothing at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in SPACE:
                self.at += 1
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._more(CHUNK):
                return ""

    def _more(self, size: int) -> bool:
        piece = self.text.read(size)
        self.buffer, self.at = self.buffer[self.at :] + piece, 0
        self.read += len(piece)
        return bool(piece)

    def _decode(self) -> Any:
        """One value; more of the file is read, twice as much each time, until the value is whole."""
        self._peek()
        size = CHUNK
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.at)
            except (ValueError, RecursionError) as error:
                if len(self.buffer) - self.at > LARGEST_RECORD or not self._more(size):
                    raise NotWhole from error
                size *= 2
                continue
            if end == len(self.buffer) and not isinstance(value, str | dict | list) and self._more(CHUNK):
                continue  # a number may go on behind the border
            self.at = end
            return value
