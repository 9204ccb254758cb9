"""What a mail is: a contact, something that joins a thread as an event, or nothing for a person."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings

from barrymore.channels.mail.parsing import ParsedMail
from barrymore.channels.mail.thread_ids import ThreadId, loop_mark, read_ids
from barrymore.customers.recognition import BadAddress, is_shared, normal_email

ROBOTS = frozenset({"mailer-daemon", "postmaster"})
FAILED_RECIPIENT = re.compile(
    r"^(?:Final|Original)-Recipient:[ \t]*(?:rfc822;)?[ \t]*<?([^\s<>;]+)", re.M | re.I
)
IS_FAILURE = re.compile(r"^Action:[ \t]*failed|^Status:[ \t]*5\.", re.M | re.I)
DMARC_PASS = re.compile(r"\bdmarc=pass\b", re.I)


class Kind(StrEnum):
    """What becomes of a mail."""

    CONTACT = "contact"
    EVENT = "event"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Verdict:
    """`what` says what the mail was taken for; `thread` is the proved thread; `bounced` lists addresses
    that a report names as undeliverable for good."""

    kind: Kind
    what: str
    thread: ThreadId | None = None
    is_spam: bool = False
    bounced: tuple[str, ...] = field(default=())


def verdict(mail: ParsedMail, own_domains: frozenset[str] = frozenset()) -> Verdict:
    """Decide by the headers (RFC 3834, RFC 3464); the words of a mail never decide."""
    if _is_loop(mail):
        return Verdict(Kind.REJECTED, "loop")
    if mail.report or _from_robot(mail):
        return _of_report(mail)
    thread = newest_thread(mail)
    if _is_auto_reply(mail):
        return Verdict(Kind.EVENT if thread else Kind.REJECTED, "auto_reply", thread)
    if thread is not None:
        return Verdict(Kind.CONTACT, "reply", thread)
    if _is_marked_spam(mail):
        return Verdict(Kind.CONTACT, "spam", is_spam=True)
    if _is_list(mail, own_domains):
        return Verdict(Kind.CONTACT, "list", is_spam=True)
    return Verdict(Kind.CONTACT, "contact")


def newest_thread(mail: ParsedMail) -> ThreadId | None:
    """The thread that In-Reply-To or References prove; the last id counts most."""
    answered = read_ids(mail.headers["in-reply-to"])
    return last(answered or read_ids(mail.headers["references"]))


def last(found: list[ThreadId]) -> ThreadId | None:
    """The last id of a header, which names the mail that is answered."""
    return found[-1] if found else None


def sender_of(mail: ParsedMail, own: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """(name, address) to answer to: Reply-To where it names one person who is not us, else From."""
    others = [pair for pair in mail.reply_to if pair[1] not in own]
    name = mail.senders[0][0] if mail.senders else ""
    if len(others) == 1:
        return others[0][0] or name, others[0][1]
    return mail.senders[0] if mail.senders else None


def is_proved(mail: ParsedMail, address: str) -> bool:
    """Whether our own mail server says that the domain of From stands behind the mail (DMARC)."""
    trusted: list[str] = getattr(settings, "TRUSTED_AUTHSERV", [])
    results = mail.headers["authentication-results"]
    server = results.partition(";")[0].strip().partition(" ")[0].lower()
    if not server or server not in {name.lower() for name in trusted}:
        return False
    is_from = len(mail.senders) == 1 and mail.senders[0][1] == address
    return is_from and bool(DMARC_PASS.search(results)) and not is_shared("email", address)


def _is_loop(mail: ParsedMail) -> bool:
    return loop_mark() in mail.headers["x-loop"] or bool(read_ids(mail.message_id))


def _from_robot(mail: ParsedMail) -> bool:
    local = mail.senders[0][1].partition("@")[0] if mail.senders else ""
    return local in ROBOTS and mail.headers["return-path"] in {"<>", ""}


def _of_report(mail: ParsedMail) -> Verdict:
    """A bounce or receipt joins the thread that its copy of our mail names; else it opens nothing."""
    is_receipt = "disposition-notification" in mail.headers["content-type"].lower()
    quoted = "\n".join(part.text for part in mail.report) or mail.text
    quoted += "".join(
        file.data[:65536].decode("latin-1") for file in mail.files if file.name.endswith(".eml")
    )
    found = newest_thread(mail) or last(read_ids(quoted))
    what = "receipt" if is_receipt else "bounce"
    bounced = () if is_receipt else _bounced(mail)
    return Verdict(Kind.EVENT if found else Kind.REJECTED, what, found, bounced=bounced)


def _bounced(mail: ParsedMail) -> tuple[str, ...]:
    named = mail.headers["x-failed-recipients"].split(",")
    for part in mail.report:
        if part.kind == "message/delivery-status" and IS_FAILURE.search(part.text):
            named += FAILED_RECIPIENT.findall(part.text)
    found = []
    for address in named:
        try:
            found.append(normal_email(address))
        except BadAddress:
            continue
    return tuple(dict.fromkeys(found))


def _is_auto_reply(mail: ParsedMail) -> bool:
    submitted = mail.headers["auto-submitted"].lower().partition(";")[0].strip()
    replied = submitted.startswith("auto-replied")
    marked = bool(mail.headers["x-autoreply"] or mail.headers["x-autorespond"])
    precedence = mail.headers["precedence"].lower() == "auto_reply"
    # What a machine sends of its own accord (a booking notice) is news; in a thread of ours it is an echo.
    echo = submitted not in {"", "no"} and newest_thread(mail) is not None
    return replied or marked or precedence or echo or mail.headers["return-path"] == "<>"


def _is_marked_spam(mail: ParsedMail) -> bool:
    flag, status = mail.headers["x-spam-flag"].lower(), mail.headers["x-spam-status"].lower()
    return flag.startswith("yes") or status.startswith("yes")


def _is_list(mail: ParsedMail, own_domains: frozenset[str]) -> bool:
    """A list or newsletter, unless it is a group address of our own house."""
    list_id = mail.headers["list-id"].lower()
    if any(domain in list_id for domain in own_domains):
        return False
    bulk = mail.headers["precedence"].lower() in {"bulk", "list", "junk"}
    return bulk or bool(list_id) or bool(mail.headers["list-unsubscribe"])
