"""An own certificate authority for `--tls` on a machine that no public authority can reach."""

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from barrymore.cli.acme.keeper import Keeper

AUTHORITY_LIFE = timedelta(days=3650)
# Apple refuses leaf certificates that live longer than 825 days.
LEAF_LIFE = timedelta(days=800)


@dataclass(frozen=True)
class Certificate:
    """Files for the server, the names they hold for, and who renews them while it serves."""

    cert: Path
    key: Path
    names: list[str]
    keeper: "Keeper | None" = None


def own_certificate(var: Path, names: list[str]) -> Certificate:
    """Make (once) an authority in var/tls and a certificate for this machine's names and addresses.

    `var/tls/authority.crt` is what phones and browsers install; its key never leaves the folder.
    """
    folder = var / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys([*names, "localhost", socket.gethostname(), "127.0.0.1"]))
    authority_key, authority = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        _builder("Barrymore", authority.subject, key.public_key(), LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = leaf.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    (folder / "server.crt").write_bytes(pem)
    _write_key(folder / "server.key", key)
    return Certificate(folder / "server.crt", folder / "server.key", names)


def _authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_file, cert_file = folder / "authority.key", folder / "authority.crt"
    if key_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SystemExit(f"{key_file} is not a key of ours; move it away to make a new authority.")
        return key, x509.load_pem_x509_certificate(cert_file.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Barrymore at {socket.gethostname()}")])
    authority = (
        _builder(None, name, key.public_key(), AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    cert_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return key, authority


def _builder(
    common_name: str | None, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]) if common_name else issuer
    started = datetime.now(UTC) - timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(started)
        .not_valid_after(started + life)
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
