"""What customers answer when asked, and who must hear of a bad answer."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from barrymore.alerts.services import notify
from barrymore.conversations.models import Conversation
from barrymore.feedback.answers import is_bad
from barrymore.feedback.models import Case, Response
from barrymore.feedback.selectors import case_of_token
from barrymore.feedback.services import record_response, refuse, token_digest
from barrymore.handling.rounds import ANSWERS_FOR_QUEUE
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement
from barrymore.routing.selectors import queue_members


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
    """Keep the answer behind a survey token; a bad one is told to the owner and the queue's supervisors.

    Raises Case.DoesNotExist for an unknown token, CaseClosed when there is an answer already,
    ValueError for a score or need off the scale.
    """
    case = _case(token)
    response = record_response(
        case, score=score, need_met=need_met, comment=comment, answers=answers, seconds=seconds
    )
    conversation = case.conversation
    if conversation is not None and is_bad(response.score, response.scale):
        notify(
            _who_cares(conversation),
            "answer.bad",
            f"case:{case.pk}:bad",
            conversation_ref=conversation.pk,
            subject=conversation.subject,
            score=response.score,
        )
    return response


def refuse_feedback(token: str) -> bool:
    """The customer does not want to answer. False when the case has its code already."""
    return refuse(_case(token))


def _case(token: str) -> Case:
    case = case_of_token(token_digest(token))
    if case is None:
        raise Case.DoesNotExist
    return case


def _who_cares(conversation: Conversation) -> list[Staff]:
    placement = Placement.objects.select_related("queue").filter(conversation=conversation).first()
    people = {conversation.owner} if conversation.owner else set()
    if placement is not None:
        people |= set(queue_members(placement.queue, ANSWERS_FOR_QUEUE))
    return sorted(people, key=lambda person: person.pk)
