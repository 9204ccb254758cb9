"""A report as a workbook: the figures, what they mean, and what this report adds."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from barrymore.figures.registry import METRICS
from barrymore.reports.details import sheets_of
from barrymore.reports.selectors import Shown, names_of
from barrymore.reports.tables import COLUMNS, FORMULA_STARTS, rows_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATES = ("period_from", "period_to")
LONGEST_TEXT = 32_767
WIDTH = 16
# A workbook of a few rows stays in memory; a long one goes to the disk.
SPOOLED = 1_000_000


def workbook_of(shown: Shown) -> IO[bytes]:
    """The workbook as a file at its beginning; rows go to the disk as they are made, not into memory."""
    rows = ([_typed(column, row[column]) for column in COLUMNS] for row in rows_of(shown))
    return book_of(
        [
            ("figures", COLUMNS, rows),
            ("definition", ["field", "value"], _meaning(shown)),
            *sheets_of(shown),
        ]
    )


def book_of(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> IO[bytes]:
    """Sheets of title, header and rows as a file at its beginning."""
    book = Workbook(write_only=True)
    for title, header, lines in sheets:
        _add(book, title, header, lines)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _typed(column: str, value: Any) -> Any:
    if column in DATES:
        return date.fromisoformat(value)
    return _moment(datetime.fromisoformat(value)) if column == "as_of" else value


def _moment(at: datetime) -> datetime:
    """In UTC without a zone: a spreadsheet knows none."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _meaning(shown: Shown) -> Iterator[list[Any]]:
    metric, whole, period = METRICS[shown.report.metric], shown.whole, shown.wanted.period
    yield ["report", str(shown.report.title)]
    yield ["metric", metric.name]
    yield ["definition", str(metric.definition)]
    yield ["definition_version", metric.version]
    yield ["period_from", period.first]
    yield ["period_to", period.last]
    yield ["timezone", period.timezone]
    yield ["divided_by", shown.wanted.by]
    for dimension, value in whole.scope.as_dict().items():
        yield [dimension, value]
        if name := names_of(dimension).get(value):
            yield [f"{dimension}_name", name]
    yield ["as_of_utc", _moment(whole.as_of)]
    yield ["inputs_hash", whole.inputs_hash]


def _add(book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number in range(len(header)):
        sheet.column_dimensions[_letter(number)].width = WIDTH
    sheet.append([_bold(sheet, name) for name in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _letter(number: int) -> str:
    first, second = divmod(number, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """Numbers and dates as such. A text stays a text, also where a spreadsheet would run what begins so."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, dict | list | tuple) else value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT]
    if not text.startswith(FORMULA_STARTS):
        return text
    cell = WriteOnlyCell(sheet, value="")
    cell.value = text
    cell.data_type = "s"
    # Stays a text after somebody has edited the cell, too.
    cell.style = "Normal"
    cell.quotePrefix = True
    return cell
