"""Open a case for each closed conversation, ask, and bring every case to exactly one code."""

import hashlib
import random
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import transaction

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.feedback.answers import Origin, keep_response
from barrymore.feedback.models import Case, Questionnaire, Response, Survey
from barrymore.feedback.selectors import asked_lately, current_survey, questionnaire_of
from barrymore.formulas.questionnaires import Checked, check
from barrymore.journal.moment import now
from barrymore.journal.services import Refs, record
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import module_is_on

Code: TypeAlias = Case.Code
State: TypeAlias = Case.State
LONGEST_COMMENT = 4000
# The draw must not be predictable by staff, who decide when a conversation is closed.
_draw = random.SystemRandom().random


class CaseClosed(Exception):
    """The case has its final code already."""


def open_case(
    conversation: Conversation, staff: Staff | None, queue_ref: int | None, *, suppressed: str = ""
) -> Case | None:
    """Draw whether the customer of a conversation just closed is asked, and write the draw down.

    `suppressed` is an agent's reason not to ask: the draw is made all the same, and a drawn case
    then counts as not reached, so that leaving people out shows in the response rate.
    """
    survey = current_survey() if module_is_on("surveys") else None
    if survey is None or conversation.is_spam:
        return None
    if known := Case.objects.filter(conversation=conversation, closing=conversation.times_closed).first():
        return known  # asked, or not asked, right after the call
    code = draw_code(survey, conversation)
    if code == Code.PENDING and suppressed:
        code = Code.NONCONTACT
    case = Case.objects.create(
        survey=survey,
        conversation=conversation,
        closing=conversation.times_closed,
        customer=conversation.customer,
        address=conversation.address,
        staff=staff,
        queue_ref=queue_ref,
        language=conversation.language,
        probability=survey.probability,
        state=State.WAITING if code == Code.PENDING else State.SKIPPED,
        code=code,
        suppressed_reason=suppressed[:200],
        send_after=now() + timedelta(seconds=survey.delay_seconds) if code == Code.PENDING else None,
        opened_at=now(),
        closes_at=now() + timedelta(days=survey.closing_days),
        final_at=None if code == Code.PENDING else now(),
    )
    tell_opened(case)
    if code != Code.PENDING:
        tell_final(case)
    return case


def draw_code(survey: Survey, conversation: Conversation) -> Code:
    """Outside the frame first (cap, no address), then the draw; pending is to be asked."""
    address = conversation.address
    if address is None or address.opted_out_at or address.bounced_at:
        return Code.NO_ADDRESS
    if asked_lately(survey, conversation.customer, address):
        return Code.CONTACT_CAP
    return Code.PENDING if _draw() < survey.probability else Code.NOT_DRAWN


def cancel_waiting(conversation: Conversation) -> int:
    """The customer wrote again before we asked: this close is no end, so it is not asked about."""
    cancelled = 0
    for case in Case.objects.filter(conversation=conversation, state=State.WAITING):
        cancelled += end_case(case, Code.WROTE_AGAIN)
    return cancelled


def mark_sent(case: Case) -> str:
    """Give the case its secret token and mark it as sent; returns the token, of which only a hash is kept.

    The caller owes the mail in the same transaction. Raises CaseClosed when it was cancelled meanwhile.
    """
    token = secrets.token_urlsafe(24)
    changed = Case.objects.filter(pk=case.pk, state=State.WAITING).update(
        state=State.SENT,
        sent_at=now(),
        token_digest=token_digest(token),
        closes_at=now() + timedelta(days=case.survey.closing_days),
    )
    if not changed:
        raise CaseClosed
    case.refresh_from_db()
    record("survey.sent", f"case:{case.pk}:sent", **_refs(case))
    return token


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def mark_opened(case: Case, network: str = "") -> None:
    """The customer opened the form; who then leaves it has refused, who never opened it was not reached.

    `network` is the mark of the network that it was opened from.
    """
    Case.objects.filter(pk=case.pk, opened_form_at=None).update(opened_form_at=now(), opened_network=network)


def note_network(case: Case, network: str) -> None:
    """The mark of the network that an opened form was answered from: it says more than the first look."""
    if network and network != case.opened_network:
        Case.objects.filter(pk=case.pk, opened_form_at__isnull=False).update(opened_network=network)


@transaction.atomic
def record_response(
    case: Case,
    *,
    score: int | None = None,
    need_met: str = "",
    comment: str = "",
    answers: Mapping[str, Any] | None = None,
    seconds: Mapping[str, float] | None = None,
) -> Response:
    """Keep the answer, told by the words of the standard questions or by the keys of the case's own.

    The code is AAPOR's, by the thresholds of the version. Raises CaseClosed when the case has its code
    already, ValueError naming what is off its scale or unknown.
    """
    questionnaire = questionnaire_of(case.survey)
    if answers is None:
        answers = {"smile": score, "need": need_met, "comment": comment.strip()[:LONGEST_COMMENT]}
    checked = check(questionnaire.form, answers)
    if checked.problems:
        key, what = next(iter(checked.problems.items()))
        names = {"smile": "score", "need": "need_met"} if questionnaire.standard else {}
        raise ValueError(f"{names.get(key, key)}: {what}")
    return _keep(case, questionnaire, checked, seconds)


