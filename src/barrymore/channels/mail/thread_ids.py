"""Message-IDs of ours, signed, so that only a mail that has seen one joins its thread."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from barrymore.organisation.secrets import key_for

Kind: TypeAlias = Literal["m", "i", "r"]
OURS = re.compile(r"<c(\d{1,18})\.([mir])(\d{1,18})\.([a-z2-7]{20})@[^<>\s]+>")
MOST_IDS = 200


@dataclass(frozen=True)
class ThreadId:
    """What a valid Message-ID of ours stands for: message `m`, invitation `i` or claim `r` number `ref`."""

    conversation: int
    kind: Kind
    ref: int


def message_id(conversation: int, kind: Kind, ref: int, domain: str) -> str:
    """The Message-ID of an outbound message, the same at every try."""
    return f"<c{conversation}.{kind}{ref}.{_signature(conversation, kind, ref)}@{domain}>"


def read_ids(text: str) -> list[ThreadId]:
    """The valid ids of ours in a header, in order; what is forged or foreign is left out."""
    return [found for match in list(OURS.finditer(text))[:MOST_IDS] if (found := _checked(match))]


def loop_mark() -> str:
    """What our mails carry in X-Loop, so that we know them when they come back."""
    return "barrymore-" + hmac.new(key_for("mail.loop"), b"loop", hashlib.sha256).hexdigest()[:16]


def _checked(match: re.Match[str]) -> ThreadId | None:
    kind: Kind = "m" if match[2] == "m" else "i"
    found = ThreadId(int(match[1]), kind, int(match[3]))
    expected = _signature(found.conversation, kind, found.ref)
    return found if hmac.compare_digest(expected, match[4]) else None


def _signature(conversation: int, kind: Kind, ref: int) -> str:
    text = f"c{conversation}.{kind}{ref}".encode()
    digest = hmac.new(key_for("mail.thread"), text, hashlib.sha256).digest()
    return base64.b32encode(digest)[:20].decode().lower()
