"""A call with an Idempotency-Key is done once, even when its work fails in between."""

from typing import Any

import pytest

from barrymore.organisation.models import ApiToken, IdempotentCall, Staff
from barrymore.organisation.services import KeyReused, issue_token, once, once_if_keyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def token_ref(amina: Staff) -> int:
    issue_token(amina, "t", [])
    return ApiToken.objects.get().pk


def test_a_repeat_gets_the_first_answer_and_does_nothing(token_ref: int) -> None:
    done: list[int] = []

    def work() -> dict[str, Any]:
        done.append(1)
        return {"id": len(done)}

    assert once(token_ref, "k", {"a": 1}, work) == {"id": 1}
    assert once(token_ref, "k", {"a": 1}, work) == {"id": 1}
    assert done == [1]


def test_another_body_under_the_same_key_is_refused(token_ref: int) -> None:
    once(token_ref, "k", {"a": 1}, lambda: {"id": 1})
    with pytest.raises(KeyReused):
        once(token_ref, "k", {"a": 2}, lambda: {"id": 2})


def test_work_that_fails_leaves_the_key_free(token_ref: int) -> None:
    def fails() -> dict[str, Any]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(token_ref, "k", {}, fails)
    assert not IdempotentCall.objects.exists()
    assert once(token_ref, "k", {}, lambda: {"id": 1}) == {"id": 1}


def test_without_a_key_every_call_is_done(token_ref: int) -> None:
    answers = [once_if_keyed(token_ref, None, {}, lambda: {"id": 1}) for _ in range(2)]
    assert answers == [{"id": 1}, {"id": 1}]
    assert not IdempotentCall.objects.exists()
