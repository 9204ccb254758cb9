"""Settings pages of contact reasons and product areas."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.conversations.forms import AreaForm, ReasonForm
from barrymore.conversations.models import ProductArea, Reason
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page


def _rows(model: Any, name: str) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "detail": one.key.upper(),
            "state": "" if one.is_active else _("not in use"),
            "url": reverse(f"conversations:{name}", args=[one.pk]),
        }
        for one in model.objects.all()
    ]


@require_GET
@page("queues.manage")
def reasons(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Why customers contact us."""
    found = _rows(Reason, "reason")
    return render(request, LIST, list_of(_("Contact reasons"), found, "conversations:new_reason"))


@require_GET
@page("queues.manage")
def areas(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What customers contact us about."""
    found = _rows(ProductArea, "area")
    return render(request, LIST, list_of(_("Product areas"), found, "conversations:new_area"))


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def reason(request: HttpRequest, actor: Actor, reason_id: int | None = None) -> HttpResponse:
    """One contact reason."""
    found = get_object_or_404(Reason, pk=reason_id) if reason_id else None
    context = edit(
        request,
        actor,
        ReasonForm(request.POST or None, instance=found),
        title=found.name if found else _("New contact reason"),
        up="conversations:reasons",
        up_title=_("Contact reasons"),
        action="reason.changed",
    )
    return redirect("conversations:reasons") if context is None else render(request, FORM, context)


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def area(request: HttpRequest, actor: Actor, area_id: int | None = None) -> HttpResponse:
    """One product area."""
    found = get_object_or_404(ProductArea, pk=area_id) if area_id else None
    context = edit(
        request,
        actor,
        AreaForm(request.POST or None, instance=found),
        title=found.name if found else _("New product area"),
        up="conversations:areas",
        up_title=_("Product areas"),
        action="area.changed",
    )
    return redirect("conversations:areas") if context is None else render(request, FORM, context)
