"""What customers answer when asked; a bad answer leaves a row from which its recovery is opened."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from barrymore.feedback.by_keys import answer_keyed
from barrymore.feedback.models import Case, Response
from barrymore.feedback.selectors import case_of_token
from barrymore.feedback.services import record_response, refuse, token_digest
from barrymore.handling.noticing import leave_answer


@transaction.atomic
def receive_feedback(
    token: str,
    *,
    score: int | None = None,
    need_met: str = "",
    comment: str = "",
    answers: Mapping[str, Any] | None = None,
    seconds: Mapping[str, float] | None = None,
) -> Response:
    """Keep the answer behind a survey token; a bad one opens a recovery within a second.

    Raises Case.DoesNotExist for an unknown token, CaseClosed when there is an answer already,
    ValueError for a score or need off the scale.
    """
    case = _case(token)
    response = record_response(
        case, score=score, need_met=need_met, comment=comment, answers=answers, seconds=seconds
    )
    leave_answer(response)
    return response


@transaction.atomic
def receive_key(case: Case, number: int) -> Response:
    """Keep what a caller pressed right after a call. Raises CaseClosed, and ValueError off the scale."""
    response = answer_keyed(case, number)
    leave_answer(response)
    return response


def refuse_feedback(token: str) -> bool:
    """The customer does not want to answer. False when the case has its code already."""
    return refuse(_case(token))


def _case(token: str) -> Case:
    case = case_of_token(token_digest(token))
    if case is None:
        raise Case.DoesNotExist
    return case
