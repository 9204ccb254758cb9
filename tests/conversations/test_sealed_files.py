"""Sealed files: nothing of the sound lies readable on the disk, any part can be read, any change is seen."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barrymore.conversations import sealed_files
from barrymore.conversations.sealed_files import PIECE, TAG, FileBroken, SealedFile, forget_file, seal_file


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17])
def test_what_was_written_is_read_and_nothing_of_it_lies_in_clear(size: int, media: Path) -> None:
    data = (b"the card number is 4111 " * (size // 24 + 1))[:size]
    sealed = seal_file("calls", in_chunks(data, 1000))
    assert b"".join(sealed.read(0, size)) == data
    assert sealed.size == size
    on_disk = (media / sealed.path).read_bytes()
    assert b"card number" not in on_disk
    assert len(on_disk) == size + max(1, -(-size // PIECE)) * TAG


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(start=st.integers(0, 3 * PIECE), length=st.integers(0, 3 * PIECE))
def test_any_part_is_the_part(start: int, length: int, media: Path) -> None:
    data = bytes(n % 251 for n in range(2 * PIECE + 300))
    sealed = seal_file("calls", [data])
    assert b"".join(sealed.read(start, start + length)) == data[start : start + length]


def test_a_changed_a_cut_and_a_moved_piece_are_seen(media: Path) -> None:
    data = bytes(3 * PIECE)
    for harm in ("flip", "cut", "swap", "key"):
        sealed = seal_file("calls", [data])
        file = media / sealed.path
        raw = bytearray(file.read_bytes())
        whole = PIECE + TAG
        if harm == "flip":
            raw[5] ^= 1
        elif harm == "cut":
            # The last piece is taken away, and the row says so too: the new last one was not written as last.
            raw, sealed = raw[: 2 * whole], SealedFile(sealed.path, sealed.key, 2 * PIECE)
        elif harm == "swap":
            raw[:whole], raw[whole : 2 * whole] = raw[whole : 2 * whole], raw[:whole]
        else:
            sealed = SealedFile(sealed.path, "00" * 32, sealed.size)
        file.write_bytes(raw)
        with pytest.raises(FileBroken):
            list(sealed.read(0, sealed.size))


def test_a_full_disk_leaves_nothing_behind(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        seal_file("calls", [b"x" * 100])
    assert [one for one in media.rglob("*") if one.is_file()] == []


def test_what_is_forgotten_is_gone(media: Path) -> None:
    sealed = seal_file("calls", [b"hello"])
    forget_file(sealed.path)
    forget_file(sealed.path)
    with pytest.raises(FileNotFoundError):
        list(sealed.read(0, 5))
