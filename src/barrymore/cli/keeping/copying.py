"""Copy every table between two databases of Django's, and prove row by row that nothing differs."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import JSONField, Model
from psycopg.types.json import Jsonb

from barrymore.cli.keeping.ways import Refused

BATCH = 2000
ROUND = 1 << 256


@dataclass(frozen=True)
class Digest:
    """How many rows a table has, and one number for what stands in them, whatever their order."""

    rows: int
    value: str


def models_in_order() -> list[type[Model]]:
    """Every model with a table, behind those it points to."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    points_to = {
        model: {field.related_model for field in model._meta.concrete_fields if field.related_model in models}
        - {model}
        for model in models
    }
    return [MigrationRecorder.Migration, *TopologicalSorter(points_to).static_order()]


def copy(model: type[Model], target: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Stream rows into an empty table. Raises Refused when PostgreSQL does not take a value."""
    fields = model._meta.concrete_fields
    quote = connections[target].ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    wraps = [Jsonb if isinstance(field, JSONField) else None for field in fields]
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    try:
        with connections[target].cursor() as cursor, cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(
                    [wrap(value) if wrap else value for value, wrap in zip(row, wraps, strict=True)]
                )
    except (psycopg.Error, DatabaseError) as error:
        raise Refused(f"PostgreSQL does not take a row of {model._meta.db_table}: {error}") from None


def rows_of(model: type[Model], alias: str, progress: Callable[[], None]) -> Iterator[tuple[Any, ...]]:
    """Every row as values of Python, in batches."""
    names = [field.attname for field in model._meta.concrete_fields]
    for row in model._base_manager.using(alias).order_by().values_list(*names).iterator(chunk_size=BATCH):
        progress()
        yield row


class Sum:
    """Adds up the digests of rows as they pass by: equal only for the same rows, in any order."""

    def __init__(self) -> None:
        self.rows = self.value = 0

    def passing(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """The same rows, counted and added."""
        for row in rows:
            self.rows += 1
            self.value = (self.value + digest_of(row)) % ROUND
            yield row

    @property
    def digest(self) -> Digest:
        """What has passed so far."""
        return Digest(self.rows, f"{self.value:064x}")


def digest_of(row: tuple[Any, ...]) -> int:
    """One row as a number."""
    text = json.dumps([canonical(value) for value in row], sort_keys=True, ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def canonical(value: Any) -> Any:
    """A value in the one spelling that does not depend on the database: its kind and its text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, dict):
        return {"map": {key: canonical(inner) for key, inner in value.items()}}
    if isinstance(value, list | tuple):
        return {"list": [canonical(inner) for inner in value]}
    return {_kind(value): _spelt(value)}


def _kind(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return "bytes"
    return "number" if isinstance(value, int | float | Decimal) else type(value).__name__


def _spelt(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        # 5, 5.0 and Decimal("5.00") are one number; jsonb writes 1e2 as 100.
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return format(number.normalize(), "f") if number.is_finite() else str(number)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def reset_sequences(target: str, models: list[type[Model]]) -> None:
    """The next row gets the number behind the last one."""
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
