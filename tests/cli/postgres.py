"""A PostgreSQL of the tests' own on 127.0.0.1: a short folder, a port, and nothing left behind."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port


@contextmanager
def running() -> Iterator[str]:
    """The address of an empty database; databases beside it may be made."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))[-1]
    # A socket's path holds 107 characters, and initdb refuses to run as root.
    home = Path(tempfile.mkdtemp(prefix="bmpg.", dir="/tmp"))
    asroot = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if asroot:
        shutil.chown(home, "postgres")
    port = free_port()
    control = [*asroot, str(tools / "pg_ctl"), "-D", str(home / "data"), "-w"]
    quiet = {"check": True, "capture_output": True, "cwd": "/tmp"}
    try:
        made = [
            *asroot,
            str(tools / "initdb"),
            "-D",
            str(home / "data"),
            "-U",
            "barrymore",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*made, "--no-sync"], **quiet)  # type: ignore[call-overload]
        words = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        subprocess.run(
            [*control, "-l", str(home / "log"), "-o", words, "start"], check=True, stdout=subprocess.DEVNULL
        )
        yield f"postgres://barrymore@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def new_database(url: str, name: str) -> str:
    """An empty database beside the given one."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return url.rpartition("/")[0] + "/" + name
