"""Which mails form one conversation: by the ids they name, else by subject and counterpart."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message

from barrymore.channels.imports.cleaning import moment_of
from barrymore.channels.imports.mbox_files import Place, border_time
from barrymore.channels.imports.staging import Stage
from barrymore.channels.mail.headers import addresses, date_of, header_text, raw_header
from barrymore.channels.mail.parsing import MESSAGE_ID

DAY = 86_400
MOST_IDS = 200
PREFIX = re.compile(r"^(?:(?:re|fwd?|aw|wg|sv|vs|ats|отв|ответ|rif|tr|r|i)(?:\[\d+\])? *: *)+", re.IGNORECASE)


def note_mail(stage: Stage, mail: Message, place: Place, file: str, row: str, own: frozenset[str]) -> None:
    """Put one mail into the index, into the thread of any mail that it names or that names it."""
    ids = _ids(mail)
    named = _named(mail)
    thread = _thread_of(stage, [*ids, *named])
    for one in [*ids, *named]:
        stage.run("INSERT OR IGNORE INTO mail_id VALUES (?, ?)", (one, thread))
    at = time_of(mail, place.border)
    stage.run(
        "INSERT INTO mail (file, start, size, root, thread, at, subject, who, is_answer, row)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(file, place.start, place.size, (named or ids or [_digest(mail)])[0], thread),
            *(at.timestamp() if at else None, subject_key(mail), _who(mail, own), bool(named), row),
        ),
    )


def time_of(mail: Message, border: bytes) -> datetime | None:
    """What the mail says, else what the border line says."""
    for at in (date_of(mail), border_time(border)):
        if at and (found := moment_of(at.timestamp())):
            return found
    return None


def subject_key(mail: Message) -> str:
    """The subject without `Re:` in the languages of the house, in small letters."""
    return PREFIX.sub("", header_text(mail, "Subject", 250)).strip().lower()


def _ids(mail: Message) -> list[str]:
    return MESSAGE_ID.findall(raw_header(mail, "Message-ID"))[:1]


def _named(mail: Message) -> list[str]:
    """The ids in References and In-Reply-To, the oldest first."""
    found = MESSAGE_ID.findall(raw_header(mail, "References") + " " + raw_header(mail, "In-Reply-To"))
    return list(dict.fromkeys(found))[:MOST_IDS]


def _digest(mail: Message) -> str:
    said = "\n".join(raw_header(mail, name) for name in ("From", "Date", "Subject"))
    return hashlib.sha256(said.encode()).hexdigest()


def _who(mail: Message, own: frozenset[str]) -> str:
    """The first address of the mail that is not ours."""
    for name in ("From", "To", "Cc"):
        for _, address in addresses(mail, name):
            if address not in own:
                return address
    return ""


def _thread_of(stage: Stage, ids: list[str]) -> int:
    """The thread to which some ids belong, threads that prove to be one joined; else a new one."""
    marks = ", ".join("?" * len(ids))
    rows = stage.run(f"SELECT DISTINCT thread FROM mail_id WHERE id IN ({marks})", ids).fetchall()  # noqa: S608
    found = sorted(thread for (thread,) in rows)
    if not found:
        newest = stage.run("SELECT MAX(thread) FROM mail").fetchone()[0]
        return int(newest or 0) + 1
    for other in found[1:]:
        _join(stage, found[0], other)
    return int(found[0])


def _join(stage: Stage, thread: int, other: int) -> None:
    stage.run("UPDATE mail_id SET thread = ? WHERE thread = ?", (thread, other))
    stage.run("UPDATE mail SET thread = ? WHERE thread = ?", (thread, other))


def join_by_subject(stage: Stage, days: int) -> None:
    """A mail that names no other one goes on with the last one of the same subject and counterpart."""
    stage.run("CREATE TEMP TABLE pair (first INTEGER, second INTEGER)")
    before: tuple[str, str, float, int] | None = None
    mails = stage.run(
        "SELECT subject, who, at, thread, is_answer FROM mail"
        " WHERE subject <> '' AND who <> '' AND at IS NOT NULL ORDER BY subject, who, at"
    )
    for subject, who, at, thread, is_answer in mails:
        same = before is not None and before[:2] == (subject, who) and at - before[2] <= days * DAY
        if same and before and not is_answer and before[3] != thread:
            stage.run("INSERT INTO pair VALUES (?, ?)", (before[3], thread))
        before = (subject, who, at, thread)
    _join_pairs(stage)


def _join_pairs(stage: Stage) -> None:
    """Join in the order of the pairs; a thread that has been joined is followed to where it went."""
    went: dict[int, int] = {}
    for first, second in stage.run("SELECT first, second FROM pair ORDER BY rowid").fetchall():
        one, other = _followed(went, first), _followed(went, second)
        if one != other:
            _join(stage, one, other)
            went[other] = one


def _followed(went: dict[int, int], thread: int) -> int:
    while thread in went:
        thread = went[thread]
    return thread


def list_threads(stage: Stage) -> Iterator[int]:
    """Make a conversation of each thread, the oldest first; yields how many there are."""
    threads = stage.run("SELECT thread, MIN(number) FROM mail GROUP BY thread ORDER BY MIN(at), thread")
    for number, (thread, first) in enumerate(threads.fetchall(), start=1):
        root, row = stage.run("SELECT root, row FROM mail WHERE number = ?", (first,)).fetchone()
        # Two threads can name one root only when their index was torn apart: the number keeps them two.
        if not stage.add_thread(root, row, thread):
            stage.add_thread(f"{root} {number}", row, thread)
        yield number
