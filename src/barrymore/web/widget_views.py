"""Settings pages of the chat windows: the one line, a preview, and whether a site shows it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.channels.chat.models import Widget
from barrymore.channels.chat.seen import allow_refused
from barrymore.channels.chat.services import give_keys
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.organisation.secrets import unseal
from barrymore.organisation.services import audit
from barrymore.web.form_views import OriginsForm


class WidgetForm(OriginsForm):
    """Where contacts go, what the window says first, and which sites may show it."""

    class Meta:
        model = Widget
        fields = ["name", "site", "queue", "greeting", "origins", "is_active"]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "site": gettext_lazy("Site"),
            "queue": gettext_lazy("Queue"),
            "greeting": gettext_lazy("First words"),
            "origins": gettext_lazy("Web sites that may show it"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "origins": gettext_lazy("One address a line, such as https://www.hotel.example."),
        }

    def save(self, commit: bool = True) -> Widget:
        """Write the widget; a new one gets its keys."""
        give_keys(self.instance)
        widget: Widget = super().save(commit)
        return widget


@require_GET
@page("settings.manage")
def widgets(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All windows, and where they were seen."""
    rows = [
        {
            "name": one.name,
            "detail": one.seen_on or _("not seen on any site yet"),
            "state": _("in use") if one.is_active else _("not in use"),
            "url": reverse("widgets:widget", args=[one.pk]),
        }
        for one in Widget.objects.all()
    ]
    intro = _(
        "A window on your web sites, put there by one line of HTML. Without anybody here it takes messages."
    )
    return render(request, LIST, list_of(_("Chat"), rows, "widgets:new", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def widget(request: HttpRequest, actor: Actor, widget_id: int | None = None) -> HttpResponse:
    """One window: its form, its line, its preview."""
    found = get_object_or_404(Widget, pk=widget_id) if widget_id else None
    form = WidgetForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = save_checked(actor.staff, form, "widget.changed")
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("widgets:widget", args=[kept.pk]))
    context = {
        "title": found.name if found else _("New chat window"),
        "form": form,
        "widget": found,
        "line": _line(found) if found else "",
        "up_url": reverse("widgets:widgets"),
        "up_title": _("Chat"),
    }
    return render(request, "web/widget.html", context)


def _line(widget: Widget) -> str:
    return f'<script src="{settings.BASE_URL}/chat/widget.js" data-key="{widget.key}" async></script>'


@require_POST
@page("settings.manage")
def allow(request: HttpRequest, actor: Actor, widget_id: int) -> HttpResponse:
    """Let the site show the window that has just tried to."""
    found = get_object_or_404(Widget, pk=widget_id)
    origin = found.refused_on
    allow_refused(found)
    audit(actor.staff, "widget.allowed", f"{found.name}: {origin}")
    return HttpResponseRedirect(reverse("widgets:widget", args=[found.pk]))


@require_POST
@page("settings.manage")
def secret(request: HttpRequest, actor: Actor, widget_id: int) -> HttpResponse:
    """Show the secret with which the web site signs who is signed in there; looking is written down."""
    found = get_object_or_404(Widget, pk=widget_id)
    audit(actor.staff, "widget.secret_shown", found.name)
    answer = render(
        request,
        "web/widget_secret.html",
        {"title": found.name, "widget": found, "secret": unseal(found.secret)},
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
