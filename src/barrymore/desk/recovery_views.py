"""The page of recoveries: what is red now, what is to be put right, what guests said of it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from barrymore.alerts.selectors import name_shown, red_alerts
from barrymore.alerts.texts import title_of
from barrymore.channels.recoveries import claim_and_ask
from barrymore.desk.recoveries import (
    NoSuchGuest,
    claims_of,
    deadline_of,
    guest_named,
    page_of,
    recoveries_seen,
    voices_behind,
)
from barrymore.figures import told, wording
from barrymore.figures.recovery import NAME
from barrymore.figures.scope import Period, Scope, today_in, zone_of
from barrymore.figures.selectors import figure
from barrymore.handling.models import Kindness, Recovery
from barrymore.handling.outcomes import (
    CLAIMABLE,
    HasEnded,
    NothingSaid,
    attach_guest,
    new_link,
    road_to,
)
from barrymore.handling.recovering import place_of
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page

MOST_RED = 50


class ClaimForm(forms.Form):
    """What was done, and a small kindness where one was given."""

    what = forms.CharField(
        max_length=2000,
        label=gettext_lazy("What was done"),
        help_text=gettext_lazy("The guest reads these very words."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kindness = forms.ModelChoiceField(
        Kindness.objects.filter(is_active=True),
        required=False,
        label=gettext_lazy("A small kindness given"),
        empty_label=gettext_lazy("none"),
    )


@require_GET
@page("conversations.read", somewhere=True)
def recoveries(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Red now, then what is open by its deadline; or what has ended."""
    show = "ended" if request.GET.get("show") == "ended" else "open"
    found, following = page_of(actor.staff, show, request.GET.get("after", ""))
    red = list(red_alerts(actor.staff)[:MOST_RED]) if show == "open" else []
    context = {
        "show": show,
        "rows": [_row(one) for one in found],
        "following": following,
        "red": [{"alert": one, "what": title_of(one), "name": name_shown(one, actor.staff)} for one in red],
        "topic": f"staff:{actor.staff.pk}",
        "figure": _figure() if show == "ended" and actor.may("figures.read") else None,
    }
    return render(request, "desk/recoveries.html", context)


def _figure() -> dict[str, Any]:
    """How much was put right within the visit, over the last four weeks, in words."""
    zone = zone_of(None)
    last = today_in(zone)
    found = figure(NAME, Scope(), Period(last - timedelta(days=27), last, zone))
    return {
        **found.as_dict(),
        "sentence": wording.sentence(found),
        "verdict": wording.verdict(found),
        "reasons": wording.reasons(found),
        "explained": told.explained(found),
        "counted": told.counted(found),
    }


def _row(recovery: Recovery) -> dict[str, Any]:
    conversation = recovery.conversation
    return {
        "recovery": recovery,
        "place": place_of(recovery),
        "due": deadline_of(recovery),
        "owner": conversation.owner.name if conversation and conversation.owner else "",
        "subject": conversation.subject if conversation else "",
    }


def _recovery(actor: Actor, recovery_id: int, permission: str) -> Recovery:
    actor.need_somewhere(permission)
    return get_object_or_404(recoveries_seen(actor.staff, permission), pk=recovery_id)


@require_GET
@page("conversations.read", somewhere=True)
def recovery(request: HttpRequest, actor: Actor, recovery_id: int) -> HttpResponse:
    """One: what was said where and when, what we say was done, what the guest says."""
    return _shown(request, actor, _recovery(actor, recovery_id, "conversations.read"), ClaimForm())


def _shown(
    request: HttpRequest, actor: Actor, found: Recovery, form: ClaimForm, status: int = 200
) -> HttpResponse:
    alert = found.alert
    context = {
        **_row(found),
        "alert": alert,
        "name": name_shown(alert, actor.staff) if alert else "",
        "claims": claims_of(found),
        "voices": voices_behind(found),
        "form": form,
        "may_claim": found.state in CLAIMABLE,
        "may_ask": found.state == Recovery.State.CLAIMED,
        "road": road_to(found),
    }
    return render(request, "desk/recovery.html", context, status=status)


@require_POST
@page("conversations.answer", somewhere=True)
def claim(request: HttpRequest, actor: Actor, recovery_id: int) -> HttpResponse:
    """Say what was done."""
    found = _recovery(actor, recovery_id, "conversations.answer")
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _shown(request, actor, found, form, 422)
    try:
        claim_and_ask(found, actor.staff, form.cleaned_data["what"], form.cleaned_data["kindness"])
    except NothingSaid:
        form.add_error("what", _("Say what was done."))
        return _shown(request, actor, found, form, 422)
    except HasEnded:
        messages.info(request, _("It has ended already."))
    return HttpResponseRedirect(reverse("desk_recovery:one", args=[found.pk]))


@require_POST
@page("conversations.answer", somewhere=True)
def guest(request: HttpRequest, actor: Actor, recovery_id: int) -> HttpResponse:
    """Say who pressed: a room, a mail address or a number."""
    found = _recovery(actor, recovery_id, "conversations.answer")
    try:
        attach_guest(found, guest_named(request.POST.get("guest", "")[:254], found), actor.staff)
    except NoSuchGuest:
        messages.error(request, _("Nobody, or more than one guest, is known there. Try a mail address."))
    except HasEnded:
        messages.info(request, _("It has ended already."))
    return HttpResponseRedirect(reverse("desk_recovery:one", args=[found.pk]))


@never_cache
@require_POST
@page("conversations.answer", somewhere=True)
def hand_over(request: HttpRequest, actor: Actor, recovery_id: int) -> HttpResponse:
    """The guest's page on this screen: they tap themselves."""
    found = _recovery(actor, recovery_id, "conversations.answer")
    try:
        token = new_link(found, actor.staff)
    except HasEnded:
        messages.info(request, _("There is nothing to ask about."))
        return HttpResponseRedirect(reverse("desk_recovery:one", args=[found.pk]))
    return HttpResponseRedirect(reverse("recovery_link:recovery", args=[token]))
