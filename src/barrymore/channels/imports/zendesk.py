"""History out of a Zendesk export: tickets with their comments, and who the people are."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

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
from barrymore.channels.imports.reading import LeftOut, Options, Outcome, Step
from barrymore.channels.imports.staging import Stage
from barrymore.channels.imports.unpacking import Source
from barrymore.channels.imports.words import (
    files_named,
    in_order,
    mislaid,
    no_date,
    nobody,
    nothing_said,
    twice,
)
from barrymore.channels.language import language_of
from barrymore.handling.past import Direction, PastConversation, PastCustomer, PastMessage, RowError

STATES = {"solved": "closed", "closed": "closed", "pending": "waiting"}
CHANNELS = {
    name: channel
    for channel, names in {
        "form": ("web", "mobile"),
        "phone": ("voice", "phone"),
        "sms": ("sms", "whatsapp"),
        "chat": ("chat", "messaging", "native_messaging"),
    }.items()
    for name in names
}
AGENTS = {"agent", "admin"}
PEOPLE = ("requester", "submitter", "assignee")
MOST_MESSAGES = 5000


def stage_files(sources: list[Source], stage: Stage, options: Options) -> Iterator[Step]:
    """Put tickets, people and groups where they can be found by their ids."""
    read = 0
    for source in sources:
        last = 0
        for found in records(source.path, source.name):
            if isinstance(found, RowError):
                yield Step(read + last, found)
                continue
            last = found.read
            yield Step(read + last, _sort(stage, found))
        read += source.path.stat().st_size


def _sort(stage: Stage, found: Found) -> RowError | None:
    record = found.value if isinstance(found.value, dict) else {}
    ref = line_of(record.get("id"), 60)
    if not ref:
        return mislaid(found.row, gettext("has no id"))
    if found.key == "organizations" or "domain_names" in record:
        return None
    if found.key == "groups":
        stage.add_person(f"group:{ref}", record)
        return None
    if found.key == "users" or ("role" in record and "email" in record):
        stage.add_person(ref, record)
        return None
    if not {"requester_id", "requester", "comments", "status"} & set(record):
        return mislaid(found.row, gettext("is neither a ticket nor a user"))
    for one in [record.get(name) for name in PEOPLE]:
        _note_person(stage, one)
    if not stage.add_thread(_source_id(record, ref), found.row, record):
        return twice(found.row, gettext("ticket %(id)s") % {"id": ref})
    return None


def _note_person(stage: Stage, one: Any) -> None:
    if isinstance(one, dict) and (ref := line_of(one.get("id"), 60)):
        stage.add_person(ref, one)


def _source_id(ticket: dict[str, Any], ref: str) -> str:
    """The ticket's number, behind the name of its house where the export tells it."""
    try:
        host = urlsplit(line_of(ticket.get("url"), 300)).hostname or ""
    except ValueError:
        host = ""
    return f"{host}/{ref}"[:200]


def conversations(stage: Stage, options: Options, after: int = 0) -> Iterator[tuple[int, Outcome]]:
    """Every ticket as a conversation, or why it is none."""
    for number, source_id, row, record in stage.threads(after):
        yield number, _Ticket(stage, source_id, row, record if isinstance(record, dict) else {}).read()


