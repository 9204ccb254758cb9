"""Values of foreign exports made fit to keep: one line, a text, a moment, an address."""

from datetime import UTC, datetime, timedelta
from typing import Any

from barrymore.channels.mail.headers import decoded
from barrymore.channels.mail.parsing import LONGEST_TEXT
from barrymore.channels.mail.sanitising import plain_text, sanitised
from barrymore.channels.signs import SURROGATE, storable
from barrymore.customers.recognition import CONTROL, BadAddress, clean_name, normal_email, normal_phone
from barrymore.journal.moment import now

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
# Numbers beyond this count milliseconds.
MILLISECONDS = 100_000_000_000


def text_of(value: Any, most: int = LONGEST_TEXT) -> str:
    """A text with its lines; bytes that were no UTF-8 are read as Windows-1252; nothing for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)
    if SURROGATE.search(text):
        text = decoded(text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace"), None)
    return storable(text).replace("\r\n", "\n").replace("\r", "\n").strip()[:most]


def _is_escaped(text: str) -> bool:
    """Whether every half of a pair stands for a byte that could not be decoded."""
    return all("\udc80" <= sign <= "\udcff" for sign in SURROGATE.findall(text))


def line_of(value: Any, most: int = 250) -> str:
    """One line without control and direction signs."""
    return " ".join(CONTROL.sub(" ", text_of(value)).split())[:most]


def name_of(value: Any) -> str:
    """A person's name as one line."""
    return clean_name(line_of(value, 160))


def email_of(value: Any) -> str:
    """The normal spelling of a mail address; nothing for what is none."""
    try:
        return normal_email(text_of(value, 300))
    except BadAddress:
        return ""


def phone_of(value: Any) -> str:
    """The number in E.164; nothing for what cannot be dialled."""
    try:
        return normal_phone(text_of(value, 60))
    except BadAddress:
        return ""


def moment_of(value: Any) -> datetime | None:
    """ISO 8601 or seconds since 1970; None for what is no time between 1990 and tomorrow."""
    try:
        at = _read(value)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at and OLDEST <= at <= now() + AHEAD else None


def _read(value: Any) -> datetime | None:
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or not text:
            return None
        if text.replace(".", "", 1).isdigit():
            value = float(text)
        else:
            at = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return None
    return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC)


def body_of(text: Any, html: Any) -> tuple[str, str]:
    """Text and harmless HTML of a message; the words of the HTML where there is no text."""
    page = text_of(html, LONGEST_TEXT * 4)
    clean = sanitised(page) if page else ""
    return text_of(text) or plain_text(page)[:LONGEST_TEXT], clean


def part_of(record: Any, *keys: str) -> Any:
    """A value deep in a record, None where anything on the way is missing."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def list_of(value: Any) -> list[Any]:
    """The value where it is a list, else nothing."""
    return value if isinstance(value, list) else []
