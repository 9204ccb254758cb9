"""Two goals kept apart: each with its figure, its aim and the days before, never one number of both."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from barrymore.figures.models import Target
from barrymore.journal.moment import at_moment
from barrymore.journal.services import record
from barrymore.organisation.models import AuditEntry, Point, Site, Staff
from tests.channels.devices import stand
from tests.figures.answering import play
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAYS = {"since": "2026-05-01", "until": "2026-05-20"}


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


def red(desk: Point, number: int, *, confirmed: bool) -> None:
    """Something went red, was taken up, and perhaps was put right before the guest left."""
    leaves = (NOON + timedelta(hours=2)).isoformat()
    values: Any = {"known": True, "leaves": leaves}
    dims = {"point": desk.pk}
    record("recovery.opened", f"o{number}", at=NOON, conversation_ref=number, site=desk.site_id, dims=dims,
           values=values)  # fmt: skip
    at = NOON + timedelta(minutes=5)
    record("alert.acknowledged", f"a{number}", at=at, conversation_ref=number, dims=dims)
    if confirmed:
        record("recovery.confirmed", f"c{number}", at=at, conversation_ref=number, dims=dims, values=values)


def busy(desk: Point) -> None:
    for hour in range(8):
        play(desk, NOON + timedelta(days=hour), served=60, good=40, bad=8, till=60)
    tally_all()


def test_both_goals_stand_apart_with_what_went_red_by_point(client: Client, sam: Staff, desk: Point) -> None:
    for number in range(30):
        red(desk, number, confirmed=number < 24)
    busy(desk)
    client.force_login(sam)
    page = client.get("/reports/goals/", DAYS).content.decode()
    assert "Of 30 incidents, 24 were put right as the guest says" in page
    assert "Of 480 customers served, 320 said good, 64 bad, 96 did not say." in page
    row = page.split("Put right, says the guest</th>")[1].split("</tr>")[1]
    assert "Reception" in row
    assert re.findall(r'class="number">(\d+)<', row) == ["30", "0", "30", "24"]
    assert "Nothing went red in this period." in page, "the days before stand beside"


def test_an_aim_is_held_against_its_own_goal_alone(client: Client, sam: Staff, desk: Point) -> None:
    for number in range(30):
        red(desk, number, confirmed=number < 24)
    busy(desk)
    client.force_login(sam)
    for goal, aim in (("negative", "70"), ("positive", "90")):
        assert client.post("/reports/goals/", {"goal": goal, "of_100": aim}).status_code == 302
    page = client.get("/reports/goals/", DAYS).content.decode()
    assert "Reached: 80." in page and "Not reached: 66.7." in page
    assert {(one.metric, one.value) for one in Target.objects.all()} == {
        ("recovery", 0.7),
        ("satisfaction_at_points", 0.9),
    }
    assert AuditEntry.objects.filter(action="target.set").count() == 2


def test_too_few_cannot_reach_an_aim(client: Client, sam: Staff, desk: Point) -> None:
    red(desk, 1, confirmed=True)
    client.force_login(sam)
    client.post("/reports/goals/", {"goal": "negative", "of_100": "1"})
    page = client.get("/reports/goals/", DAYS).content.decode()
    assert "It cannot be told yet." in page and "Reached:" not in page


@pytest.mark.parametrize("aim", ["0", "101", "half", ""])
def test_an_aim_that_is_none_is_told(client: Client, sam: Staff, desk: Point, aim: str) -> None:
    client.force_login(sam)
    told = client.post("/reports/goals/", {"goal": "negative", "of_100": aim})
    assert told.status_code == 400
    assert "Write a whole number from 1 to 100." in told.content.decode()
    assert not Target.objects.exists()


def test_who_may_only_read_sets_no_aim(client: Client, amina: Staff, desk: Point) -> None:
    client.force_login(amina)
    assert "Set the aim" not in client.get("/reports/goals/").content.decode()
    assert client.post("/reports/goals/", {"goal": "negative", "of_100": "5"}).status_code == 403


def test_days_before_are_as_many(client: Client, sam: Staff, desk: Point) -> None:
    red(desk, 1, confirmed=False)
    client.force_login(sam)
    with at_moment(NOON + timedelta(days=40)):
        page = client.get("/reports/goals/", {"since": "2026-05-05", "until": "2026-05-08"}).content.decode()
    assert page.count("Of 1 incident, ") == 1
    assert "Nothing went red in this period." in page
