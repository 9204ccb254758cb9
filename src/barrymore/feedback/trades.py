"""Ready questionnaires for a clinic, a shop, a fitness centre, a till, a bank, a hotel, an adviser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.standard import languages, said_in

Options = Sequence[tuple[str, Promise]]


@dataclass(frozen=True)
class Asked:
    """One question of a template; `when` is (question, answers), `same` puts it on the page before."""

    key: str
    kind: str
    text: Promise
    options: Options = ()
    when: tuple[str, tuple[Any, ...]] | None = None
    same: bool = False
    carry: str = ""


@dataclass(frozen=True)
class Trade:
    """A template: what it is for, at which step it is asked, what the employee says, and its questions."""

    name: Promise
    step: Promise
    prompt: Promise
    questions: Sequence[Asked] = field(default_factory=tuple)


BAD_SMILES = (1, 2)
WHY = _("What was the reason?")
WORDS = _("Would you like to tell us more?")
CONTACT = _("May we write to you about it?")
YES_NO: Options = (("yes", _("Yes")), ("partly", _("Partly")), ("no", _("No")))


def _why(*options: tuple[str, Promise]) -> Asked:
    return Asked("why", "choices", WHY, options, ("smile", BAD_SMILES))


def _end() -> tuple[Asked, Asked]:
    """Words at any score; a way to be reached where it was bad."""
    return Asked("words", "text", WORDS), Asked("contact", "contact", CONTACT, (), ("smile", BAD_SMILES))


TRADES: dict[str, Trade] = {
    "clinic": Trade(
        _("Clinic"),
        _("After the visit"),
        _("Before you go: please tell us at the screen how your visit was."),
        (
            Asked("smile", "smile4", _("How was your visit today?")),
            _why(
                ("waiting", _("I waited for too long")),
                ("explained", _("It was not explained well")),
                ("manner", _("The manner of the staff")),
                ("room", _("Room and cleanliness")),
            ),
            *_end(),
        ),
    ),
    "shop": Trade(
        _("Self-service shop"),
        _("At the way out"),
        _("Did you find everything? Please tell us at the screen by the door."),
        (
            Asked("smile", "smile4", _("How was shopping with us today?")),
            Asked(
                "found",
                "choice",
                _("Did you find what you were looking for?"),
                YES_NO,
            ),
            _why(
                ("help", _("Nobody was there to help")),
                ("stock", _("It was not in stock")),
                ("order", _("I could not find my way")),
                ("queue", _("The queue was long")),
            ),
            *_end(),
        ),
    ),
    "fitness": Trade(
        _("Fitness centre"),
        _("When leaving"),
        _("How was your training? One touch on the screen helps us."),
        (
            Asked("smile", "smile4", _("How was your training today?")),
            _why(
                ("crowded", _("It was crowded")),
                ("machines", _("Machines were broken")),
                ("clean", _("Changing rooms and showers")),
                ("trainer", _("The trainer")),
            ),
            Asked("again", "scale10", _("How likely are you to recommend us to a friend?")),
            *_end(),
        ),
    ),
    "till": Trade(
        _("Supermarket till"),
        _("Paying"),
        _("How was it at the till? Please press a button as you go."),
        (Asked("smile", "smile4", _("How was it at the till?")),),
    ),
    "bank": Trade(
        _("Bank"),
        _("After the advice"),
        _("Thank you. Please tell us how the talk was; it takes a minute."),
        (
            Asked("smile", "smile4", _("How satisfied are you with today's service?")),
            Asked("solved", "choice", _("Is your request solved?"), YES_NO),
            Asked("effort", "scale7", _("It was easy to get it done: how much do you agree?")),
            _why(
                ("waiting", _("I waited for too long")),
                ("clear", _("It was not clear to me")),
                ("rules", _("Too much paper")),
                ("manner", _("The manner of the staff")),
            ),
            *_end(),
        ),
    ),
    "hotel": Trade(
        _("Hotel"),
        _("Leaving"),
        _("We would like to hear how your stay was, whatever it was like."),
        (
            Asked("smile", "smile4", _("How was your stay?")),
            Asked("room", "scale5", _("The room")),
            Asked("people", "scale5", _("The people"), same=True),
            Asked("breakfast", "scale5", _("The breakfast"), same=True),
            _why(
                ("room", _("The room")),
                ("noise", _("Noise")),
                ("people", _("The people")),
                ("food", _("Food and drink")),
            ),
            Asked("first", "choice", _("Which of these should we mend first?"), carry="why"),
            *_end(),
        ),
    ),
    "substance": Trade(
        _("Questions of substance"),
        _("After the advice"),
        _("Please tell us what the advice was worth to you."),
        (
            Asked("smile", "smile4", _("How were you served?")),
            Asked("polite", "choice", _("Were you treated politely?"), YES_NO),
            Asked("solution", "choice", _("Were you offered a solution?"), YES_NO),
            Asked(
                "best",
                "choice",
                _("Was it the best for you, or were you only sold more?"),
                (
                    ("best", _("The best for me")),
                    ("fair", _("Good enough")),
                    ("sold", _("I was only sold more")),
                    ("none", _("I cannot say")),
                ),
            ),
            *_end(),
        ),
    ),
}


def definition_of(name: str) -> dict[str, Any]:
    """A template's definition in all languages of the house. Raises KeyError."""
    codes = languages()
    page = 0
    questions = []
    for one in TRADES[name].questions:
        page = page if one.same else page + 1
        told: dict[str, Any] = {
            "key": one.key,
            "kind": one.kind,
            "page": page,
            "text": said_in(one.text, codes),
        }
        if one.options:
            told["options"] = [{"key": key, "text": said_in(words, codes)} for key, words in one.options]
        if one.when:
            told["when"] = [{"question": one.when[0], "in": list(one.when[1])}]
        if one.carry:
            told["carry"] = one.carry
        questions.append(told)
    thanks = said_in(_("Thank you for your answer."), codes)
    return {"languages": codes, "questions": questions, "thanks": thanks}
