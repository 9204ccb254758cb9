"""What the house says to callers by itself, in each language in which it can be said.

A prompt that somebody has made for the purpose comes first; else the voice speaks the translated words. What
can be said in no way is left out, and with it whatever depends on having been said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.conversations.files import read_bytes
from barrymore.organisation.selectors import company
from barrymore.telephony.menu_models import Prompt
from barrymore.telephony.menus import sounds
from barrymore.telephony.menus.sounds import NoSound, Samples

# Places and waits are whole sentences: no language builds them from single numbers without a fault.
PLACES = range(1, 21)
WAITS = (
    (0, 2), (0, 5), (1, 3), (1, 5), (2, 5), (2, 8), (3, 8), (3, 10), (5, 10), (5, 15), (8, 20), (8, 30),
    (10, 20), (10, 30), (15, 40), (20, 60),
)  # fmt: skip
P = Prompt.Purpose


def words() -> dict[str, str]:
    """Every phrase by its name, in the language that is active."""
    said = {
        P.CLOSED.value: _("We are closed now."),
        P.NOTICE.value: _("Calls are recorded. If you do not want that, press 9."),
        P.CONSENT.value: _("May we record this call? Press 1 for yes. Any other key means no."),
        P.VOICEMAIL.value: _("Please leave a message after the tone. Press the hash key to end it."),
        P.THANKS.value: _("Thank you. We will take care of your message."),
        P.OFFER.value: _("If you would like us to call you back, press 1. You keep your place."),
        P.CALLBACK.value: _("Thank you. We will call you back on the number you are calling from."),
        P.NO_NUMBER.value: _("We do not see the number you are calling from, so we cannot call you back."),
        P.WRONG.value: _("This key does nothing here."),
        P.RATED.value: _("Thank you for your answer."),
    }
    said |= {f"place-{n}": _("You are number %(n)s in the queue.") % {"n": n} for n in PLACES}
    soon = _("We expect to answer you within %(high)s minutes.")
    later = _("We expect to answer you in %(low)s to %(high)s minutes.")
    for low, high in WAITS:
        said[f"wait-{low}-{high}"] = (later if low else soon) % {"low": low, "high": high}
    return said


@dataclass
class Sounds:
    """File name without its ending to samples; `languages` are those that were asked for."""

    languages: tuple[str, ...]
    files: dict[str, Samples] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def in_all(self, phrase: str) -> bool:
        """Whether a phrase can be said in every language that callers may have."""
        return all(f"{phrase}-{one}" in self.files for one in self.languages)


def code_of(language: str) -> str:
    """A language as it stands in names of files: two or three letters. The company's where there is none."""
    for told in (language, company().language, "en"):
        code = told.strip().lower().partition("-")[0]
        if code.isascii() and code.isalpha() and 2 <= len(code) <= 3:
            return code
    return "en"


def prepared(languages: Iterable[str], prompts: Iterable[Prompt], names: Iterable[str]) -> Sounds:
    """Everything that may be played: the prompts, the tone, and the named phrases in all languages."""
    made = Sounds(tuple(sorted({code_of(one) for one in languages})))
    made.files["beep"] = sounds.beep()
    for prompt in prompts:
        samples = _kept(prompt)
        if samples is not None:
            made.files[f"p{prompt.pk}"] = samples
    own = {(one.purpose, code_of(one.language)): one for one in Prompt.objects.exclude(purpose="")}
    wanted = set(names)
    for language in made.languages:
        for name, (text, voice) in _in_language(language).items():
            if name in wanted:
                mine = own.get((name, language))
                samples = _kept(mine) if mine else _said(text, voice)
                if samples is not None:
                    made.files[f"{name}-{language}"] = samples
    return made


def _in_language(language: str) -> dict[str, tuple[str, str]]:
    """Each phrase with the language whose voice says it: what is not translated is English."""
    with translation.override("en"):
        plain = words()
    with translation.override(language):
        said = words()
    return {name: (text, "en" if text == plain[name] else language) for name, text in said.items()}


def _said(text: str, language: str) -> Samples | None:
    try:
        return sounds.speak(text, language)
    except NoSound:
        return None


def _kept(prompt: Prompt) -> Samples | None:
    """A file that is gone stops no caller: the rest is written without it."""
    try:
        return sounds.read_sound(read_bytes(prompt.path))
    except (OSError, NoSound):
        return None
