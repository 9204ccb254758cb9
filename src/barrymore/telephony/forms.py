"""What is entered about Asterisk, lines, numbers and telephones."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.feedback.by_keys import CANNOT, keyed_question, newest_of
from barrymore.feedback.models import Survey
from barrymore.feedback.selectors import questionnaire_of
from barrymore.organisation.models import Staff
from barrymore.organisation.sealed_forms import SealedForm
from barrymore.organisation.selectors import active_staff
from barrymore.routing.models import Queue
from barrymore.telephony.models import Extension, Node, Number, Prompt, Trunk
from barrymore.telephony.services import e164
from barrymore.telephony.spelling import CannotWrite, check_extension, written

MOST_NUMBERS = 500
# What a caller meets before the queue, and in it.
BEFORE: dict[str, Any] = {
    "greeting": gettext_lazy("Greeting"),
    "menu": gettext_lazy("Menu"),
    "hours": gettext_lazy("Opening hours"),
    "closed_then": gettext_lazy("Outside hours callers"),
    "offers_callback": gettext_lazy("Who waits may ask to be called back, and keeps the place"),
    "asks": gettext_lazy("After the talk callers are asked"),
    "tells_place": gettext_lazy("Who waits is told the place and about how long"),
}


class NodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An Asterisk: where it is managed and where it takes calls."""

    class Meta:
        model = Node
        fields = [
            "name",
            "host",
            "ami_port",
            "http_port",
            "sip_address",
            "sip_port",
            "public_address",
            "local_networks",
            "rtp_start",
            "rtp_end",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "host": gettext_lazy("Address of its manager"),
            "ami_port": gettext_lazy("Port of its manager"),
            "http_port": gettext_lazy("Port of ARI and browser telephones"),
            "sip_address": gettext_lazy("Address on which it takes calls"),
            "sip_port": gettext_lazy("Port for calls"),
            "public_address": gettext_lazy("Address that others see"),
            "local_networks": gettext_lazy("Own networks"),
            "rtp_start": gettext_lazy("First port for sound"),
            "rtp_end": gettext_lazy("Last port for sound"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "host": gettext_lazy("This machine or a private network: never an address of the open Internet."),
            "public_address": gettext_lazy("Only behind a router that changes addresses."),
            "rtp_end": gettext_lazy("Each call takes up to four ports."),
        }

    def clean(self) -> dict[str, Any]:
        """There must be room for sound."""
        told = super().clean() or {}
        if (told.get("rtp_end") or 0) - (told.get("rtp_start") or 0) < 3:
            self.add_error("rtp_end", _("Leave at least four ports."))
        return told


class TrunkForm(SealedForm):
    """A line to a carrier, and a password that is never shown again."""

    class Meta:
        model = Trunk
        fields = [
            "name",
            "node",
            "host",
            "port",
            "addresses",
            "username",
            "new_secret",
            "registers",
            "silence_seconds",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "node": gettext_lazy("Asterisk"),
            "host": gettext_lazy("Address of the carrier"),
            "port": gettext_lazy("Port"),
            "addresses": gettext_lazy("Where its calls come from"),
            "username": gettext_lazy("User"),
            "registers": gettext_lazy("We sign in there"),
            "silence_seconds": gettext_lazy("A line is dead after so many seconds of silence"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "addresses": gettext_lazy("Addresses or networks with spaces between, if not from there alone."),
        }

    def clean_new_secret(self) -> str:
        """As it can stand in a configuration."""
        secret: str = self.cleaned_data["new_secret"]
        try:
            written(secret)
        except CannotWrite as error:
            raise forms.ValidationError(str(error)) from error
        return secret


class NumberForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where the calls of a number go."""

    class Meta:
        model = Number
        fields = ["number", "name", "queue", "site", "language", "ring_seconds", *BEFORE, "is_active"]
        labels: dict[str, Any] = {
            **BEFORE,
            "number": gettext_lazy("Number"),
            "name": gettext_lazy("Name"),
            "queue": gettext_lazy("Queue"),
            "site": gettext_lazy("Site"),
            "language": gettext_lazy("Language"),
            "ring_seconds": gettext_lazy("One person is rung for so many seconds"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "name": gettext_lazy("What whoever answers is shown."),
            "hours": gettext_lazy("Empty: always open."),
            "asks": gettext_lazy(
                "One question by keys, for who stays on the line. Write the configuration after a change."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if "greeting" in self.fields:
            self.fields["greeting"].queryset = Prompt.objects.filter(purpose="")  # type: ignore[attr-defined]

        if "asks" in self.fields:
            kept = newest_of(self.instance.asks)
            # Every version in use: a survey that cannot be asked so is refused with the reason.
            asked = Survey.objects.filter(is_active=True).exclude(kind=Survey.Kind.RELATIONSHIP)
            self.fields["asks"].queryset = asked  # type: ignore[attr-defined]
            self.initial["asks"] = kept.pk if kept else None

    def clean_asks(self) -> Survey | None:
        """Only what has keys."""
        told: Survey | None = self.cleaned_data["asks"]
        if told is not None and told.kind != Survey.Kind.CALL:
            raise forms.ValidationError(
                _("This one is asked by a link: choose or make one that is asked right after a call.")
            )
        if told is not None and keyed_question(questionnaire_of(told)) is None:
            raise forms.ValidationError(CANNOT)
        return told

    def clean_number(self) -> str:
        """With + and country code."""
        return e164(self.cleaned_data["number"])


class NumbersForm(NumberForm):
    """Several numbers that go the same way."""

    numbers = forms.CharField(
        label=gettext_lazy("Numbers"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("With + and country code, one a line; a hundred at once if you like."),
    )
    field_order = ["numbers", "name", "queue", "site", "language", "ring_seconds"]

    class Meta(NumberForm.Meta):
        fields = ["name", "queue", "site", "language", "ring_seconds"]

    def clean_numbers(self) -> list[str]:
        """Each as it is kept."""
        lines = [line for line in self.cleaned_data["numbers"].splitlines() if line.strip()]
        if len(lines) > MOST_NUMBERS:
            raise forms.ValidationError(_("At most %(n)s at once.") % {"n": MOST_NUMBERS})
        return [e164(line) for line in lines]


class ExtensionForm(forms.Form):
    """A telephone for a person."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label=gettext_lazy("Whose"))
    kind = forms.ChoiceField(choices=Extension.Kind.choices, label=gettext_lazy("Kind"))
    number = forms.CharField(
        required=False,
        max_length=6,
        label=gettext_lazy("Extension"),
        validators=[check_extension],
        help_text=gettext_lazy("What colleagues dial. Empty: the next free one, or the person's own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = active_staff()  # type: ignore[attr-defined]
