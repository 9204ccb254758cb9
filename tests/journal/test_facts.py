"""A fact is written once, and readers see them in order."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.journal.selectors import facts_after, facts_of, newest_id
from barrymore.journal.services import in_one_insert, record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_repeat_is_refused_by_the_database() -> None:
    record("conversation.opened", "conversation:812:opened", queue=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        record("conversation.opened", "conversation:812:opened", queue=3)
    assert Fact.objects.count() == 1


def test_facts_of_one_act_are_one_insert(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1), in_one_insert():
        record("conversation.opened", "conversation:812:opened")
        with in_one_insert():
            record("contact.received", "contact:1:received")
    assert [fact.key for fact in Fact.objects.order_by("id")] == [
        "conversation:812:opened",
        "contact:1:received",
    ]


def test_a_repeat_among_the_facts_of_one_act_refuses_them_all() -> None:
    record("contact.received", "contact:1:received")
    with pytest.raises(IntegrityError), transaction.atomic(), in_one_insert():
        record("conversation.opened", "conversation:812:opened")
        record("contact.received", "contact:1:received")
    assert Fact.objects.count() == 1


def test_an_act_that_fails_leaves_no_fact_and_gathers_no_more() -> None:
    with pytest.raises(ZeroDivisionError), in_one_insert():
        record("contact.received", "contact:1:received")
        raise ZeroDivisionError
    record("contact.received", "contact:2:received")
    assert [fact.key for fact in Fact.objects.all()] == ["contact:2:received"]


def test_facts_are_written_at_the_moment_that_is_set() -> None:
    with at_moment(NOON):
        fact = record("contact.received", "contact:1:received")
    assert fact.at == NOON
    assert abs(now() - fact.recorded_at) < timedelta(minutes=1)


def test_a_period_holds_its_first_moment_and_not_its_last() -> None:
    for number, at in enumerate([NOON - timedelta(hours=1), NOON, NOON + timedelta(hours=1)]):
        record("contact.received", f"contact:{number}:received", at=at)
    found = facts_of("contact.received", NOON, NOON + timedelta(hours=1))
    assert [fact.key for fact in found] == ["contact:1:received"]


@pytest.mark.django_db(transaction=True)
def test_a_reader_follows_behind_the_last_fact_it_has_seen() -> None:
    first = record("contact.received", "contact:1:received")
    second = record("contact.received", "contact:2:received")
    # On PostgreSQL any older transaction of the whole server holds a reader back for its length.
    until = time.monotonic() + 90
    while not (found := facts_after(first.pk)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [fact.pk for fact in found] == [second.pk]
    assert newest_id() == second.pk
