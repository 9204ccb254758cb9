"""Open a case for each closed conversation, ask, and bring every case to exactly one code."""

import hashlib
import random
import secrets
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import transaction

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.feedback.models import Case, Response, Survey
from barrymore.feedback.selectors import asked_lately, current_survey
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
    code = _draw_code(survey, conversation)
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
        closes_at=now() + timedelta(days=survey.closing_days),
        final_at=None if code == Code.PENDING else now(),
    )
    _tell_opened(case)
    if code != Code.PENDING:
        _tell_final(case)
    return case


def _draw_code(survey: Survey, conversation: Conversation) -> Code:
    """Outside the frame first (cap, no address), then the draw."""
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
        cancelled += _end(case, Code.WROTE_AGAIN)
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


def mark_opened(case: Case) -> None:
    """The customer opened the form; who then leaves it has refused, who never opened it was not reached."""
    Case.objects.filter(pk=case.pk, opened_form_at=None).update(opened_form_at=now())


@transaction.atomic
def record_response(case: Case, *, score: int | None, need_met: str = "", comment: str = "") -> Response:
    """Keep the answer. A complete case has the score; a comment or need alone is a part.

    Raises CaseClosed when the case has its code already, ValueError for a score off the scale.
    """
    if score is not None and score not in Response.Score.values:
        raise ValueError("score")
    if need_met not in Response.NeedMet.values:
        raise ValueError("need_met")
    code = Code.COMPLETE if score is not None else Code.PARTIAL
    if not (score is not None or need_met or comment.strip()):
        code = Code.REFUSED
    if not _end(case, code, score=score, need_met=need_met):
        raise CaseClosed
    return Response.objects.create(
        case=case,
        score=score,
        need_met=need_met,
        comment=comment.strip()[:LONGEST_COMMENT],
        at=now(),
        seconds=(now() - case.opened_form_at).total_seconds() if case.opened_form_at else None,
    )


@transaction.atomic
def refuse(case: Case) -> bool:
    """The customer said that they do not want to answer."""
    return _end(case, Code.REFUSED)


@transaction.atomic
def note_bounce(case: Case) -> bool:
    """The invitation came back: a known customer was not reached."""
    return _end(case, Code.NONCONTACT)


def close_expired(limit: int = 200) -> int:
    """Give the cases whose closing day has passed their code: opened and left is a refusal."""
    due = Case.objects.filter(state=State.SENT, closes_at__lte=now()).select_related("conversation__customer")
    return sum(_close_expired(case) for case in due[:limit])


@transaction.atomic
def _close_expired(case: Case) -> bool:
    if case.address and case.address.verified_at is None and case.customer_id is None:
        return _end(case, Code.UNKNOWN)
    return _end(case, Code.REFUSED if case.opened_form_at else Code.NONCONTACT)


def _end(case: Case, code: Code, **values: Any) -> bool:
    changed = Case.objects.filter(pk=case.pk, state__in=[State.WAITING, State.SENT]).update(
        state=State.FINAL, code=code, final_at=now()
    )
    if changed:
        case.state, case.code = State.FINAL, code
        _tell_final(case, **values)
    return bool(changed)


def _tell_opened(case: Case) -> None:
    record("survey.case", f"case:{case.pk}:opened", **_refs(case))


def _tell_final(case: Case, **values: Any) -> None:
    record("survey.final", f"case:{case.pk}:final", **_refs(case, code=str(case.code), **values))


def _refs(case: Case, **values: Any) -> Refs:
    values = {
        "case": case.pk,
        "survey": case.survey_id,
        "probability": case.probability,
        "suppressed": bool(case.suppressed_reason),
        **values,
    }
    return refs_of(case.conversation, queue=case.queue_ref, staff_ref=case.staff_id, values=values)
