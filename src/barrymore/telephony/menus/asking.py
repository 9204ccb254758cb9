"""One question after the talk, by keys: what is said, and what Asterisk does by itself.

The words come from the survey, so that no prompt can ask something else than what is kept. What cannot be
said is not asked.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.feedback.by_keys import keyed_question, newest_of
from barrymore.feedback.models import Questionnaire
from barrymore.feedback.selectors import questionnaire_of
from barrymore.formulas.questionnaires import SCALES, Question
from barrymore.formulas.questionnaires import Questionnaire as Form
from barrymore.telephony.menu_models import Prompt
from barrymore.telephony.menus import sounds as voice
from barrymore.telephony.menus.phrases import Sounds, code_of
from barrymore.telephony.menus.sounds import RATE, NoSound, Samples
from barrymore.telephony.models import Number

PAUSE_SECONDS = 0.4
TRIES = 2
KEY_SECONDS = 7
# Kept by Asterisk until the house has it. The last sign tells whether it came to its end there.
KEPT = "Set(DB(barrymore-answer/${UNIQUEID})=${BM_ASKED}-${BM_AT}-${BM_PHASE}-${BM_NUM}-%s)"


def asked_at(number: Number | None) -> Questionnaire | None:
    """What callers of a number are asked after the talk."""
    survey = newest_of(number.asks) if number and number.asks_id else None
    return questionnaire_of(survey) if survey else None


def questions_of(numbers: Iterable[Number], made: Sounds) -> dict[int, int]:
    """Number to questionnaire, where it can be said in every language of callers; makes its sounds too."""
    found: dict[int, int] = {}
    for number in numbers:
        asked = asked_at(number)
        if asked is None:
            continue
        for language in made.languages:
            if (name := f"{_name(asked.pk)}-{language}") not in made:
                said = _said(asked.form, language)
                made.files |= {name: said} if said is not None else {}
        if made.in_all(_name(asked.pk)):
            found[number.pk] = asked.pk
    return found


def _name(ref: int) -> str:
    return f"ask{ref}"


def can_say(number: Number) -> bool:
    """Whether the voice that is here can ask what this number asks."""
    asked = asked_at(number)
    language = code_of(number.language or (number.site.language if number.site else ""))
    return asked is not None and _said(asked.form, language) is not None


def _said(form: Form, language: str) -> Samples | None:
    pause = np.zeros(int(RATE * PAUSE_SECONDS), np.int16)
    spoken: list[Samples] = []
    try:
        for text, code in spoken_words(form, language):
            spoken += [voice.speak(text, code), pause]
        return voice.checked(np.concatenate(spoken))
    except NoSound:
        return None


def spoken_words(form: Form, language: str) -> list[tuple[str, str]]:
    """The question and how to answer it, each with the language whose voice says it."""
    question = form.questions[0]
    code = language if question.text.get(language) else form.languages[0]
    with translation.override("en"):
        plain = _keys_of(question)
    with translation.override(language):
        keys = _keys_of(question)
    told = [(question.text.get(code, ""), code_of(code)), (keys, "en" if keys == plain else language)]
    low, _dash, high = question.ends.get(code, "").partition("–")
    if low.strip() and high.strip():
        least, most = SCALES[question.kind]
        told[1:1] = [(f"{least}: {low.strip()}. {most}: {high.strip()}.", code_of(code))]
    return told


def _keys_of(question: Question) -> str:
    if question.kind == "smile4":
        return _("Press 1 for bad, 2 for not quite, 3 for good, 4 for great.")
    least, most = SCALES[question.kind]
    if most > 9:
        words = _("Press %(least)s to %(most)s and then the hash key. %(most)s is the best.")
    else:
        words = _("Press a key from %(least)s to %(most)s. %(most)s is the best.")
    return words % {"least": least, "most": most}


def after_plan(asked: Mapping[int, int], sounds: Sounds, at: str) -> list[str]:
    """The context in which callers answer; it is asked twice, and every way out of it is kept."""
    if not asked:
        return []
    lines = ["", "[barrymore-after]"]
    forms = Questionnaire.objects.in_bulk(set(asked.values()))
    for ref, questionnaire in sorted(forms.items()):
        question = keyed_question(questionnaire)
        if question is not None:
            lines += _question(ref, question, sounds, at)
    return [
        *lines,
        "exten => h,1," + KEPT % 1,
        " same => n,UserEvent(BarrymoreAnswer,Answer: ${DB(barrymore-answer/${UNIQUEID})})",
        "exten => _a.,1,Hangup()",
    ]


def _question(ref: int, question: Question, sounds: Sounds, at: str) -> list[str]:
    least, most = SCALES[question.kind]
    digits = len(str(most))
    is_on_scale = f"${{LEN(${{BM_NUM}})}} > 0 & 0${{BM_NUM}} >= {least} & 0${{BM_NUM}} <= {most}"
    thanks = f"{Prompt.Purpose.RATED.value}-${{BM_LANGUAGE}}"
    steps = [
        f"Set(BM_ASKED={ref})",
        "n,Set(BM_AT=${EPOCH})",
        "n,Set(BM_PHASE=before)",
        "n,Set(BM_NUM=)",
        "n,Set(BM_TRIES=0)",
        "n," + KEPT % 0,
        # Whoever hung up on the person by a cut line is fetched back within this second.
        "n,Wait(1)",
        "n,Set(BM_PHASE=asked)",
        f"n(ask),Read(BM_KEY,{at}/{_name(ref)}-${{BM_LANGUAGE}},{digits},,1,{KEY_SECONDS})",
        "n,Set(BM_NUM=${FILTER(0-9,${BM_KEY})})",
        f"n,GotoIf($[{is_on_scale}]?taken)",
        "n,Set(BM_NUM=)",
        "n,Set(BM_TRIES=$[${BM_TRIES} + 1])",
        f"n,GotoIf($[${{BM_TRIES}} < {TRIES}]?ask)",
        "n,Set(BM_PHASE=nokey)",
        "n,Hangup()",
        "n(taken),Set(BM_PHASE=key)",
        "n," + KEPT % 0,
        *([f"n,Playback({at}/{thanks})"] if sounds.in_all(Prompt.Purpose.RATED.value) else []),
        "n,Hangup()",
    ]
    return [f"exten => a{ref},1,{steps[0]}", *(f" same => {step}" for step in steps[1:])]
