"""Settings pages of the campaigns: the list, and the builder with its preview beside the questions."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.feedback import building, campaigns
from barrymore.feedback.anonymity import naming
from barrymore.feedback.campaign_forms import CampaignForm
from barrymore.feedback.models import Campaign, Questionnaire
from barrymore.feedback.reviews import reviews_of
from barrymore.feedback.standard import languages
from barrymore.feedback.trades import TRADES, definition_of
from barrymore.formulas.questionnaires import words_in
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page

KINDS = [
    ("smile4", gettext_lazy("Four smiles")),
    ("scale10", gettext_lazy("0 to 10")),
    ("scale5", gettext_lazy("1 to 5")),
    ("scale7", gettext_lazy("1 to 7")),
    ("choice", gettext_lazy("One of several")),
    ("choices", gettext_lazy("Several of several")),
    ("text", gettext_lazy("Words")),
    ("voice", gettext_lazy("Voice, or words where none is recorded")),
    ("contact", gettext_lazy("How to reach the person")),
]


@require_GET
@page("surveys.manage")
def all_campaigns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All campaigns, the newest first, and the templates to begin with."""
    found = Campaign.objects.select_related("questionnaire").prefetch_related("points")[:100]
    codes = campaigns.codes_of(one.pk for one in found)
    rows = [{"campaign": one, "answered": _answered(codes.get(one.pk, {}))} for one in found]
    context = {
        "title": _("Campaigns"),
        "rows": rows,
        "trades": [(name, trade) for name, trade in TRADES.items()],
        "add_url": reverse("campaigns:new"),
    }
    return render(request, "feedback/campaigns.html", context)


def _answered(codes: dict[str, int]) -> int:
    return codes.get("I", 0) + codes.get("P", 0)


@require_http_methods(["GET", "POST"])
@page("surveys.manage")
def campaign(request: HttpRequest, actor: Actor, campaign_id: int | None = None) -> HttpResponse:
    """The builder: a form that keeps its whole draft, so that it works without a script."""
    kept = Campaign.objects.select_related("questionnaire")
    found = get_object_or_404(kept, pk=campaign_id) if campaign_id else None
    if request.method == "POST":
        return _edited(request, actor, found)
    draft = found.questionnaire.definition if found else _first(request)
    draft = building.read_draft(json.dumps(draft))
    language = draft["languages"][0]
    form = CampaignForm(instance=found, initial=_initial(request, found, language))
    return _show(request, found, form, draft, language)


def _first(request: HttpRequest) -> dict[str, Any]:
    name = request.GET.get("template", "")
    if name and name not in TRADES:
        raise Http404
    return definition_of(name) if name else building.empty_definition(languages())


def _initial(request: HttpRequest, found: Campaign | None, language: str) -> dict[str, Any]:
    if found is not None:
        return {"opening_words": found.opening.get(language, "")}
    trade = TRADES.get(request.GET.get("template", ""))
    return {"name": trade.name, "step": trade.step, "prompt": trade.prompt} if trade else {}


def _edited(request: HttpRequest, actor: Actor, found: Campaign | None) -> HttpResponse:
    sent = request.POST
    try:
        draft = building.read_draft(sent.get("draft", ""))
    except ValueError as error:
        raise Http404 from error
    was = sent.get("language-now", "")
    was = was if was in draft["languages"] else draft["languages"][0]
    building.take_fields(draft, sent, was)
    wanted = sent.get("language", was)
    language = wanted if wanted in draft["languages"] else was
    what = sent.get("act", "")
    looked_at = building.act(draft, what)
    form = CampaignForm(sent, instance=found)
    if what == "keep":
        asked, faults = building.read_cleaned(draft)
        if form.is_valid() and form.cleaned_data["is_anonymous"] and asked is not None and naming(asked):
            faults = [*faults, (_("Anonymous"), _("Take out the questions for a contact or a voice."))]
        elif form.is_valid() and asked is not None:
            _keep(actor, found, form, building.cleaned(draft), was)
            messages.success(request, _("Kept."))
            return redirect("campaigns:campaigns")
        return _show(request, found, form, draft, was, faults=faults, status=422)
    so_far = {
        **sent.dict(),
        "points": sent.getlist("points"),
        "is_active": "is_active" in sent,
        "is_anonymous": "is_anonymous" in sent,
    }
    unfinished = CampaignForm(instance=found, initial=so_far)
    return _show(request, found, unfinished, draft, language, looked_at=looked_at)


def _keep(
    actor: Actor, found: Campaign | None, form: CampaignForm, definition: dict[str, Any], language: str
) -> None:
    told = {**form.cleaned_data}
    points, words = told.pop("points"), told.pop("opening_words")
    if found is None:
        asked = campaigns.make_questionnaire(actor, _free_name(told["name"]), definition)
    else:
        asked = campaigns.next_version(actor, found.questionnaire, definition)
    opening = {**(found.opening if found else {}), language: words}
    told |= {"questionnaire": asked, "opening": {code: text for code, text in opening.items() if text}}
    campaigns.save_campaign(actor, found, points, **told)


def _free_name(name: str) -> str:
    """A questionnaire is called as its campaign; the second of a name gets a number."""
    taken = set(Questionnaire.objects.filter(name__startswith=name[:70]).values_list("name", flat=True))
    numbered = (name if n == 1 else f"{name[:74]} {n}" for n in range(1, 10_000))
    return next(one for one in numbered if one not in taken)


def _show(
    request: HttpRequest,
    found: Campaign | None,
    form: CampaignForm,
    draft: dict[str, Any],
    language: str,
    *,
    faults: list[tuple[str, str]] | None = None,
    looked_at: int | None = None,
    status: int = 200,
) -> HttpResponse:
    asked, wrong = building.read_cleaned(draft)
    names = dict(settings.LANGUAGES)
    context = {
        "title": found.name if found else _("New campaign"),
        "up_url": reverse("campaigns:campaigns"),
        "up_title": _("Campaigns"),
        "campaign": found,
        "stands": campaigns.standing(found) if found and request.method == "GET" else None,
        "reviews": reviews_of(found) if found and request.method == "GET" else None,
        "form": form,
        "draft": json.dumps(draft, ensure_ascii=False),
        "language": language,
        "languages": [(code, names.get(code, code)) for code in draft["languages"]],
        "parts": building.parts_of(draft, language),
        "kinds": KINDS,
        "thanks": (draft.get("thanks") or {}).get(language, ""),
        "faults": faults or [],
        "wrong": wrong,
        "preview": building.preview_of(asked, language) if asked else [],
        "preview_thanks": words_in(asked.thanks, language, asked.languages) if asked else "",
        "opening": form["opening_words"].value() or "",
        "looked_at": looked_at,
    }
    return render(request, "feedback/campaign.html", context, status=status)
