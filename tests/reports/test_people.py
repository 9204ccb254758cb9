"""Answers by person: from thirty on, of weeks that are over, in groups; a person sees their own first."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from barrymore.feedback import campaigns
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, Told, receive_answer
from barrymore.feedback.models import Campaign
from barrymore.feedback.trades import definition_of
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure
from barrymore.formulas.leagues import Group
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.reports.people import COLUMNS, finished, people_for
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.answering import tell
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
MAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
QUARTER = {"quarter": "2026-2"}


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site, "Advice", step="advice")


@pytest.fixture
def campaign(dora: Staff, desk: Point) -> Campaign:
    """Questions of substance after the advice."""
    actor = Actor(dora)
    asked = campaigns.make_questionnaire(actor, "Substance", definition_of("substance"))
    fields = {
        "name": "After the advice",
        "questionnaire": asked,
        "mode": "survey",
        "served_source": "employee",
    }
    return campaigns.save_campaign(actor, None, [desk], **fields)


def advise(
    campaign: Campaign,
    desk: Point,
    staff: Staff,
    good: int,
    bad: int,
    *,
    at: datetime = MAY,
    served: int = 0,
) -> None:
    """A person serves over four days; those who answer say how it was, and what was sold."""
    total = good + bad
    for day in range(4):
        begun = at + timedelta(days=day)
        key = f"{staff.pk}:{begun.isoformat()}"
        tell(
            desk, "served.counted", f"s:{key}", begun, {"source": "employee"},
            {"count": (served or 2 * total) // 4}, staff_ref=staff.pk,
        )  # fmt: skip
        for n in range(day, total, 4):
            is_good = n < good
            origin = Origin(
                key=f"{key}:{n}", mode="", channel="kiosk", at=begun + timedelta(minutes=n),
                site=desk.site_id, point=desk.pk, staff=staff.pk,
            )  # fmt: skip
            answers = {"smile": 4 if is_good else 1, "polite": "yes", "solution": "yes" if n % 2 else "no",
                       "best": "best" if is_good else "sold"}  # fmt: skip
            told = Told(campaign.pk, campaign.questionnaire_id, answers, language="en")
            receive_answer(origin, told, Catalog.of([vars(told)]))
    tally_all()


def team(campaign: Campaign, desk: Point, site: Site) -> list[Staff]:
    people = [hire(f"p{n}@example.org", f"Person {n}", Role.FRONT_DESK) for n in range(4)]
    for person, (good, bad) in zip(people, ((72, 8), (70, 10), (40, 40), (20, 5)), strict=True):
        advise(campaign, desk, person, good, bad)
    return people


def test_each_question_is_counted_by_person_and_few_answers_have_no_row(
    client: Client, sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    people = team(campaign, desk, site)
    client.force_login(sam)
    page = client.get("/reports/people/", QUARTER).content.decode()
    assert "Of 160 customers served, 72 said good, 8 bad, 80 did not say." in page
    assert "Was it the best for you, or were you only sold more?" in page
    assert "I was only sold more <b>40</b>" in page
    assert "Great <b>72</b>" in page and "Bad <b>8</b>" in page
    assert "1 person with fewer than 30 answers has no row" in page
    assert people[3].name not in page
    assert "Clearly below the others" in page


def test_groups_are_those_of_the_league_and_the_running_week_is_left_out(
    sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    people = team(campaign, desk, site)
    shown = people_for(Actor(sam), QUARTER, "en")
    groups = {row.point: row.group for row in shown.made.rows}
    assert groups[people[2].pk] == Group.BELOW
    assert people[3].pk not in groups
    today = now().date()
    running = finished(Period(today - timedelta(days=20), today, "UTC"))
    assert running is not None and running.last < today and running.last.isoweekday() == 7
    monday = today - timedelta(days=today.weekday())
    assert finished(Period(monday, today, "UTC")) is None


def test_a_person_sees_their_own_of_this_week_and_no_one_elses(
    client: Client, amina: Staff, sam: Staff, desk: Point, campaign: Campaign
) -> None:
    begun = now() - timedelta(days=4)
    advise(campaign, desk, amina, 6, 2, at=begun)
    advise(campaign, desk, sam, 1, 0, at=begun)
    client.force_login(amina)
    page = client.get("/quality/mine/progress/").content.decode()
    assert "I was only sold more <b>2</b>" in page and "8 answers" in page
    assert client.get("/reports/people/").status_code == 403


def test_only_people_at_sites_that_one_may_see(
    sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    team(campaign, desk, site)
    harbour = Site.objects.create(name="Harbour", timezone="Europe/Vilnius")
    sam.sites.add(harbour)
    shown = people_for(Actor(Staff.objects.get(pk=sam.pk)), QUARTER, "en")
    assert (shown.made.rows, shown.said) == ([], {})


def test_the_file_and_rest_say_the_same(
    client: Client, sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    team(campaign, desk, site)
    client.force_login(sam)
    file = client.get("/reports/people.csv", QUARTER).content.decode()
    lines = list(csv.DictReader(io.StringIO(file)))
    assert list(lines[0]) == COLUMNS
    secret = issue_token(sam, "t", ["feedback.read"])
    told = client.get("/api/v1/reports/people", QUARTER, headers={"Authorization": f"Bearer {secret}"}).json()
    assert len(told["items"]) == len(lines)
    sold = [one["times"] for one in told["items"] if one["answer"] == "I was only sold more"]
    assert sorted(sold) == [8, 10, 40]
    assert all(one["answers"] == 80 for one in told["items"] if one["question"].startswith("Were you"))
    assert client.get("/reports/people.csv", {"quarter": "soon"}).status_code == 400


def test_who_answered_more_than_were_served_has_no_row(
    sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    team(campaign, desk, site)
    odd = hire("odd@example.org", "Odd", Role.FRONT_DESK)
    advise(campaign, desk, odd, 40, 0, served=8)
    shown = people_for(Actor(sam), QUARTER, "en")
    assert shown.made.uncounted == 1 and odd.pk not in shown.people


def test_more_people_cost_no_more_statements(
    client: Client, sam: Staff, site: Site, desk: Point, campaign: Campaign
) -> None:
    client.force_login(sam)
    counts = []
    for more in (2, 6):
        for n in range(more):
            advise(campaign, desk, hire(f"m{more}{n}@example.org", f"M {more} {n}", Role.FRONT_DESK), 30, 4)
        with CaptureQueriesContext(connection) as asked:
            client.get("/reports/people/", QUARTER)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_other_figures_say_nothing_of_a_person() -> None:
    with pytest.raises(ValueError, match="staff"):
        figure("satisfaction", Scope(staff=1), Period(date(2026, 5, 1), date(2026, 5, 2)))
