"""A settings form of something that has a secret: entered once, kept encrypted, never shown again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.secrets import seal


def secret_field(label: Any) -> forms.CharField:
    """The field; left empty it changes nothing."""
    return forms.CharField(
        required=False,
        label=label,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted. Empty leaves it as it is."),
    )


class SealedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a model with a field `secret`."""

    new_secret = secret_field(_("Password"))

    def save(self, commit: bool = True) -> Any:
        """Write it; the secret goes through the seal."""
        if self.cleaned_data["new_secret"]:
            self.instance.secret = seal(self.cleaned_data["new_secret"])
        return super().save(commit)
