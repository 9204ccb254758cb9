"""`make bench`: CPU per operation at 100,000 conversations on SQLite and PostgreSQL."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

AIMS = {"receive": "8", "list": "20", "conversation": "15", "reply": "8"}


def main() -> int:
    """Measure one engine, or both in processes of their own."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--operations", type=int, default=500)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path, help="write what each operation cost there, too")
    options = parser.parse_args()
    if options.engine:
        return _measure(options)
    again = [sys.executable, "-m", "bench", *sys.argv[1:], "--engine"]
    print(
        "| engine | operation | n | CPU ms each | aim | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    sqlite = subprocess.run([*again, "sqlite"]).returncode
    return sqlite or subprocess.run(["bash", "scripts/with-postgres", *again, "postgresql"]).returncode


def _measure(options: argparse.Namespace) -> int:
    var = Path(tempfile.mkdtemp(prefix="bench."))
    os.environ.update(BARRYMORE_VAR=str(var), BARRYMORE_LOG="ERROR")
    if options.engine == "sqlite":
        os.environ.pop("BARRYMORE_DATABASE", None)
    try:
        return _run(options)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _run(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from bench.filling import fill
    from bench.measuring import Served, operations

    call_command("migrate", verbosity=0)
    token = fill(options.conversations)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connections.close_all()
    served, costs = Served(token), {}
    try:
        for name, operation in operations(served, options.conversations).items():
            cost = served.measure(name, operation, options.operations)
            costs[name] = cost.cpu_ms
            print(
                f"| {options.engine} | {name} | {cost.operations} | {cost.cpu_ms:.1f} | {AIMS.get(name, '')} "
                f"| {cost.p50_ms:.1f} | {cost.p99_ms:.1f} |",
                flush=True,
            )
    finally:
        served.stop()
    if options.json:
        options.json.write_text(json.dumps(costs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