def _keep(
    case: Case, questionnaire: Questionnaire, checked: Checked, seconds: Mapping[str, float] | None
) -> Response:
    # Of a break-off the words are kept, and no figure counts its score.
    score = checked.score if checked.code != Code.REFUSED else None
    told = {"items": checked.items, "answered": checked.answered, "scale": checked.scale}
    if not end_case(case, Code(checked.code), score=score, need_met=checked.answers.get("need", ""), **told):
        raise CaseClosed
    Case.objects.filter(pk=case.pk).update(progress={})
    opened = case.opened_form_at
    return keep_response(
        origin_of(case),
        questionnaire,
        checked,
        case=case,
        seconds=seconds,
        took=(now() - opened).total_seconds() if opened else None,
    )


def origin_of(case: Case) -> Origin:
    """By which way the answer to a case comes."""
    roads = {"visitor": Response.Channel.CHAT, "phone": Response.Channel.SMS}
    kind = case.address.kind if case.address else ""
    road = roads.get(kind, Response.Channel.MAIL)
    return Origin(
        key=f"case:{case.pk}",
        mode=Response.Mode.SURVEY,
        channel=Response.Channel.TELEPHONE if case.survey.kind == Survey.Kind.CALL else road,
        at=now(),
        site=case.conversation.site_id if case.conversation else None,
        staff=case.staff_id,
        language=case.language,
    )


def note_progress(case: Case, progress: Mapping[str, Any]) -> bool:
    """Keep what was answered on the pages so far, so that it can be taken up again; False if it is over."""
    changed = Case.objects.filter(pk=case.pk, state=State.SENT).update(progress=dict(progress))
    case.progress = dict(progress)
    return bool(changed)


@transaction.atomic
def refuse(case: Case) -> bool:
    """The customer said that they do not want to answer."""
    return end_case(case, Code.REFUSED)


@transaction.atomic
def note_bounce(case: Case) -> bool:
    """The invitation came back: a known customer was not reached."""
    return end_case(case, Code.NONCONTACT)


def close_expired(limit: int = 200) -> int:
    """Give the cases whose closing day has passed their code: opened and left is a refusal."""
    due = Case.objects.filter(state=State.SENT, closes_at__lte=now())
    due = due.select_related("survey__questionnaire", "conversation__customer", "address")
    return sum(_close_expired(case) for case in due[:limit])


@transaction.atomic
def _close_expired(case: Case) -> bool:
    if given := case.progress.get("answers"):
        # Left in the middle: what was said decides whether it is an answer, a part or a break-off.
        questionnaire = questionnaire_of(case.survey)
        _keep(case, questionnaire, check(questionnaire.form, given), case.progress.get("seconds"))
        return True
    is_proved = case.customer_id or case.survey.kind == Survey.Kind.CALL
    if case.address and case.address.verified_at is None and not is_proved:
        return end_case(case, Code.UNKNOWN)
    return end_case(case, Code.REFUSED if case.opened_form_at else Code.NONCONTACT)


def end_case(case: Case, code: Code, **values: Any) -> bool:
    """Give a case its one code; False if it has one already."""
    changed = Case.objects.filter(pk=case.pk, state__in=[State.WAITING, State.SENT]).update(
        state=State.FINAL, code=code, final_at=now()
    )
    if changed:
        case.state, case.code = State.FINAL, code
        tell_final(case, **values)
    return bool(changed)


def tell_opened(case: Case) -> None:
    """The fact that a case was opened."""
    questionnaire = questionnaire_of(case.survey)
    primary = questionnaire.form.question(questionnaire.form.primary)
    told = {"questionnaire": questionnaire.pk, "scale": primary.kind if primary else ""}
    record("survey.case", f"case:{case.pk}:opened", **_refs(case, **told))


def tell_final(case: Case, **values: Any) -> None:
    """The fact of a case's one code."""
    record("survey.final", f"case:{case.pk}:final", **_refs(case, code=str(case.code), **values))


def _refs(case: Case, **values: Any) -> Refs:
    values = {
        "case": case.pk,
        "survey": case.survey_id,
        "kind": case.survey.kind,
        "probability": case.probability,
        "suppressed": bool(case.suppressed_reason),
        **values,
    }
    if case.conversation is None:
        role = case.customer.role if case.customer else ""
        return Refs(
            channel="mail",
            language=case.language,
            customer_ref=case.customer_id,
            dims={"role": role},
            values=values,
        )
    return refs_of(case.conversation, queue=case.queue_ref, staff_ref=case.staff_id, values=values)
