"""Rows leave once, come back when they fail, and die visibly."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.selectors import failed_rows, row_of
from barrymore.journal.moment import at_moment, now

pytestmark = pytest.mark.django_db


def owe(key: str = "message:1", **more: object) -> OutboxRow:
    return outbox.owe("mail", key, {"message": 1}, **more)  # type: ignore[arg-type]


def test_the_same_effect_is_owed_once() -> None:
    owe()
    with pytest.raises(IntegrityError), transaction.atomic():
        owe()
    assert OutboxRow.objects.count() == 1


def test_a_claimed_row_is_not_given_to_another_until_its_lease_ends() -> None:
    owe()
    assert len(outbox.claim("mail")) == 1
    assert outbox.claim("mail") == []
    with at_moment(now() + outbox.LEASE + timedelta(seconds=1)):
        assert len(outbox.claim("mail")) == 1


def test_a_row_waits_for_its_time_and_its_kind() -> None:
    owe(not_before=now() + timedelta(minutes=5))
    assert outbox.claim("mail") == []
    with at_moment(now() + timedelta(minutes=6)):
        assert outbox.claim("chat") == []
        assert len(outbox.claim("mail")) == 1


def test_finishing_needs_the_lease() -> None:
    owe()
    (old,) = outbox.claim("mail")
    with at_moment(now() + timedelta(minutes=5)):
        (new,) = outbox.claim("mail")
        assert outbox.finish(old) is False
        assert outbox.finish(new) is True
    assert OutboxRow.objects.get().state == OutboxRow.State.SENT


def test_a_failure_is_tried_again_later_and_later() -> None:
    owe()
    pauses = []
    moment = now()
    for _ in range(3):
        with at_moment(moment):
            (row,) = outbox.claim("mail")
            outbox.fail(row, "451 later")
        kept = OutboxRow.objects.get()
        pauses.append((kept.next_attempt_at - moment).total_seconds())
        moment = kept.next_attempt_at + timedelta(seconds=1)
    assert 12 <= pauses[0] <= 18
    assert pauses[0] < pauses[1] < pauses[2]
    assert OutboxRow.objects.get().attempts == 3


def test_the_last_word_of_a_server_ends_the_tries_and_shows_in_the_list() -> None:
    owe()
    (row,) = outbox.claim("mail")
    outbox.fail(row, "550 no such user", final=True)
    assert [failed.last_error for failed in failed_rows(["mail"])] == ["550 no such user"]
    assert outbox.claim("mail") == []


def test_a_dead_row_can_be_mended_and_sent_again() -> None:
    row = owe()
    (claimed,) = outbox.claim("mail")
    outbox.fail(claimed, "550", final=True)
    assert outbox.resend(row.pk, {"message": 2}) is True
    (again,) = outbox.claim("mail")
    assert (again.payload, again.attempts) == ({"message": 2}, 0)


def test_only_what_has_not_begun_can_be_cancelled() -> None:
    owe("message:1")
    owe("message:2")
    assert outbox.cancel("message:1") is True
    outbox.claim("mail")
    assert outbox.cancel("message:2") is False
    kept = row_of("message:1")
    assert kept is not None and kept.state == OutboxRow.State.CANCELLED
    assert OutboxRow.objects.filter(kind="mail", state=OutboxRow.State.WAITING).count() == 1


def test_a_sole_process_forgets_the_leases_of_the_one_before() -> None:
    owe()
    outbox.claim("mail")
    assert outbox.release_leases() == 1
    assert len(outbox.claim("mail")) == 1
