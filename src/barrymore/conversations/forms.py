"""What is entered about contact reasons and product areas."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import ProductArea, Reason

FIELDS = ["name", "key", "words", "is_active"]
LABELS: dict[str, Any] = {
    "name": _("Name"),
    "key": _("Key"),
    "words": _("Words that suggest it, one a line"),
    "is_active": _("In use"),
}


class KeyedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name, one key that nothing else in use has, and the words that suggest it."""

    def clean_key(self) -> str:
        """One sign; the same key twice would choose neither."""
        key = str(self.cleaned_data["key"]).lower()
        same = (
            type(self.instance)._default_manager.filter(key=key, is_active=True).exclude(pk=self.instance.pk)
        )
        if key and len(key) > 1:
            raise forms.ValidationError(_("One letter or digit."))
        if key and same.exists():
            raise forms.ValidationError(_("Another one has this key."))
        return key


class ReasonForm(KeyedForm):
    """Why customers contact us."""

    class Meta:
        model = Reason
        fields, labels = FIELDS, LABELS


class AreaForm(KeyedForm):
    """What it is about."""

    class Meta:
        model = ProductArea
        fields, labels = FIELDS, LABELS
