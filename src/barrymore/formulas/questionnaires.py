"""One set of rules for every questionnaire: what applies, which page is next, what an answer set is worth.

The kiosk walks the same definition offline by `frontend/src/questionnaire.ts`; both are held to
`tests/feedback/questionnaire_examples.json`. A question may depend only on earlier pages, so that a page
without a script can be walked too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from barrymore.formulas.outcomes import classify

# Lowest and highest point of each scale, as it is stored with the answer (METHOD A9).
SCALES = {"smile4": (1, 4), "scale5": (1, 5), "scale7": (1, 7), "scale10": (0, 10)}
CHOICES = ("choice", "choices")
WORDS = ("text", "voice", "contact")
KINDS = (*SCALES, *CHOICES, *WORDS)
CONTACT_FIELDS = ("name", "email", "phone")
LONGEST_TEXT = 4000
LONGEST_FIELD = 200
NAMED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")

Words: TypeAlias = Mapping[str, str]
Answers: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """An earlier question, and the answers of it with which this one is asked."""

    question: str
    among: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    key: str
    text: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `counts`: whether it is an item of AAPOR's completeness."""

    key: str
    kind: str
    page: int
    text: Words
    options: tuple[Option, ...] = ()
    required: bool = False
    when: tuple[Condition, ...] = ()
    carry: str = ""
    carry_unchosen: bool = False
    counts: bool = True
    ends: Words = field(default_factory=dict)  # words at the two ends of a scale: "low", "high" by language


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A definition that has been checked. `languages` begins with the main one."""

    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    thanks: Words
    primary: str
    complete_above: float = 0.8
    partial_from: float = 0.5
    own_words: Mapping[str, Words] = field(default_factory=dict)  # of the screen itself, by name

    def question(self, key: str) -> Question | None:
        """The question of a key."""
        return next((one for one in self.questions if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer set after the rules. `answers` holds only what applies and was given."""

    answers: dict[str, Any]
    dropped: int
    problems: dict[str, str]
    applicable: tuple[str, ...]
    items: int
    answered: int
    code: str
    score: int | None
    scale: str


def words_in(words: Words, language: str, languages: Sequence[str]) -> str:
    """Words in a language, else in the main one."""
    return words.get(language) or (words.get(languages[0], "") if languages else "")


def applicable(form: Questionnaire, answers: Answers) -> tuple[str, ...]:
    """Keys of the questions that are asked, given the answers; one that is not asked opens nothing."""
    return tuple(_walk(form, answers))


def _walk(form: Questionnaire, answers: Answers) -> dict[str, Question]:
    asked: dict[str, Question] = {}
    for one in form.questions:
        if all(_holds(condition, asked, answers) for condition in one.when) and (
            not one.carry or options_of(form, one, answers, asked)
        ):
            asked[one.key] = one
    return asked


def _holds(condition: Condition, asked: Mapping[str, Question], answers: Answers) -> bool:
    if condition.question not in asked:
        return False
    given = answers.get(condition.question)
    chosen = given if isinstance(given, list) else [given]
    return any(one in condition.among for one in chosen if one is not None)


def options_of(
    form: Questionnaire, one: Question, answers: Answers, asked: Mapping[str, Question] | None = None
) -> tuple[Option, ...]:
    """What can be chosen: the question's own options, after those carried forward from an earlier answer."""
    if not one.carry:
        return one.options
    source = form.question(one.carry)
    if source is None or (asked is not None and one.carry not in asked):
        return ()
    given = answers.get(one.carry)
    if given is None:
        return ()
    chosen = given if isinstance(given, list) else [given]
    carried = tuple(
        option
        for option in options_of(form, source, answers, asked)
        if (option.key in chosen) != one.carry_unchosen
    )
    return carried + one.options if carried else ()


def pages_of(form: Questionnaire, answers: Answers) -> list[int]:
    """The pages that have something to ask, in order."""
    return sorted({one.page for one in _walk(form, answers).values()})


def next_page(form: Questionnaire, answers: Answers, page: int = 0) -> int | None:
    """The page after this one; None at the end."""
    return next((one for one in pages_of(form, answers) if one > page), None)


def previous_page(form: Questionnaire, answers: Answers, page: int) -> int | None:
    """The page before this one; None at the beginning."""
    return next((one for one in reversed(pages_of(form, answers)) if one < page), None)


def told_text(form: Questionnaire, one: Question, answers: Answers, language: str) -> str:
    """A question's words, earlier answers named in them put in: `{q1}`."""
    text = words_in(one.text, language, form.languages)
    return NAMED.sub(lambda found: _named(form, found[1], answers, language), text)


