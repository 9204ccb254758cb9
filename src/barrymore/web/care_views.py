"""Small kindnesses with their cost and counts, and the basics that come before them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.handling.basics import check_basic, standings
from barrymore.handling.care import kindness_counts
from barrymore.handling.models import Basic, Kindness
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page


class KindnessForm(forms.ModelForm):  # type: ignore[type-arg]
    """What it is and what it costs."""

    cost = forms.DecimalField(min_value=0, max_digits=8, decimal_places=2, label=gettext_lazy("Cost of one"))

    class Meta:
        model = Kindness
        fields = ["name", "cost", "currency", "is_active"]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "currency": gettext_lazy("Currency"),
            "is_active": gettext_lazy("In use"),
        }

    def clean_currency(self) -> str:
        """Three letters."""
        code = str(self.cleaned_data["currency"]).upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("Three letters, such as EUR."))
        return code


class BasicForm(forms.ModelForm):  # type: ignore[type-arg]
    """A basic of a site, and for how long a check is good."""

    every_days = forms.IntegerField(
        min_value=1, max_value=90, initial=1, label=gettext_lazy("A check is good for so many days")
    )

    class Meta:
        model = Basic
        fields = ["site", "name", "every_days", "is_active"]
        labels: dict[str, Any] = {
            "site": gettext_lazy("Site"),
            "name": gettext_lazy("What must be in order"),
            "is_active": gettext_lazy("In use"),
        }


@require_GET
@page("queues.manage")
def kindnesses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The catalogue: cost, how often given, what guests said after."""
    context = {
        "title": _("Small kindnesses"),
        "intro": _(
            "What costs little and is remembered. One counts as a delight only where all basics of the site "
            "were green when it was given."
        ),
        "add_url": reverse("care:new_kindness"),
        "counts": kindness_counts(),
    }
    return render(request, "web/kindnesses.html", context)


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def kindness(request: HttpRequest, actor: Actor, kindness_id: int | None = None) -> HttpResponse:
    """One kindness. What was given keeps the cost of its day."""
    found = get_object_or_404(Kindness, pk=kindness_id) if kindness_id else None
    title = found.name if found else _("New kindness")
    form = KindnessForm(request.POST or None, instance=found)
    up = {"up": "care:kindnesses", "up_title": _("Small kindnesses")}
    context = edit(request, actor, form, title=title, action="kindness.changed", **up)
    return redirect("care:kindnesses") if context is None else render(request, FORM, context)


@require_GET
@page("queues.manage")
def basics(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What must be in order, by site."""
    rows = [
        {
            "name": one.name,
            "detail": one.site.name,
            "state": "" if one.is_active else _("not in use"),
            "url": reverse("care:basic", args=[one.pk]),
        }
        for one in Basic.objects.select_related("site")[:500]
    ]
    intro = _("A clean room, working taps, ironed linen: what must be in order before anything extra counts.")
    return render(request, LIST, list_of(_("Basics"), rows, "care:new_basic", intro))


@require_http_methods(["GET", "POST"])
@page("queues.manage")
def basic(request: HttpRequest, actor: Actor, basic_id: int | None = None) -> HttpResponse:
    """One basic."""
    found = get_object_or_404(Basic, pk=basic_id) if basic_id else None
    title = found.name if found else _("New basic")
    form = BasicForm(request.POST or None, instance=found)
    up = {"up": "care:basics", "up_title": _("Basics")}
    context = edit(request, actor, form, title=title, action="basic.changed", **up)
    return redirect("care:basics") if context is None else render(request, FORM, context)


@require_GET
@page("conversations.answer", somewhere=True)
def check_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The checklist of the sites where one works: green, red or too old, by whom and when."""
    own = list(actor.staff.sites.all()) or list(Site.objects.all())
    context = {"sites": [(site, standings(site)) for site in own[:20]]}
    return render(request, "web/basics_check.html", context)


@require_POST
@page("conversations.answer", somewhere=True)
def check(request: HttpRequest, actor: Actor, basic_id: int) -> HttpResponse:
    """How a basic was found just now."""
    found = get_object_or_404(Basic, pk=basic_id, is_active=True)
    own = set(actor.staff.sites.values_list("pk", flat=True))
    said = request.POST.get("is")
    if own and found.site_id not in own:
        return HttpResponse(status=404)
    if said not in {"green", "red"}:
        messages.error(request, _("Say green or red."))
    else:
        check_basic(found, actor.staff, is_green=said == "green", note=request.POST.get("note", ""))
    return HttpResponseRedirect(reverse("basics_check"))
