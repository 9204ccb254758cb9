"""The editor of a questionnaire: what a form sends becomes a definition, one language at a time."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from barrymore.feedback.showing import Fields, Shown, shown
from barrymore.formulas.questionnaire_faults import WrongDefinition
from barrymore.formulas.questionnaire_reading import MOST_QUESTIONS, read_definition
from barrymore.formulas.questionnaires import CHOICES, SCALES, Questionnaire

LONGEST_DRAFT = 400_000
NUMBER = re.compile(r"-?\d{1,3}")


@dataclass
class Part:
    """One question as the editor shows it."""

    number: int
    told: Mapping[str, Any]
    text: str
    options: str
    ends: str
    sources: list[tuple[str, str, bool]] = field(default_factory=list)
    possible: list[tuple[str, str, bool]] = field(default_factory=list)
    carries: list[tuple[str, str, bool]] = field(default_factory=list)
    is_same_page: bool = False
    is_last: bool = False

    @property
    def is_choice(self) -> bool:
        """Whether it has options."""
        return self.told.get("kind") in CHOICES

    @property
    def is_scale(self) -> bool:
        """Whether it has two ends to name."""
        return self.told.get("kind") in SCALES and self.told.get("kind") != "smile4"


def empty_definition(languages: list[str]) -> dict[str, Any]:
    """One question to begin with."""
    question = {"key": "q1", "kind": "smile4", "page": 1, "text": {languages[0]: _("How was it?")}}
    return {"languages": languages, "questions": [question], "thanks": {}}


def read_draft(raw: str) -> dict[str, Any]:
    """The hidden draft of a form. Raises ValueError where it is none."""
    told = json.loads(raw) if len(raw) <= LONGEST_DRAFT else None
    if not isinstance(told, dict):
        raise ValueError("draft: open the page anew")
    questions = told.get("questions")
    if not isinstance(questions, list) or len(questions) > MOST_QUESTIONS:
        raise ValueError("draft: open the page anew")
    for one in questions:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str) or not _is_words(one.get("text")):
            raise ValueError("draft: open the page anew")
        for option in one.setdefault("options", []):
            if not isinstance(option, dict) or not _is_words(option.get("text")):
                raise ValueError("draft: open the page anew")
    if not isinstance(told.get("languages"), list) or not told["languages"]:
        raise ValueError("draft: open the page anew")
    return told


def _is_words(told: Any) -> bool:
    return isinstance(told, dict) and all(isinstance(one, str) for one in told.values())


def take_fields(draft: dict[str, Any], sent: Fields, language: str) -> dict[str, Any]:
    """The draft with what stands in the fields, whose words are in a language."""
    page = 0
    earlier: list[dict[str, Any]] = []
    for number, one in enumerate(draft["questions"]):
        if f"text-{number}" in _names(sent):
            _take_question(one, number, sent, language, earlier)
        is_same = bool(_last(sent, f"same-{number}")) and number > 0
        page = page if is_same else page + 1
        one["page"] = page
        earlier.append(one)
    draft["thanks"] = _with(draft.get("thanks"), language, _last(sent, "thanks"))
    return draft


def _names(sent: Fields) -> set[str]:
    return set(sent.keys())


def _take_question(
    one: dict[str, Any], number: int, sent: Fields, language: str, earlier: list[dict[str, Any]]
) -> None:
    one["kind"] = _last(sent, f"kind-{number}") or one["kind"]
    one["text"] = _with(one.get("text"), language, _last(sent, f"text-{number}"))
    one["required"] = bool(_last(sent, f"required-{number}"))
    one["ends"] = _with(one.get("ends"), language, _last(sent, f"ends-{number}"))
    if one["kind"] in CHOICES:
        lines = [" ".join(line.split()) for line in _last(sent, f"options-{number}").splitlines()]
        one["options"] = _options(one.get("options", []), [line for line in lines if line], language)
        carry = _last(sent, f"carry-{number}")
        one["carry"], one["carry_unchosen"] = carry.lstrip("!"), carry.startswith("!")
    else:
        one["options"], one["carry"] = [], ""
    source = next((was for was in earlier if was["key"] == _last(sent, f"source-{number}")), None)
    if source is None:
        one["when"] = []
        return
    values = [_value(raw) for raw in sent.getlist(f"among-{number}")]
    others = [was for was in one.get("when", [])[1:] if isinstance(was, dict)]
    one["when"] = [{"question": source["key"], "in": values}, *others]


def _value(raw: str) -> int | str:
    return int(raw) if NUMBER.fullmatch(raw) else raw


def _with(words: Any, language: str, text: str) -> dict[str, str]:
    told = {**words, language: text.strip()} if isinstance(words, dict) else {language: text.strip()}
    return {code: text for code, text in told.items() if text}


def _options(before: list[dict[str, Any]], lines: list[str], language: str) -> list[dict[str, Any]]:
    """One option a line. The same words keep their key; a changed line takes over the one in its place."""
    by_words = {one["text"].get(language, ""): one for one in before}
    kept = {line for line in lines if line in by_words}
    taken = {by_words[line]["key"] for line in kept}
    found = []
    for place, line in enumerate(lines):
        was = by_words.get(line)
        if was is None and place < len(before) and before[place]["key"] not in taken:
            was = before[place]
        key = was["key"] if was else _free("o", taken | {one["key"] for one in before})
        taken.add(key)
        found.append({"key": key, "text": _with(was["text"] if was else {}, language, line)})
    return found


def _free(letter: str, taken: set[str]) -> str:
    return next(key for n in range(1, 1000) if (key := f"{letter}{n}") not in taken)


def act(draft: dict[str, Any], what: str) -> int | None:
    """Add, move or remove a question; returns the number of the one to look at."""
    verb, _colon, place = what.partition(":")
    questions = draft["questions"]
    at = int(place) if place.isascii() and place.isdigit() and int(place) < len(questions) else None
    if verb == "add" and len(questions) < MOST_QUESTIONS:
        key = _free("q", {one["key"] for one in questions})
        page = max((one.get("page", 1) for one in questions), default=0) + 1
        questions.append({"key": key, "kind": "text", "page": page, "text": {}, "options": []})
        return len(questions) - 1
    if verb == "remove" and at is not None and len(questions) > 1:
        gone = questions.pop(at)["key"]
        _forget(questions, gone)
        return max(at - 1, 0)
    if verb in ("up", "down") and at is not None:
        to = at - 1 if verb == "up" else at + 1
        if 0 <= to < len(questions):
            questions[at], questions[to] = questions[to], questions[at]
            questions[at]["page"], questions[to]["page"] = questions[to]["page"], questions[at]["page"]
            return to
    return at


def _forget(questions: list[dict[str, Any]], gone: str) -> None:
    """What pointed at a question that is gone points nowhere."""
    for one in questions:
        one["when"] = [was for was in one.get("when", []) if was.get("question") != gone]
        if one.get("carry") == gone:
            one["carry"] = ""


def cleaned(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The definition without what is empty."""
    questions = [
        {
            name: value
            for name, value in one.items()
            if value not in ([], {}, "", False, None) or name == "text"
        }
        for one in draft["questions"]
    ]
    return {**draft, "questions": questions}


