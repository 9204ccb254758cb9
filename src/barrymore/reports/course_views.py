"""The course of one point, and its base set anew."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from barrymore.figures.baselines import LONGEST_REASON, PERMISSION, rebase
from barrymore.figures.course import A_WEEK, counts_of, course_of
from barrymore.figures.course_words import conclusions_of, sensitivity_words
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.courses import drawn, signals_of

MOST_SIGNALS = 30
DAY = {"type": "date"}


class BaseForm(forms.Form):
    """Which days are usual from now on, and why."""

    first = forms.DateField(label=gettext_lazy("from"), widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(label=gettext_lazy("to"), widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Such as: since 3 November the reception stands in the new lobby"),
    )


@require_http_methods(["GET", "POST"])
@page("figures.read")
def course(request: HttpRequest, actor: Actor, point_id: int) -> HttpResponse:
    """The three charts of a point; whoever sets targets may say against which days they are held."""
    if not module_is_on("reports"):
        raise Http404
    if request.method == "POST":
        actor.need(PERMISSION)
    point = get_object_or_404(Point.objects.select_related("site", "room"), pk=point_id)
    if not actor.may_at_site("figures.read", point.site_id):
        raise Http404
    every = request.GET.get("every", "day")
    every = every if every in A_WEEK else "day"
    form = BaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _rebased(actor, point, every, form):
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(f"{reverse('reports:course', args=[point.pk])}?every={every}")
    return render(
        request,
        "reports/course.html",
        _context(actor, point, every, form),
        status=422 if form.errors else 200,
    )


def _rebased(actor: Actor, point: Point, every: str, form: BaseForm) -> bool:
    try:
        rebase(actor, point, every, **form.cleaned_data)
    except ValueError as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _context(actor: Actor, point: Point, every: str, form: BaseForm) -> dict[str, Any]:
    made = course_of(point, every)
    return {
        "course": made,
        "point": point,
        "every": every,
        "conclusions": conclusions_of(made),
        "charts": drawn(made),
        "signals": signals_of(made)[:MOST_SIGNALS],
        "counts": counts_of(made),
        "set_to": sensitivity_words(made),
        "form": form,
        "may_rebase": actor.may(PERMISSION) and actor.may_at_site(PERMISSION, point.site_id),
    }
