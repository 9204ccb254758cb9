"""The course of a point: closed days against a frozen base, read in pairs, based anew only with a reason."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from barrymore.alerts.models import Alert, Kind, Notice, Rule
from barrymore.alerts.texts import link_of, subject_of
from barrymore.figures.baselines import rebase
from barrymore.figures.course import RATE, RATIO, SATISFACTION, course_of
from barrymore.figures.course_words import conclusions_of
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Point, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.quality.falling import falling_round
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.answering import play
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
FIRST = date(2026, 3, 1)
Days = Callable[[int], dict[str, int]]


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


def noon(number: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, 10, tzinfo=UTC) + timedelta(days=number)


def usual(number: int) -> dict[str, int]:
    """About half of a hundred answer, eight of ten are content, the till sees as many."""
    return {"served": 100, "good": 40 + number % 3, "bad": 10 - number % 2, "till": 102 + number % 3}


def lives(point: Point, days: int, told: Days = usual, begin: int = 0) -> None:
    for number in range(begin, begin + days):
        play(point, noon(number), **told(number))
    tally_all()


def last(number: int) -> date:
    return FIRST + timedelta(days=number)


def test_the_first_twenty_days_with_answers_are_usual(desk: Point) -> None:
    lives(desk, 30)
    course = course_of(desk, "day", last(29))
    assert course.based_on == (last(0), last(19))
    assert len(course.periods) == 30
    rate = course.charts[RATE]
    assert rate.usual is not None and rate.usual.level == pytest.approx(0.505, abs=0.01)
    assert (rate.x[0], rate.n[0], rate.values[0]) == (50, 100, 0.5)
    assert course.charts[RATIO].values[0] == pytest.approx(100 / 102)
    assert [chart.signals for chart in course.charts.values()] == [[], [], []]
    assert conclusions_of(course) == ["Nothing has changed by more than chance in the last 7 days."]


def test_under_twenty_days_nothing_is_usual_yet(desk: Point) -> None:
    lives(desk, 12)
    course = course_of(desk, "day", last(11))
    assert course.based_on is None and course.charts[RATE].usual is None
    assert conclusions_of(course) == [
        "Too early: what is usual needs 20 days with answers, and there are 12."
    ]


def test_a_better_score_while_fewer_answer_is_a_question(desk: Point) -> None:
    lives(desk, 25)
    lives(desk, 5, lambda _number: {"served": 100, "good": 20, "bad": 0, "till": 102}, begin=25)
    course = course_of(desk, "day", last(29))
    assert course.charts[SATISFACTION].recently(1) and course.charts[RATE].recently(-1)
    told = conclusions_of(course)
    assert told[0].startswith("A question about the data:")
    assert not any(words.startswith("More of those who answered said good than usual") for words in told)


def test_a_better_score_with_as_many_answers_is_told_as_such(desk: Point) -> None:
    lives(desk, 25)
    lives(desk, 6, lambda _number: {"served": 100, "good": 50, "bad": 0, "till": 102}, begin=25)
    told = conclusions_of(course_of(desk, "day", last(30)))
    assert told == ["More of those who answered said good than usual, and as many answered as usual."]


def test_leaving_customers_out_of_the_count_shows_beside_the_till(desk: Point) -> None:
    lives(desk, 25)
    lives(desk, 3, lambda _number: {"served": 70, "good": 30, "bad": 5, "till": 102}, begin=25)
    told = conclusions_of(course_of(desk, "day", last(27)))
    assert any(words.startswith("We count fewer customers beside the other count") for words in told)


def test_without_a_count_of_the_served_there_is_no_course(desk: Point) -> None:
    lives(desk, 25, lambda _number: {"served": 0, "good": 40, "bad": 10})
    course = course_of(desk, "day", last(24))
    assert conclusions_of(course)[0].startswith("Nobody counts those served here")
    assert course.based_on is None and course.charts[SATISFACTION].usual is None


def test_weeks_hold_whole_weeks_that_are_over(desk: Point) -> None:
    lives(desk, 27)
    course = course_of(desk, "week", date(2026, 3, 25))
    assert [one.begins for one in course.periods] == [
        date(2026, 2, 23) + timedelta(weeks=n) for n in range(4)
    ]
    assert course.charts[RATE].n == [100, 700, 700, 700]


def test_days_without_anything_stay_as_gaps(desk: Point) -> None:
    lives(desk, 22)
    lives(desk, 3, begin=25)
    course = course_of(desk, "day", last(27))
    assert course.charts[RATE].values[22:25] == [None, None, None]
    assert course.charts[RATE].limits[23] is None


def test_a_longer_history_asks_no_more_statements(desk: Point) -> None:
    lives(desk, 25)
    with CaptureQueriesContext(connection) as few:
        course_of(desk, "day", last(24))
    lives(desk, 70, begin=25)
    with CaptureQueriesContext(connection) as many:
        course_of(desk, "day", last(94))
    assert len(many) == len(few) <= 4


def test_only_a_named_person_with_a_reason_sets_the_base_anew(desk: Point, sam: Staff, amina: Staff) -> None:
    lives(desk, 50)
    with pytest.raises(NotAllowed):
        rebase(Actor(amina), desk, "day", last(25), last(45), "new lobby")
    with pytest.raises(ValueError, match="Say why"):
        rebase(Actor(sam), desk, "day", last(25), last(45), " ")
    with pytest.raises(ValueError, match="at least 20"):
        rebase(Actor(sam), desk, "day", last(25), last(35), "new lobby")
    with pytest.raises(ValueError, match="before the last"):
        rebase(Actor(sam), desk, "day", last(45), last(25), "new lobby")
    rebase(Actor(sam), desk, "day", last(25), last(45), "new lobby")

    course = course_of(desk, "day", last(49))
    assert course.based_on == (last(25), last(45))
    assert course.rebased is not None and course.rebased.made_by == sam
    fact = Fact.objects.get(kind="chart.rebased")
    assert (fact.staff_ref, fact.dims["point"]) == (sam.pk, desk.pk)
    assert AuditEntry.objects.get(action="chart.rebased").detail["reason"] == "new lobby"


def fallen(_number: int) -> dict[str, int]:
    return {"served": 100, "good": 16, "bad": 4, "till": 102}


def look(number: int, hour: int = 6) -> int:
    """The round as it runs at an hour of the day after day `number`."""
    with at_moment(noon(number + 1).replace(hour=hour)):
        return falling_round()


def test_a_falling_response_rate_is_told_once_and_ends_when_it_is_back(desk: Point, sam: Staff) -> None:
    lives(desk, 24)
    assert look(23) == 0
    lives(desk, 3, fallen, begin=24)
    assert look(24) == 1
    assert look(24) == 0
    assert look(25) == 0
    alert = Alert.objects.get()
    assert (alert.kind, alert.point, alert.state) == (Kind.FALLING_RATE, desk, Alert.State.OPEN)
    notice = Notice.objects.get(staff=sam, kind="rate.falling")
    assert subject_of(notice) == "Fewer answer at Reception, Old Mill: 20 of 100 served, usually 50"
    assert link_of(notice).endswith(f"/reports/points/{desk.pk}/")

    lives(desk, 9, begin=27)
    look(30)
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN
    look(35)
    alert.refresh_from_db()
    assert alert.state == Alert.State.DONE


def test_the_day_is_looked_at_when_it_is_over_at_the_site(desk: Point, sam: Staff) -> None:
    lives(desk, 24)
    lives(desk, 1, fallen, begin=24)
    # Two o'clock in the morning there: what was kept offline may still come.
    assert look(24, hour=0) == 0
    assert look(24, hour=6) == 1


def test_days_missed_while_the_work_stood_still_are_looked_at(desk: Point, sam: Staff) -> None:
    lives(desk, 24)
    assert look(22) == 0
    lives(desk, 1, fallen, begin=24)
    lives(desk, 2, begin=25)
    assert look(26) == 1


def test_a_rule_of_ones_own_says_who_is_told(desk: Point, sam: Staff, amina: Staff) -> None:
    rule = Rule.objects.create(
        name="Rates", kind=Kind.FALLING_RATE, steps=[{"people": [amina.pk], "transports": [], "minutes": 5}]
    )
    rule.points.add(desk)
    lives(desk, 24)
    lives(desk, 1, fallen, begin=24)
    assert look(24) == 1
    assert [one.staff for one in Notice.objects.filter(kind="rate.falling")] == [amina]


def test_the_page_shows_charts_words_and_the_base(
    client: Client, sam: Staff, site: Site, desk: Point
) -> None:
    lives(desk, 25)
    lives(desk, 5, fallen, begin=25)
    client.force_login(sam)
    with at_moment(noon(30)):
        page = client.get(f"/reports/points/{desk.pk}/").content.decode()
        assert page.count("data-chart-canvas") == 3
        assert "Fewer of those served answered than usual." in page
        assert "20 of 100" in page
        assert client.get(f"/reports/points/{desk.pk}/?every=week").status_code == 200
        wrong = client.post(f"/reports/points/{desk.pk}/", {"first": last(1), "last": last(5), "reason": "x"})
        assert wrong.status_code == 422 and "at least 20" in wrong.content.decode()
        right = client.post(
            f"/reports/points/{desk.pk}/", {"first": last(1), "last": last(28), "reason": "new"}
        )
        assert right.status_code == 302
        assert "set by Sam Okonjo" in client.get(f"/reports/points/{desk.pk}/").content.decode()


def test_nobody_sees_or_sets_a_point_of_another_site(client: Client, sam: Staff, site: Site) -> None:
    harbour = Site.objects.create(name="Harbour", city="Klaipėda", timezone="Europe/Vilnius")
    there = stand(harbour)
    sam.sites.add(site)
    client.force_login(Staff.objects.get(pk=sam.pk))
    assert client.get(f"/reports/points/{there.pk}/").status_code == 404


def test_an_agent_reads_and_does_not_set(client: Client, amina: Staff, desk: Point) -> None:
    client.force_login(amina)
    page = client.get(f"/reports/points/{desk.pk}/")
    assert page.status_code == 200 and "Hold them against other days" not in page.content.decode()
    told = {"first": last(1), "last": last(28), "reason": "new"}
    assert client.post(f"/reports/points/{desk.pk}/", told).status_code == 403


def test_rest_tells_the_course_and_sets_the_base(client: Client, desk: Point) -> None:
    lives(desk, 30)
    boss = hire("q@mill.example", "Quinn Aster", Role.QUALITY)
    secret = issue_token(boss, "t", ["figures.read", "targets.manage"])
    headers = {"Authorization": f"Bearer {secret}"}
    with at_moment(noon(30)):
        body = {"every": "day", "first": f"{last(2)}", "last": f"{last(28)}", "reason": "new lobby"}
        address = f"/api/v1/points/{desk.pk}/course"
        made = client.post(f"{address}/base", body, content_type="application/json", headers=headers)
        assert made.status_code == 201
        told = client.get(address, headers=headers).json()
    assert told["base"] == [f"{last(2)}", f"{last(28)}"] and told["base_reason"] == "new lobby"
    assert told["charts"]["response_rate"]["n"][0] == 100
