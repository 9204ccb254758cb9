"""Pages of listening: the talks of now with three buttons each, and the notice without which it is off."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM
from barrymore.organisation.pages import page
from barrymore.telephony.models import Call, Listening
from barrymore.telephony.talks import listening
from barrymore.telephony.talks.passing import CannotPass

SHOWN = 100


class NoticeForm(forms.Form):
    """What our people are told."""

    text = forms.CharField(
        required=False,
        max_length=listening.LONGEST_NOTICE,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("What your people are told"),
        help_text=gettext_lazy(
            "Who may listen, why, and what becomes of it. It stands beside the call while somebody listens. "
            "Empty: nobody can listen."
        ),
    )


@require_http_methods(["GET", "POST"])
@page(listening.MANAGE)
def notice(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The notice; without it listening is off."""
    form = NoticeForm(request.POST or None, initial={"text": listening.notice()})
    if request.method == "POST" and form.is_valid():
        listening.set_notice(actor, form.cleaned_data["text"])
        messages.success(request, _("Kept."))
        return redirect("telephony:telephone")
    context = {
        "title": _("Listening to calls"),
        "form": form,
        "up_url": reverse("telephony:telephone"),
        "up_title": _("Telephone"),
        "intro": _(
            "Supervisors can listen to a call while it lasts, whisper to your side, or speak with both. "
            "Whoever talks sees it from the first moment, and each time is written into the audit trail. "
            "In many countries your people, or the customer too, must be told before."
        ),
    }
    return render(request, FORM, context)


@never_cache
@require_GET
@page(listening.RIGHT, somewhere=True)
def talks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who talks now, in the queues where one may listen."""
    context = {
        "calls": listening.talks_to_hear(actor)[:SHOWN],
        "own": Listening.objects.filter(staff=actor.staff, ended_at=None).first(),
        "notice": listening.notice(),
        "hows": Listening.How.values,
    }
    return render(request, "telephony/listening.html", context)


@require_POST
@page(listening.RIGHT, somewhere=True)
def listen(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """A button was pressed: the own telephone rings."""
    call = get_object_or_404(
        Call.objects.select_related("conversation__placement__queue", "staff", "node"), pk=call_id
    )
    try:
        listening.start(actor, call, request.POST.get("how", ""))
    except CannotPass as error:
        messages.error(request, _why_not(str(error)))
    else:
        messages.success(request, _("Your telephone rings. Whoever talks sees that you listen."))
    return redirect("phone:listening")


def _why_not(reason: str) -> str:
    told = {
        "off": _("Listening is off until an administrator has written the notice."),
        "no_telephone": _("None of your telephones is signed in."),
        "open": _("You listen to another call already. Hang up there first."),
        "self": _("That is your own call."),
    }
    return told.get(reason, _("The call has moved on meanwhile."))
