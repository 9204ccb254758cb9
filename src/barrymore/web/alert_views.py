"""Settings pages of who is told: the rules, what they would do now, and the quiet hours of the sites."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.alerts.models import Kind, Quiet, Rule
from barrymore.alerts.rules import house_rule, preview, rule_for
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, edit
from barrymore.organisation.models import Point, Site
from barrymore.organisation.pages import page
from barrymore.sla.selectors import is_open
from barrymore.web.alert_forms import QuietForm, RuleForm, clock_of


@require_GET
@page("queues.manage")
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All rules, who would be told now, and when telephones stay silent."""
    quiet = {one.site_id: one for one in Quiet.objects.all()}
    context = {
        "title": _("Who is told"),
        "intro": _(
            "Where no rule of yours holds, supervisors of the site are told first, then the administrators. "
            "The person concerned always reads it first."
        ),
        "add_url": reverse("told:new"),
        "rows": [
            {
                "name": one.name,
                "detail": f"{one.get_kind_display()}: {one.site or _('every site')}",
                "state": "" if one.is_active else _("not in use"),
                "url": reverse("told:rule", args=[one.pk]),
            }
            for one in Rule.objects.select_related("site")
        ],
        "quiet": [(site, _hours(quiet.get(site.pk))) for site in Site.objects.all()],
        **_preview(request),
    }
    return render(request, "web/told.html", context)


def _hours(quiet: Quiet | None) -> str:
    return f"{clock_of(quiet.starts_minute)}–{clock_of(quiet.ends_minute)}" if quiet else ""


def _preview(request: HttpRequest) -> dict[str, Any]:
    """If this happened at this point now: which rule holds, and whom it would tell by what."""
    points = list(Point.objects.filter(is_active=True).select_related("site"))
    asked = request.GET.get("point", "")
    point = next((one for one in points if str(one.pk) == asked), points[0] if points else None)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else Kind.RED_PRESS.value
    site = point.site if point else None
    rule = rule_for(kind, site, point, now(), is_open)
    return {
        "points": points,
        "point": point,
        "kinds": Kind.choices,
        "kind": kind,
        "kind_name": Kind(kind).label,
        "rule": rule,
        "lines": preview(rule, site, now()),
    }


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def rule(request: HttpRequest, actor: Actor, rule_id: int | None = None) -> HttpResponse:
    """One rule. Alerts that are under way go on as the rule was when they began."""
    found = get_object_or_404(Rule, pk=rule_id) if rule_id else None
    form = RuleForm(request.POST or None, instance=found or _fresh())
    title = found.name if found else _("New rule")
    context = edit(
        request, actor, form, title=title, up="told:rules", up_title=_("Who is told"), action="rule.changed"
    )
    if context is None:
        return redirect("told:rules")
    return render(request, "web/told_rule.html", {**context, "parts": form.parts()})


def _fresh() -> Rule:
    """A new rule begins as the house's own."""
    fresh = house_rule(Kind.RED_PRESS)
    fresh.name = ""
    return fresh


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def quiet(request: HttpRequest, actor: Actor, site_id: int) -> HttpResponse:
    """The quiet hours of a site."""
    site = get_object_or_404(Site, pk=site_id)
    form = QuietForm(request.POST or None, site)
    title = _("Quiet hours: %(site)s") % {"site": site.name}
    context = edit(
        request, actor, form, title=title, up="told:rules", up_title=_("Who is told"), action="quiet.changed"
    )
    return redirect("told:rules") if context is None else render(request, FORM, context)
