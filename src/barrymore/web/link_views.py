"""Settings pages of a campaign's public link: its address, its line, a preview, where it was seen."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.channels.chat.seen import allow_refused
from barrymore.channels.devices.qr import code_of
from barrymore.feedback.links import is_open, set_link
from barrymore.feedback.models import Campaign, PublicLink
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.services import audit
from barrymore.web.form_views import OriginsForm


class LinkForm(OriginsForm):
    """On or off, the words on the tab, and which web sites may show it."""

    class Meta:
        model = PublicLink
        fields = ["is_on", "label", "origins"]
        labels: dict[str, Any] = {
            "is_on": gettext_lazy("Whoever knows the link may answer"),
            "label": gettext_lazy("Words on the tab"),
            "origins": gettext_lazy("Web sites that may show it"),
        }
        help_texts: dict[str, Any] = {
            "label": gettext_lazy("At most 24 signs; empty: Feedback."),
            "origins": gettext_lazy("One address a line, such as https://www.hotel.example."),
        }


@require_http_methods(["GET", "POST"])
@page("surveys.manage")
def link(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """The public link of one campaign."""
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    found = PublicLink.objects.filter(campaign=campaign).first()
    form = LinkForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        set_link(actor, campaign, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("public_link:link", args=[campaign.pk]))
    is_shown = found is not None and found.is_on
    address = address_of(found) if found else ""
    context = {
        "title": _("Public link"),
        "up_url": reverse("campaigns:campaign", args=[campaign.pk]),
        "up_title": campaign.name,
        "campaign": campaign,
        "form": form,
        "link": found if is_shown else None,
        "is_open": found is not None and is_open(found),
        "address": address,
        "line": line_of(found) if found else "",
        "code": code_of(address) if is_shown else None,
    }
    return render(request, "web/public_link.html", context)


def address_of(link: PublicLink) -> str:
    """For receipts, mails and web sites."""
    return f"{settings.BASE_URL}/q/{link.code}/"


def line_of(link: PublicLink) -> str:
    """The one line for a web site."""
    label = escape(link.label or "Feedback")
    # Plain words for the page, which escapes them once more: the line is shown, never run.
    return (
        f'<script src="{settings.BASE_URL}/q/feedback.js" data-campaign="{link.code}"'
        f' data-label="{label}" async></script>'
    )


@require_POST
@page("surveys.manage")
def allow(request: HttpRequest, actor: Actor, campaign_id: int) -> HttpResponse:
    """Let the site show the tab that has just tried to."""
    found = get_object_or_404(PublicLink.objects.select_related("campaign"), campaign=campaign_id)
    origin = found.refused_on
    allow_refused(found)
    audit(actor.staff, "campaign.link_allowed", f"{found.campaign.name}: {origin}")
    return HttpResponseRedirect(reverse("public_link:link", args=[campaign_id]))
