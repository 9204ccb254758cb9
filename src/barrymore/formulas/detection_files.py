"""Read the CSV files of `barrymore detect`, with every fault named."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from barrymore.formulas.detection_cells import (
    LONGEST_CELL,
    Column,
    colour,
    device_moment,
    moment,
    perhaps_colour,
    perhaps_moment,
    perhaps_number,
    perhaps_whole,
    whole,
    word,
    yes_or_no,
)
from barrymore.formulas.detection_data import (
    External,
    Heartbeats,
    Invitations,
    Presses,
    Roster,
    Served,
    Table,
)
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.simulated_feedback import Labels

MOST_FAULTS = 20
HOUR, LONGEST_SHIFT, DAY = 3_600.0, 43_200.0, 86_400.0
TIME = ("t", "time", "at", "timestamp")
DESK = ("point", "place")

PRESSES = (
    Column("device", word, ("device_id",)),
    Column("desk", word, DESK, default=""),
    Column("boot_id", word, ("boot",), default="", empty=True),
    Column("seq", perhaps_whole, ("number",), default=-1, empty=True),
    Column("t_device", device_moment, TIME, default=np.nan, empty=True),
    Column("t_server", perhaps_moment, ("received_at", "received"), default=np.nan, empty=True),
    Column("button", colour, ("colour", "color", "answer")),
    Column("press_ms", perhaps_number, default=np.nan, empty=True),
)
SERVED = (
    Column("desk", word, DESK),
    Column("staff", word, ("employee", "person"), default="", empty=True),
    Column("seq", perhaps_whole, ("number",), default=-1, empty=True),
    Column("t", moment, ("time", "at", "timestamp", "t_server", "t_device")),
)
EXTERNAL = (
    Column("desk", word, DESK),
    Column("start", moment, ("hour", "shift", "shift_start", "from", "day", "date")),
    Column("end", perhaps_moment, ("shift_end", "to", "until"), default=np.nan, empty=True),
    Column("count", whole, ("receipts", "tickets", "customers", "n")),
)
ROSTER = (
    Column("desk", word, DESK),
    Column("staff", word, ("employee", "person")),
    Column("start", moment, ("shift_start", "from")),
    Column("end", moment, ("shift_end", "to", "until")),
)
HEARTBEATS = (
    Column("device", word, ("device_id",)),
    Column("t", moment, ("time", "at", "timestamp")),
    Column("battery", perhaps_number, default=np.nan, empty=True),
)
INVITATIONS = (
    Column("staff", word, ("agent", "employee")),
    Column("closed", moment, ("closed_at",)),
    Column("drawn", yes_or_no),
    Column("suppressed", yes_or_no),
    Column("opened_from", word, ("opened_from_network",), default="", empty=True),
    Column("agent_network", word, ("staff_network",), default="", empty=True),
    Column("answer", perhaps_colour, ("button",), default="", empty=True),
)
LABELS = (
    Column("desk", word, DESK),
    Column("start", moment, ("shift_start", "from")),
    Column("end", moment, ("shift_end", "to", "until")),
    Column("staff", word, default="", empty=True),
    Column("scenario", word, ("label", "kind"), empty=True),
    Column("episode", word, default="", empty=True),
)


class UnreadableFile(FormulaError):
    """A file that cannot be judged as it is; the message names up to twenty lines and what to do."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        more = len(faults) - MOST_FAULTS
        lines = [f"{path.name}: {fault}" for fault in faults[:MOST_FAULTS]]
        super().__init__("UNREADABLE_FILE", "\n".join([*lines, *([f"and {more} more."] if more > 0 else [])]))


def read_presses(path: Path) -> Presses:
    """Presses; a file without a column desk takes the device's name for it. Error UNREADABLE_FILE."""
    found, lines = _read(path, PRESSES)
    if (found["desk"] == "").all():
        found["desk"] = found["device"]
    timeless = np.isnan(found["t_device"]) & np.isnan(found["t_server"])
    lost = np.isnan(found["t_server"]) & (found["t_device"] < 946_684_800)
    _refuse(path, lines, timeless, "has neither t_device nor t_server; give one of them")
    _refuse(path, lines, lost, "has a t_device before 2000 and no t_server; give the time of arrival")
    found["t_server"] = np.where(np.isnan(found["t_server"]), found["t_device"], found["t_server"])
    return Presses(**found)


def read_served(path: Path) -> Served:
    """Served customers; a numbered row that is there twice counts once. Error UNREADABLE_FILE."""
    found, _ = _read(path, SERVED)
    table = Served(**found)
    return table.take(_first_of_each(table) | (table.seq < 0))


def read_external(path: Path) -> External:
    """Outside counts; without an end a row covers an hour, a shift or a day, as the rows of a desk are apart.

    A row that is there twice counts once; two counts for one window are a fault. Error UNREADABLE_FILE.
    """
    found, lines = _read(path, EXTERNAL)
    found["end"] = np.where(np.isnan(found["end"]), _usual_ends(found["desk"], found["start"]), found["end"])
    _refuse(path, lines, found["end"] <= found["start"], "ends before it starts; swap start and end")
    table = External(**found)
    first = _first_of_each(table)
    twice = first & ~_first_of_each(table, ("desk", "start", "end"))
    _refuse(path, lines, twice, "counts a window of this desk a second time, differently; keep the right one")
    return table.take(first)


def read_roster(path: Path) -> Roster:
    """Shifts as planned. Error UNREADABLE_FILE."""
    found, lines = _read(path, ROSTER)
    _refuse(path, lines, found["end"] <= found["start"], "ends before it starts; swap start and end")
    return Roster(**found)


