"""Settings pages of the forms on web sites."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.channels.form.models import WebForm
from barrymore.channels.origins import BadOrigin, clean_origins
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page


class OriginsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The part that a window and a form share: which web sites may show it."""

    def clean_origins(self) -> str:
        """Each line is the address of a web site."""
        try:
            return clean_origins(self.cleaned_data["origins"])
        except BadOrigin as error:
            line = str(error)
            raise forms.ValidationError(
                _("%(line)s is no address of a web site.") % {"line": line}
            ) from error


class WebFormForm(OriginsForm):
    """Where enquiries go, and what is asked."""

    class Meta:
        model = WebForm
        fields = ["name", "site", "queue", "intro", "asks_reason", "takes_files", "origins", "is_active"]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "site": gettext_lazy("Site"),
            "queue": gettext_lazy("Queue"),
            "intro": gettext_lazy("First words"),
            "asks_reason": gettext_lazy("Ask what it is about"),
            "takes_files": gettext_lazy("Take files"),
            "origins": gettext_lazy("Web sites that may show it"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "origins": gettext_lazy("One address a line, such as https://www.hotel.example."),
        }

    def save(self, commit: bool = True) -> WebForm:
        """Write the form; a new one gets its key."""
        self.instance.key = self.instance.key or secrets.token_hex(8)
        kept: WebForm = super().save(commit)
        return kept


@require_GET
@page("settings.manage")
def web_forms(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All forms with their addresses."""
    rows = [
        {
            "name": one.name,
            "detail": f"{settings.BASE_URL}/forms/{one.key}/",
            "state": _("in use") if one.is_active else _("not in use"),
            "url": reverse("web_forms:web_form", args=[one.pk]),
        }
        for one in WebForm.objects.all()
    ]
    intro = _(
        "A page that takes words and files, without script. Link to it, or show it in a frame of your site."
    )
    return render(request, LIST, list_of(_("Web forms"), rows, "web_forms:new", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def web_form(request: HttpRequest, actor: Actor, form_id: int | None = None) -> HttpResponse:
    """One form: what it asks, its address, its line for a frame."""
    found = get_object_or_404(WebForm, pk=form_id) if form_id else None
    form = WebFormForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = save_checked(actor.staff, form, "form.changed")
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("web_forms:web_form", args=[kept.pk]))
    address = f"{settings.BASE_URL}/forms/{found.key}/" if found else ""
    context = {
        "title": found.name if found else _("New form"),
        "form": form,
        "address": address,
        "line": f'<iframe src="{address}" title="{found.name}" width="480" height="760"></iframe>'
        if found
        else "",
        "up_url": reverse("web_forms:web_forms"),
        "up_title": _("Web forms"),
    }
    return render(request, "web/web_form.html", context)
