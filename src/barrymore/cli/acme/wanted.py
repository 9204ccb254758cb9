"""What is wanted of an authority, and what of it is kept in var/tls/acme."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
ADDRESS = re.compile(r"[0-9.]+")


@dataclass(frozen=True)
class Kept:
    """A certificate as it lies in its file."""

    directory: str
    names: frozenset[str]
    began_at: datetime
    ends_at: datetime

    def is_valid(self, at: datetime) -> bool:
        """Whether it can still be served."""
        return self.began_at <= at < self.ends_at

    def is_young(self, at: datetime) -> bool:
        """Whether a third of its life or more is left."""
        return self.ends_at - at >= (self.ends_at - self.began_at) / 3


@dataclass(frozen=True)
class Wanted:
    """Names to certify, the authority's directory, and the folder for what it issues.

    `authority` is a file with the authority that signs the directory's own https; None: a public one.
    """

    names: tuple[str, ...]
    folder: Path
    directory: str = LETS_ENCRYPT
    email: str = ""
    authority: Path | None = None

    @property
    def file(self) -> Path:
        """Key and chain together, so that both are replaced in one step."""
        return self.folder / f"{self.names[0]}.pem"

    def kept(self) -> Kept | None:
        """The certificate of an earlier order; None without a readable one."""
        return read_kept(self.file)

    def is_met(self, at: datetime) -> bool:
        """Whether the kept certificate needs no new order: young, of this directory, for these names."""
        kept = self.kept()
        return bool(
            kept
            and kept.is_valid(at)
            and kept.is_young(at)
            and kept.directory == self.directory
            and kept.names == frozenset(self.names)
        )

    def keep(self, key_and_chain: bytes) -> None:
        """Put a new certificate in the place of the old one."""
        write_private(self.file, f"directory {self.directory}\n".encode() + key_and_chain)


def plain_names(names: list[str]) -> tuple[str, ...]:
    """Host names as certificates spell them; ValueError for what http-01 cannot certify."""
    return tuple(dict.fromkeys(_plain(name) for name in names))


def _plain(name: str) -> str:
    try:
        plain = name.encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    if not NAME.fullmatch(plain) or ADDRESS.fullmatch(plain):
        raise ValueError(f"{name} is not a host name that a public authority certifies by http.")
    return plain


def read_kept(file: Path) -> Kept | None:
    """What a file of ours holds; None when there is none or it cannot be read as a certificate."""
    try:
        text = file.read_bytes()
        leaf = x509.load_pem_x509_certificate(text[text.index(b"-----BEGIN CERTIFICATE-----") :])
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    return Kept(
        directory=text.split(b"\n", 1)[0].removeprefix(b"directory ").decode(errors="replace"),
        names=frozenset(names.get_values_for_type(x509.DNSName)),
        began_at=leaf.not_valid_before_utc,
        ends_at=leaf.not_valid_after_utc,
    )


def write_private(file: Path, content: bytes) -> None:
    """Write for the owner only, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    half.replace(file)


def now() -> datetime:
    """The moment by the machine's clock: certificates know no other."""
    return datetime.now(UTC)
