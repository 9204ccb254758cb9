"""Files encrypted on the disk piece by piece, so that a part of a long one can be read without the rest.

AES-256-GCM, a key of its own for each file. The number of a piece is its nonce, and whether it is the last
stands in what is authenticated: pieces cannot be moved, left out, or cut off at the end.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PIECE = 64 * 1024
TAG = 16


class FileBroken(ValueError):
    """The file is not what was written, or the key is not its key."""


@dataclass(frozen=True)
class SealedFile:
    """Where it lies below MEDIA_ROOT, its key, and its size in clear."""

    path: str
    key: str
    size: int

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`. Raises FileBroken, FileNotFoundError."""
        stop = min(stop, self.size)
        if start >= stop:
            return
        cipher, last = AESGCM(bytes.fromhex(self.key)), _pieces(self.size) - 1
        with (Path(settings.MEDIA_ROOT) / self.path).open("rb") as file:
            for number in range(start // PIECE, (stop - 1) // PIECE + 1):
                file.seek(number * (PIECE + TAG))
                clear = _opened(cipher, number, file.read(PIECE + TAG), is_last=number == last)
                begins = number * PIECE
                yield clear[max(start - begins, 0) : stop - begins]


def _opened(cipher: AESGCM, number: int, piece: bytes, *, is_last: bool) -> bytes:
    try:
        return cipher.decrypt(number.to_bytes(12, "big"), piece, b"last" if is_last else b"more")
    except InvalidTag as error:
        raise FileBroken(f"piece {number}") from error


def _pieces(size: int) -> int:
    return max(1, -(-size // PIECE))


def seal_file(folder: str, chunks: Iterable[bytes]) -> SealedFile:
    """Write bytes encrypted and durably under a random name. Raises OSError and leaves nothing then."""
    key, name = secrets.token_bytes(32), secrets.token_hex(16)
    path = f"{folder}/{name[:2]}/{name}"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as file:
            size = 0
            for number, (piece, is_last) in enumerate(_in_pieces(chunks)):
                told = b"last" if is_last else b"more"
                file.write(AESGCM(key).encrypt(number.to_bytes(12, "big"), piece, told))
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return SealedFile(path, key.hex(), size)


def _in_pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of one size, the last shorter or empty, with whether it is the last."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE:
            yield bytes(held[:PIECE]), False
            del held[:PIECE]
    yield bytes(held), True


def forget_file(path: str) -> None:
    """Take it from the disk; its key goes with its row."""
    if path:
        (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)
