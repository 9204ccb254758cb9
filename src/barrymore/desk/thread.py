"""A conversation's messages as the thread shows them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from barrymore.conversations.models import Attachment, Conversation, Message
from barrymore.conversations.selectors import SHOWN_MESSAGES, last_inbound, thread
from barrymore.desk.events import event_text
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.ui.times import when_words

KINDS = {Message.Kind.INBOUND: "theirs", Message.Kind.OUTBOUND: "ours", Message.Kind.NOTE: "note"}
SOUND_TYPES = {"video/webm", "video/mp4", "audio/ogg", "audio/wav", "audio/mpeg"}
STATES = {
    Message.Status.QUEUED: gettext_lazy("on its way"),
    Message.Status.SENT: gettext_lazy("sent"),
    Message.Status.FAILED: gettext_lazy("not sent"),
}


def thread_of(conversation: Conversation, viewer: Staff, before_id: int | None = None) -> dict[str, Any]:
    """The newest messages, and behind which message earlier ones begin."""
    messages = thread(conversation, before_id)
    inbound = [message for message in messages if message.kind == Message.Kind.INBOUND]
    # Behind a hundred of our own lines, or on an earlier page, the newest question is not among these.
    asked = inbound[-1] if inbound and not before_id else last_inbound(conversation)
    return {
        "messages": [_shown(message, conversation, viewer) for message in messages],
        "earlier": messages[0].pk if len(messages) == SHOWN_MESSAGES else None,
        "asked": asked,
    }


def _shown(message: Message, conversation: Conversation, viewer: Staff) -> dict[str, Any]:
    if message.kind == Message.Kind.EVENT:
        words = gettext("%(when)s. %(what)s")
        when = when_words(message.at, now())
        return {
            "id": message.pk,
            "kind": "event",
            "text": words % {"when": when, "what": event_text(message, now())},
        }
    files = [_file(conversation, one) for one in message.files]
    place = [conversation.pk, message.pk]
    return {
        "id": message.pk,
        "kind": KINDS[Message.Kind(message.kind)],
        "who": _who(message, conversation, viewer),
        "detail": _detail(message, conversation),
        "at": message.at,
        "state": STATES.get(Message.Status(message.status), "") if message.status else "",
        "text": message.text,
        "files": files,
        "pictures": [one for one in files if one["is_picture"]],
        "sounds": [one for one in files if one["is_sound"]],
        "html_url": reverse("desk:as_sent", args=place) if message.html else "",
        "forward_url": "" if message.kind == Message.Kind.NOTE else reverse("desk:forward", args=place),
        "failure": message.detail.get("error", "") if message.status == Message.Status.FAILED else "",
        "failed": message.status == Message.Status.FAILED,
    }


def _who(message: Message, conversation: Conversation, viewer: Staff) -> str:
    if message.kind != Message.Kind.INBOUND:
        if message.author_id == viewer.pk:
            return gettext("You")
        return message.author.name if message.author else message.author_name
    is_customer = message.address_id == conversation.address_id and conversation.customer
    if is_customer and conversation.customer and conversation.customer.name:
        return conversation.customer.name
    return message.author_name or (message.address.shown if message.address else gettext("Unknown"))


def _detail(message: Message, conversation: Conversation) -> str:
    """The address where another one writes than the thread's own, and who else got our answer."""
    if message.kind == Message.Kind.INBOUND and message.address_id != conversation.address_id:
        return message.address.value if message.address else ""
    if message.detail.get("forward"):
        to = ", ".join(message.recipients.get("to", []))
        return gettext("forwarded to %(addresses)s") % {"addresses": to}
    copied = message.recipients.get("cc", []) if message.kind == Message.Kind.OUTBOUND else []
    return gettext("copy to %(addresses)s") % {"addresses": ", ".join(copied)} if copied else ""


def _file(conversation: Conversation, file: Attachment) -> dict[str, Any]:
    return {
        "url": reverse("desk:file", args=[conversation.pk, file.pk]),
        "name": file.name,
        "size": file.size,
        "is_picture": file.content_type.startswith("image/"),
        "is_sound": file.content_type in SOUND_TYPES,
    }
