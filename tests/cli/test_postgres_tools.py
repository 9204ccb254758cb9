"""PostgreSQL's tools are found, or it is said which package brings them; a password stays out of sight."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from barrymore.cli.keeping import postgres
from barrymore.cli.keeping.ways import Refused

SERVER: Any = SimpleNamespace(info=SimpleNamespace(server_version=150004))


def tool(folder: Path, version: str) -> Path:
    path = folder / "pg_dump"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tools but those of the test."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path / "debian")


def test_a_missing_tool_names_its_package() -> None:
    with pytest.raises(Refused, match=r"not on the PATH.*postgresql-client-15"):
        postgres._tool("pg_dump", SERVER)


def test_an_older_tool_is_told_with_both_versions(tmp_path: Path) -> None:
    tool(tmp_path / "path", "14.9 (Debian 14.9-1)")
    with pytest.raises(Refused, match=r"PostgreSQL 15.*\(14\).*postgresql-client-15"):
        postgres._tool("pg_dump", SERVER)


@pytest.mark.parametrize("version", ["15.2", "17beta1"])
def test_a_fitting_tool_is_taken(tmp_path: Path, version: str) -> None:
    tool(tmp_path / "path", "14.9")
    newer = tool(tmp_path / "debian" / "15" / "bin", version)
    assert postgres._tool("pg_dump", SERVER) == str(newer)


def test_the_password_is_not_shown() -> None:
    shown = postgres.without_password(
        "postgres://ann:open%40sesame@db.mill.example:5433/house?sslmode=require"
    )
    assert shown == "postgres://ann:***@db.mill.example:5433/house?sslmode=require"
    assert postgres.without_password("postgres://ann@db/house") == "postgres://ann@db/house"


def test_an_address_becomes_what_the_tools_read() -> None:
    parts = postgres.parts_of(
        "postgres://ann:open%40sesame@db1,db2:5433/house?target_session_attrs=read-write"
    )
    assert parts == {
        "dbname": "house",
        "user": "ann",
        "password": "open@sesame",
        "host": "db1,db2",
        "port": "5433",
        "target_session_attrs": "read-write",
    }
    with pytest.raises(Refused, match="postgres://"):
        postgres.parts_of("sqlite:///house")
