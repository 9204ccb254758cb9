"""Settings pages of the promises: they join opening hours and queues, which do not know each other."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page
from barrymore.sla.explaining import length_of
from barrymore.sla.models import Policy
from barrymore.web.policy_forms import PolicyForm


@require_GET
@page("promises.manage")
def policies(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All promises."""
    rows = [
        {
            "name": one.name,
            "detail": _("first answer in %(length)s") % {"length": length_of(one.first_response_minutes)}
            if one.first_response_minutes
            else one.calendar.name,
            "state": "" if one.is_active else _("not in use"),
            "url": reverse("promises:policy", args=[one.pk]),
        }
        for one in Policy.objects.select_related("calendar")
    ]
    intro = _("The narrowest promise holds: queue and priority, then queue, then priority, then for all.")
    return render(request, LIST, list_of(_("Promises"), rows, "promises:new_policy", intro))


@require_http_methods(["GET", "POST"])
@page("promises.manage")
def policy(request: HttpRequest, actor: Actor, policy_id: int | None = None) -> HttpResponse:
    """One promise. Clocks that run already keep what was promised when they began."""
    found = get_object_or_404(Policy, pk=policy_id) if policy_id else None
    context = edit(
        request,
        actor,
        PolicyForm(request.POST or None, instance=found),
        title=found.name if found else _("New promise"),
        up="promises:policies",
        up_title=_("Promises"),
        action="policy.changed",
    )
    return redirect("promises:policies") if context is None else render(request, FORM, context)
