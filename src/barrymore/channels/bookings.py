"""Bookings and purchases as other systems tell them: one, a table, or a signed message."""

import csv
import hashlib
import hmac
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.dateparse import parse_date

from barrymore.customers.models import Booking
from barrymore.customers.recognition import BadAddress
from barrymore.customers.services import Stay, record_booking
from barrymore.journal.moment import now
from barrymore.organisation.secrets import key_for

WINDOW = timedelta(minutes=5)
CHUNK = 100
MOST_ROWS = 100_000
SOURCE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,38}$")
COLUMNS = tuple(field.name for field in fields(Stay))
NEEDED = ("source_ref", "starts_on", "ends_on")
LONGEST = {"source": 40, "source_ref": 80, "site": 120, "place": 120, "room": 40, "party": 80, "currency": 3}
LONGEST |= {"language": 10}


class BadRow(ValueError):
    """A row that cannot be kept; the text says what to mend."""


class BadSignature(Exception):
    """The message was not signed by whom it says, or too long ago."""


@dataclass(frozen=True)
class Fault:
    """One row that was not kept; `row` counts as a spreadsheet does, the header being row 1."""

    row: int
    what: str


@dataclass(frozen=True)
class Import:
    """How a table went: rows kept, and what is wrong with the others."""

    kept: int
    faults: tuple[Fault, ...]


def stay_of(row: dict[str, Any], source: str = "") -> Stay:
    """A row of texts as a Stay. Raises BadRow with what to mend."""
    told = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    told["source"] = source or told["source"]
    missing = [name for name in ("source", *NEEDED) if not told[name]]
    if missing:
        raise BadRow(f"{', '.join(missing)}: is missing")
    for name, longest in LONGEST.items():
        if len(told[name]) > longest:
            raise BadRow(f"{name}: longer than {longest} signs")
    told["status"] = told["status"].lower() or Booking.Status.BOOKED
    if told["status"] not in Booking.Status.values:
        raise BadRow(f"status: {told['status']!r} is not one of {', '.join(Booking.Status.values)}")
    values: dict[str, Any] = {**told, "amount": _amount(told["amount"])}
    values |= {name: _day(name, told[name]) for name in ("starts_on", "ends_on")}
    return Stay(**values)


def _day(name: str, text: str) -> date:
    try:
        day = parse_date(text[:10])
    except ValueError:
        day = None
    if day is None:
        raise BadRow(f"{name}: {text!r} is not a date such as 2026-11-21")
    return day


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise BadRow(f"amount: {text!r} is not a number such as 120.50") from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 10:
        raise BadRow(f"amount: {text!r} is out of range")
    return amount


def keep(row: dict[str, Any], source: str = "") -> Booking:
    """Keep one booking. Raises BadRow."""
    try:
        with transaction.atomic():
            return record_booking(stay_of(row, source))
    except BadAddress as error:
        raise BadRow(f"email or phone: {str(error)!r} is no address") from error
    except BadRow:
        raise
    except (ValueError, DataError, IntegrityError) as error:
        raise BadRow(str(error)) from error


def import_table(data: bytes) -> Import:
    """Keep the good rows of a CSV (comma, semicolon or tab; UTF-8) and say what is wrong with the others.

    Raises BadRow when the table as a whole cannot be read.
    """
    rows = list(_rows(data))
    kept = 0
    faults: list[Fault] = []
    for start in range(0, len(rows), CHUNK):
        # A transaction a hundred rows: neither a commit each nor the write lock for minutes.
        with transaction.atomic():
            for number, row in rows[start : start + CHUNK]:
                try:
                    keep(row)
                    kept += 1
                except BadRow as error:
                    faults.append(Fault(number, str(error)))
    return Import(kept, tuple(faults))


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise BadRow(f"the file is not UTF-8 (byte {error.start}): save it as UTF-8 CSV") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        missing = [name for name in NEEDED if name not in (reader.fieldnames or [])]
        if missing:
            raise BadRow(f"the first line must name the columns; missing: {', '.join(missing)}")
        for row in reader:
            if reader.line_num > MOST_ROWS:
                raise BadRow(f"more than {MOST_ROWS} lines: split the file")
            yield reader.line_num, row
    except csv.Error as error:
        raise BadRow(f"line {reader.line_num or 1}: {error}") from error


def hook_secret(source: str) -> str:
    """The secret that a source signs with: 64 hex digits, derived, so that nothing is stored."""
    return key_for(f"hook:{source}").hex()


def signature_of(source: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and HMAC-SHA256 over `timestamp.body`."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(hook_secret(source).encode(), signed, hashlib.sha256).hexdigest()


def check_signature(source: str, timestamp: str, signature: str, body: bytes) -> None:
    """Raise BadSignature unless `signature` is right and `timestamp` (Unix seconds) within WINDOW of now."""
    is_right = hmac.compare_digest(signature_of(source, timestamp, body).encode(), signature.encode())
    if not (SOURCE.match(source) and is_right):
        raise BadSignature("the signature is wrong")
    try:
        sent_at = datetime.fromtimestamp(int(timestamp), tz=now().tzinfo)
    except (ValueError, OverflowError, OSError):
        raise BadSignature("the timestamp is no Unix time") from None
    if abs(now() - sent_at) > WINDOW:
        raise BadSignature("the timestamp is more than five minutes off")
