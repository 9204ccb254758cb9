"""What people type at the desk, checked."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import ProductArea, Reason
from barrymore.customers.recognition import BadAddress, normal_email
from barrymore.routing.models import Presence, Queue

LONGEST_MESSAGE = 100_000
MORNING = 9


class AddressList(forms.CharField):
    """Mail addresses apart by commas, cleaned to a list."""

    def clean(self, value: Any) -> Any:
        """Refuse what is no address and say which."""
        text = super().clean(value) or ""
        found = []
        for part in filter(None, (one.strip() for one in text.replace(";", ",").split(","))):
            try:
                found.append(normal_email(part))
            except BadAddress as error:
                raise forms.ValidationError(
                    _("%(text)s is no mail address."), params={"text": part}
                ) from error
        return found


class ReplyForm(forms.Form):
    """An answer or a note. `send` is the button that was pressed: it must agree with the kind."""

    kind = forms.ChoiceField(choices=[("reply", ""), ("note", "")])
    send = forms.ChoiceField(choices=[("reply", ""), ("note", ""), ("close", "")], required=False)
    body = forms.CharField(max_length=LONGEST_MESSAGE, strip=False)
    seen = forms.IntegerField(required=False, min_value=0)
    cc = AddressList(required=False)
    bcc = AddressList(required=False)

    def clean(self) -> dict[str, Any]:
        """A note's button never sends an answer, an answer's button never keeps a note."""
        data = super().clean() or {}
        button, kind = data.get("send"), data.get("kind")
        if button and kind and (button == "note") != (kind == "note"):
            raise forms.ValidationError(
                _("The button and the kind of message disagree. Choose Reply or Private note.")
            )
        if not (data.get("body") or "").strip():
            raise forms.ValidationError(_("Write a message first."))
        return data


class NewForm(forms.Form):
    """Write to a customer first."""

    to = forms.EmailField(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=250)
    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), empty_label=None)
    body = forms.CharField(label=_("Message"), max_length=LONGEST_MESSAGE, widget=forms.Textarea)


class ForwardForm(forms.Form):
    """Pass a message on to somebody else, with those of its files that are ticked."""

    to = AddressList(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=250)
    # Twice the longest message: what is quoted, and what is written above it.
    body = forms.CharField(
        label=_("Message"), max_length=2 * LONGEST_MESSAGE, strip=False, widget=forms.Textarea
    )
    attachments = forms.MultipleChoiceField(
        label=_("Files"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean_body(self) -> str:
        """A message without a word is refused."""
        body = str(self.cleaned_data["body"])
        if not body.strip():
            raise forms.ValidationError(_("Write a message first."))
        return body


class StepForm(forms.Form):
    """When a conversation comes back: a preset or a moment of one's own, and what for."""

    preset = forms.ChoiceField(
        choices=[("hour", ""), ("tomorrow", ""), ("monday", ""), ("week", "")], required=False
    )
    at = forms.DateTimeField(required=False, label=_("Day and time"))
    what = forms.CharField(max_length=200, required=False, label=_("What for"))

    def clean(self) -> dict[str, Any]:
        """One moment, from the preset or from the field."""
        data = super().clean() or {}
        at = preset_moment(data["preset"]) if data.get("preset") else data.get("at")
        if at is None:
            raise forms.ValidationError(_("Choose a time in the future."))
        return {**data, "at": at}


def preset_moment(preset: str) -> datetime:
    """The moment of a preset in the viewer's zone; mornings begin at nine."""
    here = timezone.localtime()
    morning = here.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    if preset == "hour":
        return here + timedelta(hours=1)
    if preset == "tomorrow":
        return morning + timedelta(days=1)
    if preset == "monday":
        return morning + timedelta(days=7 - here.weekday())
    return morning + timedelta(days=7)


class NotAskingForm(forms.Form):
    """Why this customer shall not be asked; counted."""

    why = forms.CharField(max_length=200)


class ClassifyForm(forms.Form):
    """Contact reason and product area."""

    reason = forms.ModelChoiceField(Reason.objects.filter(is_active=True), required=False)
    area = forms.ModelChoiceField(ProductArea.objects.filter(is_active=True), required=False)


class PresenceForm(forms.Form):
    """Whether one takes work now, and if not, why."""

    state = forms.ChoiceField(choices=Presence.State.choices)
    reason = forms.CharField(max_length=80, required=False)


class PersonForm(forms.Form):
    """Who wrote from a shared address, by an address of their own."""

    address = forms.CharField(max_length=254)


class CardForm(forms.Form):
    """What may be changed of a customer beside the conversation."""

    name = forms.CharField(max_length=160, required=False)
    language = forms.CharField(max_length=10, required=False)
    role = forms.CharField(max_length=60, required=False)
    account = forms.CharField(max_length=160, required=False)
    note = forms.CharField(max_length=10_000, required=False)
