"""The one shape in which a conversation held elsewhere is handed over."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from barrymore.handling.contact import Upload


class Direction(StrEnum):
    """Who said it to whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


@dataclass(frozen=True)
class RowError:
    """What could not be read, where it stands (line, message or ticket), and what to do about it."""

    row: str
    what: str
    what_to_do: str = ""


@dataclass(frozen=True)
class PastFile:
    """A file as the source holds it."""

    name: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True)
class PastMessage:
    """One thing said or noted then. `html` is sanitised; `uploads` are the `files` once they are stored."""

    at: datetime
    direction: Direction
    name: str = ""
    email: str = ""
    text: str = ""
    html: str = ""
    external_id: str = ""
    to: tuple[str, ...] = ()
    files: tuple[PastFile, ...] = ()
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class PastCustomer:
    """Who wrote: an address that can be reached, or at least a name."""

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""

    @property
    def address(self) -> tuple[str, str]:
        """Kind and value of the address by which the person is known; empty without one."""
        if self.email:
            return "email", self.email
        return ("phone", self.phone) if self.phone else ("", "")


@dataclass(frozen=True)
class PastConversation:
    """A whole conversation of the past, its messages in the order of time, at least one of them.

    `state` is open, waiting or closed. `remarks` tell what of it could not be kept.
    """

    source_id: str
    row: str
    subject: str
    customer: PastCustomer
    opened_at: datetime
    state: str
    messages: tuple[PastMessage, ...]
    closed_at: datetime | None = None
    channel: str = "mail"
    language: str = ""
    queue: str = ""
    tags: tuple[str, ...] = ()
    remarks: tuple[RowError, ...] = field(default=())

    @property
    def last_at(self) -> datetime:
        """When something was last said."""
        return self.messages[-1].at

    @property
    def first_replied_at(self) -> datetime | None:
        """When we first said something to the customer."""
        return next((one.at for one in self.messages if one.direction == Direction.OUTBOUND), None)
