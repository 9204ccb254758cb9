"""Settings of what a machine reads out of voice messages and photos: what there is, what waits."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.feedback import machines, voices
from barrymore.feedback.extras_told import told_of
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page


class ReadingForm(forms.Form):
    """The two switches, each by itself."""

    speech = forms.BooleanField(
        required=False,
        label=gettext_lazy("Write down voice messages"),
        help_text=gettext_lazy(
            "By a program on this machine. What it wrote goes when the voice message goes."
        ),
    )
    presence = forms.BooleanField(
        required=False,
        label=gettext_lazy("Look whether a face is in a photo"),
        help_text=gettext_lazy(
            "Guests are told in the notice before the photo; earlier photos are not looked at. "
            "Ask whoever advises you on your country's law first."
        ),
    )


@require_http_methods(["GET", "POST"])
@page(machines.PERMISSION)
def reading_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is installed and switched on."""
    kept = machines.reading()
    form = ReadingForm(request.POST or None, initial={"speech": kept.speech_on, "presence": kept.presence_on})
    if request.method == "POST":
        # Nothing ticked is an empty form, and that is an answer too.
        form = ReadingForm(request.POST)
        form.is_valid()
        machines.switch(actor, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("reading"))
    context: dict[str, Any] = {"title": _("Speech and pictures"), "form": form, "extras": told_of(kept)}
    return render(request, "web/reading.html", context)


@require_POST
@page(machines.PERMISSION)
def again(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Another turn for what could not be read."""
    count = voices.try_again(actor)
    words = ngettext("{n} voice message waits again.", "{n} voice messages wait again.", count)
    messages.success(request, words.format(n=count))
    return HttpResponseRedirect(reverse("reading"))
