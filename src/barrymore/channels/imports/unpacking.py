"""The files of an upload: itself, or what a zip holds, within limits and without believing its paths."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext

LARGEST_UPLOAD = 2 * 1024**3
LARGEST_UNPACKED = 8 * 1024**3
MOST_FILES = 200
# Texts pack to a tenth or a twentieth; a bomb to a thousandth.
MOST_RATIO = 100
HARMLESS = 64 * 1024**2
CHUNK = 1024**2


class Unreadable(Exception):
    """Nothing of the file can be read; says what and what to do."""

    def __init__(self, what: str, what_to_do: str) -> None:
        super().__init__(what)
        self.what, self.what_to_do = what, what_to_do


@dataclass(frozen=True)
class Source:
    """One plain file to read, under the name that people know it by."""

    name: str
    path: Path


def sources_of(upload: Path, name: str, folder: Path) -> Iterator[list[Source]]:
    """Unpack piece by piece: yields what there is so far, the whole list last. Raises Unreadable."""
    if not zipfile.is_zipfile(upload):
        yield [Source(name, upload)]
        return
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Source] = []
    try:
        with zipfile.ZipFile(upload) as packed:
            members = _members(packed)
            budget = _Budget(upload.stat().st_size)
            for number, member in enumerate(members):
                # The name inside the zip is only shown; the file is written under a name of ours.
                target = folder / f"{number}.part"
                for _ in _write(packed, member, target, budget):
                    yield found
                found.append(Source(PurePosixPath(member.filename.replace("\\", "/")).name[:120], target))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(
            gettext("The zip cannot be unpacked: %(error)s.") % {"error": str(error)[:120]},
            gettext("Pack the files again, without a password, and upload that."),
        ) from error
    yield found


def _members(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [one for one in packed.infolist() if not one.is_dir() and not _is_rubbish(one.filename)]
    if len(members) > MOST_FILES:
        raise Unreadable(
            gettext("The zip holds %(count)s files; at most %(most)s are read.")
            % {"count": len(members), "most": MOST_FILES},
            gettext("Pack only the exported files, or split them over several imports."),
        )
    if not members:
        raise Unreadable(gettext("The zip is empty."), gettext("Pack the exported files into it."))
    return members


def _is_rubbish(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


class _Budget:
    """How much may still be unpacked, counted on what really comes out."""

    def __init__(self, packed_size: int) -> None:
        self.left = min(LARGEST_UNPACKED, max(HARMLESS, packed_size * MOST_RATIO))

    def spend(self, size: int) -> None:
        """Raise Unreadable once it is too much."""
        self.left -= size
        if self.left < 0:
            raise Unreadable(
                gettext("The zip unpacks to far more than it should."),
                gettext("Upload the exported files as they are, one by one."),
            )


def _write(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: _Budget) -> Iterator[None]:
    with packed.open(member) as inside, target.open("wb") as file:
        while piece := inside.read(CHUNK):
            budget.spend(len(piece))
            file.write(piece)
            yield
