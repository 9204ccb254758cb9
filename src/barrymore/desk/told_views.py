"""The employee's page for "a guest told me": a room, a reason, words, a picture or a voice."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.conversations.files import FileTooLarge, store_file
from barrymore.conversations.models import Reason
from barrymore.customers.selectors import rooms_taken
from barrymore.desk.told import Told, stay_of, tell
from barrymore.handling.contact import Upload
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page
from barrymore.routing.models import Queue
from barrymore.routing.sight import queues_where


class ToldForm(forms.Form):
    """One of words, picture and voice must be there; everything else may be left out."""

    said_id = forms.CharField(max_length=40, widget=forms.HiddenInput)
    site = forms.ModelChoiceField(
        Site.objects.all(),
        required=False,
        label=gettext_lazy("Site"),
        empty_label=gettext_lazy("Choose the site"),
    )
    room = forms.CharField(
        max_length=40,
        required=False,
        label=gettext_lazy("Room"),
        widget=forms.TextInput(attrs={"list": "rooms"}),
    )
    reason = forms.ModelChoiceField(Reason.objects.filter(is_active=True), required=False)
    text = forms.CharField(max_length=5000, required=False, label=gettext_lazy("What was said"))
    picture = forms.FileField(required=False)
    voice = forms.FileField(required=False)
    name = forms.CharField(max_length=160, required=False, label=gettext_lazy("Name, if told"))
    queue = forms.ModelChoiceField(Queue.objects.none(), required=False, label=gettext_lazy("Queue"))
    keeps = forms.BooleanField(required=False, label=gettext_lazy("I take care of it myself"))

    def clean(self) -> dict[str, Any]:
        """Something must have been said."""
        told = super().clean() or {}
        if not any(told.get(name) for name in ("text", "picture", "voice", "reason")):
            raise forms.ValidationError(
                _("Choose a reason, write a few words, or add a picture or your voice.")
            )
        return told


@require_http_methods(["GET", "POST"])
@page("conversations.answer", somewhere=True)
def told(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for it, and make a contact of it."""
    sites = _sites(actor)
    # Whoever stands at a desk tells the next thing from the same house.
    usual = sites[0].pk if len(sites) == 1 else request.session.get("told_site")
    first = {"said_id": secrets.token_urlsafe(12), "site": usual}
    form = ToldForm(request.POST or None, request.FILES or None, initial=first)
    writable = queues_where(actor.staff, "conversations.answer").filter(is_active=True)
    form.fields["queue"].queryset = writable  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            conversation = tell(_told(form.cleaned_data), actor.staff, keeps=form.cleaned_data["keeps"])
        except FileTooLarge:
            form.add_error(None, _("The file is too large. Take a smaller picture."))
        else:
            request.session["told_site"] = form.cleaned_data["site"].pk if form.cleaned_data["site"] else None
            messages.success(request, _("Kept: No. %(number)s.") % {"number": conversation.pk})
            return HttpResponseRedirect(reverse("desk:told"))
    context = {
        "form": form,
        "sites": sites,
        "reasons": Reason.objects.filter(is_active=True),
        "rooms": rooms_taken(next((site for site in sites if site.pk == usual), None)),
    }
    return render(request, "desk/told.html", context, status=422 if form.is_bound else 200)


def _sites(actor: Actor) -> list[Site]:
    """The sites where the person works; all of them where none is named."""
    return list(actor.staff.sites.all()) or list(Site.objects.all())


def _told(said: dict[str, Any]) -> Told:
    files = [(said["picture"], "picture"), (said["voice"], "voice")]
    stored = [Upload(**store_file(file.name or kind, file.read())) for file, kind in files if file]
    text = said["text"] or (said["reason"].name if said["reason"] else _("Told by voice or picture."))
    return Told(
        said_id=said["said_id"],
        text=text,
        room=said["room"].strip(),
        name=said["name"],
        reason=said["reason"],
        site=said["site"],
        queue=said["queue"],
        uploads=tuple(stored),
    )


@require_GET
@page("conversations.answer", somewhere=True)
def who_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who lives in a room today, while the number is typed."""
    site = Site.objects.filter(pk=request.GET.get("site") or 0).first()
    room = request.GET.get("room", "")[:40].strip()
    stay = stay_of(room, site) if actor.may_somewhere("customers.read") else None
    return render(request, "desk/told_who.html", {"stay": stay, "room": room})
