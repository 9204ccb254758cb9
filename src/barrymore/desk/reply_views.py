"""Write: answers, notes, drafts, new conversations; send a failed mail again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.channels.mail.outgoing import resend as resend_mail
from barrymore.conversations.files import FileTooLarge, store_file
from barrymore.conversations.services import Said
from barrymore.customers.recognition import BadAddress
from barrymore.desk import services
from barrymore.desk.forms import NewForm, ReplyForm
from barrymore.desk.selectors import failed_mails
from barrymore.desk.thread_views import conversation_page
from barrymore.desk.views import address_of, done, panes, placement_for
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.routing.models import Placement
from barrymore.routing.sight import queues_where

MOST_FILES = 10


@require_POST
@page("conversations.answer", somewhere=True)
def reply(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Send an answer or keep a note; what cannot be sent comes back with its text."""
    placement = placement_for(actor, conversation_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        return _again(request, actor, placement, faults[0])
    try:
        return _write(request, actor, placement, form)
    except services.StalePage as stale:
        text = _("The customer has written since you opened this page. Read it, then press Send again.")
        return _again(request, actor, placement, text, seen=stale.last_id)
    except handling.NothingToSend:
        return _again(request, actor, placement, _("Nobody is known to write to."))
    except FileTooLarge as error:
        text = _("%(name)s is larger than 25 MB. Send a link instead.") % {"name": str(error)}
        return _again(request, actor, placement, text)


def _write(request: HttpRequest, actor: Actor, placement: Placement, form: ReplyForm) -> HttpResponse:
    found, written = placement.conversation, form.cleaned_data
    back = address_of(request, found.pk)
    if written["kind"] == "note":
        moves.note(found, actor.staff, written["body"])
        return done(request, back, _("Note kept."))
    uploads = request.FILES.getlist("files")[:MOST_FILES]
    said = Said(
        text=written["body"],
        name=actor.staff.name,
        recipients={key: written[key] for key in ("cc", "bcc") if written[key]},
        files=tuple(store_file(upload.name or "", upload.read()) for upload in uploads),
    )
    and_close = written["send"] == "close"
    seen = written["seen"] if written["seen"] is not None else 0
    services.answer(found, actor.staff, said, seen_id=seen, and_close=and_close)
    undo = reverse("desk:reopen", args=[found.pk]) if and_close else ""
    return done(request, back, _("Sent and closed.") if and_close else _("Sent."), undo)


def _again(
    request: HttpRequest, actor: Actor, placement: Placement, error: str, seen: int | None = None
) -> HttpResponse:
    """The page once more with the text, the kind and what is wrong. 200, or htmx would not show it."""
    told = request.POST.get("seen", "")
    return conversation_page(
        request,
        actor,
        placement,
        box_text=request.POST.get("body", ""),
        box_kind="note" if request.POST.get("kind") == "note" else "reply",
        box_cc=request.POST.get("cc", ""),
        box_bcc=request.POST.get("bcc", ""),
        box_error=error,
        box_seen=seen if seen is not None else (int(told) if told.isdigit() else 0),
    )


@require_POST
@page("conversations.answer", somewhere=True)
def draft(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """Keep what has been written so far."""
    found = placement_for(actor, conversation_id).conversation
    kind = "note" if request.POST.get("kind") == "note" else "reply"
    kept_at = services.keep_one_draft(found, actor.staff, kind, request.POST.get("body", ""))
    return JsonResponse({"kept_at": kept_at.isoformat() if kept_at else None})


@require_http_methods(["GET", "POST"])
@page("conversations.answer", somewhere=True)
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Write to a customer first."""
    form = NewForm(request.POST or None, initial={"to": request.GET.get("to", "")})
    writable = queues_where(actor.staff, "conversations.answer").filter(is_active=True)
    form.fields["queue"].queryset = writable  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data
        said = Said(text=written["body"], name=actor.staff.name)
        try:
            begun = handling.start(actor.staff, written["queue"], written["to"], written["subject"], said)
        except BadAddress:
            form.add_error("to", _("%(text)s is no mail address.") % {"text": written["to"]})
        else:
            messages.success(request, _("Sent."))
            return HttpResponseRedirect(reverse("desk:conversation", args=[begun.pk]))
    return render(request, "desk/desk.html", {**panes(request, actor), "view": "main", "new_form": form})


@require_POST
@page("conversations.answer", somewhere=True)
def resend(request: HttpRequest, actor: Actor, row_id: int) -> HttpResponse:
    """Try a failed mail again now."""
    actor.need_somewhere("outbox.manage")
    mail = next((one for one in failed_mails(actor.staff) if one.pk == row_id), None)
    if mail is None or mail.conversation_id is None:
        raise Http404
    placement_for(actor, mail.conversation_id, "outbox.manage")
    resend_mail(row_id)
    return done(request, address_of(request), _("We try it again now."))
