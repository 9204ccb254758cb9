"""A report as rows of plain values, the same for CSV and REST."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from barrymore.figures.figure import Figure
from barrymore.reports.selectors import Shown

# A spreadsheet runs what begins so; an apostrophe in front keeps it a text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = """part period_from period_to timezone metric definition_version mode served invited responded
partial refused noncontact pending response_rate estimate interval_low interval_high bound_low bound_high
r_indicator max_bias effective_n grade reasons known_lost excluded median p90 unanswered kept broken unended
opened days as_of inputs_hash""".split()
OWN_VALUES = ("median", "p90", "unanswered", "kept", "broken", "unended", "opened", "days")


def rows_of(shown: Shown) -> list[dict[str, Any]]:
    """One row for the whole, one for the period before, one for each part."""
    lines = [("all", shown.whole), ("all, period before", shown.before)]
    lines += [(part.name, part.figure) for part in shown.parts]
    return [_row(name, figure) for name, figure in lines]


def _row(name: str, figure: Figure) -> dict[str, Any]:
    said = figure.as_dict()
    low, high = figure.interval or (None, None)
    bound_low, bound_high = figure.bounds or (None, None)
    return {
        **{column: said.get(column) for column in COLUMNS},
        "part": name,
        "period_from": said["period"]["from"],
        "period_to": said["period"]["to"],
        "interval_low": low,
        "interval_high": high,
        "bound_low": bound_low,
        "bound_high": bound_high,
        "reasons": " ".join(figure.reasons),
        "excluded": " ".join(f"{code}:{n}" for code, n in sorted(figure.excluded.items())),
        **{key: figure.values.get(key) for key in OWN_VALUES},
    }


def csv_of(shown: Shown) -> str:
    """The rows as CSV with a header, safe to open in a spreadsheet."""
    return csv_from(COLUMNS, rows_of(shown))


def csv_from(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Any rows as CSV with a header, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({column: _safe(value) for column, value in row.items()})
    return text.getvalue()


def _safe(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
