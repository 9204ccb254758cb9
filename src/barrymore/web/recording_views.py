"""Settings of recorded calls: nothing is recorded before a profile is chosen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barrymore.conversations.recordings import MANAGE, choose_profile, profile
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM
from barrymore.organisation.pages import page
from barrymore.web.recording_forms import RecordingForm

# What a house begins with that has not chosen yet.
BEGIN = {"is_on": False, "country": "ZZ", "basis": "consent", "keep_days": 90, "share": 100, "queues": []}


@require_http_methods(["GET", "POST"])
@page(MANAGE)
def recording(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The profile that holds; a change holds from the next call on."""
    held = profile()
    kept = {name: getattr(held, name) for name in BEGIN} if held else BEGIN
    form = RecordingForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        choose_profile(actor, **{**told, "queues": [queue.pk for queue in told["queues"]]})
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("recording"))
    intro = _(
        "No call is recorded before you choose what holds in your country. Callers who say no are served "
        "like everybody else; whoever talks for you sees that it runs, and pauses it for card data. Both "
        "sides are kept apart and encrypted."
    )
    status = 422 if form.errors else 200
    return render(request, FORM, {"title": _("Recorded calls"), "form": form, "intro": intro}, status=status)
