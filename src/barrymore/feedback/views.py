"""Settings pages of the surveys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.feedback.forms import SurveyForm
from barrymore.feedback.models import Survey
from barrymore.feedback.reviews import reviews_of
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page


def _detail(one: Survey) -> str:
    share = number_format(one.probability)
    if one.kind == Survey.Kind.RELATIONSHIP:
        words = _("about us as a whole, every %(months)s months, a share of %(share)s")
        return words % {"months": one.every_months, "share": share}
    if one.kind == Survey.Kind.CALL:
        words = _("right after a call, a share of %(share)s, a person once in %(days)s days")
        return words % {"share": share, "days": one.cap_days}
    words = _("asks a share of %(share)s, a person once in %(days)s days")
    return words % {"share": share, "days": one.cap_days}


@require_GET
@page("surveys.manage")
def surveys(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All versions, the newest first."""
    rows = [
        {
            "name": f"{one.name} {one.version}",
            "detail": _detail(one),
            "state": _("in use") if one.is_active else _("not in use"),
            "url": reverse("feedback:survey", args=[one.pk]),
        }
        for one in Survey.objects.order_by("-pk")[:100]
    ]
    intro = _(
        "After a close a share of customers is asked, by lot. The share is known, so figures can be trusted."
    )
    return render(request, LIST, list_of(_("Asking customers"), rows, "feedback:new_survey", intro))


@require_http_methods(["GET", "POST"])
@page("surveys.manage")
def survey(request: HttpRequest, actor: Actor, survey_id: int | None = None) -> HttpResponse:
    """One survey."""
    found = get_object_or_404(Survey, pk=survey_id) if survey_id else None
    context = edit(
        request,
        actor,
        SurveyForm(request.POST or None, instance=found),
        title=found.name if found else _("New survey"),
        up="feedback:surveys",
        up_title=_("Asking customers"),
        action="survey.changed",
    )
    if context is None:
        return redirect("feedback:surveys")
    return render(request, FORM, {**context, "intro": _reviews(found)})


def _reviews(survey: Survey | None) -> str:
    """How many were asked for a public review, and how many went there."""
    counted = reviews_of(survey) if survey else None
    if counted is None or not counted.asked:
        return ""
    words = _("Of {asked} who were asked for a public review, {went} went to the page.")
    return words.format(asked=number_format(counted.asked), went=number_format(counted.went))
