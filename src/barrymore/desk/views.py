"""The desk: its list, its side pane, presence and offers."""

import json
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from barrymore.desk.forms import PresenceForm
from barrymore.desk.lists import GROUPS, MOST_PAGES, NAMES, Wanted, known_list, listing
from barrymore.desk.selectors import failed_mails, side_of
from barrymore.journal.selectors import newest_id
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement, Presence
from barrymore.routing.selectors import queue_counts, visible_placement
from barrymore.routing.services import AlreadyTaken
from barrymore.routing.sight import queues_where


def placement_for(
    actor: Actor,
    conversation_id: int,
    permission: str = "conversations.answer",
    queues: Collection[int] | None = None,
) -> Placement:
    """The placement of a conversation that the person may see and move. Raises NotAllowed, Http404."""
    actor.need_somewhere(permission)
    placement = visible_placement(actor.staff, conversation_id, queues)
    if placement is None:
        raise Http404
    actor.need_at(permission, placement.queue)
    return placement


def panes(request: HttpRequest, actor: Actor, open_id: int | None = None) -> dict[str, Any]:
    """What the side pane and the list pane show."""
    routing.note_seen(actor.staff)
    counts = queue_counts(actor.staff)
    queues = tuple(one.queue_id for one in counts)
    name = known_list(request.GET.get("in", "all"), queues)
    after, depth = request.GET.get("after", ""), _depth(request)
    try:
        found = listing(Wanted(actor.staff, name, queues, after, depth, open_id, _movable(actor)))
    except ValueError as error:
        raise Http404(str(error)) from error
    side = side_of(actor.staff, name, counts)
    current = next((row for row in [*side.mine, *side.queues, *side.rest] if row["current"]), None)
    if current and current.get("late"):
        found.tell_late(current["late"])
    return {
        "list_name": name,
        "list_title": current["title"] if current else str(NAMES["all"]),
        "list_count": current["count"] if current else None,
        "by_due": name in {"all", "mine"} or name.startswith("queue:"),
        "listing": found,
        "side": side,
        "presence_states": Presence.State.choices,
        "failed": failed_mails(actor.staff) if name == "failed" else [],
        "previous_group": request.GET.get("last", "") if request.GET.get("last") in GROUPS else "",
        "live_since": newest_id(),
        "may_answer": actor.may_somewhere("conversations.answer"),
        "may_resend": actor.may_somewhere("outbox.manage"),
    }


def beside(request: HttpRequest, actor: Actor, queues: Collection[int]) -> dict[str, Any]:
    """What an opened conversation needs of the desk around it."""
    routing.note_seen(actor.staff)
    return {
        "list_name": known_list(request.GET.get("in", "all"), queues),
        "may_answer": actor.may_somewhere("conversations.answer"),
    }


def _movable(actor: Actor) -> frozenset[int] | None:
    """The queues in which the person may answer, where they are not the same in all."""
    if not actor.staff.held_posts:
        return None if actor.may("conversations.answer") else frozenset()
    writable = queues_where(actor.staff, "conversations.answer")
    return frozenset(writable.values_list("pk", flat=True))


def _depth(request: HttpRequest) -> int:
    """How many pages the viewer has loaded, so that a refresh does not take any away."""
    told = [int(text) for text in request.GET.getlist("depth") if text.isdigit()]
    return min(max([1, *told]), MOST_PAGES)


@require_GET
@page("conversations.read", somewhere=True)
def desk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list without an open conversation."""
    opened = request.GET.get("open", "")
    context = panes(request, actor, int(opened) if opened.isdigit() else None)
    view = request.GET.get("view", "list")
    return drawn(request, {**context, "view": view if view == "side" else "list"})


def drawn(
    request: HttpRequest, context: dict[str, Any], status: int = 200, template: str = "desk/desk.html"
) -> HttpResponse:
    """The page; to htmx, which takes only the panes, the toast is told in a header."""
    answer = render(request, template, context, status=status)
    told = list(messages.get_messages(request))
    if told and getattr(request, "htmx", None):
        toast = {"text": str(told[-1]), "undo_url": told[-1].extra_tags or "", "undo_label": _("Take back")}
        answer.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return answer


@require_GET
@page("conversations.read", somewhere=True)
def more(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The next page of the list, asked for when its end comes into view."""
    return render(request, "desk/list_page.html", panes(request, actor))


def done(request: HttpRequest, to: str, text: str = "", undo_url: str = "") -> HttpResponse:
    """After an act: a toast, and the page again; a quick act in the list stays where it is."""
    if getattr(request, "htmx", None) and not request.htmx.target:  # type: ignore[attr-defined]
        answer = HttpResponse(status=204)
        trigger: dict[str, Any] = {"desk:changed": True}
        if text:
            trigger["toast"] = {"text": text, "undo_url": undo_url, "undo_label": _("Take back")}
        answer.headers["HX-Trigger"] = json.dumps(trigger)
        return answer
    if text:
        messages.success(request, text, extra_tags=undo_url)
    return HttpResponseRedirect(to)


def address_of(request: HttpRequest, conversation_id: int | None = None) -> str:
    """The page to return to: the conversation, beside the list it was opened from."""
    query = f"?in={known}" if (known := request.GET.get("in", "")) else ""
    if conversation_id is None:
        return reverse("desk:desk") + query
    return reverse("desk:conversation", args=[conversation_id]) + query


@require_POST
@page("presence.set", somewhere=True)
def presence(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say whether one takes work now."""
    form = PresenceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    routing.set_presence(actor.staff, form.cleaned_data["state"], form.cleaned_data["reason"])
    return done(request, address_of(request))


@require_POST
@page("conversations.answer", somewhere=True)
def answer_offer(request: HttpRequest, actor: Actor, offer_id: int, answer: str) -> HttpResponse:
    """Take what is offered, or say not now."""
    offer = Offer.objects.filter(pk=offer_id, staff=actor.staff).select_related("conversation").first()
    if offer is None:
        raise Http404
    if answer == "decline":
        routing.decline(offer_id, actor.staff)
        return done(request, address_of(request), _("It goes to the next person."))
    try:
        routing.take(offer.conversation, actor.staff)
    except AlreadyTaken as taken:
        return done(request, address_of(request), _("%(name)s has taken it.") % {"name": taken.owner})
    return done(request, address_of(request, offer.conversation_id), _("It is yours."))
