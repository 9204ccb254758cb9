"""`barrymore move-to-postgres`: everything from SQLite into an empty PostgreSQL, counted and compared."""

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barrymore.cli.keeping import postgres
from barrymore.cli.keeping.ways import FAULTY, Bar, Refused, guarded, tell
from barrymore.cli.lock import alone

if TYPE_CHECKING:
    from django.db.models import Model

TARGET = "target"


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore move-to-postgres` takes."""
    parser.add_argument(
        "--to", required=True, metavar="URL", help="postgres://user:password@host/name, empty"
    )
    parser.add_argument("--json", action="store_true", help="print one machine-readable line")


def run(options: Namespace) -> int:
    """Move; 1 when anything differs (then nothing is left there), 2 when refused, 3 while somebody serves."""
    return guarded(lambda: _move(options))


def _move(options: Namespace) -> int:
    if os.environ.get("BARRYMORE_DATABASE"):
        raise Refused(
            "BARRYMORE_DATABASE is set, so this house is no longer on SQLite. Unset it for the move."
        )
    import django

    django.setup()
    from django.conf import settings

    source = Path(settings.DATABASES["default"]["NAME"])
    if not source.exists():
        raise Refused(
            f"There is no database at {source}: nothing to move. For a new house only set BARRYMORE_DATABASE."
        )
    lock = alone(Path(settings.VAR))
    try:
        return _from_here(options)
    finally:
        lock.close()


def _from_here(options: Namespace) -> int:
    began, url = time.monotonic(), options.to
    postgres.refuse_company(url)
    if there := postgres.tables_in(url):
        raise Refused(
            f"{postgres.without_password(url)} is not empty ({len(there)} tables). Name an empty database."
        )
    _check_source()
    try:
        tables = _copy_all(url)
        differing = [name for name, table in tables.items() if table["from"] != table["to"]]
        if differing:
            postgres.empty(url)
    except BaseException:
        postgres.empty(url)
        raise
    result = {
        "ok": not differing,
        "tables": tables,
        "rows": sum(table["from"]["rows"] for table in tables.values()),
        "differing": differing,
        "seconds": round(time.monotonic() - began, 2),
        "environment": f"BARRYMORE_DATABASE={postgres.without_password(url)}",
    }
    tell(result, _sentence(result), as_json=options.json)
    return FAULTY if differing else 0


def _check_source() -> None:
    """Raise Refused unless SQLite has exactly the tables of this code, so that nothing stays behind."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from barrymore.cli.keeping.contents import counts_of
    from barrymore.cli.keeping.copying import models_in_order

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused(
            "The SQLite database is older than this Barrymore: barrymore manage migrate, then move."
        )
    with connection.cursor() as cursor:
        counts = counts_of(cursor, "sqlite")
    known = {model._meta.db_table for model in models_in_order()}
    unknown = sorted(name for name, rows in counts.items() if rows and name not in known)
    if unknown:
        raise Refused(f"These tables are not of this Barrymore, and would stay behind: {', '.join(unknown)}")


def _copy_all(url: str) -> dict[str, Any]:
    """Copy and compare in two transactions: SQLite stands still, PostgreSQL takes all or nothing."""
    from django.core.management import call_command
    from django.db import connections, transaction

    from barrymore.cli.keeping.copying import models_in_order, reset_sequences

    _know_target(url)
    call_command("migrate", database=TARGET, verbosity=0, interactive=False)
    models = models_in_order()
    try:
        with transaction.atomic(), transaction.atomic(using=TARGET):
            _truncate(models)
            step = _steps(models)
            tables = {model._meta.db_table: _copy_one(model, step) for model in models}
            reset_sequences(TARGET, models)
            if any(table["from"] != table["to"] for table in tables.values()):
                transaction.set_rollback(True, using=TARGET)
    finally:
        connections[TARGET].close()
    return tables


def _copy_one(model: "type[Model]", step: Callable[[], None]) -> dict[str, Any]:
    """Copy one table, then read both sides' digests."""
    from dataclasses import asdict

    from barrymore.cli.keeping.copying import Sum, copy, rows_of

    here, there = Sum(), Sum()
    copy(model, TARGET, here.passing(rows_of(model, "default", step)))
    for _ in there.passing(rows_of(model, TARGET, step)):
        pass
    return {"from": asdict(here.digest), "to": asdict(there.digest)}


def _know_target(url: str) -> None:
    """A second connection beside the default one, for this process only."""
    import dj_database_url
    from django.db import connections

    connections.settings[TARGET] = dict(dj_database_url.parse(url))
    connections.settings = connections.configure_settings(connections.settings)


def _truncate(models: "list[type[Model]]") -> None:
    """What migrating has put there (content types, permissions) comes from SQLite with its own numbers."""
    from django.db import connections

    quote = connections[TARGET].ops.quote_name
    with connections[TARGET].cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(quote(model._meta.db_table) for model in models)}")


def _steps(models: "list[type[Model]]") -> Callable[[], None]:
    """Called once for each row read, on either side."""
    whole = 2 * sum(model._base_manager.count() for model in models)
    bar, done = Bar("moving"), 0

    def step() -> None:
        nonlocal done
        done += 1
        bar.at(done, whole)

    return step


def _sentence(result: dict[str, Any]) -> str:
    lines = [
        f"{name}: {table['from']['rows']} rows"
        for name, table in result["tables"].items()
        if table["from"]["rows"]
    ]
    if result["differing"]:
        return "\n".join(
            [
                *lines,
                f"DIFFERENT: {', '.join(result['differing'])}. PostgreSQL is empty again, SQLite as it was.",
            ]
        )
    return "\n".join(
        [
            *lines,
            f"{result['rows']} rows in {result['seconds']:.1f} s; count and digest of every table are equal.",
            "SQLite is as it was. Keep BARRYMORE_VAR (files and keys), and start from now on with:",
            f"  {result['environment']}",
        ]
    )
