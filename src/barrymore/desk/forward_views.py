"""Forward: pass what was said on to somebody else."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barrymore.conversations.models import Message
from barrymore.conversations.services import Said, same_file
from barrymore.desk.forms import ForwardForm
from barrymore.desk.forwarding import beginning_of
from barrymore.desk.views import address_of, panes, placement_for
from barrymore.handling import moves
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page

SPOKEN = [Message.Kind.INBOUND, Message.Kind.OUTBOUND]


@require_http_methods(["GET", "POST"])
@page("conversations.answer", somewhere=True)
def forward(request: HttpRequest, actor: Actor, conversation_id: int, message_id: int) -> HttpResponse:
    """The form with the quoted message; sending it moves nothing of the conversation."""
    found = placement_for(actor, conversation_id).conversation
    message = Message.objects.filter(pk=message_id, conversation=found, kind__in=SPOKEN).first()
    if message is None:
        raise Http404
    form = ForwardForm(request.POST or None, initial=beginning_of(message))
    form.fields["attachments"].choices = [  # type: ignore[attr-defined]
        (str(file.pk), file.name) for file in message.attachments.all()
    ]
    if not message.attachments.exists():
        del form.fields["attachments"]
    if request.method == "POST" and form.is_valid():
        moves.forward(found, actor.staff, _said(actor, message, form), form.cleaned_data["subject"])
        messages.success(request, _("Sent."))
        return HttpResponseRedirect(address_of(request, found.pk))
    context = {"view": "main", "new_form": form, "forwarded": found}
    return render(request, "desk/desk.html", {**panes(request, actor, found.pk), **context})


def _said(actor: Actor, message: Message, form: ForwardForm) -> Said:
    written = form.cleaned_data
    files = message.attachments.filter(pk__in=written.get("attachments", []))
    return Said(
        text=written["body"],
        name=actor.staff.name,
        recipients={"to": written["to"]},
        files=tuple(same_file(file) for file in files),
    )
