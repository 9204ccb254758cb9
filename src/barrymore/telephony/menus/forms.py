"""What is entered about prompts and menus."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.routing.models import Queue
from barrymore.telephony.menu_models import Menu, MenuKey, Prompt
from barrymore.telephony.menus import sounds
from barrymore.telephony.menus.editing import Aim

KEYS = "123456789*#"
LONGEST_TEXT = 1000
Does = MenuKey.Does


class PromptForm(forms.Form):
    """A sound to upload, or words for the voice."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language"))
    purpose = forms.ChoiceField(
        required=False,
        choices=Prompt.Purpose.choices,
        label=gettext_lazy("Used"),
        help_text=gettext_lazy(
            "What the house says by itself is spoken by the voice until you replace it here."
        ),
    )
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("Words"),
    )
    sound = forms.FileField(
        required=False,
        label=gettext_lazy("Sound"),
        help_text=gettext_lazy("WAV or MP3, at most three minutes. Without one the voice speaks the words."),
        widget=forms.FileInput(attrs={"accept": "audio/*"}),
    )

    def clean_sound(self) -> bytes | None:
        """The bytes, never more than may be read."""
        told = self.cleaned_data.get("sound")
        if not told:
            return None
        if told.size > sounds.LARGEST:
            limit = sounds.LARGEST // 1024 // 1024
            raise ValidationError(_("At most %(n)s MB: send a shorter one.") % {"n": limit})
        data: bytes = told.read()
        return data


class MenuForm(forms.ModelForm):  # type: ignore[type-arg]
    """A menu with a row for each key. 0 is no row: it leads to a person."""

    class Meta:
        model = Menu
        fields = ["name", "greeting", "queue", "wait_seconds"]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "greeting": gettext_lazy("What is said"),
            "queue": gettext_lazy("Where 0 leads, and who presses nothing"),
            "wait_seconds": gettext_lazy("Seconds to wait for a key"),
        }
        help_texts: dict[str, Any] = {
            "queue": gettext_lazy("Empty: to the queue of the number that was called."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["greeting"].queryset = Prompt.objects.filter(purpose="")  # type: ignore[attr-defined]
        known = {one.key: one for one in self.instance.keys.all()} if self.instance.pk else {}
        aims = self._aims()
        for place, key in enumerate(KEYS):
            self._add_row(place, key, known.get(key), aims)

    def _aims(self) -> list[Any]:
        queues = [(f"queue:{one.pk}", one.name) for one in Queue.objects.filter(is_active=True)]
        menus = [(f"menu:{one.pk}", one.name) for one in Menu.objects.exclude(pk=self.instance.pk)]
        ends = [(one.value, one.label) for one in (Does.VOICEMAIL, Does.CALLBACK, Does.AGAIN)]
        return [("", _("does nothing")), (_("Queues"), queues), (_("Menus"), menus), (_("Otherwise"), ends)]

    def _add_row(self, place: int, key: str, known: MenuKey | None, aims: list[Any]) -> None:
        told = Aim.of(known) if known else Aim("")
        self.fields[f"aim{place}"] = forms.ChoiceField(
            required=False, choices=aims, initial=told.spelt, label=_("Key %(key)s") % {"key": key}
        )
        self.fields[f"language{place}"] = forms.ChoiceField(
            required=False,
            choices=[("", _("same language")), *settings.LANGUAGES],
            initial=known.language if known else "",
            label=_("Goes on in"),
        )
        self.fields[f"any_hour{place}"] = forms.BooleanField(
            required=False, initial=bool(known and known.at_any_hour), label=_("at any hour")
        )

    def rows(self) -> list[dict[str, Any]]:
        """The keys, for the page."""
        return [
            {
                "key": key,
                "aim": self[f"aim{place}"],
                "language": self[f"language{place}"],
                "any_hour": self[f"any_hour{place}"],
            }
            for place, key in enumerate(KEYS)
        ]

    def plain(self) -> list[Any]:
        """The fields of the menu itself."""
        return [self[name] for name in self._meta.fields or ()]

    def clean(self) -> dict[str, Any]:
        """Only a way to people can be open at any hour."""
        told = super().clean() or {}
        for place, _key in enumerate(KEYS):
            if told.get(f"any_hour{place}") and not str(told.get(f"aim{place}", "")).startswith("queue:"):
                self.add_error(f"any_hour{place}", _("Only a key that leads to a queue."))
        return told

    def keys(self) -> dict[str, tuple[Aim, str, bool]]:
        """Key to where it leads, in which language, and whether at any hour."""
        told = self.cleaned_data
        return {
            key: (Aim(told[f"aim{place}"]), told[f"language{place}"], told[f"any_hour{place}"])
            for place, key in enumerate(KEYS)
            if told[f"aim{place}"]
        }
