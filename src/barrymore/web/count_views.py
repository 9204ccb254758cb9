"""Settings page of customers served as other systems counted them: upload, check, take back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.channels.counts.models import CountFile
from barrymore.channels.counts.reading import CannotRead
from barrymore.channels.counts.services import Taken, take_file, undo_file
from barrymore.feedback.served import Source
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page

NEWEST = 50
OTHERS = [(source.value, source.label) for source in Source if source != Source.EMPLOYEE]


class CountsForm(forms.Form):
    """A file and who counted."""

    file = forms.FileField(label=gettext_lazy("CSV file"))
    source = forms.ChoiceField(
        choices=OTHERS,
        label=gettext_lazy("Who counted"),
        help_text=gettext_lazy("Unless a line says it itself"),
    )


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def counts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The newest files, and a new one: checked first, kept at the second button."""
    form = CountsForm(request.POST or None, request.FILES or None)
    taken, checked = None, "check" in request.POST
    if request.method == "POST" and form.is_valid():
        taken = _taken(actor, form, check_only=checked)
        if taken and not checked and not taken.faults:
            messages.success(request, _told(taken))
            return HttpResponseRedirect(reverse("counts:counts"))
    context: dict[str, Any] = {
        "title": _("Counts of other systems"),
        "form": form,
        "taken": taken,
        "told": _told(taken) if taken else "",
        "checked": checked,
        "files": CountFile.objects.order_by("-pk")[:NEWEST],
    }
    return render(request, "web/counts.html", context)


def _taken(actor: Actor, form: CountsForm, *, check_only: bool) -> Taken | None:
    file = form.cleaned_data["file"]
    try:
        return take_file(actor, file.name, file.read(), form.cleaned_data["source"], check_only=check_only)
    except CannotRead as error:
        form.add_error("file", str(error))
        return None


def _told(taken: Taken) -> str:
    served = ngettext("{n} customer served", "{n} customers served", taken.served)
    known = ngettext("{n} line known before", "{n} lines known before", taken.known)
    wrong = ngettext("{n} line that cannot count", "{n} lines that cannot count", taken.wrong)
    return ", ".join(
        [served.format(n=taken.served), known.format(n=taken.known), wrong.format(n=taken.wrong)]
    )


@require_POST
@page("settings.manage")
def undo(request: HttpRequest, actor: Actor, file_id: int) -> HttpResponse:
    """Take a file back."""
    n = undo_file(actor, get_object_or_404(CountFile, pk=file_id))
    messages.success(request, ngettext("{n} line taken back.", "{n} lines taken back.", n).format(n=n))
    return HttpResponseRedirect(reverse("counts:counts"))
