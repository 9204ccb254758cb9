"""The window on web sites: its page and the calls of its script. No cookie: a token of its own."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_POST

from barrymore.channels import invitations
from barrymore.channels.chat import visiting
from barrymore.channels.chat.guard_views import (
    asked_language,
    called,
    fault,
    number_in,
    text_of,
    told_in,
    visited,
)
from barrymore.channels.chat.identity import known_of, rotated
from barrymore.channels.chat.models import Visitor, Widget
from barrymore.channels.chat.seen import note_seen_on
from barrymore.channels.chat.waiting import waiting
from barrymore.channels.limits import seconds_to_wait
from barrymore.channels.origins import framing_of
from barrymore.conversations.files import LARGEST_FILE, FileTooLarge, read_bytes, store_file
from barrymore.conversations.models import Attachment, Conversation, Message
from barrymore.handling.contact import Upload
from barrymore.journal.moment import now
from barrymore.organisation.selectors import company, module_is_on
from barrymore.ui.times import length

BEGUN_PER_MINUTE = 20
SAID_PER_MINUTE = 40
FILES_PER_MINUTE = 10
FILE_LINK_SECONDS = 24 * 3600
LONGEST_WAIT = timedelta(days=366)


def _widget(key: str) -> Widget:
    if not module_is_on("chat"):
        raise Http404
    return get_object_or_404(Widget.objects.select_related("site", "queue"), key=key, is_active=True)


@require_GET
def loader(request: HttpRequest) -> HttpResponse:
    """The script of the one line: always the present version."""
    answer = HttpResponseRedirect(static("ui/widget.js"))
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_GET
@never_cache
@xframe_options_exempt
def window(request: HttpRequest, key: str) -> HttpResponse:
    """The window itself, for a frame on the web sites that may show it."""
    widget = _widget(key)
    page_origin = note_seen_on(widget, request.headers.get("Referer", "") or request.GET.get("origin", ""))
    with translation.override(asked_language(request)):
        context = {
            "widget": widget,
            "company": company().name or "Barrymore",
            "parent": page_origin,
            "lang": translation.get_language(),
            "waiting": _told(widget),
            "largest_mb": LARGEST_FILE // 1024 // 1024,
        }
        answer = render(request, "channels/chat.html", context)
    answer.headers["Content-Security-Policy"] = framing_of(widget.origins)
    return answer


def _told(widget: Widget) -> dict[str, Any]:
    """Whether somebody is there, who, and what to expect, in words."""
    found = waiting(widget)
    words = ""
    if found.expected:
        words = _("Half of the first answers came within %(median)s, nine in ten within %(most)s.") % {
            "median": length(timedelta(seconds=found.expected.median_seconds)),
            "most": length(timedelta(seconds=found.expected.p90_seconds)),
        }
    return {"open": found.is_open, "people": list(found.people), "ahead": found.ahead, "expected": words}


@require_GET
@called
def state(request: HttpRequest, key: str) -> HttpResponse:
    """Who is there and how long it takes, before anything is written."""
    return JsonResponse(_told(_widget(key)))


@require_POST
@called
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """A token for this window, given with the first words."""
    widget = _widget(key)
    if wait := seconds_to_wait(f"chat:begin:{request.META.get('REMOTE_ADDR', '')}", BEGUN_PER_MINUTE):
        return fault(429, _("That was very quick. Try again in %(seconds)s s.") % {"seconds": wait})
    told = told_in(request)
    newcomer = visiting.Newcomer(
        name=text_of(told, "name", 160),
        language=translation.get_language() or "",
        page=_page(widget, text_of(told, "page", 500)),
        known=known_of(widget, _identity(told)),
    )
    visitor, token = visiting.begin(widget, newcomer)
    return JsonResponse({"token": token, "conversation": visitor.conversation_id})


def _page(widget: Widget, address: str) -> str:
    """On which page the visitor writes; only an address of the web is kept."""
    return address if urlsplit(address).scheme in {"http", "https"} else ""


def _identity(told: dict[str, Any]) -> dict[str, str]:
    identity = told.get("identity")
    return (
        {name: text_of(identity, name, 254) for name in ("ref", "email", "name", "hash")} if identity else {}
    )


@require_POST
@called
@visited(SAID_PER_MINUTE)
def say(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What the visitor writes, with files that were sent before it."""
    told = told_in(request)
    text, said_id = text_of(told, "text", visiting.LONGEST_TEXT).strip(), text_of(told, "id", 64)
    uploads = _uploads(visitor, told.get("files"))
    if not said_id or not (text or uploads):
        return fault(422, _("Write a few words first."))
    received = visiting.say(visitor, text, said_id, uploads)
    return JsonResponse({"conversation": received.conversation_ref, "is_new": received.is_new})


