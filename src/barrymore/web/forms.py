"""What a person may change of themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Staff


class OwnForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name and language."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))

    class Meta:
        model = Staff
        fields = ["name", "language"]
        labels: dict[str, Any] = {"name": _("Name")}
