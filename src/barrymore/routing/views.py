"""Settings pages of the queues."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page
from barrymore.routing.forms import QueueForm
from barrymore.routing.sight import queues_where


@require_GET
@page("queues.manage", somewhere=True)
def queues(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All queues in their order."""
    rows = [
        {
            "name": one.name,
            "detail": ngettext("%(n)s person", "%(n)s people", one.people) % {"n": one.people},
            "state": _("default") if one.is_default else ("" if one.is_active else _("not in use")),
            "url": reverse("routing:queue", args=[one.pk]),
        }
        for one in queues_where(actor.staff, "queues.manage").annotate(people=Count("members", distinct=True))
    ]
    add = "routing:new_queue" if actor.may("queues.manage") else ""
    return render(request, LIST, list_of(_("Queues"), rows, add))


@require_http_methods(["GET", "POST"])
@page("queues.manage", somewhere=True)
def queue(request: HttpRequest, actor: Actor, queue_id: int | None = None) -> HttpResponse:
    """One queue."""
    if queue_id is None:
        actor.need("queues.manage")
    mine = queues_where(actor.staff, "queues.manage")
    found = get_object_or_404(mine, pk=queue_id) if queue_id else None
    context = edit(
        request,
        actor,
        QueueForm(request.POST or None, instance=found, actor=actor),
        title=found.name if found else _("New queue"),
        up="routing:queues",
        up_title=_("Queues"),
        action="queue.changed",
    )
    return redirect("routing:queues") if context is None else render(request, FORM, context)
