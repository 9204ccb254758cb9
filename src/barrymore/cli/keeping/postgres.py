"""PostgreSQL's own tools, held to one snapshot, and kept from a database that is not empty."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg

from barrymore.cli.keeping.contents import Contents, contents_of
from barrymore.cli.keeping.ways import Refused

# What a restore has set aside lies in schemas of this name and is no part of a backup.
ASIDE = "replaced_"
DEBIAN = Path("/usr/lib/postgresql")


def parts_of(url: str) -> dict[str, Any]:
    """The address as psycopg takes it. Raises Refused for anything but PostgreSQL."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise Refused("The address of the database must begin with postgres://")
    parsed = dj_database_url.parse(url)
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {key: str(parsed[name]) for key, name in named.items() if parsed.get(name)}  # type: ignore[literal-required]
    return parts | dict(parsed.get("OPTIONS", {}))


def without_password(url: str) -> str:
    """The address as it may be shown."""
    pieces = urlsplit(url)
    if pieces.password is None:
        return url
    return urlunsplit(pieces._replace(netloc=pieces.netloc.replace(f":{pieces.password}@", ":***@")))


def connect(url: str, **more: Any) -> psycopg.Connection[Any]:
    """A connection of our own. Raises Refused when there is none to be had."""
    try:
        return psycopg.connect(**parts_of(url), connect_timeout=10, **more)
    except psycopg.OperationalError as error:
        raise Refused(f"PostgreSQL does not answer at {without_password(url)}: {error}") from None


def snapshot(url: str, target: Path) -> Contents:
    """Dump the database as it stands at one moment, and count what it held at that same moment."""
    with connect(url) as live:
        live.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        live.read_only = True
        cursor = live.cursor()
        tool = _tool("pg_dump", live)
        cursor.execute("SELECT pg_export_snapshot()")
        (name,) = cursor.fetchone() or ("",)
        # The archive compresses; doing it twice only costs time.
        words = ["--format=custom", "--compress=0", "--no-owner", "--no-acl", f"--exclude-schema={ASIDE}*"]
        _run([tool, *words, f"--snapshot={name}", f"--file={target}"], url)
        return contents_of(cursor, "postgresql")


def tables_in(url: str) -> list[str]:
    """The tables of the database."""
    with connect(url) as target:
        return [
            str(name)
            for (name,) in target.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]


def refuse_company(url: str) -> None:
    """Raise Refused while somebody else is connected to the database."""
    statement = (
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with connect(url) as target:
        (others,) = target.execute(statement).fetchone() or (0,)
    if others:
        raise Refused(
            f"{others} connections are open to {without_password(url)}. Stop every barrymore first."
        )


@contextmanager
def loaded(url: str, dump: Path, *, replace: bool) -> Iterator[str]:
    """Load a dump in one transaction; an error inside the block brings back what was there.

    Yields the name of the schema that holds what was there before, empty where there was nothing.
    """
    with connect(url) as target:
        tools = [_tool(name, target) for name in ("pg_restore", "psql")]
    script = dump.with_suffix(".sql")
    _run([tools[0], "--no-owner", "--no-acl", f"--file={script}", str(dump)], url)
    aside = f"{ASIDE}{datetime.now(UTC):%Y%m%dt%H%M%S}" if replace else ""
    first = [f"ALTER SCHEMA public RENAME TO {aside}", "CREATE SCHEMA public"] if replace else []
    words = [word for statement in first for word in ("-c", statement)]
    _run([tools[1], "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", *words, "-f", str(script)], url)
    script.unlink()
    try:
        yield aside
    except BaseException:
        empty(url, aside)
        raise


def empty(url: str, aside: str = "") -> None:
    """Take away what was loaded, and put back what was set aside."""
    with connect(url) as target:
        target.execute("DROP SCHEMA public CASCADE")
        target.execute(f'ALTER SCHEMA "{aside}" RENAME TO public' if aside else "CREATE SCHEMA public")


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """A database beside the given one, gone at the end."""
    name = f"barrymore_drill_{os.getpid()}"
    with connect(url, autocommit=True) as beside:
        try:
            beside.execute(f"CREATE DATABASE {name}")
        except psycopg.errors.InsufficientPrivilege:
            raise Refused(
                "The drill makes a database of its own: allow it with ALTER ROLE … CREATEDB."
            ) from None
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            beside.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _tool(name: str, server: psycopg.Connection[Any]) -> str:
    """The tool's path, if one is here that is not older than the server. Raises Refused."""
    wanted = server.info.server_version // 10000
    advice = f"On Debian: apt-get install postgresql-client-{wanted}"
    found = {
        path: _version(path) for path in [shutil.which(name), *map(str, DEBIAN.glob(f"*/bin/{name}"))] if path
    }
    if not found:
        raise Refused(f"{name} is not on the PATH. {advice}")
    fitting = [path for path, version in found.items() if version >= wanted]
    if not fitting:
        told = ", ".join(f"{path} ({version})" for path, version in found.items())
        raise Refused(f"The server is PostgreSQL {wanted}, but here is only {told}. {advice}")
    return fitting[0]


def _version(path: str) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return int((re.search(r"(\d+)", told) or ["0", "0"])[1])


def _run(words: list[str], url: str) -> None:
    """Run a tool; the password travels in its environment, where other users cannot read it."""
    named = {
        "dbname": "PGDATABASE",
        "sslrootcert": "PGSSLROOTCERT",
        "sslcert": "PGSSLCERT",
        "sslkey": "PGSSLKEY",
    }
    address = {named.get(key, f"PG{key.upper()}"): str(value) for key, value in parts_of(url).items()}
    done = subprocess.run(words, env={**os.environ, **address}, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{Path(words[0]).name} failed: {done.stderr.strip()[-1500:]}")
