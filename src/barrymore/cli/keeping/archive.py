"""One archive: a compressed tar whose first member tells what it is and whose last one proves the others."""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from barrymore.cli.keeping.ways import Damaged, Refused

FORMAT = 1
ABOUT, MANIFEST = "about.json", "manifest.json"
SQLITE, DUMP = "barrymore.sqlite3", "barrymore.dump"
NAME = re.compile(r"barrymore-\d{8}T\d{6}Z\.tar\.gz")
# What an archive may hold; whatever else stands in one was not put there by us.
KNOWN = re.compile(
    r"(about\.json|manifest\.json|barrymore\.sqlite3|barrymore\.dump|secret_key|demo\.json|demo-mail\.txt|(files|tls)/.+)"
)
LEVEL = 3
CHUNK = 1 << 20
TORN = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, ValueError)


class _Hashing:
    """A file that is read once, by length and digest at the same time."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


class Writer:
    """Adds members and remembers what each held."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        """One member of `size` bytes."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        source = _Hashing(file)
        self.tar.addfile(member, source)
        self.files[name] = {"size": size, "sha256": source.digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> bool:
        """A file as long as it is at this moment; False when it is gone."""
        try:
            with path.open("rb") as file:
                self.add(name, file, os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def add_text(self, name: str, text: str) -> None:
        """A member made here."""
        data = text.encode()
        self.add(name, io.BytesIO(data), len(data))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive under a hidden name; it gets its own only when it is whole and on the disk."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with (
                gzip.GzipFile(path.name, "wb", LEVEL, raw) as packed,
                tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Writer(tar)
            raw.flush()
            os.fsync(raw.fileno())
        # A link refuses to replace what has meanwhile got the name; a rename would not.
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def about(path: Path) -> dict[str, Any]:
    """What an archive says of itself. Raises Refused, Damaged."""
    with _open(path) as (tar, _):
        first = tar.next()
        if first is None or first.name != ABOUT:
            raise Refused(f"{path} is not a backup of Barrymore.")
        found: dict[str, Any] = json.loads(_read(tar, first))
    if found.get("format") != FORMAT:
        raise Refused(
            f"{path} has format {found.get('format')}, this Barrymore reads {FORMAT}. Use a newer one."
        )
    return found


def unpack(path: Path, folder: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Unpack into an empty folder and return the manifest. Raises Damaged unless every digest is right."""
    manifest: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {}
    whole = path.stat().st_size
    with _open(path) as (tar, raw):
        for member in tar:
            _check_place(member, folder)
            written = _write(tar, member, folder)
            if member.name == MANIFEST:
                manifest = json.loads((folder / MANIFEST).read_text())
            else:
                found[member.name] = written
            progress(raw.tell(), whole)
    if not manifest:
        raise Damaged(f"{path} is cut short: it has no manifest.")
    wrong = sorted(
        name for name in {*found, *manifest["files"]} if found.get(name) != manifest["files"].get(name)
    )
    if wrong:
        raise Damaged(
            f"{path} is damaged: {', '.join(wrong[:5])} differ from what was backed up ({len(wrong)} in all)."
        )
    return manifest


def is_ours(path: Path, house: str) -> bool:
    """Whether an archive was made by this house; a foreign or torn file is not."""
    with suppress(Refused, OSError):
        return bool(NAME.fullmatch(path.name)) and about(path).get("house") == house
    return False


@contextmanager
def _open(path: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    try:
        with (
            path.open("rb") as raw,
            gzip.GzipFile(fileobj=raw) as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            yield tar, raw
    except FileNotFoundError:
        raise Refused(f"There is no {path}.") from None
    except IsADirectoryError:
        raise Refused(f"{path} is a folder, not an archive.") from None
    except TORN as error:
        raise Damaged(f"{path} is no backup of Barrymore, or is damaged or cut short: {error}") from None


def _check_place(member: tarfile.TarInfo, folder: Path) -> None:
    try:
        tarfile.data_filter(member, str(folder))
    except tarfile.FilterError as error:
        raise Damaged(f"The archive wants to write outside its folder: {error}") from None
    if not member.isreg() or ".." in Path(member.name).parts or not KNOWN.fullmatch(member.name):
        raise Damaged(f"The archive holds {member.name!r}, which no backup of ours does.")


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file else b""


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = tar.extractfile(member)
    assert file is not None
    source, size = _Hashing(file), 0
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Damaged(f"The archive holds {member.name!r} twice.") from None
    with os.fdopen(descriptor, "wb") as out:
        while data := source.read(CHUNK):
            size += out.write(data)
    return {"size": size, "sha256": source.digest.hexdigest()}
