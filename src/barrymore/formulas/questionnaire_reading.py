"""Read the definition of a questionnaire strictly: every fault is told with its place and what to do."""

import re
from collections.abc import Mapping
from typing import Any

from barrymore.formulas.questionnaire_branches import carried, earlier, read_carry, read_when
from barrymore.formulas.questionnaire_faults import Reader, WrongDefinition
from barrymore.formulas.questionnaires import (
    CHOICES,
    KINDS,
    NAMED,
    SCALES,
    WORDS,
    Option,
    Question,
    Questionnaire,
)

MOST_QUESTIONS = 40
MOST_OPTIONS = 30
MOST_PAGES = 40
LONGEST_QUESTION = 500
LONGEST_OPTION = 120
LONGEST_THANKS = 500
MOST_WORDS = 80
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")
FIELDS = {
    "key", "kind", "page", "text", "options", "required", "when", "carry", "carry_unchosen", "counts", "ends",
}  # fmt: skip


def read_definition(told: Any) -> Questionnaire:
    """A questionnaire from its JSON. Raises WrongDefinition with every fault found."""
    if not isinstance(told, Mapping):
        raise WrongDefinition([("definition", "an object with languages and questions is needed")])
    reader = Reader(told)
    for name in set(told) - {"languages", "questions", "thanks", "primary", "thresholds", "words"}:
        reader.wrong(str(name), "there is no such field")
    reader.languages = _languages(reader, told.get("languages"))
    questions = _questions(reader, told.get("questions"))
    thanks = reader.words(told.get("thanks"), "thanks", LONGEST_THANKS, needed=False)
    complete, partial = _thresholds(reader, told.get("thresholds"))
    primary = _primary(reader, told.get("primary"))
    words = _own_words(reader, told.get("words", {}))
    if reader.faults:
        raise WrongDefinition(reader.faults)
    return Questionnaire(reader.languages, tuple(questions), thanks, primary, complete, partial, words)


def _own_words(reader: Reader, told: Any) -> dict[str, dict[str, str]]:
    """Words of the screen itself, by name and language: those that the house does not speak."""
    if not isinstance(told, Mapping) or len(told) > MOST_WORDS:
        reader.wrong("words", f'at most {MOST_WORDS} words by name, such as {{"next": {{"ar": "…"}}}}')
        return {}
    read = reader.words
    return {str(key): read(one, f"words, {key}", LONGEST_THANKS, needed=False) for key, one in told.items()}


def _languages(reader: Reader, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not told or len(told) > 20:
        reader.wrong("languages", 'name 1 to 20, the main one first, such as ["en", "ru"]')
        return ()
    if not all(isinstance(one, str) and LANGUAGE.fullmatch(one) for one in told):
        reader.wrong("languages", "use codes of two letters, such as en")
        return ()
    if len(set(told)) < len(told):
        reader.wrong("languages", "one is named twice")
    return tuple(told)


def _questions(reader: Reader, told: Any) -> list[Question]:
    if not isinstance(told, list) or not told:
        reader.wrong("questions", "at least one question is needed")
        return []
    if len(told) > MOST_QUESTIONS:
        reader.wrong("questions", f"{len(told)} are too many: at most {MOST_QUESTIONS}")
        return []
    page = 0
    found = []
    for number, one in enumerate(told, 1):
        place = f"question {number}"
        if not isinstance(one, Mapping):
            reader.wrong(place, "an object with key, kind, text is needed")
            continue
        question = _question(reader, one, place, page)
        page = question.page
        found.append(question)
        reader.before.setdefault(question.key, question)
    return found


def _question(reader: Reader, told: Mapping[str, Any], place: str, page: int) -> Question:
    for name in set(told) - FIELDS:
        reader.wrong(place, f"there is no field {str(name)!r}")
    key, kind = told.get("key"), told.get("kind")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        reader.wrong(place, "the key begins with a small letter; up to 40 of a-z, 0-9, _")
        key = place.replace(" ", "_")
    elif key in reader.before:
        reader.wrong(place, f"the key {key!r} is taken by an earlier question")
    if kind not in KINDS:
        reader.wrong(place, f"the kind {kind!r} is none of {', '.join(KINDS)}")
        kind = "text"
    here = told.get("page", page + 1)
    if not isinstance(here, int) or isinstance(here, bool) or not max(page, 1) <= here <= MOST_PAGES:
        reader.wrong(place, f"pages count up from 1 to at most {MOST_PAGES} in the order of the questions")
        here = max(page, 1)
    text = reader.words(told.get("text"), f"{place}, text", LONGEST_QUESTION)
    _names(reader, text, place, here)
    required = told.get("required", False) is True
    carry = read_carry(reader, told, place, here, str(kind))
    return Question(
        key=key,
        kind=str(kind),
        page=here,
        text=text,
        options=_options(reader, told.get("options"), place, str(kind), carry),
        required=required,
        when=read_when(reader, told.get("when", []), place, here),
        carry=carry,
        carry_unchosen=told.get("carry_unchosen") is True,
        # Words that may be left out are no item of completeness, unless somebody says so.
        counts=bool(told.get("counts", kind not in WORDS or required)),
        ends=_ends(reader, told.get("ends"), place),
    )


def _ends(reader: Reader, told: Any, place: str) -> dict[str, str]:
    """The words at both ends of a scale by language: "low – high"."""
    return reader.words(told, f"{place}, ends", 2 * LONGEST_OPTION, needed=False)


def _names(reader: Reader, text: Mapping[str, str], place: str, page: int) -> None:
    for name in {found for words in text.values() for found in NAMED.findall(words)}:
        earlier(reader, name, f"{place}, text", page)


def _options(reader: Reader, told: Any, place: str, kind: str, carry: str) -> tuple[Option, ...]:
    if kind not in CHOICES:
        if told:
            reader.wrong(place, f"a question of kind {kind} has no options")
        return ()
    if not isinstance(told or [], list) or (not told and not carry):
        reader.wrong(place, "options to choose from are needed")
        return ()
    if len(told or []) > MOST_OPTIONS:
        reader.wrong(place, f"at most {MOST_OPTIONS} options")
        return ()
    found: list[Option] = []
    taken = {option.key for option in carried(reader, carry)}
    for number, one in enumerate(told or [], 1):
        here = f"{place}, option {number}"
        key = one.get("key") if isinstance(one, Mapping) else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            reader.wrong(here, "the key begins with a small letter; up to 40 of a-z, 0-9, _")
            continue
        if key in taken:
            reader.wrong(here, f"the key {key!r} is there twice")
        taken.add(key)
        found.append(Option(key, reader.words(one.get("text"), here, LONGEST_OPTION)))
    return tuple(found)


def _thresholds(reader: Reader, told: Any) -> tuple[float, float]:
    if told is None:
        return 0.8, 0.5
    complete = told.get("complete_above") if isinstance(told, Mapping) else None
    partial = told.get("partial_from") if isinstance(told, Mapping) else None
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (complete, partial))
    if not numbers or not 0 < partial <= complete < 1:  # type: ignore[operator]
        reader.wrong("thresholds", "0 < partial_from <= complete_above < 1, such as 0.5 and 0.8")
        return 0.8, 0.5
    return float(complete), float(partial)  # type: ignore[arg-type]


def _primary(reader: Reader, told: Any) -> str:
    """The question whose score is the answer's: the named one, else the first scale."""
    scales = [key for key, one in reader.before.items() if one.kind in SCALES]
    if told is None:
        return scales[0] if scales else ""
    if told not in scales:
        reader.wrong("primary", f"{told!r} is no question with a scale")
        return ""
    return str(told)
