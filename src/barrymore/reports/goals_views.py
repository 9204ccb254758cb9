"""The two goals as a page, with the aims that somebody has set."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from barrymore.figures import spoken
from barrymore.figures.figure import Figure
from barrymore.figures.targets import set_target
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.goals import AIMS, Goals, goals_of
from barrymore.reports.selectors import BadPeriod, wanted_of
from barrymore.reports.views import in_words

MANAGE = "targets.manage"


class AimForm(forms.Form):
    """How many of 100 are aimed at."""

    goal = forms.ChoiceField(choices=[(goal, goal) for goal in AIMS], widget=forms.HiddenInput)
    of_100 = forms.IntegerField(
        min_value=1,
        max_value=100,
        label=gettext_lazy("Aim, of 100"),
        widget=forms.NumberInput({"class": "input"}),
    )


@require_http_methods(["GET", "POST"])
@page("figures.read")
def goals(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Both goals side by side; a POST sets an aim of one of them."""
    if not module_is_on("reports"):
        raise Http404
    form = AimForm(request.POST or None)
    if request.method == "POST":
        actor.need(MANAGE)
        if form.is_valid():
            told = form.cleaned_data
            set_target(actor, AIMS[told["goal"]], told["of_100"] / 100)
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("reports:goals"))
        messages.error(request, _("Write a whole number from 1 to 100."))
    error = ""
    try:
        wanted = wanted_of({name: request.GET.get(name, "") for name in ("since", "until", "site")})
    except BadPeriod as fault:
        error, wanted = str(fault), wanted_of({})
    made = goals_of(wanted.scope, wanted.period)
    context = {
        "wanted": wanted,
        "sites": Site.objects.all(),
        "error": error,
        "negative": _negative(made, may_aim=actor.may(MANAGE)),
        "positive": _positive(made, may_aim=actor.may(MANAGE)),
        "reds": made.reds,
    }
    return render(request, "reports/goals.html", context, status=400 if error or form.errors else 200)


def _negative(made: Goals, *, may_aim: bool) -> dict[str, Any]:
    share, before = made.negative.estimate, made.negative_before.estimate
    return {
        **_goal(
            "negative", made.negative, made.negative_before, made.aims["negative"], share, may_aim=may_aim
        ),
        "now": spoken.in_100(share) if share is not None else "",
        "earlier": spoken.in_100(before) if before is not None else "",
    }


def _positive(made: Goals, *, may_aim: bool) -> dict[str, Any]:
    share, before = made.satisfied, made.satisfied_before
    said = made.positive.values
    return {
        **_goal(
            "positive", made.positive, made.positive_before, made.aims["positive"], share, may_aim=may_aim
        ),
        "now": spoken.in_100(share) if share is not None else "",
        "earlier": spoken.in_100(before) if before is not None else "",
        "said": said if made.positive.served else None,
    }


def _goal(
    goal: str, figure: Figure, before: Figure, aim: float | None, share: float | None, *, may_aim: bool
) -> dict[str, Any]:
    told = {"goal": goal, "of_100": round(aim * 100) if aim else None}
    return {
        "figure": in_words(figure),
        "before": in_words(before),
        "aim": spoken.in_100(aim) if aim is not None else "",
        "is_reached": None if aim is None or share is None else share >= aim,
        "form": AimForm(initial=told, auto_id=f"{goal}_%s") if may_aim else None,
    }
