"""History out of mbox files: mails into conversations, with the mail parser that reads the mailboxes too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext

from barrymore.channels.imports.cleaning import moment_of
from barrymore.channels.imports.mbox_files import bytes_at, headers_at, places
from barrymore.channels.imports.mbox_threads import join_by_subject, list_threads, note_mail
from barrymore.channels.imports.reading import LeftOut, Options, Outcome, Step
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Source, Unreadable
from barrymore.channels.language import language_of
from barrymore.channels.mail.limits import LARGEST_MAIL, TooComplex
from barrymore.channels.mail.parsing import ParsedMail, parse
from barrymore.channels.mail.quoting import fresh_part
from barrymore.channels.mail.recognising import Kind, sender_of, verdict
from barrymore.handling.past import (
    Direction,
    PastConversation,
    PastCustomer,
    PastFile,
    PastMessage,
    RowError,
)
from barrymore.journal.moment import now

MOST_MESSAGES = 1000
MOST_FILE_BYTES = 100 * 1024**2
# Whoever wrote last and lately still waits for us.
STILL_OPEN = timedelta(days=14)


def stage_files(sources: list[Source], stage: Stage, options: Options) -> Iterator[Step]:
    """Index every mail by its headers, then thread them."""
    read = 0
    found = 0
    for source in sources:
        for number, place in enumerate(places(source.path), start=1):
            found += 1
            row = gettext("%(file)s, message %(number)s") % {"file": source.name, "number": number}
            if place.size > LARGEST_MAIL:
                yield Step(read + place.start, _too_large(row, place.size))
                continue
            mail = headers_at(source.path, place)
            note_mail(stage, mail, place, str(source.path), row, options.own)
            yield Step(read + place.start)
        read += source.path.stat().st_size
    if not found:
        raise Unreadable(
            gettext("No mail begins with a line “From …”, so this is no mbox file."),
            gettext("Export the folder as mbox: Thunderbird, Gmail Takeout and Dovecot do that."),
        )
    join_by_subject(stage, options.days)
    for _ in list_threads(stage):
        yield Step(read)


def _too_large(row: str, size: int) -> RowError:
    return RowError(
        row,
        gettext("is a mail of %(size)s MB") % {"size": size // 1024**2},
        gettext("Keep it where it is; at most %(most)s MB are read.") % {"most": LARGEST_MAIL // 1024**2},
    )


def conversations(stage: Stage, options: Options, after: int = 0) -> Iterator[tuple[int, Outcome]]:
    """Every thread as a conversation, or why it is none."""
    for number, root, row, thread in stage.threads(after):
        yield number, _Thread(stage, options, root, row, int(thread)).read()


class _Thread:
    """Reads the mails of one thread."""

    def __init__(self, stage: Stage, options: Options, root: str, row: str, thread: int) -> None:
        self.stage, self.options, self.root, self.row, self.thread = stage, options, root, row, thread
        self.mails: list[ParsedMail] = []
        self.messages: list[PastMessage] = []
        self.remarks: list[RowError] = []
        self.left_out = 0
        self.file_bytes = 0

    def read(self) -> Outcome:
        """The conversation, or why it is none."""
        rows = self.stage.run(
            "SELECT file, start, size, at, row FROM mail WHERE thread = ?"
            " ORDER BY at IS NULL, at, number LIMIT ?",
            (self.thread, MOST_MESSAGES),
        )
        for file, start, size, at, row in rows.fetchall():
            self._add(Path(file), start, size, at, row)
        if not self.messages:
            return self.remarks[0] if self.remarks else LeftOut(self.left_out)
        customer = self._customer()
        if not customer.email:
            return RowError(
                self.row,
                gettext("names nobody but your own addresses"),
                gettext("Nothing is lost: there is no customer in it. Or take an address out of your own."),
            )
        return self._conversation(customer)

    def _add(self, path: Path, start: int, size: int, at: float | None, row: str) -> None:
        try:
            mail = parse(bytes_at(path, start, size))
        except TooComplex as error:
            what = gettext("is too complex to be opened safely: %(error)s") % {"error": str(error)[:100]}
            self.remarks.append(RowError(row, what, gettext("Read it in the old mailbox.")))
            return
        said_at = moment_of(at)
        if not mail.senders or said_at is None:
            what = gettext("has no readable sender") if not mail.senders else gettext("has no readable date")
            self.remarks.append(
                RowError(row, what, gettext("Mend its headers, or read it in the old mailbox."))
            )
            return
        message = self._message(mail, row, said_at)
        if message.external_id in {one.external_id for one in self.messages}:
            return  # the same mail in two folders
        if self._is_noise(mail, message):
            self.left_out += 1
            return
        self.mails.append(mail)
        self.messages.append(message)

    def _is_noise(self, mail: ParsedMail, message: PastMessage) -> bool:
        """Loops, bounces, lists and spam would be no conversation either if they came today."""
        found = verdict(mail, frozenset(one.rpartition("@")[2] for one in self.options.own))
        if message.direction == Direction.OUTBOUND:
            return found.what == "loop"
        return found.is_spam or found.kind == Kind.REJECTED

    def _message(self, mail: ParsedMail, row: str, at: datetime) -> PastMessage:
        name, email = mail.senders[0]
        is_ours = email in self.options.own
        return PastMessage(
            at=at,
            direction=Direction.OUTBOUND if is_ours else Direction.INBOUND,
            name=name,
            email=email,
            text=mail.text,
            html=mail.html,
            external_id=f"{mail.message_id}#{mail.fingerprint}"
            if mail.message_id
            else f"sha:{mail.fingerprint}",
            to=mail.to,
            files=self._files(mail, row),
        )

    def _files(self, mail: ParsedMail, row: str) -> tuple[PastFile, ...]:
        size = sum(len(file.data) for file in mail.files)
        if self.file_bytes + size > MOST_FILE_BYTES:
            what = gettext("The files of one conversation are more than %(most)s MB; these were left out.")
            what %= {"most": MOST_FILE_BYTES // 1024**2}
            self.remarks.append(RowError(row, what, gettext("Keep them where they are.")))
            return ()
        self.file_bytes += size
        return tuple(PastFile(file.name, file.data, file.content_id) for file in mail.files)

    def _customer(self) -> PastCustomer:
        """Who wrote to us first, by the address to answer to; else to whom we wrote."""
        for mail, message in zip(self.mails, self.messages, strict=True):
            if message.direction == Direction.INBOUND:
                name, email = sender_of(mail, self.options.own) or (message.name, message.email)
                language = language_of(fresh_part(mail.text))
                return PastCustomer(name=name, email=email, language=language)
        to = [one for mail in self.mails for one in (*mail.to, *mail.cc) if one not in self.options.own]
        return PastCustomer(email=to[0]) if to else PastCustomer()

    def _conversation(self, customer: PastCustomer) -> PastConversation:
        last = self.messages[-1]
        is_open = last.direction == Direction.INBOUND and last.at > now() - STILL_OPEN
        first = next((one for one in self.messages if one.direction == Direction.INBOUND), None)
        messages = [
            replace(one, email=customer.email) if one is first and one.email != customer.email else one
            for one in self.messages
        ]
        return PastConversation(
            source_id=self.root,
            row=self.row,
            subject=self.mails[0].subject,
            customer=customer,
            language=customer.language,
            opened_at=messages[0].at,
            closed_at=None if is_open else last.at,
            state="open" if is_open else "closed",
            messages=tuple(messages),
            remarks=tuple(self.remarks),
        )