class _Ticket:
    """Reads one ticket."""

    def __init__(self, stage: Stage, source_id: str, row: str, record: dict[str, Any]) -> None:
        self.stage, self.source_id, self.record = stage, source_id, record
        self.id = line_of(record.get("id"), 60)
        self.row = gettext("%(place)s, ticket %(id)s") % {"place": row, "id": self.id}
        self.remarks: list[RowError] = []
        self.requester_ref = line_of(record.get("requester_id") or part_of(record, "requester", "id"), 60)

    def read(self) -> Outcome:
        """The conversation, or why it is none."""
        if line_of(self.record.get("status")).lower() == "deleted":
            return LeftOut()
        opened_at = moment_of(self.record.get("created_at"))
        if opened_at is None:
            return no_date(self.row, "created_at")
        customer = self._customer()
        if not customer.address[0]:
            return nobody(self.row, self.requester_ref)
        messages = in_order(self._messages(opened_at, customer))
        if not messages:
            return nothing_said(self.row)
        return self._conversation(opened_at, customer, messages)

    def _conversation(
        self, opened_at: datetime, customer: PastCustomer, messages: tuple[PastMessage, ...]
    ) -> PastConversation:
        status = line_of(self.record.get("status")).lower()
        solved = self.record.get("solved_at") or part_of(self.record, "metric_set", "solved_at")
        closed_at = moment_of(solved) or moment_of(self.record.get("updated_at")) or messages[-1].at
        return PastConversation(
            source_id=self.source_id,
            row=self.row,
            subject=line_of(self.record.get("subject") or self.record.get("raw_subject")),
            customer=customer,
            opened_at=min(opened_at, messages[0].at),
            closed_at=max(closed_at, opened_at),
            state=STATES.get(status, "open"),
            channel=CHANNELS.get(line_of(part_of(self.record, "via", "channel")).lower(), "mail"),
            language=customer.language or language_of(messages[0].text),
            queue=self._group(),
            tags=tuple(filter(None, (line_of(tag, 80) for tag in list_of(self.record.get("tags"))[:50]))),
            messages=messages,
            remarks=tuple(self.remarks),
        )

    def _group(self) -> str:
        told = part_of(self.record, "group", "name") or self.record.get("group_name")
        if told:
            return line_of(told, 80)
        return line_of(self.stage.person(f"group:{line_of(self.record.get('group_id'), 60)}").get("name"), 80)

    def _person(self, ref: str) -> dict[str, Any]:
        return self.stage.person(ref) if ref else {}

    def _customer(self) -> PastCustomer:
        told = self._person(self.requester_ref)
        via = part_of(self.record, "via", "source", "from")
        return PastCustomer(
            name=name_of(told.get("name") or part_of(via, "name")),
            email=email_of(told.get("email")) or email_of(part_of(via, "address")),
            phone=phone_of(told.get("phone")) or phone_of(part_of(via, "phone")),
            language=line_of(told.get("locale"), 10).lower().partition("-")[0],
        )

    def _messages(self, opened_at: datetime, customer: PastCustomer) -> Iterator[PastMessage]:
        comments = list_of(self.record.get("comments"))[:MOST_MESSAGES]
        if not comments:
            if text := text_of(self.record.get("description")):
                what = gettext("has no comments; only its description was taken")
                self.remarks.append(RowError(self.row, what, gettext("Export it with its comments.")))
                yield PastMessage(opened_at, Direction.INBOUND, customer.name, customer.email, text)
            return
        for number, comment in enumerate(comments, start=1):
            if isinstance(comment, dict):
                yield self._message(comment, number, opened_at)
            else:
                row = gettext("%(place)s, comment %(number)s") % {"place": self.row, "number": number}
                self.remarks.append(mislaid(row, gettext("is no comment")))

    def _message(self, comment: dict[str, Any], number: int, opened_at: datetime) -> PastMessage:
        ref = line_of(comment.get("author_id") or part_of(comment, "author", "id"), 60)
        author = self._person(ref) or part_of(comment, "author") or {}
        text, html = body_of(comment.get("plain_body") or comment.get("body"), comment.get("html_body"))
        at = moment_of(comment.get("created_at"))
        row = gettext("%(place)s, comment %(number)s") % {"place": self.row, "number": number}
        if at is None:
            self.remarks.append(no_date(row, "created_at"))
        if not author:
            self.remarks.append(
                RowError(
                    row,
                    gettext("Its author %(id)s is not in the export.") % {"id": ref or "?"},
                    gettext("It was kept without a name. Add users.json to have the name."),
                )
            )
        return PastMessage(
            at=at or opened_at,
            direction=self._direction(comment, ref, author),
            name=name_of(author.get("name")) or gettext("Former user"),
            email=email_of(author.get("email")),
            text=files_named(text, list_of(comment.get("attachments")), "file_name", "content_url"),
            html=html,
            external_id=f"zendesk:{self.source_id}:{line_of(comment.get('id'), 60) or number}"[:250],
        )

    def _direction(self, comment: dict[str, Any], ref: str, author: dict[str, Any]) -> Direction:
        if comment.get("public") is False:
            return Direction.NOTE
        role = line_of(author.get("role")).lower()
        is_theirs = ref == self.requester_ref or role == "end-user"
        return Direction.INBOUND if is_theirs and role not in AGENTS else Direction.OUTBOUND
