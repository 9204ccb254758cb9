"""Put proved files into var/: what was there is set aside by renaming, never overwritten."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from barrymore.cli.keeping import archive
from barrymore.cli.keeping.ways import Refused

# These belong to the folder and not to the house in it.
STAYS = ("lock", "backups")
ASIDE = "replaced-"
NOT_PLACED = (archive.ABOUT, archive.MANIFEST, archive.DUMP)


def check_room(var: Path, *, replace: bool) -> None:
    """Raise Refused when something is there that nobody allowed to be replaced."""
    there = sorted(path.name for path in _contents(var))
    if there and not replace:
        raise Refused(
            f"{var} is not empty: {', '.join(there[:6])}. Choose another folder with --into, "
            "or set aside what is there with --replace-everything."
        )


def put(staging: Path, var: Path, about: dict[str, Any]) -> str:
    """Move everything into place, the database last; returns where the old things lie, or nothing.

    An error on the way brings everything back to where it was.
    """
    aside = f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if not about["with_key"]:
        # It was made for the check; the one of before is worth more.
        (staging / "secret_key").unlink(missing_ok=True)
    _give_to_owner(staging, var)
    # Everything on the disk before a database stands there that says so.
    os.sync()
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in [*_away(var, aside, about), *_into(staging, var)]:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.move(source, target)
            moved.append((source, target))
    except OSError:
        for source, target in reversed(moved):
            shutil.move(target, source)
        raise
    archive.sync_folder(var)
    return str(var / aside) if any(aside in target.parts for _, target in moved) else ""


def _away(var: Path, aside: str, about: dict[str, Any]) -> list[tuple[Path, Path]]:
    """What is there, and where it goes; a mounted folder cannot be renamed, so its contents go aside."""
    keeps = () if about["with_key"] else ("secret_key", "tls")
    pairs = []
    for path in _contents(var):
        if path.is_mount():
            pairs += [(inner, path / aside / inner.name) for inner in _contents(path)]
        elif path.name not in keeps:
            pairs.append((path, var / aside / path.name))
    return pairs


def _into(staging: Path, var: Path) -> list[tuple[Path, Path]]:
    pairs = []
    for path in sorted(staging.iterdir(), key=lambda path: path.name.startswith(archive.SQLITE)):
        if (var / path.name).is_mount():
            pairs += [(inner, var / path.name / inner.name) for inner in path.iterdir()]
        elif path.name not in NOT_PLACED:
            pairs.append((path, var / path.name))
    return pairs


def _contents(folder: Path) -> list[Path]:
    """What stands in the way: not what stays, not what was set aside before, not an empty folder."""
    return [
        path
        for path in folder.iterdir()
        if path.name not in STAYS
        and not path.name.startswith((".", ASIDE))
        and not (path.is_dir() and not any(path.iterdir()))
    ]


def _give_to_owner(staging: Path, var: Path) -> None:
    """Restored by root, the files still belong to the one who serves."""
    owner = var.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for path in staging.rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)
