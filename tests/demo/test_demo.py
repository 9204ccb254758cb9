"""The demo company is founded through the services, keeps every rule, and leaves in one click."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.delivery.models import OutboxRow
from barrymore.demo.scripts import scenes
from barrymore.demo.services import install_demo, is_empty, read_demo
from barrymore.feedback.models import Case, Response
from barrymore.figures.scope import Period
from barrymore.figures.tallying import add_up
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Company, Role, Staff
from barrymore.reports.quality import quality_of
from barrymore.sla.models import Clock
from barrymore.web.emptying import NotTheDemo, remove_demo

LANGUAGES = {"en", "ru", "it", "lt", "et", "de", "fr", "bg"}


@pytest.fixture
def demo(db: None, tmp_path: Path) -> dict[str, object]:
    """Two days of Halden Hotels."""
    assert is_empty()
    install_demo(tmp_path, "http://localhost:8000", 1, 2, lambda done, whole: None, days=2)
    told = read_demo(tmp_path)
    assert told
    return told


def test_the_stories_are_told_in_every_language() -> None:
    told: set[str] = set()
    for scene in scenes():
        told |= set(scene["texts"])
        assert all(len(parts) == 3 and all(parts) for parts in scene["texts"].values())
    assert told == LANGUAGES


def test_the_demo_keeps_the_rules_of_the_house(demo: dict[str, object], tmp_path: Path) -> None:
    assert Conversation.objects.count() > 20
    assert not OutboxRow.objects.filter(state=OutboxRow.State.WAITING).exists()
    assert Fact.objects.filter(kind="survey.case").count() == Case.objects.count()
    running = Clock.objects.filter(state=Clock.State.RUNNING).values_list("conversation__state", flat=True)
    assert "closed" not in set(running)


def test_the_sign_ins_are_told_for_every_role(demo: dict[str, object], tmp_path: Path) -> None:
    assert set(demo["users"]) == set(Role.values)  # type: ignore[call-overload]
    assert set(demo) >= {"url", "users", "api_token", "mail"}
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "demo.json").read_text()) == demo


def test_guests_answer_at_the_points_and_nothing_came_late(demo: dict[str, object]) -> None:
    add_up(Fact.objects.all())
    period = Period(now().date() - timedelta(days=3), now().date(), "Europe/Vilnius")
    lines = {(line.point.site.name, line.point.name): line for line in quality_of(period).lines}

    reception = lines["Halden Old Mill", "Reception"]
    assert reception.figure is not None and 0 < reception.figure.responded < reception.figure.served
    assert reception.reopened == 0 and reception.external is not None
    assert lines["Halden Old Mill", "Bar"].figure is None
    front_desk = set(Staff.objects.filter(role=Role.FRONT_DESK).values_list("pk", flat=True))
    named = Response.objects.filter(point_ref=lines["Halden Old Mill", "Concierge"].point.pk)
    assert named.exists() and set(named.values_list("staff_ref", flat=True)) <= front_desk


def test_the_demo_leaves_in_one_click_and_nothing_of_it_stays(
    demo: dict[str, object], client: Client
) -> None:
    dora = Staff.objects.get(role=Role.ADMINISTRATOR)
    client.force_login(dora)
    assert client.post("/demo/remove/").status_code == 302
    assert [person.email for person in Staff.objects.all()] == [dora.email]
    assert (Conversation.objects.count(), Fact.objects.count(), Case.objects.count()) == (0, 0, 0)
    assert not Company.objects.get().is_demo
    assert client.get("/welcome/").status_code == 200


def test_nobody_but_an_administrator_removes_it_and_never_a_real_company(amina: Staff, dora: Staff) -> None:
    Company.objects.update(is_demo=True)
    with pytest.raises(NotAllowed):
        remove_demo(Actor(amina))
    Company.objects.update(is_demo=False)
    with pytest.raises(NotTheDemo):
        remove_demo(Actor(dora))
    assert Staff.objects.count() == 2
