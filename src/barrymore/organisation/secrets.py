"""Keys derived from the secret key of the house, and secrets sealed for the database."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(ValueError):
    """The sealed text was made with another SECRET_KEY, or changed."""


def key_for(purpose: str) -> bytes:
    """32 bytes for one purpose, by HKDF-SHA256 (RFC 5869) from SECRET_KEY."""
    return _derived(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=256)
def _derived(secret_key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"barrymore:{purpose}".encode()).derive(secret_key.encode())


def seal(text: str) -> str:
    """Encrypt a secret for the database; an empty text stays empty."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The secret again. Raises SealBroken where SECRET_KEY has changed since."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("sealed with another SECRET_KEY: enter the secret again") from error


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(key_for("seal")))
