"""Write what the simulator has made as the CSV files that `barrymore detect` reads."""

import csv
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from barrymore.formulas.detection_data import Table


def write_table(path: Path, table: Table, moments: Iterable[str]) -> None:
    """Write a table; the named columns as ISO 8601 in UTC."""
    told = set(moments)
    names = [field.name for field in fields(table)]  # type: ignore[arg-type]
    columns = [[_cell(value, name in told) for value in getattr(table, name)] for name in names]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows(zip(*columns, strict=True))


def _cell(value: object, is_moment: bool) -> str:
    if is_moment:
        told = datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
        return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:g}"
    return str(int(value)) if isinstance(value, (bool, np.bool_)) else str(value)
