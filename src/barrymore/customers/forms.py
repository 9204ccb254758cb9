"""What is entered about a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CustomerForm(forms.Form):
    """Name, language, role, firm, note."""

    name = forms.CharField(max_length=160, required=False, label=_("Name"))
    language = forms.CharField(
        max_length=10, required=False, label=_("Language"), help_text=_("A code such as lt")
    )
    role = forms.CharField(max_length=60, required=False, label=_("Role"))
    account = forms.CharField(max_length=160, required=False, label=_("Firm"))
    note = forms.CharField(max_length=10_000, required=False, label=_("Note"), widget=forms.Textarea)
