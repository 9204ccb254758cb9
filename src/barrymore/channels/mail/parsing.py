"""Bytes of a mail into one frozen value; hostile input ends here."""

import email.errors
import email.message
import email.policy
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesParser

from barrymore.channels.mail import limits
from barrymore.channels.mail.headers import addresses, date_of, decoded, header_text, raw_header, words
from barrymore.channels.mail.limits import TooComplex
from barrymore.channels.mail.sanitising import plain_text, sanitised
from barrymore.conversations.files import LARGEST_FILE, safe_name

LONGEST_TEXT = 500_000
KEPT_HEADERS = (
    *"auto-submitted precedence list-id list-unsubscribe x-autoreply x-autorespond x-loop".split(),
    *"x-spam-flag x-spam-status in-reply-to references authentication-results content-type".split(),
    *"return-path x-failed-recipients".split(),
)
MESSAGE_ID = re.compile(r"<[^<>\s]{1,230}>")


@dataclass(frozen=True)
class File:
    """An attachment as it came; the name is fit to show."""

    name: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Part:
    """A leaf of a report: its kind and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class ParsedMail:
    """A mail in our words. `senders` and the others are (name, address) pairs; `at` is what it says."""

    message_id: str
    fingerprint: str  # 16 hex digits over sender, subject, date and body, without the way it travelled
    subject: str
    senders: tuple[tuple[str, str], ...]
    reply_to: tuple[tuple[str, str], ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    at: datetime | None
    text: str
    html: str
    files: tuple[File, ...]
    headers: dict[str, str] = field(default_factory=dict)
    report: tuple[Part, ...] = ()


def parse(data: bytes) -> ParsedMail:
    """Read a mail. Raises TooComplex for what is beyond the limits (see limits)."""
    limits.check(data)
    try:
        mail = BytesParser(policy=email.policy.compat32).parsebytes(data)
        leaves = _leaves(mail)
        text, html, files = _contents(leaves)
    except RecursionError as error:
        raise TooComplex("nested too deep") from error
    found = MESSAGE_ID.search(raw_header(mail, "Message-ID"))
    return ParsedMail(
        message_id=found[0] if found else "",
        fingerprint=_fingerprint(mail, data),
        subject=header_text(mail, "Subject", 250),
        senders=tuple(addresses(mail, "From")),
        reply_to=tuple(addresses(mail, "Reply-To")),
        to=tuple(address for _, address in addresses(mail, "To")),
        cc=tuple(address for _, address in addresses(mail, "Cc")),
        at=date_of(mail),
        text=text,
        html=html,
        files=tuple(files),
        headers={name: _joined(mail, name) for name in KEPT_HEADERS},
        report=_report(mail, leaves),
    )


def _joined(mail: email.message.Message, name: str) -> str:
    if name == "authentication-results":
        return raw_header(mail, name)  # only the topmost is our own server's
    return header_text(mail, name, limits.LONGEST_HEADER)


def _fingerprint(mail: email.message.Message, data: bytes) -> str:
    body = limits.HEADERS_END.split(data, 1)[-1]
    said = "\n".join(raw_header(mail, name) for name in ("From", "Subject", "Date"))
    return hashlib.sha256(said.encode() + b"\n" + body.replace(b"\r\n", b"\n").rstrip()).hexdigest()[:16]


def _leaves(mail: email.message.Message) -> list[email.message.Message]:
    """All leaves in order; an attached mail is one leaf."""
    found: list[email.message.Message] = []
    waiting: list[tuple[email.message.Message, int]] = [(mail, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > limits.DEEPEST or len(found) > limits.MOST_PARTS:
            raise TooComplex(f"more than {limits.MOST_PARTS} parts or {limits.DEEPEST} levels")
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [(child, depth + 1) for child in reversed(_children(part))]
        else:
            found.append(part)
    return found


def _children(part: email.message.Message) -> list[email.message.Message]:
    return [child for child in part.get_payload() if isinstance(child, email.message.Message)]


def _contents(leaves: list[email.message.Message]) -> tuple[str, str, list[File]]:
    """Text, harmless HTML, and everything else as files."""
    texts: list[str] = []
    htmls: list[str] = []
    files: list[File] = []
    total = 0
    for number, part in enumerate(leaves):
        data = _bytes_of(part)
        total += len(data)
        if total > limits.LARGEST_DECODED:
            raise TooComplex(f"more than {limits.LARGEST_DECODED} bytes unpacked")
        kind, name = _kind_of(part), _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not is_file:
            texts.append(decoded(data, _charset(part)))
        elif kind == "text/html" and not is_file:
            htmls.append(decoded(data, _charset(part)))
        elif data or name:
            files.append(_file(part, name or f"part-{number + 1}{_ending(kind)}", data))
    page = "\n".join(htmls)
    text = "\n".join(texts).replace("\r\n", "\n").strip() or plain_text(page)
    return text[:LONGEST_TEXT], sanitised(page), files


def _kind_of(part: email.message.Message) -> str:
    """What the part is; several parts without a border between them are one text."""
    is_wreck = part.get_content_maintype() == "multipart" and not part.is_multipart()
    return "text/plain" if is_wreck else part.get_content_type()


def _bytes_of(part: email.message.Message) -> bytes:
    if part.is_multipart():
        return b"\n".join(child.as_bytes() for child in _children(part))
    # Undecoded payloads are never asked for: that would run whatever codec the mail names.
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file(part: email.message.Message, name: str, data: bytes) -> File:
    if len(data) > LARGEST_FILE:
        raise TooComplex(f"a file of {len(data)} bytes")
    return File(safe_name(name), data, raw_header(part, "Content-ID").strip("<> ")[:200])


def _file_name(part: email.message.Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, UnicodeError):
        return "file"
    return words(str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace")) if name else ""


def _charset(part: email.message.Message) -> str | None:
    try:
        found = part.get_content_charset()
    except (ValueError, LookupError, TypeError, UnicodeError):
        return None
    return str(found) if found else None


def _ending(kind: str) -> str:
    known = {"message/rfc822": ".eml", "text/calendar": ".ics", "application/pdf": ".pdf"}
    return known.get(kind, "")


def _report(mail: email.message.Message, leaves: list[email.message.Message]) -> tuple[Part, ...]:
    """The leaves of a multipart/report as text, at most 64 KB each."""
    if mail.get_content_type() != "multipart/report":
        return ()
    return tuple(
        Part(part.get_content_type(), decoded(_bytes_of(part)[:65536], "utf-8")) for part in leaves[:10]
    )
