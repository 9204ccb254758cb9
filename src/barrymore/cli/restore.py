"""`barrymore restore`: prove an archive, put it in place, or only drill it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from barrymore.cli.keeping import archive, diary, placing, postgres
from barrymore.cli.keeping.ways import FAULTY, Bar, Damaged, Refused, guarded, tell
from barrymore.cli.lock import alone


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore restore` takes."""
    parser.add_argument("archive", type=Path, help="what `barrymore backup` has written")
    parser.add_argument("--into", type=Path, help="folder for files and keys (default: BARRYMORE_VAR)")
    parser.add_argument("--database", help="PostgreSQL to restore into (default: BARRYMORE_DATABASE)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="the drill: restore beside the archive, check, remove it again, and log how it went",
    )
    parser.add_argument(
        "--replace-everything",
        action="store_true",
        help="set aside what is there now (it is kept under a name that begins with `replaced`)",
    )
    parser.add_argument("--json", action="store_true", help="print one machine-readable line")


def run(options: Namespace) -> int:
    """Restore or drill; 1 for damage, 2 when refused, 3 while somebody serves."""
    return guarded(lambda: _restore(options))


def _restore(options: Namespace) -> int:
    began = time.monotonic()
    about = archive.about(options.archive)
    url = options.database or os.environ.get("BARRYMORE_DATABASE", "")
    _check_engine(about, url, options)
    var = (options.into or Path(os.environ.get("BARRYMORE_VAR", "var"))).resolve()
    try:
        result = _drill(options, about, url) if options.check else _install(options, about, var, url)
    except Damaged as damage:
        if options.check:
            diary.note(var, "drill", options.archive, {"ok": False, "fatal": [str(damage)]})
        raise
    result |= {"ok": not result["findings"], "seconds": round(time.monotonic() - began, 2)}
    diary.note(var, "drill" if options.check else "restore", options.archive, result)
    tell({"archive": str(options.archive), **result}, _sentence(options, about, result), as_json=options.json)
    return FAULTY if result["findings"] else 0


def _check_engine(about: dict[str, Any], url: str, options: Namespace) -> None:
    if about["engine"] == "sqlite" and options.database:
        raise Refused(
            "This is a backup of SQLite. Restore it into a folder, then move it: barrymore move-to-postgres"
        )
    if about["engine"] == "sqlite" and url and not options.check:
        raise Refused(
            "This is a backup of SQLite, and BARRYMORE_DATABASE names PostgreSQL. Unset it for the restore."
        )
    if about["engine"] == "postgresql" and not url:
        raise Refused(
            "This is a backup of PostgreSQL: name an empty database with --database or BARRYMORE_DATABASE."
        )


def _drill(options: Namespace, about: dict[str, Any], url: str) -> dict[str, Any]:
    with _unpacked(options.archive, options.archive.resolve().parent) as (staging, manifest):
        if about["engine"] == "sqlite":
            return _checked(staging, manifest, "")
        with (
            postgres.scratch(url) as drilled,
            postgres.loaded(drilled, staging / archive.DUMP, replace=False),
        ):
            return _checked(staging, manifest, drilled)


def _install(options: Namespace, about: dict[str, Any], var: Path, url: str) -> dict[str, Any]:
    """Everything is proved in a folder of its own before anything is put in place."""
    replace = options.replace_everything
    is_new = not var.exists()
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = alone(var)
    try:
        placing.check_room(var, replace=replace)
        with _unpacked(options.archive, var) as (staging, manifest):
            return _put(about, staging, manifest, var, url, replace=replace)
    except BaseException:
        if is_new:
            shutil.rmtree(var)
        raise
    finally:
        lock.close()


def _put(
    about: dict[str, Any], staging: Path, manifest: dict[str, Any], var: Path, url: str, *, replace: bool
) -> dict[str, Any]:
    if about["engine"] == "sqlite":
        result = _checked(staging, manifest, "")
        return result | {"aside": placing.put(staging, var, about)}
    postgres.refuse_company(url)
    occupied = bool(postgres.tables_in(url))
    if occupied and not replace:
        raise Refused(
            f"{postgres.without_password(url)} is not empty. --replace-everything sets aside what is there."
        )
    with postgres.loaded(url, staging / archive.DUMP, replace=occupied) as schema:
        result = _checked(staging, manifest, url)
        return result | {"aside": placing.put(staging, var, about), "schema_aside": schema}


@contextmanager
def _unpacked(path: Path, beside: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The proved contents in a hidden folder on the same disk, gone at the end."""
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=beside) as folder:
        staging = Path(folder)
        yield staging, archive.unpack(path, staging, Bar("unpacking").at)


def _checked(staging: Path, manifest: dict[str, Any], url: str) -> dict[str, Any]:
    """Ask the restored house itself. Raises Damaged when it must not be used."""
    environment = {key: value for key, value in os.environ.items() if key != "BARRYMORE_DATABASE"}
    environment["BARRYMORE_VAR"] = str(staging)
    house = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join([house, environment.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    if url:
        environment["BARRYMORE_DATABASE"] = url
    done = subprocess.run(
        [sys.executable, "-m", "barrymore.cli.keeping.drill", str(staging)],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Damaged(f"What was restored cannot be opened:\n{done.stderr.strip()[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told["fatal"]:
        raise Damaged("Not restored:\n" + "\n".join(f"  {line}" for line in told["fatal"]))
    return {
        "rows": sum(manifest["tables"].values()),
        "files": sum(name.startswith("files/") for name in manifest["files"]),
        "newest_fact": manifest["newest_fact"],
        "outbox": manifest["outbox"],
        "migrated": told["migrated"],
        "findings": told["findings"],
    }


def _sentence(options: Namespace, about: dict[str, Any], result: dict[str, Any]) -> str:
    done = "The drill has restored" if options.check else "Restored"
    lines = [
        f"{done} {result['rows']} rows and {result['files']} files of {about['made_at'][:19]} UTC, "
        f"up to fact {result['newest_fact']}, in {result['seconds']:.1f} s."
    ]
    if result["migrated"]:
        lines.append(f"{result['migrated']} migrations brought the older backup forward.")
    lines += [f"  wrong already when it was backed up: {finding}" for finding in result["findings"][:20]]
    if not result["findings"]:
        lines.append("Every count, every file and every check is right.")
    if result.get("aside"):
        lines.append(
            f"What was there before lies in {result['aside']}; remove it when you no longer need it."
        )
    if result.get("schema_aside"):
        lines.append(f"The tables of before lie in the schema {result['schema_aside']}.")
    if not options.check and not about["with_key"]:
        lines.append(
            "The backup held no key: put secret_key back before the start, or enter the passwords again."
        )
    return "\n".join(lines)
