"""One conversation: its page, its files, its mails as they were sent."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from barrymore.conversations.files import read_bytes
from barrymore.conversations.models import Attachment, Message
from barrymore.conversations.selectors import drafts_of
from barrymore.conversations.services import mark_read
from barrymore.desk.card import booking_line, card_for, speaks
from barrymore.desk.forms import preset_moment
from barrymore.desk.forwarding import copies_of
from barrymore.desk.inline_pictures import PICTURE_TYPES, with_inline_pictures
from barrymore.desk.lists import whose_of
from barrymore.desk.thread import SOUND_TYPES, thread_of
from barrymore.desk.views import beside, drawn, panes, placement_for
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.prepared import Prepared
from barrymore.organisation.selectors import active_staff
from barrymore.routing.models import Placement, Priority
from barrymore.routing.sight import seen_queues

# How the sanitiser leaves a picture from outside; asked for, it is fetched over https only.
BLOCKED_PICTURE = ' data-blocked-src="https:'
PRESETS = ("hour", "tomorrow", "monday", "week")
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:{images}; font-src 'none'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups"
)


@require_GET
@page("conversations.read", somewhere=True)
def conversation(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """The conversation beside its list, with the card."""
    queues = _queues_of(actor)
    ids = [one["pk"] for one in queues]
    placement = placement_for(actor, conversation_id, "conversations.read", ids)
    mark_read(placement.conversation)
    return conversation_page(request, actor, placement, queues=queues)


def conversation_page(
    request: HttpRequest,
    actor: Actor,
    placement: Placement,
    status: int = 200,
    queues: list[Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """Render it; `more` overrides the reply box: text, kind, error, seen; `queues` are the visible ones."""
    found, staff = placement.conversation, actor.staff
    earlier = request.GET.get("earlier", "")
    thread = thread_of(found, staff, int(earlier) if earlier.isdigit() else None)
    view = request.GET.get("view", "main")
    is_beside = _opens_beside(request)
    queues = _queues_of(actor) if queues is None else queues
    ids = [one["pk"] for one in queues]
    card = card_for(found, staff, ids)
    context = {
        **(beside(request, actor, ids) if is_beside else panes(request, actor, found.pk)),
        **card,
        "view": view if view in {"side", "list", "main", "card"} else "main",
        "placement": placement,
        "conversation": found,
        "whose": whose_of(found, staff),
        "is_mine": found.owner_id == staff.pk,
        "booking_line": booking_line(found, card["card"].bookings),
        "speaks": speaks(found.customer.language if found.customer else found.language),
        "thread": thread,
        "people": _colleagues(placement),
        "all_queues": [one for one in queues if one["pk"] != placement.queue_id][:30],
        "priorities": Priority.choices,
        "presets": [(name, preset_moment(name)) for name in PRESETS],
        "soonest": timezone.localtime(),
        "may_edit": actor.may_at("customers.write", placement.queue),
        "may_answer": actor.may_at("conversations.answer", placement.queue),
        **_box(placement, actor, thread["asked"]),
    }
    template = "desk/opened.html" if is_beside else "desk/desk.html"
    return drawn(request, {**context, **more}, status, template)


def _queues_of(actor: Actor) -> list[Any]:
    return seen_queues(actor.staff)


_working_in = Prepared(
    lambda queue, but: active_staff().filter(queues=queue).exclude(pk=but).values("pk", "name")[:30]
)


def _colleagues(placement: Placement) -> list[Any]:
    """To whom the conversation can be handed over."""
    return _working_in(placement.queue_id, placement.conversation.owner_id or 0)


def _opens_beside(request: HttpRequest) -> bool:
    """Whether only the panes of the conversation are asked for: its list stands there already."""
    told = getattr(request, "htmx", None)
    return bool(told and told.target == "desk-main" and request.method == "GET")


def _box(placement: Placement, actor: Actor, asked: Message | None) -> dict[str, Any]:
    drafts = drafts_of(placement.conversation, actor.staff)
    draft = drafts.get(Message.Kind.OUTBOUND) or drafts.get(Message.Kind.NOTE)
    return {
        "box_text": draft.text if draft else "",
        "box_kept_at": draft.updated_at if draft else None,
        "box_kind": "note" if draft and draft.kind == Message.Kind.NOTE else "reply",
        "box_seen": asked.pk if asked else 0,
        **copies_of(placement.conversation, asked),
    }


@require_GET
@page("conversations.read", somewhere=True)
def file(request: HttpRequest, actor: Actor, conversation_id: int, file_id: int) -> HttpResponse:
    """Hand out an attachment as a download; a picture or a voice may be shown in the page with `?show=1`."""
    placement_for(actor, conversation_id, "conversations.read")
    found = Attachment.objects.filter(pk=file_id, message__conversation=conversation_id).first()
    if found is None:
        raise Http404
    shown = bool(request.GET.get("show")) and found.content_type in PICTURE_TYPES | SOUND_TYPES
    kind = found.content_type if shown else "application/octet-stream"
    answer = HttpResponse(read_bytes(found.path), content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(not shown, found.name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@require_GET
@xframe_options_sameorigin
@page("conversations.read", somewhere=True)
def as_sent(request: HttpRequest, actor: Actor, conversation_id: int, message_id: int) -> HttpResponse:
    """A mail as it was sent, for a frame without scripts; pictures from outside only with `?images=1`."""
    placement_for(actor, conversation_id, "conversations.read")
    found = Message.objects.filter(pk=message_id, conversation=conversation_id).first()
    if found is None or not found.html:
        raise Http404
    images = " https:" if request.GET.get("images") else ""
    own = with_inline_pictures(found)
    body = own.replace(BLOCKED_PICTURE, ' src="https:') if images else own
    answer = render(request, "desk/as_sent.html", {"body": body})
    answer.headers["Content-Security-Policy"] = FRAME_POLICY.format(images=images)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
