"""What a visitor enters, and what a machine gives away by entering it."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.channels.form.models import WebForm
from barrymore.conversations.files import LARGEST_FILE
from barrymore.conversations.models import Reason
from barrymore.customers.recognition import BadAddress, normal_email, normal_phone

MOST_FILES = 5
FILLED_WITHIN_SECONDS = 24 * 3600
# Nobody reads and fills a form faster than this.
FILLED_AT_LEAST_SECONDS = 2
SALT = "web.form"


class ManyFiles(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each no larger than LARGEST_FILE; no file is no fault."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """A list of files. Raises ValidationError for too many or too large ones."""
        files = [file for file in (data if isinstance(data, list) else [data]) if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(most)s files at once.") % {"most": MOST_FILES})
        for file in files:
            if file.size > LARGEST_FILE:
                told = {"name": file.name, "most": LARGEST_FILE // 1024 // 1024}
                raise forms.ValidationError(_("%(name)s is larger than %(most)s MB.") % told)
        return files


class EnquiryForm(forms.Form):
    """Name, an address to answer to, what it is about, words and files."""

    name = forms.CharField(
        max_length=160,
        required=False,
        label=gettext_lazy("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.CharField(
        max_length=254,
        label=gettext_lazy("Mail or telephone"),
        help_text=gettext_lazy("We answer you there."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"required": gettext_lazy("Without an address we could not answer you.")},
    )
    reason = forms.ModelChoiceField(
        Reason.objects.none(),
        required=False,
        label=gettext_lazy("What it is about"),
        empty_label=gettext_lazy("Something else"),
    )
    text = forms.CharField(
        max_length=20_000,
        label=gettext_lazy("Your message"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write a few words first.")},
    )
    attachments = FilesField(required=False, label=gettext_lazy("Files"))
    # Hidden from people by the style sheet; whoever fills it is a machine.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )
    ticket = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, form: WebForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if form.asks_reason:
            self.fields["reason"].queryset = Reason.objects.filter(is_active=True)  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]
        if not form.takes_files:
            del self.fields["attachments"]

    def clean_address(self) -> tuple[str, str]:
        """(kind, value): a mail address or a telephone number."""
        text = self.cleaned_data["address"]
        try:
            return ("email", normal_email(text)) if "@" in text else ("phone", normal_phone(text))
        except BadAddress as error:
            fault = _("This is neither a mail address nor a telephone number.")
            raise forms.ValidationError(fault) from error

    def clean_ticket(self) -> str:
        """The number under which the form was given out. Raises ValidationError for a forged or old one."""
        try:
            number: str = signing.loads(self.cleaned_data["ticket"], salt=SALT, max_age=FILLED_WITHIN_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("The page was open for too long. Send it once more.")) from error
        return number

    def is_machine(self) -> bool:
        """The hidden field is filled, or the form came back faster than anybody reads."""
        if self.data.get("website"):
            return True
        try:
            signing.loads(self.data.get("ticket", ""), salt=SALT, max_age=FILLED_AT_LEAST_SECONDS)
        except signing.SignatureExpired:
            return False
        except signing.BadSignature:
            return False
        return True
