"""What is entered on the settings pages of the company, its sites and its people."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.access import SCOPES
from barrymore.organisation.models import Company, Site


def zone_checked(name: str) -> str:
    """Refuse a time zone that nobody knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValidationError(_("Write a time zone such as Europe/Vilnius.")) from error
    return name


class ZoneField(forms.CharField):
    """A time zone by its name."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=60, label=_("Time zone"), help_text=_("Such as Europe/Vilnius"), **more)

    def clean(self, value: Any) -> Any:
        """The name, if there is such a zone."""
        return zone_checked(super().clean(value))


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, zone, language and privacy profile."""

    timezone = ZoneField()
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))
    privacy_profile = forms.ChoiceField(
        choices=[("", _("not chosen yet")), *settings.PRIVACY_PROFILES],
        required=False,
        label=_("Privacy profile"),
        help_text=_(
            "The source of defaults for recording and retention. Nothing is recorded before you choose."
        ),
    )

    class Meta:
        model = Company
        fields = ["name", "timezone", "language", "privacy_profile"]
        labels: dict[str, Any] = {"name": _("Name")}


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A hotel, clinic, shop, branch or office."""

    timezone = ZoneField()
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))

    class Meta:
        model = Site
        fields = ["name", "city", "timezone", "language"]
        labels: dict[str, Any] = {"name": _("Name"), "city": _("Town")}


class TokenForm(forms.Form):
    """A key for a program."""

    name = forms.CharField(max_length=80, label=_("Name"), help_text=_("Which program it is for"))
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], label=_("May"), widget=forms.CheckboxSelectMultiple
    )
