"""History out of what Chatwoot's REST API gives, and out of its CSV of contacts."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from barrymore.channels.imports.cleaning import (
    body_of,
    email_of,
    line_of,
    list_of,
    moment_of,
    name_of,
    part_of,
    phone_of,
    text_of,
)
from barrymore.channels.imports.json_stream import Found, records
from barrymore.channels.imports.reading import Options, Outcome, Step
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Source
from barrymore.channels.imports.words import files_named, in_order, mislaid, no_date, nobody, nothing_said
from barrymore.channels.language import language_of
from barrymore.handling.past import Direction, PastConversation, PastCustomer, PastMessage, RowError

STATES = {"resolved": "closed", "1": "closed", "snoozed": "waiting", "3": "waiting"}
CHANNELS = {"email": "mail", "twiliosms": "sms", "sms": "sms", "whatsapp": "sms", "voice": "phone"}
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = 0, 1, 2, 3
TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "activity": ACTIVITY, "template": TEMPLATE}
MOST_MESSAGES = 5000
SUBJECT = 80


def stage_files(sources: list[Source], stage: Stage, options: Options) -> Iterator[Step]:
    """Put conversations, messages and contacts where they can be found by their ids."""
    read = 0
    for source in sources:
        last = 0
        for found in _records(source):
            if isinstance(found, RowError):
                yield Step(read + last, found)
                continue
            last = found.read
            yield Step(read + last, _sort(stage, found))
        read += source.path.stat().st_size
    if lost := stage.orphans():
        what = gettext("%(count)s messages name a conversation that is not in the export.") % {"count": lost}
        yield Step(read, RowError(gettext("Messages"), what, gettext("Export the conversations, too.")))


def _records(source: Source) -> Iterator[Found | RowError]:
    if source.name.lower().endswith(".csv"):
        yield from _contacts(source)
    else:
        yield from records(source.path, source.name)


def _contacts(source: Source) -> Iterator[Found | RowError]:
    """The rows of the contacts that Chatwoot exports: id, name, email, phone_number."""
    read = 0
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.DictReader(line.replace("\x00", "") for line in file)
        number = 1
        while True:
            number += 1
            row = gettext("%(file)s, line %(number)s") % {"file": source.name, "number": number}
            try:
                record = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield mislaid(row, gettext("is no row of a CSV"))
                continue
            read += sum(len(str(cell)) for cell in record.values())
            yield Found(row, "contacts", record, read)


def _sort(stage: Stage, found: Found) -> RowError | None:
    record = found.value if isinstance(found.value, dict) else {}
    ref = line_of(record.get("id"), 60)
    if not ref:
        return mislaid(found.row, gettext("has no id"))
    if "message_type" in record:
        _keep_message(stage, record, found.row, "")
        return None
    if found.key == "contacts" or _is_contact(record):
        stage.add_person(ref, record)
        return None
    if not {"messages", "inbox_id", "status"} & set(record):
        return mislaid(found.row, gettext("is neither a conversation, nor a message, nor a contact"))
    for one in list_of(record.get("messages")):
        if isinstance(one, dict):
            _keep_message(stage, one, found.row, ref)
    # The messages stand apart: the API repeats the newest one with its conversation.
    stage.add_thread(ref, found.row, {**record, "messages": None})
    return None


def _is_contact(record: dict[str, Any]) -> bool:
    return "name" in record and bool({"phone_number", "email", "identifier"} & set(record))


def _keep_message(stage: Stage, message: dict[str, Any], row: str, parent: str) -> None:
    parent = parent or line_of(message.get("conversation_id"), 60)
    stage.add_said(parent, line_of(message.get("id"), 60) or text_of(message)[:60], row, message)


def conversations(stage: Stage, options: Options, after: int = 0) -> Iterator[tuple[int, Outcome]]:
    """Every conversation, or why it is none."""
    for number, ref, row, record in stage.threads(after):
        yield number, _Conversation(stage, ref, row, record if isinstance(record, dict) else {}).read()


class _Conversation:
    """Reads one conversation."""

    def __init__(self, stage: Stage, ref: str, row: str, record: dict[str, Any]) -> None:
        self.stage, self.ref, self.record = stage, ref, record
        self.row = gettext("%(place)s, conversation %(id)s") % {"place": row, "id": ref}
        self.remarks: list[RowError] = []
        self.said = [one for one in stage.said_in(ref, MOST_MESSAGES) if isinstance(one, dict)]

    def read(self) -> Outcome:
        """The conversation, or why it is none."""
        customer = self._customer()
        if not customer.address[0]:
            return nobody(self.row, line_of(part_of(self.record, "meta", "sender", "id"), 60))
        opened_at = moment_of(self.record.get("created_at")) or self._first_at()
        if opened_at is None:
            return no_date(self.row, "created_at")
        messages = in_order(self._message(one, opened_at, customer) for one in self.said if _says(one))
        if not messages:
            return nothing_said(self.row)
        state = STATES.get(line_of(self.record.get("status")).lower(), "open")
        closed_at = moment_of(self.record.get("last_activity_at")) or messages[-1].at
        return PastConversation(
            source_id=self._source_id(),
            row=self.row,
            subject=self._subject(messages),
            customer=customer,
            opened_at=min(opened_at, messages[0].at),
            closed_at=max(closed_at, opened_at) if state == "closed" else None,
            state=state,
            channel=self._channel(),
            language=customer.language or language_of(messages[0].text),
            queue=line_of(
                part_of(self.record, "meta", "team", "name") or part_of(self.record, "inbox", "name"), 80
            ),
            tags=tuple(
                filter(None, (line_of(label, 80) for label in list_of(self.record.get("labels"))[:50]))
            ),
            messages=messages,
            remarks=tuple(self.remarks),
        )

    def _source_id(self) -> str:
        return f"{line_of(self.record.get('account_id'), 60)}/{self.ref}"[:200]

    def _channel(self) -> str:
        told = line_of(part_of(self.record, "meta", "channel")).rpartition("::")[2].lower()
        return CHANNELS.get(told, "chat")

    def _first_at(self) -> datetime | None:
        times = [at for one in self.said if (at := moment_of(one.get("created_at")))]
        return min(times, default=None)

    def _customer(self) -> PastCustomer:
        """Told with the conversation, or with a message of theirs, or among the contacts."""
        told = part_of(self.record, "meta", "sender") or part_of(self.record, "contact")
        if not isinstance(told, dict):
            theirs = [one.get("sender") for one in self.said if _type(one) == INCOMING]
            told = next((one for one in theirs if isinstance(one, dict)), {})
        ref = line_of(told.get("id") or self.record.get("contact_id"), 60)
        known = self.stage.person(ref) if ref else {}
        return PastCustomer(
            name=name_of(told.get("name") or known.get("name")),
            email=email_of(told.get("email")) or email_of(known.get("email")),
            phone=phone_of(told.get("phone_number")) or phone_of(known.get("phone_number")),
            language=line_of(part_of(self.record, "additional_attributes", "browser_language"), 2).lower(),
        )

    def _subject(self, messages: tuple[PastMessage, ...]) -> str:
        told = part_of(self.record, "additional_attributes", "mail_subject")
        mails = [part_of(one, "content_attributes", "email", "subject") for one in self.said]
        return line_of(told or next(filter(None, mails), "") or messages[0].text.partition("\n")[0][:SUBJECT])

    def _message(self, one: dict[str, Any], opened_at: datetime, customer: PastCustomer) -> PastMessage:
        at = moment_of(one.get("created_at"))
        ref = line_of(one.get("id"), 60)
        if at is None:
            row = gettext("%(place)s, message %(id)s") % {"place": self.row, "id": ref}
            self.remarks.append(no_date(row, "created_at"))
        direction = _direction(one)
        is_theirs = direction == Direction.INBOUND
        email = part_of(one, "content_attributes", "email")
        text, html = body_of(one.get("content"), part_of(email, "html_content", "full"))
        sender = part_of(one, "sender")
        return PastMessage(
            at=at or opened_at,
            direction=direction,
            name=name_of(part_of(sender, "name")) or (customer.name if is_theirs else "Chatwoot"),
            email=customer.email if is_theirs else email_of(part_of(sender, "email")),
            text=files_named(text, list_of(one.get("attachments")), "file_name", "data_url"),
            html=html,
            external_id=f"chatwoot:{self._source_id()}:{ref}"[:250],
        )


def _type(one: dict[str, Any]) -> int:
    told = one.get("message_type")
    if isinstance(told, str):
        return TYPES.get(told, int(told) if told.isdigit() and len(told) == 1 else TEMPLATE)
    return told if isinstance(told, int) else TEMPLATE


def _direction(one: dict[str, Any]) -> Direction:
    kind = _type(one)
    if one.get("private") is True or kind == ACTIVITY:
        return Direction.NOTE
    return Direction.INBOUND if kind == INCOMING else Direction.OUTBOUND


def _says(one: dict[str, Any]) -> bool:
    return bool(text_of(one.get("content"), 10) or list_of(one.get("attachments")))
