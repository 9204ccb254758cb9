"""Web push: who we are (VAPID, RFC 8292) and a message that only one browser can read (RFC 8291)."""

import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
# The order of the curve: a private key is a number from 1 to one less (NIST SP 800-186, 3.2.1.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD = 4096
MOST_BYTES = 3000
LIFE_SECONDS = 12 * 3600


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Bytes of such a text. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point, 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def own_key() -> ec.EllipticCurvePrivateKey:
    """The key of the house, derived from SECRET_KEY, so that nothing more has to be kept and saved."""
    return _derived(settings.SECRET_KEY)


@lru_cache(maxsize=8)
def _derived(secret_key: str) -> ec.EllipticCurvePrivateKey:
    # 48 bytes against 32 of the order: the remainder is then as good as uniform (FIPS 186-5, A.2.1).
    wide = HKDF(SHA256(), 48, salt=None, info=b"barrymore:vapid").derive(secret_key.encode())
    return ec.derive_private_key(int.from_bytes(wide, "big") % (ORDER - 1) + 1, CURVE)


def own_public_key() -> str:
    """What a browser must be told when it subscribes."""
    return encoded(public_bytes(own_key().public_key()))


def authorization(endpoint: str, contact: str) -> str:
    """The header that proves to a push service who sends; signed with ES256, good for twelve hours."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + LIFE_SECONDS,
        "sub": contact,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    r, s = decode_dss_signature(own_key().sign(signed.encode(), ec.ECDSA(SHA256())))
    token = f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={own_public_key()}"


def encrypted(
    message: bytes,
    public_key: str,
    secret: str,
    *,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """A message of at most MOST_BYTES for one browser, as one aes128gcm record (RFC 8291, RFC 8188).

    `sender` and `salt` are made anew for each message; only tests give them. Raises ValueError for a
    message too long and for keys that are none.
    """
    if len(message) > MOST_BYTES:
        raise ValueError("the message is too long for a push service")
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(public_key))
    sender, salt = sender or ec.generate_private_key(CURVE), salt or os.urandom(16)
    own = public_bytes(sender.public_key())
    info = b"WebPush: info\x00" + public_bytes(receiver) + own
    shared = HKDF(SHA256(), 32, salt=decoded(secret), info=info).derive(sender.exchange(ec.ECDH(), receiver))
    key = HKDF(SHA256(), 16, salt=salt, info=b"Content-Encoding: aes128gcm\x00").derive(shared)
    nonce = HKDF(SHA256(), 12, salt=salt, info=b"Content-Encoding: nonce\x00").derive(shared)
    sealed = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(own)]) + own + sealed