@require_POST
@called
@visited(FILES_PER_MINUTE)
def upload(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Store a file that goes with the next message; the ticket is good for this visitor only."""
    file = request.FILES.get("file")
    if file is None:
        return fault(422, _("Choose a file first."))
    try:
        stored = store_file(file.name or "", file.read())
    except FileTooLarge:
        most = LARGEST_FILE // 1024 // 1024
        return fault(413, _("The file is larger than %(most)s MB. Send a smaller one.") % {"most": most})
    ticket = signing.dumps({**stored, "visitor": visitor.pk}, salt="chat.file")
    return JsonResponse({"ticket": ticket, "name": stored["name"], "size": stored["size"]})


def _uploads(visitor: Visitor, tickets: Any) -> tuple[Upload, ...]:
    found = []
    for ticket in tickets[:10] if isinstance(tickets, list) else []:
        try:
            stored = signing.loads(str(ticket), salt="chat.file", max_age=FILE_LINK_SECONDS)
        except signing.BadSignature:
            continue
        if stored.pop("visitor") == visitor.pk:
            found.append(Upload(**stored))
    return tuple(found)


@require_GET
@called
@visited(240)
def messages(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What was said behind a message, who answers, and what is asked at the end."""
    found = visiting.read(visitor, number_in(request.GET.get("after", "")))
    visitor.refresh_from_db(fields=["conversation"])
    thread = visitor.conversation
    return JsonResponse(
        {
            "messages": [
                visiting.shown(one, [_file(visitor, file) for file in one.attachments.all()]) for one in found
            ],
            "conversation": visitor.conversation_id,
            "with": thread.owner.first_name if thread and thread.owner else "",
            "closed": bool(thread and thread.state == Conversation.State.CLOSED),
            "question": invitations.shown_in_window(thread.pk) if thread else "",
            "knows_address": bool(visitor.email),
            "token": rotated(visitor),
            **_told(visitor.widget),
        }
    )


def _file(visitor: Visitor, file: Attachment) -> dict[str, Any]:
    link = signing.dumps([visitor.pk, file.pk], salt="chat.link")
    return {"name": file.name, "size": file.size, "url": f"/chat/{visitor.widget.key}/file/{link}/"}


@require_GET
@never_cache
def file(request: HttpRequest, key: str, link: str) -> HttpResponse:
    """An attachment of the visitor's own conversation, always as a download."""
    try:
        visitor_ref, file_ref = signing.loads(link, salt="chat.link", max_age=FILE_LINK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    found = Attachment.objects.filter(
        pk=file_ref,
        message__conversation__visitor=visitor_ref,
        message__conversation__visitor__widget__key=key,
    ).exclude(message__kind=Message.Kind.NOTE)
    attachment = get_object_or_404(found)
    answer = HttpResponse(read_bytes(attachment.path), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_POST
@called
@visited(10)
def leave(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Name, mail and the wish to be called: where an answer reaches the visitor once they have gone."""
    told = told_in(request)
    phone = text_of(told, "phone", 40)
    wish = visiting.Wish(phone, _time_to_come(text_of(told, "at", 40))) if phone else None
    visiting.leave_address(
        visitor, name=text_of(told, "name", 160), email=text_of(told, "email", 254), wish=wish
    )
    return JsonResponse({"kept": True})


def _time_to_come(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
        found = at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return found if found and now() < found < now() + LONGEST_WAIT else None
