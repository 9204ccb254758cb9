"""What a person says about how to reach them."""

from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.alerts.models import Reach


class ReachForm(forms.ModelForm):  # type: ignore[type-arg]
    """A number, and which ways are wanted."""

    class Meta:
        model = Reach
        fields = ["phone", "by_mail", "by_sms", "by_push"]
        labels: dict[str, Any] = {
            "phone": _("Telephone for text messages"),
            "by_mail": _("By mail"),
            "by_sms": _("By text message"),
            "by_push": _("By push messages to your browsers"),
        }
        help_texts: dict[str, Any] = {"phone": _("With the code of the country, such as +370 600 00000")}

    def clean_phone(self) -> str:
        """The number in the form that gateways take."""
        text = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException as error:
            raise forms.ValidationError(_("Begin with + and the code of the country.")) from error
        if not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(_("This number is too long or too short."))
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def clean(self) -> dict[str, Any]:
        """Text messages need a number."""
        said = super().clean() or {}
        if said.get("by_sms") and not said.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Leave a number, or untick text messages."))
        return said
