"""What an anonymous campaign never keeps, whatever else is set: who, how to be reached, and the minute."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from barrymore.formulas.questionnaires import Questionnaire

if TYPE_CHECKING:
    from barrymore.feedback.answers import Origin

# A voice is known again, a contact is a person.
REFUSED = ("contact", "voice")
HIGHEST = 2**53 - 1


def naming(form: Questionnaire) -> list[str]:
    """The questions of a questionnaire that an anonymous campaign cannot ask."""
    return [one.key for one in form.questions if one.kind in REFUSED]


def need_nameless(form: Questionnaire) -> None:
    """Raise ValueError where a question asks who somebody is."""
    if found := naming(form):
        raise ValueError(f"anonymous: question {found[0]!r} asks for a contact or a voice; take it out")


def hour_of(at: datetime) -> datetime:
    """The beginning of its hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def veiled_key(key: str) -> str:
    """Counts an answer once and does not tell which device, browser or number of another system it is."""
    return f"anonymous:{salted_hmac('feedback.anonymous', key, algorithm='sha256').hexdigest()}"


def veiled(origin: "Origin", form: Questionnaire) -> "Origin":
    """An origin without device, person and minute, in a language in which the campaign asks."""
    language = origin.language if origin.language in form.languages else form.languages[0]
    return replace(
        origin,
        key=veiled_key(origin.key),
        at=hour_of(origin.at),
        device=None,
        staff=None,
        target=None,
        language=language,
    )


def random_id() -> int:
    """An id that tells no order: negative, so that the ids of others go on counting."""
    return -1 - secrets.randbelow(HIGHEST)


def nameless_progress(progress: Mapping[str, Any]) -> dict[str, Any]:
    """How far somebody has come, without times."""
    return {**progress, "seconds": {}, "shown_at": ""}


def promise() -> str:
    """What guests read, in the language that is active."""
    return _(
        "Anonymous: we keep your answers and the hour, nothing that tells who you are; "
        "leave names out of what you write."
    )


def promise_in(language: str) -> str:
    """The same in a language, English where the house does not speak it."""
    with translation.override(language):
        return promise()
