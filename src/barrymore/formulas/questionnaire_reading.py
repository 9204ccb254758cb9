"""Read the definition of a questionnaire strictly: every fault is told with its place and what to do."""

import re
from collections.abc import Mapping
from typing import Any

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.questionnaires import (
    CHOICES,
    KINDS,
    NAMED,
    SCALES,
    WORDS,
    Condition,
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


class WrongDefinition(FormulaError):
    """A definition that cannot be asked; `faults` is a list of (place, what to do)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("WRONG_DEFINITION", "; ".join(f"{place}: {what}" for place, what in faults[:5]))
        self.faults = faults


class _Reader:
    """Gathers the faults, so that all are told at once."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.faults: list[tuple[str, str]] = []
        self.languages: tuple[str, ...] = ()
        self.before: dict[str, Question] = {}

    def wrong(self, place: str, what: str) -> None:
        self.faults.append((place, what))

    def words(self, told: Any, place: str, longest: int, *, needed: bool = True) -> dict[str, str]:
        """Words by language; the main language must have some."""
        if told is None and not needed:
            return {}
        if not isinstance(told, Mapping) or not all(isinstance(one, str) for one in told.values()):
            self.wrong(place, 'give the words by language, such as {"en": "…"}')
            return {}
        for language in set(told) - set(self.languages):
            self.wrong(place, f"{language!r} is not among the languages of the questionnaire")
        if any(len(one) > longest for one in told.values()):
            self.wrong(place, f"at most {longest} characters")
        main = self.languages[0] if self.languages else ""
        if needed and not str(told.get(main, "")).strip():
            self.wrong(place, f"the words of the main language ({main}) are missing")
        return {str(language): one.strip() for language, one in told.items() if one.strip()}


def read_definition(told: Any) -> Questionnaire:
    """A questionnaire from its JSON. Raises WrongDefinition with every fault found."""
    if not isinstance(told, Mapping):
        raise WrongDefinition([("definition", "an object with languages and questions is needed")])
    reader = _Reader(told)
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


def _own_words(reader: _Reader, told: Any) -> dict[str, dict[str, str]]:
    """Words of the screen itself, by name and language: those that the house does not speak."""
    if not isinstance(told, Mapping) or len(told) > MOST_WORDS:
        reader.wrong("words", f'at most {MOST_WORDS} words by name, such as {{"next": {{"ar": "…"}}}}')
        return {}
    read = reader.words
    return {str(key): read(one, f"words, {key}", LONGEST_THANKS, needed=False) for key, one in told.items()}


def _languages(reader: _Reader, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not told or len(told) > 20:
        reader.wrong("languages", 'name 1 to 20, the main one first, such as ["en", "ru"]')
        return ()
    if not all(isinstance(one, str) and LANGUAGE.fullmatch(one) for one in told):
        reader.wrong("languages", "use codes of two letters, such as en")
        return ()
    if len(set(told)) < len(told):
        reader.wrong("languages", "one is named twice")
    return tuple(told)


def _questions(reader: _Reader, told: Any) -> list[Question]:
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


def _question(reader: _Reader, told: Mapping[str, Any], place: str, page: int) -> Question:
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
    carry = _carry(reader, told, place, here, str(kind))
    return Question(
        key=key,
        kind=str(kind),
        page=here,
        text=text,
        options=_options(reader, told.get("options"), place, str(kind), carry),
        required=required,
        when=_when(reader, told.get("when", []), place, here),
        carry=carry,
        carry_unchosen=told.get("carry_unchosen") is True,
        # Words that may be left out are no item of completeness, unless somebody says so.
        counts=bool(told.get("counts", kind not in WORDS or required)),
        ends=_ends(reader, told.get("ends"), place),
    )


def _ends(reader: _Reader, told: Any, place: str) -> dict[str, str]:
    """The words at both ends of a scale by language: "low – high"."""
    return reader.words(told, f"{place}, ends", 2 * LONGEST_OPTION, needed=False)


def _names(reader: _Reader, text: Mapping[str, str], place: str, page: int) -> None:
    for name in {found for words in text.values() for found in NAMED.findall(words)}:
        _earlier(reader, name, f"{place}, text", page)


def _earlier(reader: _Reader, key: Any, place: str, page: int) -> Question | None:
    """The question of an earlier page that is pointed at."""
    source = reader.before.get(key) if isinstance(key, str) else None
    if source is None:
        reader.wrong(place, f"{key!r} is no earlier question")
    elif source.page >= page:
        reader.wrong(place, f"{key!r} must stand on an earlier page")
    return source


def _options(reader: _Reader, told: Any, place: str, kind: str, carry: str) -> tuple[Option, ...]:
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
    taken = {option.key for option in _carried(reader, carry)}
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


def _carried(reader: _Reader, carry: str) -> tuple[Option, ...]:
    source = reader.before.get(carry)
    return (*_carried(reader, source.carry), *source.options) if source else ()


def _carry(reader: _Reader, told: Mapping[str, Any], place: str, page: int, kind: str) -> str:
    carry = told.get("carry")
    if not carry:
        return ""
    if kind not in CHOICES:
        reader.wrong(place, "only a choice can carry options forward")
    source = _earlier(reader, carry, f"{place}, carry", page)
    if source is not None and source.kind not in CHOICES:
        reader.wrong(f"{place}, carry", f"{carry!r} has no options to carry")
    return source.key if source is not None and source.kind in CHOICES else ""


def _when(reader: _Reader, told: Any, place: str, page: int) -> tuple[Condition, ...]:
    if not isinstance(told, list):
        reader.wrong(f"{place}, when", 'a list such as [{"question": "q1", "in": [1, 2]}]')
        return ()
    found = []
    for one in told:
        source = _earlier(
            reader, one.get("question") if isinstance(one, Mapping) else one, f"{place}, when", page
        )
        among = one.get("in") if isinstance(one, Mapping) else None
        if source is None:
            continue
        if not isinstance(among, list) or not among:
            reader.wrong(f"{place}, when", "`in` names the answers with which it is asked")
            continue
        for value in among:
            if not _can_be(reader, source, value):
                reader.wrong(f"{place}, when", f"{value!r} is no answer to {source.key!r}: never asked")
        found.append(Condition(source.key, tuple(among)))
    _reachable(reader, found, place)
    return tuple(found)


def _can_be(reader: _Reader, source: Question, value: Any) -> bool:
    if source.kind in SCALES:
        least, most = SCALES[source.kind]
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    options = (*_carried(reader, source.carry), *source.options)
    return source.kind in CHOICES and value in [option.key for option in options]


def _reachable(reader: _Reader, when: list[Condition], place: str) -> None:
    """Two conditions on one question of a single answer must share an answer."""
    among: dict[str, set[Any]] = {}
    for condition in _inherited(reader, when):
        values = set(condition.among)
        source = reader.before[condition.question]
        if source.kind == "choices":
            continue
        among[condition.question] = among.get(condition.question, values) & values
    if any(not values for values in among.values()):
        reader.wrong(f"{place}, when", "no answers lead to this question: it would never be asked")


def _inherited(reader: _Reader, when: list[Condition]) -> list[Condition]:
    """The conditions, and those of the questions they name."""
    named = [list(reader.before[condition.question].when) for condition in when]
    return list(when) + [one for conditions in named for one in _inherited(reader, conditions)]


def _thresholds(reader: _Reader, told: Any) -> tuple[float, float]:
    if told is None:
        return 0.8, 0.5
    complete = told.get("complete_above") if isinstance(told, Mapping) else None
    partial = told.get("partial_from") if isinstance(told, Mapping) else None
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (complete, partial))
    if not numbers or not 0 < partial <= complete < 1:  # type: ignore[operator]
        reader.wrong("thresholds", "0 < partial_from <= complete_above < 1, such as 0.5 and 0.8")
        return 0.8, 0.5
    return float(complete), float(partial)  # type: ignore[arg-type]


def _primary(reader: _Reader, told: Any) -> str:
    """The question whose score is the answer's: the named one, else the first scale."""
    scales = [key for key, one in reader.before.items() if one.kind in SCALES]
    if told is None:
        return scales[0] if scales else ""
    if told not in scales:
        reader.wrong("primary", f"{told!r} is no question with a scale")
        return ""
    return str(told)
