"""How a question hangs on earlier ones: asked after some answers, with the options that were chosen there."""

from collections.abc import Mapping
from typing import Any

from barrymore.formulas.questionnaire_faults import Reader
from barrymore.formulas.questionnaires import CHOICES, SCALES, Condition, Option, Question


def earlier(reader: Reader, key: Any, place: str, page: int) -> Question | None:
    """The question of an earlier page that is pointed at."""
    source = reader.before.get(key) if isinstance(key, str) else None
    if source is None:
        reader.wrong(place, f"{key!r} is no earlier question")
    elif source.page >= page:
        reader.wrong(place, f"{key!r} must stand on an earlier page")
    return source


def carried(reader: Reader, carry: str) -> tuple[Option, ...]:
    """The options that come from an earlier question, and from those before it."""
    source = reader.before.get(carry)
    return (*carried(reader, source.carry), *source.options) if source else ()


def read_carry(reader: Reader, told: Mapping[str, Any], place: str, page: int, kind: str) -> str:
    """The question whose chosen options are carried here; empty for none."""
    carry = told.get("carry")
    if not carry:
        return ""
    if kind not in CHOICES:
        reader.wrong(place, "only a choice can carry options forward")
    source = earlier(reader, carry, f"{place}, carry", page)
    if source is not None and source.kind not in CHOICES:
        reader.wrong(f"{place}, carry", f"{carry!r} has no options to carry")
    return source.key if source is not None and source.kind in CHOICES else ""


def read_when(reader: Reader, told: Any, place: str, page: int) -> tuple[Condition, ...]:
    """The answers after which a question is asked; some way must lead to it."""
    if not isinstance(told, list):
        reader.wrong(f"{place}, when", 'a list such as [{"question": "q1", "in": [1, 2]}]')
        return ()
    found = []
    for one in told:
        source = earlier(
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


def _can_be(reader: Reader, source: Question, value: Any) -> bool:
    if source.kind in SCALES:
        least, most = SCALES[source.kind]
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    options = (*carried(reader, source.carry), *source.options)
    return source.kind in CHOICES and value in [option.key for option in options]


def _reachable(reader: Reader, when: list[Condition], place: str) -> None:
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


def _inherited(reader: Reader, when: list[Condition]) -> list[Condition]:
    """The conditions, and those of the questions they name."""
    named = [list(reader.before[condition.question].when) for condition in when]
    return list(when) + [one for conditions in named for one in _inherited(reader, conditions)]
