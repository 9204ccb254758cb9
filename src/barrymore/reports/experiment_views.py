"""Experiments as pages: declare one, watch it, read what it says."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.figures import spoken
from barrymore.figures.models import Experiment
from barrymore.figures.scope import today_in
from barrymore.figures.trying import PERMISSION, Result, declare, result_of, withdraw
from barrymore.figures.trying_words import method_of, verdict_of
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.pages import page
from barrymore.organisation.points import points_of
from barrymore.organisation.selectors import company, module_is_on
from barrymore.reports.experiments import experiments_of, lines_of, may_see

DAY = {"type": "date"}


class PointChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Points by name and site."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.site.name}"


class ExperimentForm(forms.Form):
    """What is declared."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    change = forms.CharField(
        max_length=400,
        label=gettext_lazy("What is changed"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as: the receptionist says the sentence before the screen lights up"),
    )
    primary = forms.ChoiceField(
        choices=Experiment.Primary.choices,
        label=gettext_lazy("The one figure that decides"),
        help_text=gettext_lazy("Others are shown beside it and decide nothing."),
    )
    treated = PointChoice(
        Point.objects.none(),
        label=gettext_lazy("Points where it is changed"),
        widget=forms.CheckboxSelectMultiple,
    )
    control = PointChoice(
        Point.objects.none(),
        required=False,
        label=gettext_lazy("Points left as they are"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Without any, no effect can be claimed."),
    )
    starts = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs=DAY))
    ends = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [point.pk for point in points_of(actor, PERMISSION)]
        chosen = Point.objects.filter(pk__in=mine).select_related("site").order_by("site__name", "name")
        for name in ("treated", "control"):
            self.fields[name].queryset = chosen  # type: ignore[attr-defined]


@require_GET
@page("figures.read")
def experiments(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of them, the newest first."""
    _need_module()
    today = today_in(company().timezone)
    rows = [{"experiment": one, "state": _state(one, today)} for one in experiments_of(actor)]
    return render(request, "reports/experiments.html", {"rows": rows, "may_declare": actor.may(PERMISSION)})


def _state(experiment: Experiment, today: Any) -> str:
    if today < experiment.starts:
        return _("declared")
    return _("runs") if today <= experiment.ends else _("ended")


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Declare one."""
    _need_module()
    form = ExperimentForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = declare(actor, **form.cleaned_data)
        except ValueError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Declared. From its first day on it cannot be changed."))
            return HttpResponseRedirect(reverse("reports:experiment", args=[made.pk]))
    status = 422 if form.errors else 200
    return render(request, "reports/experiment_new.html", {"form": form}, status=status)


@require_GET
@page("figures.read")
def experiment(request: HttpRequest, actor: Actor, experiment_id: int) -> HttpResponse:
    """What was declared, and what it says so far."""
    _need_module()
    found = _found(actor, experiment_id)
    result = result_of(found)
    context = {
        "experiment": found,
        "state": _state(found, today_in(company().timezone)),
        "result": result,
        "verdict": verdict_of(found, result),
        "method": method_of(result),
        "lines": [{**line, "title": _title(line["name"])} for line in lines_of(result)],
        "effect": _effect(result),
        "may_withdraw": actor.may(PERMISSION) and today_in(company().timezone) < found.starts,
    }
    return render(request, "reports/experiment.html", context)


def _title(name: str) -> str:
    return {
        "treated_before": _("With the change, before it"),
        "treated": _("With the change"),
        "control_before": _("Left as they are, before it"),
        "control": _("Left as they are"),
    }[name]


def _effect(result: Result) -> dict[str, str] | None:
    if result.effect is None or result.p is None:
        return None
    low, high = result.effect.interval
    return {
        "value": _signed(result.effect.value),
        "low": _signed(low),
        "high": _signed(high),
        "p": f"{result.p:.3f}" if result.p >= 0.001 else "< 0.001",
    }


def _signed(share: float) -> str:
    return ("+" if share > 0 else "−" if share < 0 else "") + spoken.in_100(abs(share))


@require_POST
@page(PERMISSION)
def withdrawn(request: HttpRequest, actor: Actor, experiment_id: int) -> HttpResponse:
    """Take back one that has not begun."""
    _need_module()
    found = _found(actor, experiment_id)
    try:
        withdraw(actor, found)
    except ValueError as fault:
        messages.error(request, str(fault))
        return HttpResponseRedirect(reverse("reports:experiment", args=[experiment_id]))
    return HttpResponseRedirect(reverse("reports:experiments"))


def _found(actor: Actor, experiment_id: int) -> Experiment:
    found = get_object_or_404(Experiment.objects.select_related("declared_by"), pk=experiment_id)
    if not may_see(actor, found):
        raise Http404
    return found


def _need_module() -> None:
    if not module_is_on("reports"):
        raise Http404
