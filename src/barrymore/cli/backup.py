"""`barrymore backup`: one archive of database, files and keys, taken while the product serves."""

import hmac
import json
import os
import tempfile
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from barrymore import __version__
from barrymore.cli.keeping import archive, diary, postgres, sqlite
from barrymore.cli.keeping.contents import Contents
from barrymore.cli.keeping.ways import FAULTY, Bar, Refused, guarded, tell

# What lies in var/ beside database and files, and must not be read by others.
SECRETS = ("tls", "demo.json", "demo-mail.txt")
LEFTOVER_SECONDS = 24 * 3600.0


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore backup` takes."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--to", type=Path, help="folder for the archive (default: backups in BARRYMORE_VAR)")
    place.add_argument("--output", type=Path, help="the archive's whole name, which must be free")
    parser.add_argument(
        "--keep", type=int, metavar="N", help="afterwards keep only the newest N archives of this house"
    )
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="leave out secret_key and TLS keys: without them mailbox passwords cannot be read again",
    )
    parser.add_argument("--json", action="store_true", help="print one machine-readable line")


def run(options: Namespace) -> int:
    """Write the archive; 1 when a file that the database names is missing, 2 when refused."""
    import django

    django.setup()
    return guarded(lambda: _back_up(options))


def _back_up(options: Namespace) -> int:
    if options.keep is not None and options.keep < 1:
        raise Refused("--keep takes a number from 1: the archive just written is always kept.")
    began, path = time.monotonic(), _place(options)
    with archive.writing(path) as writer:
        contents = _fill(writer, path.parent, options)
        missing = _missing(contents, writer.files)
        writer.add_text(archive.MANIFEST, json.dumps(_manifest(contents, writer.files, missing)))
    removed = _tidy(path, options.keep) if options.keep else []
    result: dict[str, Any] = {
        "archive": str(path),
        "bytes": path.stat().st_size,
        "seconds": round(time.monotonic() - began, 2),
        "rows": sum(contents.tables.values()),
        "files": len(writer.files),
        "newest_fact": contents.newest_fact,
        "with_key": not options.without_key,
        "missing": missing,
        "removed": [str(old) for old in removed],
    }
    diary.note(_var(), "backup", path, {"ok": not missing, "bytes": result["bytes"], "rows": result["rows"]})
    tell(result, _sentence(result), as_json=options.json)
    return FAULTY if missing else 0


def _var() -> Path:
    from django.conf import settings

    return Path(settings.VAR)


def _place(options: Namespace) -> Path:
    if options.output:
        path: Path = options.output.resolve()
    else:
        folder = (options.to or _var() / "backups").resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"barrymore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    if path.exists():
        raise Refused(f"{path} is there already; it was not touched.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}.")
    return path


def _fill(writer: archive.Writer, folder: Path, options: Namespace) -> Contents:
    """Database first, files behind it: a file is on the disk before the row that names it commits."""
    from django.conf import settings

    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as scratch:
        snapshot = Path(scratch) / "database"
        contents = _snapshot(snapshot)
        writer.add_text(archive.ABOUT, json.dumps(_about(contents, options)))
        writer.add_file(archive.SQLITE if contents.engine == "sqlite" else archive.DUMP, snapshot)
    if not options.without_key:
        writer.add_text("secret_key", settings.SECRET_KEY)
        for name in SECRETS:
            _add_tree(writer, _var(), _var() / name)
    media = Path(settings.MEDIA_ROOT)
    _add_tree(writer, media, media, "files/", Bar("files").at)
    return contents


def _snapshot(target: Path) -> Contents:
    from django.conf import settings

    if url := os.environ.get("BARRYMORE_DATABASE", ""):
        return postgres.snapshot(url, target)
    return sqlite.snapshot(Path(settings.DATABASES["default"]["NAME"]), target, Bar("database").at)


def _add_tree(writer: archive.Writer, root: Path, top: Path, prefix: str = "", progress: Any = None) -> None:
    files = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
    for number, path in enumerate(files, 1):
        writer.add_file(prefix + path.relative_to(root).as_posix(), path)
        if progress:
            progress(number, len(files))


def _about(contents: Contents, options: Namespace) -> dict[str, Any]:
    return {
        "format": archive.FORMAT,
        "product": "barrymore",
        "version": __version__,
        "engine": contents.engine,
        "made_at": datetime.now(UTC).isoformat(),
        "house": _house(),
        "with_key": not options.without_key,
        "migrations": contents.migrations,
    }


def _house() -> str:
    """Tells this house's archives from another's in the same folder, and nothing of its key."""
    from django.conf import settings

    return hmac.new(settings.SECRET_KEY.encode(), b"barrymore.backup", "sha256").hexdigest()[:16]


def _manifest(contents: Contents, files: dict[str, Any], missing: list[str]) -> dict[str, Any]:
    counted = {key: value for key, value in asdict(contents).items() if key not in ("files", "migrations")}
    return {**counted, "missing": missing, "files": dict(files)}


def _missing(contents: Contents, files: dict[str, Any]) -> list[str]:
    """Files that the database names and that are not in the archive as they were stored."""
    return sorted(
        path
        for path, digest in contents.files.items()
        if files.get(f"files/{path}", {}).get("sha256") != digest
    )


def _tidy(newest: Path, keep: int) -> list[Path]:
    """Remove the oldest archives of this house, and what an interrupted backup has left."""
    for part in newest.parent.glob(".barrymore-*.part"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > LEFTOVER_SECONDS:
                part.unlink()
    ours = sorted(path for path in newest.parent.iterdir() if archive.is_ours(path, _house()))
    old = [path for path in ours[:-keep] if path != newest]
    for path in old:
        path.unlink()
    return old


def _sentence(result: dict[str, Any]) -> str:
    lines = [
        f"{result['archive']}: {result['bytes'] / 1e6:.1f} MB in {result['seconds']:.1f} s, "
        f"{result['rows']} rows, {result['files']} files, up to fact {result['newest_fact']}."
    ]
    if result["with_key"]:
        lines.append(
            "It holds the secret key and all your customers' data: keep it as safe as the house itself."
        )
    else:
        lines.append(
            "It holds no key: without secret_key the passwords of the mailboxes cannot be read again."
        )
    if result["removed"]:
        lines.append(f"Removed {len(result['removed'])} older ones.")
    if result["missing"]:
        lines.append(f"MISSING, though the database names them: {json.dumps(result['missing'][:10])}")
    return "\n".join(lines)
