"""Settings pages of the SMS numbers: the gateway, and the address that it calls."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.channels.sms.models import SmsNumber
from barrymore.customers.recognition import BadAddress, normal_phone
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.organisation.sealed_forms import SealedForm, secret_field


class SmsNumberForm(SealedForm):
    """A number at a gateway, and a token that is never shown again."""

    new_secret = secret_field(gettext_lazy("Token of the account"))

    class Meta:
        model = SmsNumber
        fields = ["number", "name", "site", "queue", "gateway", "account", "new_secret", "is_active"]
        labels: dict[str, Any] = {
            "number": gettext_lazy("Telephone"),
            "name": gettext_lazy("Name"),
            "site": gettext_lazy("Site"),
            "queue": gettext_lazy("Queue"),
            "gateway": gettext_lazy("Address of the gateway"),
            "account": gettext_lazy("Account"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "gateway": gettext_lazy("Twilio, or any gateway that speaks its protocol."),
        }

    def clean_number(self) -> str:
        """With the country code, as the gateway writes it."""
        try:
            return normal_phone(self.cleaned_data["number"])
        except BadAddress as error:
            raise forms.ValidationError(_("This is no telephone number.")) from error


@require_GET
@page("settings.manage")
def numbers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All numbers, and whether the gateway takes our texts."""
    rows = [
        {
            "name": one.number,
            "detail": one.last_error or one.name,
            "state": _("failing") if one.last_error else _("in use") if one.is_active else _("not in use"),
            "url": reverse("texts:number", args=[one.pk]),
        }
        for one in SmsNumber.objects.all()
    ]
    intro = _("Text messages come and go through a gateway that speaks Twilio’s protocol.")
    return render(request, LIST, list_of(_("Text messages"), rows, "texts:new", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def number(request: HttpRequest, actor: Actor, number_id: int | None = None) -> HttpResponse:
    """One number."""
    found = get_object_or_404(SmsNumber, pk=number_id) if number_id else None
    form = SmsNumberForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = save_checked(actor.staff, form, "sms_number.changed")
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("texts:number", args=[kept.pk]))
    context = {
        "title": found.number if found else _("New number"),
        "form": form,
        "number": found,
        "address": f"{settings.BASE_URL}/sms/{found.pk}/in/" if found else "",
        "up_url": reverse("texts:numbers"),
        "up_title": _("Text messages"),
    }
    return render(request, "web/sms_number.html", context)
