"""What a guest sends from a poster's page."""

import secrets

from django import forms
from django.core import signing
from django.utils.translation import gettext as _

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.reading import LONGEST_COMMENT
from barrymore.channels.survey_link.forms import SMILES

SALT = "poster.page"
SAID_WITHIN_SECONDS = 24 * 3600


def ticket_for(device: Device) -> str:
    """The number of one open page, signed: it can be used up once, and at this poster only."""
    return signing.dumps([device.pk, secrets.token_hex(8)], salt=SALT)


class PosterForm(forms.Form):
    """A smile, and a few words if the guest likes."""

    smile = forms.ChoiceField(choices=[(name, name) for name in SMILES])
    comment = forms.CharField(max_length=LONGEST_COMMENT, required=False)
    ticket = forms.CharField()

    def __init__(self, *args: object, device: Device, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.device = device
        self.fields["smile"].error_messages["required"] = _("Choose one of the four faces.")

    def clean_ticket(self) -> str:
        """The number of the page. Raises ValidationError for a forged or old one."""
        try:
            told = signing.loads(self.cleaned_data["ticket"], salt=SALT, max_age=SAID_WITHIN_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("The page was open for too long. Send it once more.")) from error
        if told[0] != self.device.pk:
            raise forms.ValidationError(_("The page was open for too long. Send it once more."))
        return str(told[1])

    def score(self) -> int:
        """The smile as a score from 1 to 4."""
        return int(SMILES[self.cleaned_data["smile"]])
