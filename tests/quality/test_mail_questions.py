"""Survey links opened from the staff's networks, invitations held back: asked beside peers."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.test import Client

from barrymore.alerts.models import Notice
from barrymore.feedback.models import Case, Survey
from barrymore.formulas.detectors_mail import links_from_agents
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Role, Site, Staff, StaffNetwork
from barrymore.quality import services
from barrymore.quality.looking import look_for_flags
from barrymore.quality.mail_evidence import invitations_of, mail_questions
from barrymore.quality.models import Flag
from tests.conftest import hire

pytestmark = pytest.mark.django_db
WEEKS, PER_WEEK = 3, 30
OURS, GUESTS = "1:0000", "1:wifi"


@pytest.fixture
def quinn(queue: object) -> Staff:
    """The quality manager."""
    return hire("quinn@mill.example", "Quinn Aster", Role.QUALITY)


@pytest.fixture
def agents(site: Site, queue: object) -> list[Staff]:
    """Six who answer mails."""
    return [hire(f"agent{n}@mill.example", f"Agent {n}", Role.AGENT) for n in range(6)]


def monday(weeks_ago: int) -> datetime:
    day = now().date() - timedelta(days=now().weekday() + 7 * weeks_ago)
    return datetime.combine(day, datetime.min.time(), UTC)


def told(quinn: Staff, *, networks: bool = True) -> None:
    services.record_notice(
        Actor(quinn), "We compare.", "meeting", monday(WEEKS).date(), names_networks=networks
    )


class Week:
    """A week of invitations of one agent, written as the product writes it."""

    def __init__(self, survey: Survey, site: Site | None) -> None:
        self.survey, self.site, self.chance = survey, site, np.random.default_rng(8)

    def add(self, staff: Staff, week: int, *, helped: int = 0, held: int = 0, wifi: float = 0.0) -> None:
        for n in range(PER_WEEK):
            at = monday(week) + timedelta(days=n % 5, hours=9, minutes=n)
            answered = self.chance.random() < 0.4
            looked = answered or self.chance.random() < 0.2
            score = (4 if self.chance.random() < 0.85 else 1) if answered else None
            mark = (GUESTS if self.chance.random() < wifi else f"1:{n:04}a") if looked else ""
            if n < helped:
                mark, score = OURS, 4
            self._case(staff, at, mark, score, held=helped <= n < helped + held)

    def _case(self, staff: Staff, at: datetime, mark: str, score: int | None, *, held: bool) -> None:
        case = Case.objects.create(
            survey=self.survey, closing=1, probability=1.0, state="final", code="NC", staff=staff,
            opened_form_at=at if mark else None, opened_network=mark,
        )  # fmt: skip
        values = {"case": case.pk, "suppressed": held}
        site = self.site.pk if self.site else None
        record("survey.case", f"case:{case.pk}:opened", at=at, site=site, queue=1, staff_ref=staff.pk,
               values=values)  # fmt: skip
        end = {**values, "code": "I" if score else "NC", "score": score, "scale": "smile4"}
        record("survey.final", f"case:{case.pk}:final", at=at, site=site, queue=1, staff_ref=staff.pk,
               values=end)  # fmt: skip


@pytest.fixture
def week(survey: Survey, site: Site, agents: list[Staff]) -> Week:
    """Staff work from one office."""
    for person in agents:
        StaffNetwork.objects.create(staff=person, day=now().date(), mark=OURS)
    return Week(survey, site)


def honest(week: Week, people: Iterable[Staff]) -> None:
    with in_one_insert():
        for person in people:
            for number in range(1, WEEKS + 1):
                week.add(person, number)


def test_good_answers_from_the_office_are_asked_about_and_the_person_hears_first(
    client: Client, week: Week, agents: list[Staff], quinn: Staff
) -> None:
    honest(week, agents[1:])
    week.add(agents[0], 2, helped=12)
    assert look_for_flags() == 0
    told(quinn)
    assert look_for_flags() == 1
    assert look_for_flags() == 0

    flag = Flag.objects.get()
    assert (flag.kind, flag.staff, flag.point, flag.keys) == ("links_from_agents", agents[0], None, [])
    assert flag.evidence["seen"] >= 12 and flag.since == monday(2)
    assert Notice.objects.get(kind="flag.asked").staff == agents[0]
    client.force_login(agents[0])
    page = client.get("/quality/mine/").content.decode()
    assert "Good answers came from networks that staff work from" in page
    assert "A network is not a person." in page
    client.force_login(quinn)
    page = client.get(f"/quality/flags/{flag.pk}/").content.decode()
    assert "A network is not a person." in page and "No figure changes by it" in page
    assert "Leave these presses out" not in page
    services.confirm(Actor(quinn), flag, "They answered at the reception for guests.")
    assert Flag.objects.get().state == Flag.State.CONFIRMED


def test_networks_are_not_looked_at_if_the_staff_were_not_told_of_them(
    week: Week, agents: list[Staff], quinn: Staff
) -> None:
    honest(week, agents[1:])
    week.add(agents[0], 2, helped=12)
    told(quinn, networks=False)
    assert look_for_flags() == 0


def test_invitations_held_back_are_asked_about(week: Week, agents: list[Staff], quinn: Staff) -> None:
    honest(week, agents[1:])
    week.add(agents[0], 1, held=14)
    told(quinn, networks=False)
    assert look_for_flags() == 1
    flag = Flag.objects.get()
    assert (flag.kind, flag.staff, flag.evidence["seen"]) == ("suppressed_invitations", agents[0], 14)


def test_what_was_rejected_of_a_person_is_not_asked_again(
    week: Week, agents: list[Staff], quinn: Staff
) -> None:
    honest(week, agents[1:])
    week.add(agents[0], 2, held=14)
    told(quinn)
    look_for_flags()
    services.reject(Actor(quinn), Flag.objects.get(), "A bus party had an accident.")
    week.add(agents[0], 3, held=13)
    assert look_for_flags() == 0


def test_a_reception_that_shares_its_network_with_its_guests_is_not_accused(
    week: Week, agents: list[Staff], survey: Survey, site: Site
) -> None:
    """The five others work elsewhere, so that beside them the reception stands out every week."""
    StaffNetwork.objects.create(staff=agents[0], day=now().date(), mark=GUESTS)
    honest(week, agents[1:])
    for number in range(1, WEEKS + 1):
        week.add(agents[0], number, wifi=0.9)
    (table,) = invitations_of(monday(WEEKS), now(), networks=True)
    assert {one.staff for one in links_from_agents(table)} == {str(agents[0].pk)}
    assert mail_questions(monday(WEEKS), now(), networks=True) == []


def test_with_few_to_compare_with_nothing_is_asked(week: Week, agents: list[Staff], quinn: Staff) -> None:
    honest(week, agents[1:3])
    week.add(agents[0], 2, helped=14, held=14)
    told(quinn)
    assert look_for_flags() == 0


def test_places_are_compared_with_themselves(
    week: Week, agents: list[Staff], survey: Survey, quinn: Staff
) -> None:
    """In another house everybody holds back more: that is its rule, and nobody there stands out."""
    honest(week, agents[1:])
    other = Week(survey, Site.objects.create(name="New Mill", timezone="Europe/Vilnius"))
    people = [hire(f"new{n}@mill.example", f"New {n}", Role.AGENT) for n in range(6)]
    for person in people:
        for number in range(1, WEEKS + 1):
            other.add(person, number, held=12)
    assert len(invitations_of(monday(WEEKS), now(), networks=True)) == 2
    assert mail_questions(monday(WEEKS), now(), networks=True) == []
