"""What is chosen before a call is recorded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.recording_models import RecordingProfile
from barrymore.conversations.recordings import KEEP_DAYS
from barrymore.routing.models import Queue

# Where the house knows its country; for others the stricter basis holds.
COUNTRIES = [
    ("LT", _("Lithuania")),
    ("EE", _("Estonia")),
    ("LV", _("Latvia")),
    ("DE", _("Germany")),
    ("AT", _("Austria")),
    ("CH", _("Switzerland")),
    ("FR", _("France")),
    ("IT", _("Italy")),
    ("BG", _("Bulgaria")),
    ("GB", _("United Kingdom")),
    ("IE", _("Ireland")),
    ("US", _("United States")),
    ("ZZ", _("Another country")),
]


class RecordingForm(forms.Form):
    """The profile: country, what the caller is asked, for how long, which calls."""

    is_on = forms.BooleanField(required=False, label=_("Calls are recorded"))
    country = forms.ChoiceField(choices=COUNTRIES, label=_("Country"))
    basis = forms.ChoiceField(
        choices=RecordingProfile.Basis.choices,
        widget=forms.RadioSelect,
        label=_("What the caller is asked"),
        help_text=_(
            "In Germany and Switzerland, and in parts of the United States, recording without a yes of both "
            "sides is a crime. Ask whoever advises you on your country's law; we do not."
        ),
    )
    keep_days = forms.IntegerField(
        min_value=KEEP_DAYS[0], max_value=KEEP_DAYS[1], label=_("Kept for so many days"),
        help_text=_("Then the sound is deleted. That there was a call, and how long it was, stays."),
    )  # fmt: skip
    share = forms.IntegerField(
        min_value=1, max_value=100, label=_("Of 100 calls so many, by lot"),
        help_text=_("For quality review a part is usually enough."),
    )  # fmt: skip
    queues = forms.ModelMultipleChoiceField(
        Queue.objects.filter(is_active=True), required=False, widget=forms.CheckboxSelectMultiple,
        label=_("Only these queues"), help_text=_("None chosen means all."),
    )  # fmt: skip

    def clean(self) -> None:
        """Where a crime is near, nobody is recorded who was not asked."""
        told = self.cleaned_data
        if told.get("country") in {"DE", "CH"} and told.get("basis") == RecordingProfile.Basis.NOTICE:
            self.add_error("basis", _("In this country the caller must be asked first."))
