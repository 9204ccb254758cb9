"""Settings page of shared results: make a link for somebody outside, see its openings, end it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.feedback import results
from barrymore.feedback.models import Campaign, SharedResults
from barrymore.formulas.questionnaires import words_in
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page


class ShareForm(forms.Form):
    """For whom, which questions, until when."""

    name = forms.CharField(max_length=80, label=gettext_lazy("For whom"))
    questions = forms.MultipleChoiceField(
        label=gettext_lazy("Questions"), widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = campaign.questionnaire.form.languages
        self.fields["questions"].choices = [  # type: ignore[attr-defined]
            (one.key, words_in(one.text, languages[0], languages)) for one in results.shareable(campaign)
        ]
        self.fields["until"].initial = results.today() + timedelta(days=30)

    def clean_until(self) -> Any:
        """From today to a year from now."""
        until = self.cleaned_data["until"]
        if not results.today() <= until <= results.today() + results.LONGEST:
            raise forms.ValidationError(_("Choose a day from today to a year from now."))
        return until


@require_http_methods(["GET", "POST"])
@page("surveys.manage")
def shared(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """The links of one campaign, and a new one, whose address is shown once."""
    campaign = get_object_or_404(Campaign.objects.select_related("questionnaire"), pk=campaign_id)
    form = ShareForm(request.POST or None, campaign=campaign)
    address = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, token = results.share(actor, campaign, **form.cleaned_data)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            address = f"{settings.BASE_URL}/results/{token}/"
            form = ShareForm(campaign=campaign)
    context = {
        "title": _("Share results"),
        "up_url": reverse("campaigns:campaign", args=[campaign.pk]),
        "up_title": campaign.name,
        "campaign": campaign,
        "form": form,
        "address": address,
        "today": results.today(),
        "links": campaign.shared.select_related("made_by")[: results.MOST_LINKS],
    }
    answer = render(request, "web/shared_results.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@page("surveys.manage")
def end(request: HttpRequest, actor: Actor, campaign_id: int, shared_id: int) -> HttpResponse:
    """End a link now."""
    found = SharedResults.objects.select_related("campaign")
    results.revoke(actor, get_object_or_404(found, pk=shared_id, campaign=campaign_id))
    messages.success(request, _("The link is ended."))
    return HttpResponseRedirect(reverse("shared_results:shared", args=[campaign_id]))
