"""A page of a questionnaire as a form shows it, and what came back read into answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from barrymore.formulas.questionnaires import (
    CONTACT_FIELDS,
    SCALES,
    Answers,
    Question,
    Questionnaire,
    applicable,
    options_of,
    told_text,
    words_in,
)

SMILES = {4: "great", 3: "good", 2: "meh", 1: "bad"}
SMILE_SCORES = {name: score for score, name in SMILES.items()}


class Fields(Protocol):
    """What a form has sent: Django's QueryDict and nothing more than this of it."""

    def getlist(self, name: str, /) -> list[str]:
        """All values of a name."""

    def keys(self) -> Iterable[str]:
        """The names."""


@dataclass
class Shown:
    """One question as the component `ui/components/question.html` draws it."""

    key: str
    kind: str
    text: str
    is_optional: bool
    name: str
    options: list[tuple[str, str, bool]] = field(default_factory=list)  # value, words, chosen
    value: str = ""
    contact: list[tuple[str, str, str, str]] = field(default_factory=list)  # field, words, type, value
    error: str = ""
    low: str = ""
    high: str = ""


def shown_page(
    form: Questionnaire, page: int, answers: Answers, language: str, errors: Mapping[str, str] | None = None
) -> list[Shown]:
    """The questions of a page that are asked, given the answers."""
    asked = set(applicable(form, answers))
    questions = [one for one in form.questions if one.page == page and one.key in asked]
    return [shown(form, one, answers, language, (errors or {}).get(one.key, "")) for one in questions]


def shown(form: Questionnaire, one: Question, answers: Answers, language: str, error: str = "") -> Shown:
    """One question in a language, with what was answered."""
    given = answers.get(one.key)
    seen = Shown(
        key=one.key,
        kind=one.kind,
        text=told_text(form, one, answers, language),
        is_optional=not one.required,
        name=f"q-{one.key}",
        error=error,
    )
    if one.kind == "smile4":
        seen.value = SMILES.get(given, "") if isinstance(given, int) else ""
    elif one.kind in SCALES:
        least, most = SCALES[one.kind]
        seen.options = [(str(n), str(n), n == given) for n in range(least, most + 1)]
        low, _dash, high = words_in(one.ends, language, form.languages).partition("–")
        seen.low, seen.high = low.strip(), high.strip()
    elif one.kind in ("choice", "choices"):
        chosen = given if isinstance(given, list) else [given]
        seen.options = [
            (option.key, words_in(option.text, language, form.languages), option.key in chosen)
            for option in options_of(form, one, answers)
        ]
    elif one.kind == "contact":
        seen.contact = _contact(given if isinstance(given, Mapping) else {})
    else:
        seen.value = given if isinstance(given, str) else ""
    return seen


def _contact(given: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    words = {"name": _("Name"), "email": _("Mail address"), "phone": _("Telephone")}
    kinds = {"name": "text", "email": "email", "phone": "tel"}
    return [(name, words[name], kinds[name], given.get(name, "")) for name in CONTACT_FIELDS]


def read_page(questions: Sequence[Question], sent: Fields) -> dict[str, Any]:
    """What a form has sent for the questions of its page; the rules decide whether it may be so."""
    return {one.key: _read(one, sent) for one in questions}


def _read(one: Question, sent: Fields) -> Any:
    name = f"q-{one.key}"
    if one.kind == "choices":
        return sent.getlist(name)
    if one.kind == "contact":
        told = {part: _last(sent, f"{name}-{part}").strip() for part in CONTACT_FIELDS}
        return {part: value for part, value in told.items() if value}
    raw = _last(sent, name)
    if one.kind == "smile4":
        return SMILE_SCORES.get(raw, raw or None)
    if one.kind in SCALES:
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else raw or None
    # A browser counts a line break as one sign and sends two.
    return raw.replace("\r\n", "\n")


def _last(sent: Fields, name: str) -> str:
    values = sent.getlist(name)
    return values[-1] if values else ""


def said_wrong(one: Question) -> str:
    """What to do about an answer that cannot be, in the reader's words."""
    if one.kind == "contact":
        return _("Write a mail address or a telephone number, so that we can reach you.")
    if one.kind in ("text", "voice"):
        return _("This is too long: at most 4,000 characters.")
    return _("Choose one of the answers shown.")
