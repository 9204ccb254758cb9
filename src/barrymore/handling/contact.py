"""The one shape in which every channel hands a contact over."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Upload:
    """A file that came with a contact, already stored under a random name (see conversations.files)."""

    name: str
    content_type: str
    size: int
    digest: str
    path: str
    content_id: str = ""


@dataclass(frozen=True)
class Contact:
    """One arrival by any channel; foreign shapes stop here.

    `conversation_ref` continues that thread and is set only when the channel has proved it
    (for mail: our own signed id in References). `proved` says that the sender's address itself
    was proved (DMARC-aligned, or a signed-in customer). `reason_ref` is what the customer says it is about.
    `is_live` says that the customer hangs on the line: the contact waits for a person to be rung.
    Whoever speaks to us at the desk may have no address: then it is empty, and `customer_ref` is the guest
    whom the room's booking names, if any.
    """

    channel: str
    external_id: str
    address_kind: str
    address: str
    at: datetime
    name: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    language: str = ""
    conversation_ref: int | None = None
    proved: bool = False
    queue_ref: int | None = None
    site_ref: int | None = None
    reason_ref: int | None = None
    customer_ref: int | None = None
    is_spam: bool = False
    is_live: bool = False
    recipients: dict[str, list[str]] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class Received:
    """What `receive` made of a contact. `is_new` is False for a repeat, which changes nothing."""

    contact_ref: int
    conversation_ref: int
    is_new: bool
