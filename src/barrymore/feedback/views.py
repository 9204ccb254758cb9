"""Settings pages of the surveys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.feedback.forms import SurveyForm
from barrymore.feedback.models import Survey
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page


@require_GET
@page("surveys.manage")
def surveys(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All versions, the newest first."""
    rows = [
        {
            "name": f"{one.name} {one.version}",
            "detail": _("asks a share of %(share)s, a person once in %(days)s days")
            % {"share": number_format(one.probability), "days": one.cap_days},
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
    return redirect("feedback:surveys") if context is None else render(request, FORM, context)