def _named(form: Questionnaire, key: str, answers: Answers, language: str) -> str:
    source, given = form.question(key), answers.get(key)
    if source is None or given is None:
        return "…"
    if source.kind not in CHOICES:
        return str(given)
    chosen = given if isinstance(given, list) else [given]
    options = options_of(form, source, answers)
    told = [words_in(one.text, language, form.languages) for one in options if one.key in chosen]
    return ", ".join(told) or "…"


def check(form: Questionnaire, answers: Answers) -> Checked:
    """Hold an answer set against the rules.

    An unknown key and a value off its scale are problems; an answer to a question that is not asked is
    dropped and counted. Nothing is taken from a set with problems: the caller refuses it as a whole.
    """
    problems = {key: "unknown question" for key in answers if form.question(key) is None}
    kept: dict[str, Any] = {}
    asked: dict[str, Question] = {}
    dropped = 0
    for one in form.questions:
        raw = answers.get(one.key)
        applies = all(_holds(condition, asked, kept) for condition in one.when)
        options = options_of(form, one, kept, asked)
        if not applies or (one.carry and not options):
            dropped += not _is_empty(raw)
            continue
        asked[one.key] = one
        if _is_empty(raw):
            continue
        value, problem = read_value(one, raw, [option.key for option in options])
        if problem:
            problems[one.key] = problem
        elif value is not None:
            kept[one.key] = value
    return _weighed(form, asked, kept, dropped, problems)


def _weighed(
    form: Questionnaire,
    asked: Mapping[str, Question],
    kept: dict[str, Any],
    dropped: int,
    problems: dict[str, str],
) -> Checked:
    items = [key for key, one in asked.items() if one.counts]
    answered = sum(key in kept for key in items)
    primary = form.question(form.primary)
    score = kept.get(form.primary)
    return Checked(
        answers=kept,
        dropped=dropped,
        problems=problems,
        applicable=tuple(asked),
        items=len(items),
        answered=answered,
        code=_code(form, len(items), answered, bool(kept)),
        score=score if isinstance(score, int) else None,
        scale=primary.kind if primary else "",
    )


def _code(form: Questionnaire, items: int, answered: int, said: bool) -> str:
    """AAPOR code of a form that was sent: I, P or R."""
    if items == 0:
        return "I" if said else "R"
    code = classify(answered, items, form.complete_above, form.partial_from)
    # In a form of one item, words without the item are a part of it, not a refusal.
    return "P" if code == "R" and items == 1 and said else str(code)


def missing(form: Questionnaire, answers: Answers, page: int) -> list[str]:
    """Required questions of a page that are asked and have no answer."""
    return [
        key
        for key, one in _walk(form, answers).items()
        if one.page == page and one.required and _is_empty(answers.get(key))
    ]


def _is_empty(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return not any(str(value).strip() for value in raw.values())
    return raw is None or raw == [] or (isinstance(raw, str) and not raw.strip())


def read_value(one: Question, raw: Any, options: Sequence[str]) -> tuple[Any, str]:
    """A value of the question's kind and an empty problem, or None and what is wrong with it."""
    if one.kind in SCALES:
        least, most = SCALES[one.kind]
        if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
            return None, f"a whole number from {least} to {most}"
        return raw, ""
    if one.kind == "choice":
        return (raw, "") if isinstance(raw, str) and raw in options else (None, "one of the options")
    if one.kind == "choices":
        return _several(raw, options)
    return _contact(raw) if one.kind == "contact" else _text(raw)


def _several(raw: Any, options: Sequence[str]) -> tuple[Any, str]:
    if not isinstance(raw, list) or not all(isinstance(key, str) and key in options for key in raw):
        return None, "a list of the options"
    return [key for key in options if key in raw], ""


def _text(raw: Any) -> tuple[Any, str]:
    if not isinstance(raw, str) or len(raw) > LONGEST_TEXT:
        return None, f"a text of at most {LONGEST_TEXT} characters"
    return raw.strip(), ""


def _contact(raw: Any) -> tuple[Any, str]:
    """Name, mail address, telephone; at least one way to reach the person."""
    wrong = "an object with name, email, phone: texts, and at least a mail address or a telephone number"
    if not isinstance(raw, Mapping) or set(raw) - set(CONTACT_FIELDS):
        return None, wrong
    if not all(isinstance(value, str) and len(value) <= LONGEST_FIELD for value in raw.values()):
        return None, wrong
    kept = {name: raw[name].strip() for name in CONTACT_FIELDS if raw.get(name, "").strip()}
    email, phone = kept.get("email", ""), kept.get("phone", "")
    if (email and "@" not in email) or (phone and sum(sign.isdigit() for sign in phone) < 5):
        return None, wrong
    return (kept, "") if email or phone else (None, wrong)
