"""A bonus rule holds only while its three steps are green, and never otherwise."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from barrymore.feedback.models import Campaign, Questionnaire
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Point, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.quality.bonus import StillLocked, bonus_round, let_hold, lock, write_rule
from barrymore.quality.bonus_steps import steps_of
from barrymore.quality.models import BonusRule
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.answering import play, tell
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
Fill = Callable[..., None]


@pytest.fixture
def quinn(site: Site, queue: object) -> Staff:
    """The quality manager."""
    return hire("quinn@mill.example", "Quinn Aster", Role.QUALITY)


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


@pytest.fixture
def campaign(desk: Point) -> Campaign:
    asked = Questionnaire.objects.create(name="Stay", created_at=now(), definition={"languages": ["en"]})
    made = Campaign.objects.create(
        name="Your stay", questionnaire=asked, mode="survey", served_source="employee", step="check-out",
        created_at=now(),
    )  # fmt: skip
    made.points.add(desk)
    return made


def fill(
    point: Point,
    campaign: Campaign,
    *,
    good: int = 25,
    till: int | None = 41,
    looked: bool = True,
    losses: bool = True,
) -> None:
    """Eight days with forty served each."""
    for day in range(2, 10):
        play(point, now() - timedelta(days=day), served=40, good=good, bad=2, till=till, campaign=campaign.pk)
    if looked:
        tell(point, "point.looked_at", f"look:{point.pk}", now() - timedelta(days=2), {}, {})
    if losses:
        tell(point, "point.losses_looked_at", f"losses:{point.pk}", now() - timedelta(days=2), {}, {})
    tally_all()


def greens(campaign: Campaign) -> dict[str, bool]:
    return {step.code: step.is_green for step in steps_of(campaign)}


def written(actor: Staff, campaign: Campaign) -> BonusRule:
    return write_rule(Actor(actor), campaign, "A dinner for the team", "front desk", date(2026, 12, 1))


def test_all_three_green_let_it_hold(desk: Point, campaign: Campaign, quinn: Staff) -> None:
    fill(desk, campaign)
    assert greens(campaign) == {"ATTACHED": True, "RELIABLE": True, "CONTROLLED": True}
    assert written(quinn, campaign).state == "locked"
    assert let_hold(Actor(quinn), campaign).state == "active"
    assert Fact.objects.get(kind="bonus.held").dims == {"campaign": campaign.pk}


def test_an_empty_campaign_locks_and_says_what_to_do(campaign: Campaign, quinn: Staff) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(step="", mode="feedback", is_active=False)
    campaign.refresh_from_db()
    campaign.points.clear()
    steps = steps_of(campaign)
    assert not any(step.is_green for step in steps)
    assert all(step.to_do for step in steps)
    written(quinn, campaign)
    with pytest.raises(StillLocked, match="Name the step of the service"):
        let_hold(Actor(quinn), campaign)
    assert BonusRule.objects.get().state == "locked"


@pytest.mark.parametrize(
    ("told", "red"),
    [
        ({"till": None}, {"RELIABLE", "CONTROLLED"}),
        ({"till": 60}, {"RELIABLE", "CONTROLLED"}),
        ({"looked": False}, {"RELIABLE", "CONTROLLED"}),
        ({"losses": False}, {"CONTROLLED"}),
        ({"good": 1}, {"CONTROLLED"}),
    ],
)
def test_each_lack_turns_its_step_red(
    desk: Point, campaign: Campaign, quinn: Staff, told: dict[str, int], red: set[str]
) -> None:
    fill(desk, campaign, **told)  # type: ignore[arg-type]
    assert {code for code, is_green in greens(campaign).items() if not is_green} == red
    written(quinn, campaign)
    with pytest.raises(StillLocked):
        let_hold(Actor(quinn), campaign)


def leave_out(point: Point, campaign: Campaign, count: int) -> None:
    for n in range(count):
        dims = {"mode": "survey", "campaign": campaign.pk, "of": "answer.given"}
        at = now() - timedelta(days=3)
        tell(point, "press.left_out", f"out:{n}", at, dims, {"score": 4, "scale": "smile4", "code": "I"})
    tally_all()


def test_a_rule_is_locked_again_with_its_reason_once_a_step_turns_red(
    desk: Point, campaign: Campaign, quinn: Staff
) -> None:
    fill(desk, campaign)
    written(quinn, campaign)
    let_hold(Actor(quinn), campaign)
    assert bonus_round() == 0

    leave_out(desk, campaign, 5)
    assert bonus_round() == 1
    assert bonus_round() == 0
    rule = BonusRule.objects.get()
    assert (rule.state, rule.locked_for) == ("locked", ["RELIABLE"])
    fact = Fact.objects.get(kind="bonus.locked")
    assert (fact.values, fact.staff_ref) == ({"why": ["RELIABLE"]}, None)
    assert AuditEntry.objects.get(action="bonus.locked").detail["why"] == ["RELIABLE"]
    with pytest.raises(StillLocked, match="under 2 of 100"):
        let_hold(Actor(quinn), campaign)


def test_rest_never_tells_a_rule_active_while_a_step_is_red(
    client: Client, desk: Point, campaign: Campaign, quinn: Staff
) -> None:
    fill(desk, campaign)
    secret = issue_token(quinn, "t", ["figures.read", "surveys.manage"])
    more = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {secret}"}}
    address = f"/api/v1/campaigns/{campaign.pk}/bonus"
    assert client.get(address, **more).json()["text"] is None
    body = {"text": "A dinner", "who": "front desk", "holds_from": "2026-12-01"}
    assert client.put(address, body, **more).json()["state"] == "locked"
    assert client.post(f"{address}/hold", **more).json()["state"] == "active"

    leave_out(desk, campaign, 5)
    told = client.get(address, **more).json()
    assert told["state"] == "locked"
    assert [step["is_green"] for step in told["steps"]] == [True, False, True]
    assert client.post(f"{address}/hold", **more).status_code == 422


def test_a_rule_written_anew_has_to_be_let_hold_again(desk: Point, campaign: Campaign, quinn: Staff) -> None:
    fill(desk, campaign)
    written(quinn, campaign)
    let_hold(Actor(quinn), campaign)
    rule = write_rule(Actor(quinn), campaign, "A trip", "everybody", date(2026, 12, 1))
    assert (rule.state, rule.locked_for) == ("locked", ["REWRITTEN"])
    let_hold(Actor(quinn), campaign)
    assert lock(Actor(quinn), campaign).locked_for == ["TAKEN_BACK"]
    assert Fact.objects.filter(kind__startswith="bonus.").count() == 4


def test_words_are_needed_and_the_right(campaign: Campaign, quinn: Staff, amina: Staff) -> None:
    with pytest.raises(ValueError, match="for whom"):
        write_rule(Actor(quinn), campaign, " ", "front desk", date(2026, 12, 1))
    with pytest.raises(NotAllowed):
        written(amina, campaign)


def test_the_page_shows_steps_numbers_and_what_to_do(
    client: Client, desk: Point, campaign: Campaign, quinn: Staff
) -> None:
    fill(desk, campaign, till=None)
    client.force_login(quinn)
    address = f"/settings/bonus/{campaign.pk}/"
    page = client.get(address).content.decode()
    assert "Let somebody else count those served too" in page and "not yet" in page
    assert "a printed photo of a face passes, so they make no step green" in page
    told = {"text": "A dinner", "who": "front desk", "holds_from": "2026-12-01"}
    assert client.post(address, told).status_code == 302
    assert client.post(address, {"text": "", "who": "", "holds_from": "soon"}).status_code == 422
    page = client.get(address).content.decode()
    assert "The rule is locked." in page and "Let it hold" not in page
    refused = client.post(f"{address}hold/", follow=True).content.decode()
    assert "Still locked." in refused

    fill_till(desk)
    assert "Let it hold" in client.get(address).content.decode()
    client.post(f"{address}hold/")
    assert "The rule holds." in client.get(address).content.decode()
    client.post(f"{address}lock/")
    assert "it was taken back" in client.get(address).content.decode()
    assert "Your stay" in client.get("/settings/bonus/").content.decode()


def fill_till(point: Point) -> None:
    for day in range(2, 10):
        at = now() - timedelta(days=day)
        tell(point, "served.counted", f"till:{day}", at, {"source": "register"}, {"count": 41})
    tally_all()
