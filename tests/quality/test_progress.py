"""One's own shifts: own taps, answers that name oneself, and nothing of anybody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from barrymore.figures.own import own_of
from barrymore.journal.moment import now
from barrymore.organisation.models import Point, Site, Staff
from tests.channels.devices import stand
from tests.figures.answering import play, tell
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


def named(point: Point, staff: Staff, count: int, score: int = 4, dims: dict[str, Any] | None = None) -> None:
    """Answers that were bound to a person."""
    at = now() - timedelta(days=8)
    for n in range(count):
        values = {"score": score, "scale": "smile4", "code": "I"}
        key = f"named:{point.pk}:{staff.pk}:{score}:{n}"
        tell(
            point,
            "answer.given",
            key,
            at,
            {"mode": "survey", "campaign": 1} | (dims or {}),
            values,
            staff_ref=staff.pk,
        )


def test_own_taps_are_counted_by_week_and_answers_of_nobody_are_not(
    desk: Point, amina: Staff, sam: Staff
) -> None:
    play(desk, now() - timedelta(days=8), served=12, good=5, bad=1, staff=amina.pk)
    play(desk, now() - timedelta(days=1), served=3, good=1, bad=0, staff=amina.pk)
    play(desk, now() - timedelta(days=80), served=50, good=1, bad=0, staff=amina.pk)
    tally_all()
    own = own_of(amina)
    assert own.all.served == 15
    assert len(own.weeks) == 8 and sum(week.served for week in own.weeks) == 15
    assert own.answered == 0 and own.good is None and own.response_rate is None
    assert own_of(sam).all.served == 0


def test_under_thirty_answers_there_are_counts_alone(desk: Point, amina: Staff) -> None:
    play(desk, now() - timedelta(days=8), served=100, good=0, bad=0, staff=amina.pk)
    named(desk, amina, 24)
    named(desk, amina, 5, score=1)
    tally_all()
    few = own_of(amina)
    assert (few.all.good, few.all.bad, few.good, few.response_rate) == (24, 5, None, None)
    named(desk, amina, 1, score=2)
    tally_all()
    enough = own_of(amina)
    assert enough.good is not None and enough.good[0] == pytest.approx(0.8)
    assert enough.response_rate == pytest.approx(0.3)


def test_taps_where_no_answer_names_one_are_no_frame(desk: Point, site: Site, amina: Staff) -> None:
    named(desk, amina, 30)
    play(stand(site, "Bar"), now() - timedelta(days=8), served=500, good=0, bad=0, staff=amina.pk)
    tally_all()
    own = own_of(amina)
    assert own.all.served == 500 and own.response_rate is None


def test_answers_after_a_conversation_stand_apart(desk: Point, amina: Staff) -> None:
    named(desk, amina, 4, dims={"point": None})
    named(desk, amina, 2, score=1, dims={"mode": "feedback"})
    tally_all()
    own = own_of(amina)
    assert (own.all.talks_good, own.all.good, own.all.bad) == (4, 0, 0)


def test_each_sees_their_own_page_and_nobody_anothers(
    client: Client, desk: Point, amina: Staff, sam: Staff
) -> None:
    play(desk, now() - timedelta(days=8), served=4321, good=0, bad=0, staff=amina.pk)
    tally_all()
    client.force_login(amina)
    page = client.get("/quality/mine/progress/")
    assert "4,321" in page.content.decode() and "no-store" in page.headers["Cache-Control"]
    client.force_login(sam)
    for query in ({}, {"staff": amina.pk}, {"person": amina.pk}):
        assert "4,321" not in client.get("/quality/mine/progress/", query).content.decode()
    client.logout()
    assert client.get("/quality/mine/progress/").status_code == 302


def test_one_statement_however_much_there_is(desk: Point, amina: Staff) -> None:
    play(desk, now() - timedelta(days=8), served=5, good=9, bad=9, staff=amina.pk)
    named(desk, amina, 40)
    tally_all()
    own_of(amina)
    with CaptureQueriesContext(connection) as asked:
        own_of(amina)
    assert len(asked) <= 2
