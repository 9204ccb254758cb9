"""Ask one question by the keys of a telephone, right after a call: one draw, one case, one code.

Source of the codes: AAPOR, as for every other way; the frame is the calls that a person has answered.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.feedback.models import Case, Questionnaire, Response, Survey
from barrymore.feedback.selectors import questionnaire_of
from barrymore.feedback.services import (
    cancel_waiting,
    draw_code,
    end_case,
    record_response,
    tell_final,
    tell_opened,
)
from barrymore.formulas.questionnaires import SCALES, Question
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import module_is_on

CANNOT = _("Choose a questionnaire of exactly one question that is answered on a scale: no other has keys.")
Code, State = Case.Code, Case.State


def keyed_question(questionnaire: Questionnaire) -> Question | None:
    """The one question of a questionnaire that keys can answer; None where there is none."""
    asked = questionnaire.form.questions
    return asked[0] if len(asked) == 1 and asked[0].kind in SCALES else None


def newest_of(survey: Survey | None) -> Survey | None:
    """The version of a survey by keys that is in use; a version keeps its name. None where none can be."""
    if survey is None or not module_is_on("surveys"):
        return None
    found = Survey.objects.filter(name=survey.name, kind=Survey.Kind.CALL, is_active=True)
    newest = found.select_related("questionnaire").order_by("-pk").first()
    return newest if newest and keyed_question(questionnaire_of(newest)) else None


def draw(survey: Survey, conversation: Conversation) -> str | None:
    """Empty: this caller is asked; else the code that says why not. One cap holds for every way of asking.

    None where the conversation has its case already: it is drawn once for each close.
    """
    if Case.objects.filter(conversation=conversation, closing=conversation.times_closed + 1).exists():
        return None
    return str(draw_code(survey, conversation))


def open_keyed(
    key: str,
    conversation: Conversation,
    survey: Survey,
    staff: Staff | None,
    queue_ref: int | None,
    code: str,
) -> Case | None:
    """The case of a call that a person has answered. None where it is there already."""
    is_asked = code == Code.PENDING
    is_closed = conversation.state == Conversation.State.CLOSED
    if is_asked and is_closed:
        cancel_waiting(conversation)
    try:
        with transaction.atomic():
            case = Case.objects.create(
                survey=survey,
                conversation=conversation,
                # The close that follows then asks no second time.
                closing=conversation.times_closed + 1,
                wave=key,
                customer=conversation.customer,
                address=conversation.address,
                staff=staff,
                queue_ref=queue_ref,
                language=conversation.language,
                probability=survey.probability,
                state=State.SENT if is_asked else State.SKIPPED,
                code=code,
                opened_at=now(),
                closes_at=now() + timedelta(days=survey.closing_days),
                final_at=None if is_asked else now(),
            )
    except IntegrityError:
        return None
    tell_opened(case)
    if not is_asked:
        tell_final(case)
    return case


def pending_case(key: str) -> Case | None:
    """The case of a call as long as it has no code."""
    found = Case.objects.filter(wave=key, state=State.SENT)
    return found.select_related("survey__questionnaire", "conversation__customer", "address").first()


def note_asked(case: Case, at: datetime) -> None:
    """The caller was led to the question: from now on the cap knows it."""
    if Case.objects.filter(pk=case.pk, sent_at=None).update(send_after=at, sent_at=at, opened_form_at=at):
        case.send_after = case.sent_at = case.opened_form_at = at
        if case.conversation is not None:
            refs = refs_of(case.conversation, queue=case.queue_ref, staff_ref=case.staff_id)
            refs["values"] = {"case": case.pk, "survey": case.survey_id, "kind": case.survey.kind}
            record("survey.sent", f"case:{case.pk}:sent", **refs)


def answer_keyed(case: Case, number: int) -> Response:
    """Keep the key as the answer. Raises CaseClosed, and ValueError for a key off the scale."""
    question = keyed_question(questionnaire_of(case.survey))
    if question is None:
        raise ValueError("no question for keys")
    return record_response(case, answers={question.key: number})


@transaction.atomic
def end_keyed(case: Case, code: str, how: str) -> bool:
    """The case has no answer; `how` says more than its code. False if it has its code already."""
    return end_case(case, Code(code), how=how)


def pending_keys(begins: str) -> list[str]:
    """The keys of the cases that wait for an answer."""
    found = Case.objects.filter(state=State.SENT, survey__kind=Survey.Kind.CALL, wave__startswith=begins)
    return [key for key in found.values_list("wave", flat=True) if key]
