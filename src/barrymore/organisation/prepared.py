"""Selectors whose SQL is written once: every page asks the same questions with other values.

Writing the SQL anew is a third of what such a question costs (docs/performance.md).
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
Value: TypeAlias = int | str | tuple[int, ...]
# Stand for the values while the SQL is written: no selector names such a number or such a word itself.
NUMBER, WORD = 1_717_171_700, "\x01value\x01"


class CannotPrepare(ValueError):
    """A value does not arrive in the SQL as it was given, so it cannot be put in later."""


@dataclass(frozen=True)
class Written(Generic[M]):
    """A queryset with its SQL and which of its parameters are the caller's values."""

    queryset: QuerySet[M, Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: Mapping[int, int]
    converters: list[Mapping[int, Any]] = field(default_factory=list)

    def ask(self, values: list[int | str]) -> list[Any]:
        """The rows for some values."""
        filled = list(self.params)
        for place, index in self.places.items():
            filled[place] = values[index]
        found, compiler = self.queryset.all(), copy(self.compiler)
        # Connections belong to threads, what is written belongs to all.
        compiler.connection, compiler.query = connections[DEFAULT_DB_ALIAS], found.query
        compiler.as_sql = lambda *_args, **_named: (self.sql, tuple(filled))
        compiler.get_converters = self._converters
        found.query.get_compiler = lambda *_args, **_named: compiler  # type: ignore[method-assign]
        return list(found)

    def _converters(self, columns: list[Any]) -> Mapping[int, Any]:
        """How the columns become Python values: the same for every row that is ever asked for."""
        if not self.converters:
            self.converters.append(self.compiler.get_converters(columns))
        return self.converters[0]


class Prepared(Generic[M]):
    """A question of numbers, words and tuples of numbers: `build` makes its queryset from as many values.

    `build` is called once for each kind of values and database, so it decides nothing by a value. None is
    no value, nor is an empty tuple: SQL asks for them in other words. Raises CannotPrepare.
    """

    def __init__(self, build: Callable[..., QuerySet[M, Any]]) -> None:
        self._build = build
        self._written: dict[tuple[Any, ...], Written[M]] = {}

    def __call__(self, *values: Value) -> list[Any]:
        """The rows, as the queryset would give them."""
        kinds = (connections[DEFAULT_DB_ALIAS].vendor, *map(_kind, values))
        written = self._written.get(kinds)
        if written is None:
            written = self._written[kinds] = self._write(values)
        return written.ask(_flat(values))

    def first(self, *values: Value) -> Any:
        """The first row, None where there is none. The queryset itself ends after one."""
        return next(iter(self(*values)), None)

    def _write(self, values: tuple[Value, ...]) -> Written[M]:
        marks = _marks(values)
        flat = _flat(marks)
        queryset = self._build(*marks)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        places = {place: flat.index(param) for place, param in enumerate(params) if param in flat}
        if set(places.values()) != set(range(len(flat))):
            raise CannotPrepare(f"of {len(flat)} values {sorted(set(places.values()))} arrive in: {sql}")
        return Written(queryset, compiler, sql, tuple(params), places)


def _kind(value: Value) -> object:
    if not isinstance(value, (int, str, tuple)) or value == ():
        raise CannotPrepare(f"{value!r} is asked for in other words than a value")
    return len(value) if isinstance(value, tuple) else type(value)


def _marks(values: tuple[Value, ...]) -> list[Value]:
    marks: list[Value] = []
    for n, value in enumerate(values):
        if isinstance(value, tuple):
            marks.append(tuple(NUMBER + 1000 * (n + 1) + i for i in range(len(value))))
        else:
            marks.append(f"{WORD}{n}" if isinstance(value, str) else NUMBER + n)
    return marks


def _flat(values: Iterable[Value]) -> list[int | str]:
    return [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
