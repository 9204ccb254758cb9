"""Exports of other houses as files: tickets, conversations, mails; and an import from begin to end."""

import json
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from barrymore.channels.imports.keeping import store_upload
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.rounds import imports_round
from barrymore.channels.imports.services import Wish, begin, start
from barrymore.organisation.models import Staff

OWN = ("desk@mill.example",)


def comment(text: str = "There is no hot water.", author: int = 7, **changes: Any) -> dict[str, Any]:
    """A public comment of Lee's at 9:00."""
    fields = {
        "id": 1,
        "author_id": author,
        "body": text,
        "public": True,
        "created_at": "2025-03-01T09:00:00Z",
    }
    return {**fields, **changes}


def ticket(number: int = 1, *comments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A solved ticket of Lee's: a question, an answer of Amina's, a note."""
    fields: dict[str, Any] = {
        "id": number,
        "url": f"https://mill.zendesk.com/api/v2/tickets/{number}.json",
        "subject": "No hot water",
        "status": "solved",
        "created_at": "2025-03-01T09:00:00Z",
        "updated_at": "2025-03-02T12:00:00Z",
        "requester_id": 7,
        "tags": ["water"],
        "comments": list(comments)
        or [
            comment(),
            comment("The boiler is mended.", 9, id=2, created_at="2025-03-01T09:30:00Z"),
            comment("Boiler is old.", 9, id=3, public=False, created_at="2025-03-01T09:31:00Z"),
        ],
    }
    return {**fields, **changes}


LEE = {"id": 7, "name": "Lee Anand", "email": "lee@guests.example", "role": "end-user", "locale": "en-GB"}
AMINA = {"id": 9, "name": "Amina Sarr", "email": "amina@mill.example", "role": "agent"}


def lines(*records: Any) -> bytes:
    """Newline-delimited JSON; a text stands as it is."""
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records).encode()


def zendesk(*records: Any) -> bytes:
    """Lee, Amina and some tickets, a line each."""
    return lines(LEE, AMINA, *records)


def chat(number: int = 5, **changes: Any) -> dict[str, Any]:
    """A resolved Chatwoot conversation with Lee and its messages."""
    fields: dict[str, Any] = {
        "id": number,
        "account_id": 3,
        "inbox_id": 1,
        "status": "resolved",
        "created_at": 1740819600,
        "last_activity_at": 1740823200,
        "labels": ["vip"],
        "meta": {
            "channel": "Channel::WebWidget",
            "sender": {"id": 70, "name": "Lee Anand", "email": "lee@guests.example", "phone_number": None},
        },
        "messages": [
            said(1, "Is breakfast included?"),
            said(2, "Yes, from 7.", 1, sender={"id": 2, "name": "Amina", "type": "user"}),
            said(3, "Regular guest", 1, private=True),
            said(4, "Conversation was resolved", 2),
        ],
    }
    return {**fields, **changes}


def said(number: int, text: str, kind: int = 0, conversation: int = 5, **changes: Any) -> dict[str, Any]:
    """A Chatwoot message, a minute after the one before."""
    fields = {"id": number, "conversation_id": conversation, "content": text, "message_type": kind}
    return {**fields, "private": False, "created_at": 1740819600 + number * 60, **changes}


def mail(number: int, text: str = "There is no hot water in 412.", **headers: str) -> EmailMessage:
    """A mail from Lee to the desk; `in_reply_to="<1@…>"` and the like become headers."""
    made = EmailMessage()
    fields = {
        "From": "Lee Anand <lee@guests.example>",
        "To": "desk@mill.example",
        "Subject": "No hot water",
        "Message-ID": f"<{number}@guests.example>",
        "Date": f"Sat, 01 Mar 2025 09:{number:02d}:00 +0000",
    }
    fields |= {name.replace("_", "-").title().replace("-Id", "-ID"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value:
            made[name] = value
    made.set_content(text)
    return made


def reply(number: int, to: int, text: str = "It is mended.") -> EmailMessage:
    """Our answer to mail `to`."""
    us, lee = "The desk <desk@mill.example>", "lee@guests.example"
    return mail(
        number,
        text,
        from_=us,
        to=lee,
        subject="Re: No hot water",
        in_reply_to=f"<{to}@guests.example>",
        **{"from": us},
    )


def mbox(*mails: EmailMessage | bytes) -> bytes:
    """The mails in one mbox file."""
    blocks = []
    for one in mails:
        body = one if isinstance(one, bytes) else one.as_bytes()
        body = b"\n".join(b">" + line if line.startswith(b"From ") else line for line in body.split(b"\n"))
        blocks.append(b"From lee@guests.example Sat Mar  1 09:00:00 2025\n" + body + b"\n\n")
    return b"".join(blocks)


def packed(folder: Path, **files: bytes) -> bytes:
    """A zip of some files; two underscores in a name stand for a dot."""
    path = folder / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return path.read_bytes()


def upload(by: Staff | None, kind: str, data: bytes, name: str = "", **wishes: Any) -> Import:
    """An import that waits for its check."""
    path, size = store_upload([data])
    wish = Wish(kind, **{"own": OWN if kind == "mbox" else (), **wishes})
    endings = {"mbox": "inbox.mbox", "zendesk": "tickets.json", "chatwoot": "conversations.json"}
    return begin(by, wish, name or endings[kind], path, size)


def work() -> None:
    """Let the rounds work until nothing is left to do."""
    while imports_round():
        pass


def check(by: Staff | None, kind: str, data: bytes, name: str = "", **wishes: Any) -> Import:
    """An import after its check."""
    job = upload(by, kind, data, name, **wishes)
    work()
    job.refresh_from_db()
    return job


def bring(by: Staff | None, kind: str, data: bytes, name: str = "", **wishes: Any) -> Import:
    """An import from begin to end."""
    job = check(by, kind, data, name, **wishes)
    start(by, job.pk)
    work()
    job.refresh_from_db()
    return job


def faults(job: Import) -> list[tuple[str, str]]:
    """Row and reason of what could not be read."""
    return list(job.faults.order_by("id").values_list("row", "what"))
