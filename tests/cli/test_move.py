"""The demo's history moves to a real PostgreSQL and loses nothing; a difference is found."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from barrymore.cli.keeping.copying import canonical, digest_of
from barrymore.cli.lock import alone
from tests.cli.houses import barrymore, environment, python, told
from tests.cli.postgres import new_database, running

pytestmark = pytest.mark.xdist_group("move")

# The move with one fault in it, as a program of its own.
FAULTY = """
import sys
from datetime import timedelta
from barrymore.cli.keeping import copying
def lost(row):
    return None
def renamed(row):
    return {**row, "name": row["name"] + "x"}
def later(row):
    return {**row, "at": row["at"] + timedelta(microseconds=1)}
def told(row):
    return {**row, "payload": {**row["payload"], "x": 1}}
faults = {"customers_customer": renamed, "sla_clockevent": later, "delivery_outboxrow": told}
faults["journal_fact"] = lost
real = copying.copy
def copy(model, target, rows):
    names = [field.attname for field in model._meta.concrete_fields]
    fault = faults.get(model._meta.db_table)
    def worse():
        for number, row in enumerate(rows):
            if number or not fault:
                yield row
            elif changed := fault(dict(zip(names, row))):
                yield tuple(changed.values())
    return real(model, target, worse())
copying.copy = copy
from barrymore.cli.main import main
sys.exit(main(["move-to-postgres", "--to", sys.argv[1], "--json"]))
"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A day of the demo company's history on SQLite."""
    var = tmp_path / "demo"
    done = barrymore(var, "run-demo", "--prepare", "--days", 1, "--port", 0)
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def empty() -> Iterator[str]:
    """An empty database in a PostgreSQL of the test's own."""
    with running() as url:
        yield new_database(url, "house")


def dump(var: Path) -> list[str]:
    with sqlite3.connect(var / "barrymore.sqlite3") as database:
        return list(database.iterdump())


def counts(url: str) -> dict[str, int]:
    """Rows per table, counted without any of our code."""
    with psycopg.connect(url) as database:
        names = [
            row[0] for row in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return {name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}  # type: ignore[index]


def test_the_demo_moves_and_nothing_is_lost(demo: Path, empty: str) -> None:
    a_difference_is_found_and_nothing_is_left(demo, empty)
    before = dump(demo)
    done = barrymore(demo, "move-to-postgres", "--to", empty, "--json")
    assert done.returncode == 0, done.stderr
    result = told(done)
    print(f"\n{result['rows']} rows in {result['seconds']} s")
    assert (result["ok"], result["differing"]) == (True, [])
    assert all(table["from"] == table["to"] for table in result["tables"].values())
    assert result["tables"]["journal_fact"]["to"]["rows"] > 500
    with sqlite3.connect(demo / "barrymore.sqlite3") as database:
        tables = database.execute(
            "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        )
        here = {
            name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables.fetchall()
        }
    assert counts(empty) == here
    assert dump(demo) == before

    moved = {"BARRYMORE_DATABASE": empty}
    figure = ["replay", "figure", "speed_of_answer", "--since", "2026-01-01", "--until", "2030-01-01"]
    there, was = (json.loads(barrymore(demo, *figure, **more).stdout) for more in (moved, {}))
    assert (there["inputs_hash"], there["estimate"]) == (was["inputs_hash"], was["estimate"])
    add = "import django; django.setup(); from barrymore.routing.models import Queue; "
    add += "print(Queue.objects.order_by('-pk').first().pk, Queue.objects.create(name='New').pk)"
    last, new = map(int, python(demo, add, **moved).split())
    assert new == last + 1

    again = barrymore(demo, "move-to-postgres", "--to", empty)
    assert again.returncode == 2 and "is not empty" in again.stderr
    backup_and_drill(demo, empty)


def a_difference_is_found_and_nothing_is_left(demo: Path, empty: str) -> None:
    """A row lost, a name changed, a time by a microsecond, a key in JSON: each table is named."""
    command = [sys.executable, "-c", FAULTY, empty]
    done = subprocess.run(command, env=environment(demo), capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    faulty = {"customers_customer", "sla_clockevent", "delivery_outboxrow", "journal_fact"}
    assert set(told(done)["differing"]) == faulty
    assert counts(empty) == {}


def backup_and_drill(demo: Path, url: str) -> None:
    """What stands in PostgreSQL now is backed up, drilled beside it, and restored into another database."""
    moved = {"BARRYMORE_DATABASE": url}
    done = barrymore(demo, "backup", "--json", **moved)
    assert done.returncode == 0, done.stderr
    archive = told(done)["archive"]
    drilled = barrymore(demo, "restore", archive, "--check", "--json", **moved)
    assert (drilled.returncode, told(drilled)["findings"]) == (0, [])
    with psycopg.connect(url) as database:
        left = database.execute(
            "SELECT COUNT(*) FROM pg_database WHERE datname LIKE 'barrymore_drill%'"
        ).fetchone()
    assert left == (0,)
    var = demo / "elsewhere"
    refused = barrymore(var, "restore", archive, "--database", url)
    assert refused.returncode == 2 and "is not empty" in refused.stderr and not var.exists()
    replaced = barrymore(var, "restore", archive, "--database", url, "--replace-everything", "--json")
    assert replaced.returncode == 0, replaced.stderr
    with psycopg.connect(url) as database:
        aside = told(replaced)["schema_aside"]
        old = database.execute(f"SELECT COUNT(*) FROM {aside}.journal_fact").fetchone()
        assert database.execute("SELECT COUNT(*) FROM public.journal_fact").fetchone() == old
    assert (var / "secret_key").exists()


def test_a_wrong_wish_is_told(tmp_path: Path) -> None:
    nowhere = "postgres://nobody:secret@127.0.0.1:1/none"
    assert "nothing to move" in barrymore(tmp_path, "move-to-postgres", "--to", nowhere).stderr
    (tmp_path / "barrymore.sqlite3").touch()
    done = barrymore(tmp_path, "move-to-postgres", "--to", nowhere)
    assert done.returncode == 2 and "does not answer" in done.stderr and "secret" not in done.stderr
    assert "postgres://" in barrymore(tmp_path, "move-to-postgres", "--to", "mysql://x").stderr
    lock = alone(tmp_path)
    served = barrymore(tmp_path, "move-to-postgres", "--to", nowhere)
    lock.close()
    assert served.returncode == 3


def test_rows_are_told_apart_by_what_they_say_and_not_by_how() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    east = noon.astimezone(timezone(timedelta(hours=2)))
    same: list[tuple[Any, Any]] = [
        (Decimal("5.00"), 5.0),
        ({"b": [1, 2.0], "a": None}, {"a": None, "b": [1.0, 2]}),
        (noon, east),
        (1e22, 10**22),
        (b"x", memoryview(b"x")),
    ]
    for one, other in same:
        assert canonical(one) == canonical(other)
        assert digest_of((one,)) == digest_of((other,))
    different: list[tuple[Any, Any]] = [
        (True, 1),
        (None, ""),
        ("5", 5),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": "1"}),
        (noon, noon + timedelta(microseconds=1)),
        (date(2026, 11, 22), "2026-11-22"),
        (Decimal("5.001"), Decimal("5.00")),
    ]
    for one, other in different:
        assert digest_of((one,)) != digest_of((other,))