def read_heartbeats(path: Path) -> Heartbeats:
    """Signs of life. Error UNREADABLE_FILE."""
    return Heartbeats(**_read(path, HEARTBEATS)[0])


def read_invitations(path: Path) -> Invitations:
    """Closed conversations with their invitations. Error UNREADABLE_FILE."""
    found, lines = _read(path, INVITATIONS)
    uninvited = (found["answer"] != "") & ~found["drawn"]
    _refuse(path, lines, uninvited, "has an answer without having been drawn; correct drawn or answer")
    return Invitations(**found)


def read_labels(path: Path) -> Labels:
    """What is known to be gamed. Error UNREADABLE_FILE."""
    return Labels(**_read(path, LABELS)[0])


def _read(path: Path, columns: Sequence[Column]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Columns by name and the line of each row."""
    header, rows, lines = _cells(path)
    places = _places(path, header, columns)
    faults: list[tuple[int, str]] = []
    found = {}
    for column, place in zip(columns, places, strict=True):
        cells = [row[place] for row in rows] if place is not None else []
        values = (
            list(_values(column, cells, lines, faults)) if place is not None else [column.default] * len(rows)
        )
        found[column.name] = values
    if faults:
        raise UnreadableFile(path, [f"line {line}: {what}" for line, what in sorted(faults)])
    return {column.name: _array(column, found[column.name]) for column in columns}, lines


def _array(column: Column, values: list[object]) -> np.ndarray:
    kinds: dict[object, type] = {word: np.str_, colour: np.str_, perhaps_colour: np.str_, yes_or_no: np.bool_}
    kinds |= {whole: np.int64, perhaps_whole: np.int64}
    return np.array(values, dtype=kinds.get(column.read, np.float64))


def _values(
    column: Column, cells: list[str], lines: list[int], faults: list[tuple[int, str]]
) -> Iterator[object]:
    for cell, line in zip(cells, lines, strict=True):
        try:
            if not cell and not column.empty:
                raise ValueError("is empty; fill it in or leave the row out")
            yield column.read(cell)
        except ValueError as error:
            faults.append((line, f"{column.name} {cell[:40]!r} {error}."))
            yield None


def _cells(path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the rows that are not empty, their lines; comma, semicolon and tab are understood."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, [f"is not UTF-8 (byte {error.start}); save it as UTF-8."]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFile(path, [f"line {line}: holds a NUL character; export the file anew."])
    lines = text.splitlines()
    if not lines or not lines[0].strip():
        raise UnreadableFile(path, ["is empty; the first line must name the columns."])
    mark = max(",;\t", key=lines[0].count)
    reader, rows, numbers, faults = csv.reader(lines, delimiter=mark, strict=True), [], [], []
    try:
        header = [name.strip().lower() for name in next(reader)]
        for row in reader:
            if not any(row):
                continue
            if fault := _misshapen(row, len(header)):
                faults.append(f"line {reader.line_num}: {fault}")
            rows.append([cell.strip() for cell in row])
            numbers.append(reader.line_num)
    except csv.Error as error:
        faults.append(f"line {reader.line_num}: {error}; check its quotes.")
    if faults:
        raise UnreadableFile(path, faults)
    return header, rows, numbers


def _misshapen(row: list[str], width: int) -> str:
    if len(row) != width:
        return f"has {len(row)} cells where the header has {width}; check its separators and quotes."
    if any(len(cell) > LONGEST_CELL for cell in row):
        return f"has a cell of more than {LONGEST_CELL} characters; check its quotes."
    return ""


def _places(path: Path, header: list[str], columns: Sequence[Column]) -> list[int | None]:
    """Where each column stands, by its own name before its other names."""
    faults = [
        f"line 1: the column {name} is there twice." for name in sorted(set(header)) if header.count(name) > 1
    ]
    places: list[int | None] = []
    for column in columns:
        name = next((one for one in (column.name, *column.also) if one in header), None)
        places.append(header.index(name) if name else None)
        if name is None and column.default is None:
            known = ", ".join(one.name for one in columns)
            faults.append(f"line 1: the column {column.name} is missing; the columns are {known}.")
    if faults:
        raise UnreadableFile(path, faults)
    return places


def _usual_ends(desk: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Where no end is told: the day for dates, the hour for rows an hour apart, else until the next row."""
    order = np.lexsort((start, desk))
    gap = np.full(len(start), np.inf)
    same = desk[order][1:] == desk[order][:-1]
    gap[order[:-1]] = np.where(same & (np.diff(start[order]) > 0), np.diff(start[order]), np.inf)
    apart = gap[np.isfinite(gap)]
    if len(start) and (start % DAY == 0).all():
        return np.asarray(start + DAY)
    hourly = not len(apart) or float(np.median(apart)) <= 2 * HOUR
    return np.asarray(start + (HOUR if hourly else np.minimum(gap, LONGEST_SHIFT)))


def _refuse(path: Path, lines: list[int], wrong: np.ndarray, what: str) -> None:
    if wrong.any():
        raise UnreadableFile(path, [f"line {lines[row]}: {what}." for row in np.flatnonzero(wrong)])


def _first_of_each(table: Table, names: Sequence[str] = ()) -> np.ndarray:
    """True for the first of rows that are the same in these columns (default: in all)."""
    chosen = names or [field.name for field in fields(table)]  # type: ignore[arg-type]
    first = np.zeros(len(table), dtype=np.bool_)
    seen: set[tuple[object, ...]] = set()
    for row, values in enumerate(zip(*(getattr(table, name).tolist() for name in chosen), strict=True)):
        first[row] = values not in seen
        seen.add(values)
    return first
