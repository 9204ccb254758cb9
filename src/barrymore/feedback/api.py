"""REST for answers to surveys that another system has collected for us."""

from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema

from barrymore.feedback.models import Case
from barrymore.feedback.selectors import case_of_token
from barrymore.feedback.services import record_response, token_digest
from barrymore.organisation.access import actor_of
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["surveys"])


class ResponseIn(Schema):
    """The answer to one invitation; the token is the secret part of its link.

    `answers` by the keys of the survey's own questionnaire; without it the words of the standard one.
    """

    token: str
    score: int | None = None
    need_met: str = ""
    comment: str = ""
    answers: dict[str, Any] | None = None
    seconds: dict[str, float] | None = None


@router.post("/surveys/{survey_id}/responses")
def post_response(
    request: HttpRequest, survey_id: int, answer: ResponseIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Keep one answer; 409 when the invitation has its final code already."""
    actor_of(request).need("contacts.write")
    case = case_of_token(token_digest(answer.token))
    if case is None or case.survey_id != survey_id:
        raise Case.DoesNotExist

    def work() -> dict[str, Any]:
        response = record_response(case, **answer.dict(exclude={"token"}))
        return {"id": response.pk, "case": case.pk, "code": case.code, "mode": response.mode}

    return once_if_keyed(actor_of(request).token_ref, idempotency_key, answer.dict(), work)
