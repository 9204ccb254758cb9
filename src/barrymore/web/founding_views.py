"""The first page of an empty house, and the company of somebody who has none yet."""

from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barrymore.channels.limits import seconds_to_wait
from barrymore.organisation.access import Actor
from barrymore.organisation.forms import ZoneField
from barrymore.organisation.models import Staff
from barrymore.organisation.pages import page
from barrymore.web.founding import (
    AlreadyFounded,
    Founder,
    House,
    found,
    is_the_code,
    needs_a_company,
    settle,
)
from barrymore.web.join_views import BACKEND
from barrymore.web.views import keep_language, too_many

TRIES_A_MINUTE = 30


class HouseForm(forms.Form):
    """The company and its first place."""

    company = forms.CharField(max_length=120, label=gettext_lazy("Your company"))
    site = forms.CharField(
        max_length=120, label=gettext_lazy("Your first hotel, clinic, shop, branch or office")
    )
    timezone = ZoneField(widget=forms.TextInput(attrs={"data-zone": ""}))

    def house(self) -> House:
        """What was entered."""
        told = self.cleaned_data
        return House(told["company"], told["site"], told["timezone"], get_language() or "en", _("Everything"))


class FoundForm(HouseForm):
    """The company, and who founds it."""

    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=gettext_lazy("New password, ten characters or more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """A password that is strong enough and not one's own name."""
        told = super().clean() or {}
        if told.get("password") and told.get("email"):
            person = Staff(name=told.get("name", ""), email=told["email"])
            try:
                validate_password(told["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return told

    def founder(self) -> Founder:
        """Who was entered."""
        told = self.cleaned_data
        return Founder(told["name"], told["email"], told["password"])


@never_cache
@require_http_methods(["GET", "POST"])
def found_house(request: HttpRequest, code: str) -> HttpResponse:
    """Found an empty house by its code; any other code is told where the right one stands."""
    if seconds_to_wait(f"found:{request.META.get('REMOTE_ADDR', '')}", TRIES_A_MINUTE):
        return too_many(request)
    if not is_the_code(code):
        return render(request, "web/found.html", status=410)
    form = FoundForm(request.POST or None, initial={"timezone": timezone.get_current_timezone_name()})
    if request.method == "POST" and form.is_valid():
        try:
            staff = found(form.founder(), form.house())
        except AlreadyFounded:
            return render(request, "web/found.html", status=410)
        login(request, staff, backend=BACKEND)
        answer = redirect("welcome")
        keep_language(request, answer, staff.language)
        return answer
    status = 422 if form.is_bound else 200
    return render(request, "web/found.html", {"form": form, "is_founding": True}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@page("settings.manage")
def company_of(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Name the company of a house whose demo has moved out."""
    if not needs_a_company():
        return redirect("organisation:company")
    form = HouseForm(request.POST or None, initial={"timezone": timezone.get_current_timezone_name()})
    if request.method == "POST" and form.is_valid():
        settle(actor, form.house())
        return redirect("welcome")
    status = 422 if form.is_bound else 200
    return render(request, "web/found.html", {"form": form}, status=status)
