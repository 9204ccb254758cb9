"""An answer set as a device tells it: sizes and types are checked here, its meaning when it is projected."""

import json
from collections.abc import Mapping
from typing import Any

from barrymore.channels.signs import storable
from barrymore.feedback.photos import KEY as PHOTO

MOST_ANSWERS = 40
MOST_CHOSEN = 60
LONGEST_KEY = 40
LONGEST_TEXT = 4000
LONGEST_PART = 200
LONGEST_SECONDS = 86_400.0
MOST_SIGNS = 20_000
HIGHEST = 2**53
OUTCOMES = ("complete", "partial", "refused", "language", "disability", "child")


class Wrong(ValueError):
    """An event that cannot count; the text is the reason, one word."""


def read_answer(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an answer event. Raises Wrong with the field."""
    outcome = told.get("outcome", "complete")
    if outcome not in OUTCOMES:
        raise Wrong("outcome")
    language = told.get("language", "")
    if not isinstance(language, str) or len(language) > 10:
        raise Wrong("language")
    detail = {
        "campaign": _number(told.get("campaign"), "campaign"),
        "questionnaire": _number(told.get("questionnaire"), "questionnaire"),
        "answers": _answers(told.get("answers", {})),
        "seconds": _seconds(told.get("seconds", {})),
        "language": storable(language),
        "outcome": outcome,
    }
    if told.get("target") is not None:
        detail["target"] = _number(told["target"], "target")
    if told.get("photo") is not None:
        detail["photo"] = photo_name(told["photo"])
    if len(json.dumps(detail, ensure_ascii=False)) > MOST_SIGNS:
        raise Wrong("too_long")
    return detail


def photo_name(told: Any) -> str:
    """The name under which a photo follows, if one does. Raises Wrong."""
    if not isinstance(told, str) or not PHOTO.fullmatch(told):
        raise Wrong("photo")
    return told


def _number(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < HIGHEST:
        raise Wrong(name)
    return value


def _answers(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict) or len(told) > MOST_ANSWERS:
        raise Wrong("answers")
    return {_key(key): _value(value) for key, value in told.items()}


def _key(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii():
        raise Wrong("answers")
    return storable(key)


def _value(value: Any) -> Any:
    """A number, words, a list of keys, or the parts of an address; nothing deeper."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1000):
        return value
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return storable(value)
    if isinstance(value, list) and len(value) <= MOST_CHOSEN and all(_is_short(one) for one in value):
        return [storable(one) for one in value]
    if isinstance(value, dict) and len(value) <= 5 and all(_is_short(one) for one in value.values()):
        return {_key(key): storable(one) for key, one in value.items()}
    raise Wrong("answers")


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_PART


def _seconds(told: Any) -> dict[str, float]:
    if not isinstance(told, dict) or len(told) > MOST_ANSWERS:
        raise Wrong("seconds")
    for value in told.values():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= LONGEST_SECONDS:
            raise Wrong("seconds")
    return {_key(key): round(float(value), 2) for key, value in told.items()}
