"""Settings pages of bonus rules: each with the three steps that lock it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.feedback.models import Campaign
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.quality.bonus import LONGEST, PERMISSION, StillLocked, is_holding, let_hold, lock, write_rule
from barrymore.quality.bonus_steps import Step, steps_of
from barrymore.quality.models import BonusRule

MOST_SHOWN = 100


class RuleForm(forms.Form):
    """What the rule is."""

    text = forms.CharField(
        max_length=LONGEST, label=gettext_lazy("The rule"), widget=forms.Textarea(attrs={"rows": 4})
    )
    who = forms.CharField(
        max_length=200,
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("A team is better than a person: what a team shares nobody bends alone."),
    )
    holds_from = forms.DateField(
        label=gettext_lazy("From which day on"), widget=forms.DateInput(attrs={"type": "date"})
    )


def _words(code: str) -> tuple[str, str]:
    """The title of a step, and what a rule says that was locked for it."""
    return {
        "ATTACHED": (_("1. It belongs to a step of the service"), _("step 1 turned red")),
        "RELIABLE": (_("2. The data is reliable"), _("step 2 turned red")),
        "CONTROLLED": (_("3. The response rate is held against those served"), _("step 3 turned red")),
        "REWRITTEN": ("", _("it was written anew")),
        "TAKEN_BACK": ("", _("it was taken back")),
    }[code]


@require_GET
@page(PERMISSION)
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The campaigns and whether they have a rule that holds."""
    kept = {one.campaign_id: one for one in BonusRule.objects.all()}
    rows = [
        {
            "name": campaign.name,
            "detail": campaign.step,
            "state": kept[campaign.pk].get_state_display() if campaign.pk in kept else _("no rule"),
            "url": reverse("bonus:rule", args=[campaign.pk]),
        }
        for campaign in Campaign.objects.all()[:MOST_SHOWN]
    ]
    intro = _(
        "A reward is the fourth step and the last one. Paid on data that nobody can trust it rewards whoever "
        "bends the data; so a rule stays locked until the three steps before it are green, and is locked "
        "again once one is not."
    )
    return render(request, LIST, list_of(_("Bonus rules"), rows, "", intro))


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def rule(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """The rule of one campaign and its steps."""
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    found = BonusRule.objects.select_related("written_by").filter(campaign=campaign).first()
    initial = {"text": found.text, "who": found.who, "holds_from": found.holds_from} if found else {}
    form = RuleForm(request.POST or None, initial=initial or {"holds_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        write_rule(actor, campaign, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("bonus:rule", args=[campaign.pk]))
    return _shown(request, campaign, found, form, 422 if form.errors else 200)


def _shown(
    request: HttpRequest, campaign: Campaign, found: BonusRule | None, form: RuleForm, status: int
) -> HttpResponse:
    steps = steps_of(campaign)
    context: dict[str, Any] = {
        "title": _("Bonus rule: %(campaign)s") % {"campaign": campaign.name},
        "up_url": reverse("bonus:rules"),
        "up_title": _("Bonus rules"),
        "campaign": campaign,
        "rule": found,
        "form": form,
        "steps": [_step(step) for step in steps],
        "holds": found is not None and is_holding(found, steps),
        "all_green": all(step.is_green for step in steps),
        "locked_for": [_words(code)[1] for code in found.locked_for] if found else [],
    }
    return render(request, "quality/bonus.html", context, status=status)


def _step(step: Step) -> dict[str, Any]:
    return {**vars(step), "title": _words(step.code)[0]}


@require_POST
@page(PERMISSION)
def hold(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """Let the rule hold, if nothing is red."""
    campaign = get_object_or_404(Campaign, pk=campaign_id, bonus_rule__isnull=False)
    try:
        let_hold(actor, campaign)
        messages.success(request, _("The rule holds."))
    except StillLocked as fault:
        messages.error(request, _("Still locked. %(what)s") % {"what": fault})
    return HttpResponseRedirect(reverse("bonus:rule", args=[campaign.pk]))


@require_POST
@page(PERMISSION)
def lock_again(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """Take the rule back."""
    campaign = get_object_or_404(Campaign, pk=campaign_id, bonus_rule__isnull=False)
    lock(actor, campaign)
    return HttpResponseRedirect(reverse("bonus:rule", args=[campaign.pk]))
