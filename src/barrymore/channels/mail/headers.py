"""Headers as text: any charset, no control signs, one line."""

import email.header
import email.message
import email.utils
import unicodedata
from datetime import UTC, datetime

from barrymore.channels.mail.limits import LONGEST_HEADER
from barrymore.channels.signs import storable
from barrymore.customers.recognition import CONTROL, BadAddress, clean_name, normal_email

MOST_ADDRESSES = 100
# UTF-7 turns harmless letters into tags; nobody has written it honestly for decades.
REFUSED_CHARSETS = frozenset({"utf-7", "unicode-1-1-utf-7", "utf7", "imap4-utf-7"})


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text: the named charset, else UTF-8, else Windows-1252; never an error, never NUL."""
    for name in (charset or "", "utf-8"):
        if not name or name.strip().lower().replace("_", "-") in REFUSED_CHARSETS:
            continue
        try:
            return storable(data.decode(name.strip()))
        except (LookupError, UnicodeError, ValueError):
            continue
    return storable(data.decode("cp1252", errors="replace"))


def raw_header(part: email.message.Message, name: str) -> str:
    """One header unfolded, 8-bit bytes decoded, encoded words left as they are."""
    for key, value in part.raw_items():
        if key.lower() == name.lower():
            text = str(value)[:LONGEST_HEADER].encode("utf-8", "surrogateescape")
            return " ".join(decoded(text, "utf-8").split())
    return ""


def header_text(part: email.message.Message, name: str, most: int = 1000) -> str:
    """One header as one line of text with encoded words decoded (RFC 2047)."""
    return words(raw_header(part, name))[:most]


def words(text: str) -> str:
    """Encoded words decoded, control and direction signs out, one line."""
    pieces = []
    try:
        for piece, charset in email.header.decode_header(text):
            pieces.append(decoded(piece, charset) if isinstance(piece, bytes) else piece)
    except (email.errors.HeaderParseError, ValueError):
        pieces = [text]
    line = CONTROL.sub(" ", unicodedata.normalize("NFC", storable("".join(pieces))))
    return " ".join(line.split())


def addresses(part: email.message.Message, name: str) -> list[tuple[str, str]]:
    """(name, normal address) pairs of all headers of a name, at most MOST_ADDRESSES; wrong ones left out."""
    texts = []
    for key, value in part.raw_items():
        if key.lower() == name.lower():
            raw = str(value)[:LONGEST_HEADER].encode("utf-8", "surrogateescape")
            texts.append(" ".join(decoded(raw, "utf-8").split()))
    try:
        pairs = email.utils.getaddresses(texts)[:MOST_ADDRESSES]
    except (RecursionError, ValueError, IndexError):
        pairs = []  # brackets within brackets: nobody's address
    found = []
    for shown, address in pairs:
        try:
            found.append((clean_name(words(shown)), normal_email(address)))
        except BadAddress:
            continue
    return found


def date_of(part: email.message.Message) -> datetime | None:
    """The Date header as an aware UTC datetime, if it can be read."""
    try:
        at = email.utils.parsedate_to_datetime(raw_header(part, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
