"""The flags inbox, one flag with its timeline, the staff notice, and what a person is asked."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.feedback.by_person import said_of_own
from barrymore.figures import spoken
from barrymore.figures.own import own_of
from barrymore.formulas.leagues import FEWEST_ANSWERS
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.quality import services
from barrymore.quality.models import Flag, StaffNotice
from barrymore.quality.selectors import flags_in, flags_of, notice_that_holds, timeline_of, zone_of_flag
from barrymore.quality.services import READ, REVIEW
from barrymore.quality.texts import chance_of, evidence_of_flag, limit_of, place_of, question_of

PAGE = 50
DECISIONS = {"confirm": services.confirm, "reject": services.reject}


class NoticeForm(forms.Form):
    """What the staff were told."""

    text = forms.CharField(
        max_length=4000,
        label=gettext_lazy("What the staff were told"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    told_by = forms.CharField(
        max_length=200,
        label=gettext_lazy("How and when"),
        help_text=gettext_lazy("Such as: in the meeting of 3 November, and by mail to everybody"),
    )
    holds_from = forms.DateField(
        label=gettext_lazy("From which day on it holds"), widget=forms.DateInput(attrs={"type": "date"})
    )
    names_networks = forms.BooleanField(
        required=False,
        label=gettext_lazy("They were told that networks are compared"),
        help_text=gettext_lazy(
            "From which network survey links are opened and staff work, as marks instead of "
            "addresses, deleted after 60 days. Without this nothing of it is kept."
        ),
    )
    names_handling = forms.BooleanField(
        required=False,
        label=gettext_lazy("They were told that closing, spam marks, priorities and offers are compared"),
        help_text=gettext_lazy("Without this nobody looks at how conversations are handled."),
    )


@require_GET
@page(READ)
def flags(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The questions of one state. Those not decided are for the quality manager alone."""
    may_review = actor.may(REVIEW)
    state = request.GET.get("state", Flag.State.ASKED if may_review else Flag.State.CONFIRMED)
    if state not in Flag.State.values or (state != Flag.State.CONFIRMED and not may_review):
        raise Http404
    shown = Paginator(flags_in(state), PAGE).get_page(request.GET.get("page"))
    context = {
        "state": state,
        "states": Flag.State.choices if may_review else [],
        "may_review": may_review,
        "rows": [{"flag": one, "place": place_of(one), "question": question_of(one)} for one in shown],
        "shown": shown,
        "notice": notice_that_holds(),
    }
    return render(request, "quality/flags.html", context)


@require_GET
@page(READ)
def flag(request: HttpRequest, actor: Actor, flag_id: int) -> HttpResponse:
    """One question with its evidence, the person's answer, and the decision."""
    return _flag_page(request, actor, _visible(actor, flag_id))


def _visible(actor: Actor, flag_id: int) -> Flag:
    found = get_object_or_404(
        Flag.objects.select_related("point__site", "site", "staff", "decided_by"), pk=flag_id
    )
    if found.state != Flag.State.CONFIRMED and not actor.may(REVIEW):
        raise Http404
    return found


def _flag_page(
    request: HttpRequest, actor: Actor, found: Flag, error: str = "", status: int = 200
) -> HttpResponse:
    zone = ZoneInfo(zone_of_flag(found))
    with timezone.override(zone):
        context: dict[str, Any] = {
            "flag": found,
            "question": question_of(found),
            "evidence": evidence_of_flag(found),
            "chance": chance_of(found),
            "limit": limit_of(found),
            "place": place_of(found),
            "timeline": [(one.what, round(one.place * 1000, 1)) for one in timeline_of(found)],
            "may_decide": actor.may(REVIEW)
            and found.state == Flag.State.ASKED
            and found.staff_id != actor.staff.pk,
            "reason": request.POST.get("reason", ""),
            "error": error,
        }
        return render(request, "quality/flag.html", context, status=status)


@require_POST
@page(REVIEW)
def decide(request: HttpRequest, actor: Actor, flag_id: int) -> HttpResponse:
    """Confirm or reject, with a reason."""
    found = _visible(actor, flag_id)
    verb = request.POST.get("decision", "")
    if verb not in DECISIONS:
        raise Http404
    try:
        DECISIONS[verb](actor, found, request.POST.get("reason", ""))
    except services.Decided:
        messages.info(request, _("Somebody has decided already."))
    except ValueError:
        return _flag_page(request, actor, found, _("Write one sentence on what you found out."), 422)
    return HttpResponseRedirect(reverse("quality:flag", args=[flag_id]))


@require_http_methods(["GET", "POST"])
@page(REVIEW)
def notice(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the staff were told; without it nobody looks."""
    if "withdraw" in request.POST:
        services.withdraw_notice(actor)
        return HttpResponseRedirect(reverse("quality:notice"))
    form = NoticeForm(request.POST or None, initial={"holds_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        services.record_notice(actor, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("quality:notice"))
    context = {
        "form": form,
        "holds": notice_that_holds(),
        "earlier": StaffNotice.objects.select_related("recorded_by").order_by("-id")[:20],
    }
    return render(request, "quality/notice.html", context)


@require_GET
@page()
def mine(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a person is asked about, and what was decided."""
    shown = Paginator(flags_of(actor.staff), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "flag": one,
            "place": place_of(one),
            "question": question_of(one),
            "evidence": evidence_of_flag(one),
            "limit": limit_of(one),
        }
        for one in shown
    ]
    return render(request, "quality/mine.html", {"rows": rows, "shown": shown, "notice": notice_that_holds()})


@never_cache
@require_GET
@page()
def progress(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own shifts: whoever is signed in sees their own and nobody else's."""
    own = own_of(actor.staff)
    good = own.good
    context = {
        "own": own,
        "fewest": FEWEST_ANSWERS,
        "rate": spoken.in_100(own.response_rate) if own.response_rate is not None else "",
        "good": spoken.in_100(good[0]) if good else "",
        "between": [spoken.in_100(end) for end in good[1]] if good else [],
        "campaigns": said_of_own(actor.staff, get_language() or "en"),
    }
    return render(request, "quality/progress.html", context)


@require_POST
@page()
def answer_mine(request: HttpRequest, actor: Actor, flag_id: int) -> HttpResponse:
    """The person says how it was."""
    found = get_object_or_404(Flag, pk=flag_id, staff=actor.staff)
    try:
        services.answer(actor, found, request.POST.get("answer", ""))
        messages.success(request, _("Kept."))
    except ValueError:
        messages.error(request, _("Say in a sentence how it was."))
    return HttpResponseRedirect(reverse("quality:mine"))
