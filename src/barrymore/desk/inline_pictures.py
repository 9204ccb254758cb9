"""Pictures that came inside a mail, put back where the sender had set them."""

import base64
import html
import re
from urllib.parse import unquote

from barrymore.conversations.files import read_bytes
from barrymore.conversations.models import Attachment, Message

# The frame of a mail has no origin, so that the browser sends no cookie with what it loads: small
# pictures travel in the page itself, and larger ones stay beneath the mail.
LARGEST_PICTURE = 1024 * 1024
LARGEST_PAGE = 8 * LARGEST_PICTURE
PICTURE_TYPES = {"image/png", "image/jpeg", "image/gif"}
NAMED_PICTURE = re.compile(r' src="cid:([^"]*)"', re.I)


def with_inline_pictures(message: Message) -> str:
    """The mail's HTML with its own pictures (`cid:`) as `data:`; an unknown one keeps its name."""
    names = {_name_of(found) for found in NAMED_PICTURE.findall(message.html)}
    if not names:
        return message.html
    drawn = _drawn(message, names)
    return NAMED_PICTURE.sub(lambda found: drawn.get(_name_of(found[1]), found[0]), message.html)


def _name_of(address: str) -> str:
    return unquote(html.unescape(address)).strip("<> ")


def _drawn(message: Message, names: set[str]) -> dict[str, str]:
    """The attribute of each picture by its name, as far as the page has room."""
    drawn: dict[str, str] = {}
    room = LARGEST_PAGE
    for file in _small_pictures(message, names):
        if file.size <= room:
            room -= file.size
            data = base64.b64encode(read_bytes(file.path)).decode()
            drawn[file.content_id] = f' src="data:{file.content_type};base64,{data}"'
    return drawn


def _small_pictures(message: Message, names: set[str]) -> list[Attachment]:
    wanted = {"content_id__in": names, "content_type__in": PICTURE_TYPES, "size__lte": LARGEST_PICTURE}
    return list(message.attachments.filter(**wanted).order_by("pk"))
