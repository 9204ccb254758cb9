"""What is entered on the settings pages of the company, its sites and its people."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.access import SCOPES
from barrymore.organisation.levels import LevelsField
from barrymore.organisation.models import Company, Site, Staff


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


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A member of staff; languages and skills as `lt:3, en:2`."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language of the pages"))
    languages = LevelsField(
        required=False, label=_("Speaks"), help_text=_("Codes with a level from 1 to 3: lt:3, en:2")
    )
    skills = LevelsField(
        required=False,
        label=_("Skills"),
        help_text=_("Words with a level from 1 to 3, as the queues ask for them: billing:2"),
    )
    password = forms.CharField(
        required=False,
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Empty leaves it as it is."),
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.all(), required=False, label=_("Sites"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Staff
        fields = ["name", "email", "role", "language", "languages", "skills", "capacity", "sites"]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "email": _("E-mail"),
            "role": _("Role"),
            "capacity": _("At most so many at once"),
        }

    def clean_email(self) -> str:
        """Addresses are kept in lower case: people are found by them in any case."""
        return str(self.cleaned_data["email"]).lower()

    def clean_password(self) -> str:
        """An empty one stays as it is; another one must be strong enough."""
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Staff:
        """Write the person with the password."""
        if self.cleaned_data["password"]:
            self.instance.set_password(self.cleaned_data["password"])
        elif self.instance.pk is None:
            self.instance.set_unusable_password()
        saved: Staff = super().save(commit)
        return saved


class TokenForm(forms.Form):
    """A key for a program."""

    name = forms.CharField(max_length=80, label=_("Name"), help_text=_("Which program it is for"))
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], label=_("May"), widget=forms.CheckboxSelectMultiple
    )
