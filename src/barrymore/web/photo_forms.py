"""Forms of what points to a person: photos at a screen with their notice, and how long things are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.channels.devices import screens
from barrymore.channels.devices.models import Device
from barrymore.feedback.keeping import BOUNDS


class PhotoForm(forms.Form):
    """Whether guests may attach a photo; one notice for each language in which the screen asks."""

    on = forms.BooleanField(
        required=False,
        label=gettext_lazy("Guests may attach a photo"),
        help_text=gettext_lazy(
            "Asked after the answer, which counts all the same. Kept for three days at most. "
            "A photo is personal data: ask whoever advises you on your country's law first."
        ),
    )

    def __init__(self, device: Device, data: Any = None) -> None:
        kept = screens.screen_of(device)
        super().__init__(data, initial={"on": kept.has_photos}, use_required_attribute=False)
        names = dict(settings.LANGUAGES)
        # Needed once photos are on; who switches them off may leave them.
        is_needed = data is None or "on" in data
        for code in screens.notice_languages(device):
            self.fields[f"notice_{code}"] = forms.CharField(
                required=is_needed,
                max_length=screens.LONGEST_NOTICE,
                initial=kept.photo_notice.get(code, ""),
                label=_("What guests are told, in %(language)s") % {"language": names.get(code, code)},
                widget=forms.Textarea(attrs={"rows": 3, "lang": code, "dir": "auto"}),
                error_messages={
                    "required": _("Say who sees the photo, what for and how long it is kept."),
                },
            )

    @property
    def notice(self) -> dict[str, str]:
        """The words by language."""
        begin = "notice_"
        told = self.cleaned_data
        return {name.removeprefix(begin): told[name] for name in told if name.startswith(begin)}


class KeepingForm(forms.Form):
    """How long photos, voices and contacts are kept."""

    photo_hours = forms.IntegerField(
        min_value=BOUNDS["photo_hours"][0],
        max_value=BOUNDS["photo_hours"][1],
        label=gettext_lazy("Photos, hours"),
        help_text=gettext_lazy("At most 72."),
    )
    voice_days = forms.IntegerField(
        min_value=BOUNDS["voice_days"][0],
        max_value=BOUNDS["voice_days"][1],
        label=gettext_lazy("Voice messages, days"),
    )
    contact_days = forms.IntegerField(
        min_value=BOUNDS["contact_days"][0],
        max_value=BOUNDS["contact_days"][1],
        label=gettext_lazy("Contacts in answers, days"),
        help_text=gettext_lazy(
            "Once somebody was called. The conversation that it became keeps what was written there."
        ),
    )
