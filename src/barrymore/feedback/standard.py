"""The questionnaire that the house brings along: a smile, whether the need was met, a few words."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.questionnaire_models import Questionnaire
from barrymore.journal.moment import now
from barrymore.organisation.selectors import company

STANDARD = "smile"
NEEDS: list[tuple[str, Promise]] = [("yes", _("Yes")), ("partly", _("Partly")), ("no", _("No"))]


def languages() -> list[str]:
    """The languages of the house, that of the company first."""
    codes = [code for code, _name in settings.LANGUAGES]
    main = company().language
    return sorted(codes, key=lambda code: code != main) if main in codes else codes


def said_in(words: Promise, codes: list[str]) -> dict[str, str]:
    """Words in several languages."""
    told = {}
    for code in codes:
        with translation.override(code):
            told[code] = str(words)
    return told


def standard_definition() -> dict[str, Any]:
    """The standard questions in all languages of the house."""
    codes = languages()
    options = [{"key": key, "text": said_in(words, codes)} for key, words in NEEDS]
    need = said_in(_("Did you get what you needed?"), codes)
    return {
        "languages": codes,
        "questions": [
            {"key": "smile", "kind": "smile4", "page": 1, "text": said_in(_("How did we do?"), codes)},
            # The smile alone makes an answer complete: the need is asked beside it.
            {"key": "need", "kind": "choice", "page": 1, "text": need, "options": options, "counts": False},
            {
                "key": "comment",
                "kind": "text",
                "page": 1,
                "text": said_in(_("What should we keep, what should we mend?"), codes),
            },
        ],
        "thanks": said_in(_("Thank you for your answer."), codes),
    }


RECOMMEND = "Recommending us"


def recommending_questionnaire() -> Questionnaire:
    """What a relationship is asked where nothing else is chosen: 0 to 10, and why (Reichheld, 2003)."""
    found = Questionnaire.objects.filter(name=RECOMMEND).order_by("-version").first()
    if found is None:
        codes = languages()
        likely = _("How likely are you to recommend us to a friend or colleague?")
        questions = [
            {"key": "likely", "kind": "scale10", "page": 1, "text": said_in(likely, codes),
             "ends": said_in(_("not at all – very likely"), codes)},
            {"key": "why", "kind": "text", "page": 1, "text": said_in(_("What is the main reason?"), codes)},
        ]  # fmt: skip
        definition = {"languages": codes, "questions": questions, "thanks": {}}
        found, _new = Questionnaire.objects.get_or_create(
            name=RECOMMEND,
            version=1,
            defaults={"definition": definition, "created_at": now(), "fielded_at": now()},
        )
    return found


CALLING = "After a call"


def calling_questionnaire() -> Questionnaire:
    """What is asked by the keys of a telephone where nothing else is chosen: the smile, and nothing else."""
    found = Questionnaire.objects.filter(name=CALLING).order_by("-version").first()
    if found is None:
        codes = languages()
        question = {"key": "smile", "kind": "smile4", "page": 1, "text": said_in(_("How did we do?"), codes)}
        definition = {
            "languages": codes,
            "questions": [question],
            "thanks": said_in(_("Thank you for your answer."), codes),
        }
        found, _new = Questionnaire.objects.get_or_create(
            name=CALLING,
            version=1,
            defaults={"definition": definition, "created_at": now(), "fielded_at": now()},
        )
    return found


def standard_questionnaire() -> Questionnaire:
    """The newest version of the standard one, made on first use."""
    found = Questionnaire.objects.filter(standard=STANDARD).order_by("-version").first()
    if found is None:
        found, _new = Questionnaire.objects.get_or_create(
            name="Standard",
            version=1,
            defaults={
                "definition": standard_definition(),
                "standard": STANDARD,
                "created_at": now(),
                "fielded_at": now(),
            },
        )
    return found
