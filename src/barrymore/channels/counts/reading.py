"""Read a file of counts: one line for each count or receipt, each understood or refused with its number."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from barrymore.feedback.served import MOST_AT_ONCE, Served, Source

MOST_ROWS = 100_000
MOST_BYTES = 20 * 1024 * 1024
NEEDED = ("point", "time")
COLUMNS = (*NEEDED, "count", "source", "reference", "staff")
# What tills write for a moment, besides ISO 8601.
FORMS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")


class CannotRead(ValueError):
    """Nothing of the file was taken; the text says what to do."""


@dataclass(frozen=True)
class Known:
    """What a line may name: points by number and by name with their zone, people by address."""

    points: Mapping[str, Sequence[tuple[int, str]]]  # number or name in small letters: (number, time zone)
    staff: Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One line of the file; `fault` says what is wrong with it."""

    number: int
    point: int = 0
    served: Served | None = None
    fault: str = ""


def read_counts(data: bytes, source: str, known: Known) -> Iterator[Line]:
    """Every line of a CSV file with its header. `source` holds where a line names none. Raises CannotRead."""
    table = _table(data)
    missing = [name for name in NEEDED if name not in (table.fieldnames or [])]
    if missing:
        raise CannotRead(
            _("The first line must name the columns. Missing: {names}. Known: {known}.").format(
                names=", ".join(missing), known=", ".join(COLUMNS)
            )
        )
    for number, row in enumerate(table, start=2):
        if number > MOST_ROWS + 1:
            raise CannotRead(_("At most {n} lines in one file: cut it in parts.").format(n=MOST_ROWS))
        yield _line(number, row, source, known)


def _table(data: bytes) -> "csv.DictReader[str]":
    if len(data) > MOST_BYTES:
        raise CannotRead(_("At most 20 MB in one file: cut it in parts."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotRead(_("Save the file as CSV in UTF-8.")) from error
    if "\x00" in text:
        raise CannotRead(_("This is no CSV file."))
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    table.fieldnames = [name.strip().lower() for name in table.fieldnames or []]
    return table


def _line(number: int, row: Mapping[str, str | None], source: str, known: Known) -> Line:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    try:
        point, zone = _point(cells["point"], known)
        served = Served(
            key=_key(cells, point, source := _source(cells["source"] or source)),
            at=_moment(cells["time"], zone),
            count=_count(cells["count"]),
            source=source,
            staff_ref=_staff(cells["staff"], known),
        )
    except ValueError as error:
        return Line(number, fault=str(error))
    return Line(number, point, served)


def _key(cells: Mapping[str, str], point: int, source: str) -> str:
    """A receipt's own number, else the moment: the same line in a second file is the same count."""
    return f"count:{source}:{point}:{cells['reference'][:80] or cells['time'][:40]}"


def _point(name: str, known: Known) -> tuple[int, str]:
    found = known.points.get(name.lower(), ())
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(_("several points are called {name}: write its number").format(name=name))
    raise ValueError(_("there is no point {name}").format(name=name or "''"))


def _source(name: str) -> str:
    if name not in Source.values:
        raise ValueError(_("source is one of {names}").format(names=", ".join(Source.values)))
    return name


def _moment(text: str, zone: str) -> datetime:
    at = parse_datetime(text) or next(filter(None, (_by_form(text, form) for form in FORMS)), None)
    if at is None:
        raise ValueError(_("write the time as 2026-11-21 14:40"))
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _by_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - its zone is that of the point
    except ValueError:
        return None


def _count(text: str) -> int:
    if not text:
        return 1
    if not text.isdecimal() or not 1 <= int(text) <= MOST_AT_ONCE:
        raise ValueError(_("count is a whole number from 1 to {n}").format(n=MOST_AT_ONCE))
    return int(text)


def _staff(address: str, known: Known) -> int | None:
    if not address:
        return None
    if address.lower() not in known.staff:
        raise ValueError(_("nobody here has the address {address}").format(address=address))
    return known.staff[address.lower()]