def read_cleaned(draft: Mapping[str, Any]) -> tuple[Questionnaire | None, list[tuple[str, str]]]:
    """The questionnaire, or what is wrong with it."""
    try:
        return read_definition(cleaned(draft)), []
    except WrongDefinition as wrong:
        return None, wrong.faults


def parts_of(draft: Mapping[str, Any], language: str) -> list[Part]:
    """The questions as the editor shows them in a language."""
    questions = draft["questions"]
    return [_part(questions, number, one, language) for number, one in enumerate(questions)]


def _part(questions: list[dict[str, Any]], number: int, one: dict[str, Any], language: str) -> Part:
    main = one["text"].get(language, "")
    when: dict[str, Any] = next(iter(one.get("when") or []), {})
    earlier = questions[:number]
    part = Part(
        number,
        one,
        main,
        "\n".join(option["text"].get(language, "") for option in one.get("options", [])),
        (one.get("ends") or {}).get(language, ""),
        is_same_page=number > 0 and one.get("page") == questions[number - 1].get("page"),
        is_last=number == len(questions) - 1,
    )
    can_open = [was for was in earlier if was["kind"] in SCALES or was["kind"] in CHOICES]
    part.sources = [
        (was["key"], _name(was, language), was["key"] == when.get("question")) for was in can_open
    ]
    source = next((was for was in can_open if was["key"] == when.get("question")), None)
    part.possible = _possible(source, when.get("in", []), language, questions) if source else []
    for was in earlier:
        if was["kind"] in CHOICES:
            is_it = one.get("carry") == was["key"]
            not_chosen = bool(one.get("carry_unchosen"))
            chosen, other = _("chosen in: %s"), _("not chosen in: %s")
            part.carries.append((was["key"], chosen % _name(was, language), is_it and not not_chosen))
            part.carries.append((f"!{was['key']}", other % _name(was, language), is_it and not_chosen))
    return part


def _name(one: Mapping[str, Any], language: str) -> str:
    return str(one["text"].get(language) or next(iter(one["text"].values()), one["key"]))[:60]


def _possible(
    source: Mapping[str, Any], among: Any, language: str, questions: list[dict[str, Any]]
) -> list[tuple[str, str, bool]]:
    if source["kind"] in SCALES:
        least, most = SCALES[source["kind"]]
        smiles = dict(enumerate((_("Bad"), _("Not quite"), _("Good"), _("Great")), 1))
        names = smiles if source["kind"] == "smile4" else {}
        return [(str(n), str(names.get(n, n)), n in among) for n in range(least, most + 1)]
    carried = next((one for one in questions if one["key"] == source.get("carry")), None)
    options = [*(carried or {}).get("options", []), *source.get("options", [])]
    return [(one["key"], _name(one, language), one["key"] in among) for one in options]


def preview_of(form: Questionnaire, language: str) -> list[tuple[int, bool, Shown]]:
    """Every question as a customer sees it: page, whether only some are asked it, the question."""
    seen = []
    for one in form.questions:
        # A carried list is shown whole, and nothing is chosen.
        source = form.question(one.carry)
        given = {one.carry: [option.key for option in source.options]} if source else {}
        if one.carry_unchosen:
            given = {one.carry: []}
        seen.append((one.page, bool(one.when), shown(form, one, given, language)))
    return seen


def _last(sent: Fields, name: str) -> str:
    values = sent.getlist(name)
    return values[-1] if values else ""
