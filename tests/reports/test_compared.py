"""The comparison as page, CSV, XLSX and REST: of the sites that one may see, in a few statements."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from barrymore.feedback.models import Campaign, Questionnaire
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.reports.compared import COLUMNS, compared_for
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.answering import play, tell
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 5, 4, 9, tzinfo=UTC)
QUARTER = {"quarter": "2026-2"}


@pytest.fixture
def campaign(site: Site) -> Campaign:
    asked = Questionnaire.objects.create(name="Stay", created_at=now(), definition={"languages": ["en"]})
    return Campaign.objects.create(
        name="Your stay", questionnaire=asked, mode="survey", served_source="employee", created_at=now()
    )


def many(site: Site, campaign: Campaign, count: int = 3) -> list[Point]:
    """Points with 200 served and 100 answers each, the last of them worse."""
    points = [stand(site, f"Desk {n}") for n in range(count)]
    for number, point in enumerate(points):
        good = 60 if number == count - 1 else 90
        for day in range(4):
            at = NOON + timedelta(days=day)
            play(point, at, served=50, good=good // 4, bad=25 - good // 4, campaign=campaign.pk)
    tally_all()
    return points


def test_the_page_shows_groups_counts_and_no_position(
    client: Client, sam: Staff, site: Site, campaign: Campaign
) -> None:
    many(site, campaign, 6)
    few = stand(site, "Sauna")
    play(few, NOON, served=30, good=20, bad=2, campaign=campaign.pk)
    tally_all()
    client.force_login(sam)
    page = client.get("/reports/points-compared/", QUARTER).content.decode()
    assert "Clearly below the others" in page and "Not distinguishable" in page
    assert "1 point with fewer than 30 answers is not compared." in page
    assert "Sauna" not in page
    assert "Of 200 customers served" in page
    assert 'class="funnel-drawn"' in page and page.count("funnel-dot") == 6
    assert not re.search(r"\b(1st|rank|position 1)\b", page)
    assert "%" not in re.sub(r"<svg.*</svg>", "", page.split("<main")[1], flags=re.S)


def test_points_of_sites_that_one_may_not_see_are_not_there(
    sam: Staff, site: Site, campaign: Campaign
) -> None:
    many(site, campaign)
    harbour = Site.objects.create(name="Harbour", city="Klaipėda", timezone="Europe/Vilnius")
    there = many(harbour, campaign)
    sam.sites.add(site)
    shown = compared_for(Actor(Staff.objects.get(pk=sam.pk)), QUARTER)
    assert not {point.pk for point in there} & set(shown.points)
    assert len(shown.made.rows) == 3


def test_another_campaign_is_never_mixed_in(sam: Staff, site: Site, campaign: Campaign) -> None:
    points = many(site, campaign)
    other = Campaign.objects.create(
        name="Breakfast", questionnaire=campaign.questionnaire, mode="survey", created_at=now()
    )
    play(points[0], NOON + timedelta(days=9), served=0, good=40, bad=0, campaign=other.pk)
    tally_all()
    shown = compared_for(Actor(sam), QUARTER)
    assert shown.asked.campaign == campaign
    assert {row.figure.responded for row in shown.made.rows} == {100}
    assert compared_for(Actor(sam), QUARTER | {"campaign": f"{other.pk}"}).made.few == 0


def test_only_presses_are_told_and_not_compared(client: Client, sam: Staff, site: Site) -> None:
    point = stand(site, "Bar")
    tell(point, "press.counted", "p1", NOON, {"mode": "feedback"}, {"score": 1, "scale": "colour2"})
    tally_all()
    client.force_login(sam)
    page = client.get("/reports/points-compared/", QUARTER).content.decode()
    assert "1 point has only presses and answers of people who came by themselves" in page
    assert "Nothing to compare in this quarter" in page


def test_files_and_rest_say_the_same(client: Client, sam: Staff, site: Site, campaign: Campaign) -> None:
    many(site, campaign)
    client.force_login(sam)
    lines = list(
        csv.DictReader(io.StringIO(client.get("/reports/points-compared.csv", QUARTER).content.decode()))
    )
    assert list(lines[0]) == COLUMNS and len(lines) == 3
    book = client.get("/reports/points-compared.xlsx", QUARTER)
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content)))["points"]
    assert [cell.value for cell in sheet[1]] == COLUMNS and sheet.max_row == 4
    secret = issue_token(sam, "t", ["figures.read"])
    told = client.get(
        "/api/v1/reports/points-compared", QUARTER, headers={"Authorization": f"Bearer {secret}"}
    ).json()
    assert [one["point"] for one in told["items"]] == [int(line["point"]) for line in lines]
    assert told["items"][0]["served"] == 200 and told["about"]["quarter"] == "2026-2"


@pytest.mark.parametrize(
    "wish", [{"quarter": "x"}, {"quarter": "2026-5"}, {"quarter": "99999-1"}, {"campaign": "9"}]
)
def test_a_wrong_wish_says_what_to_write(client: Client, sam: Staff, wish: dict[str, str]) -> None:
    client.force_login(sam)
    assert client.get("/reports/points-compared.csv", wish).status_code == 400
    page = client.get("/reports/points-compared/", wish)
    assert page.status_code == 400
    assert (
        "Write the quarter as 2026-4." in page.content.decode()
        or "Choose another one" in page.content.decode()
    )


def test_more_points_ask_no_more_statements(site: Site, campaign: Campaign) -> None:
    boss = Actor(hire("o@mill.example", "Olga", Role.OWNER))

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            compared_for(boss, QUARTER)
        return len(asked)

    many(site, campaign, 2)
    statements()
    before = statements()
    many(site, campaign, 9)
    assert statements() == before


def test_circumstances_are_levelled_out_unless_a_reader_wants_it_as_said(
    client: Client, sam: Staff, site: Site, campaign: Campaign
) -> None:
    points = many(site, campaign)
    for number, point in enumerate(points):
        night = 80 if number == 2 else 40
        play(
            point,
            NOON + timedelta(hours=9),
            served=2 * night,
            good=night // 2,
            bad=night // 2,
            campaign=campaign.pk,
        )
    tally_all()
    client.force_login(sam)
    page = client.get("/reports/points-compared/", QUARTER).content.decode()
    assert "as far as two points share it: the part of the day." in page
    as_said = client.get("/reports/points-compared/", QUARTER | {"mix": "as-said"}).content.decode()
    assert "sites, steps of the service and hours are not levelled out" in as_said
    lines = list(
        csv.DictReader(io.StringIO(client.get("/reports/points-compared.csv", QUARTER).content.decode()))
    )
    said = {line["point"]: float(line["good"]) for line in lines}
    moved = {line["point"]: float(line["good_levelled_out"]) for line in lines}
    assert said.keys() == moved.keys() and said != moved
