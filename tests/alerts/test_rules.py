"""Which rule holds where and when, whom it names, by what, and what the settings page says of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from barrymore.alerts.models import Quiet, Reach, Rule
from barrymore.alerts.rules import (
    Step,
    house_rule,
    is_quiet,
    people_of,
    preview,
    rule_for,
    ways_now,
)
from barrymore.alerts.services import reach_of, reached_by
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.organisation.roles import Given, set_posts
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar
from barrymore.sla.selectors import is_open
from tests.channels.devices import stand
from tests.conftest import hire

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 21, 22, tzinfo=UTC)  # midnight in Vilnius
NOON = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
def point(site: Site) -> Point:
    """The reception."""
    return stand(site)


def rule(name: str, **fields: Any) -> Rule:
    steps = [Step(roles=[Role.SUPERVISOR]).as_dict()]
    return Rule.objects.create(**{"name": name, "kind": "press.red", "steps": steps, **fields})


def test_the_narrowest_rule_holds(site: Site, point: Point) -> None:
    assert rule_for("press.red", site, point, NOON).pk is None
    rule("all")
    assert rule_for("press.red", site, point, NOON).name == "all"
    rule("site", site=site)
    assert rule_for("press.red", site, point, NOON).name == "site"
    rule("point").points.add(point)
    assert rule_for("press.red", site, point, NOON).name == "point"
    assert rule_for("press.red", site, None, NOON).name == "site"
    assert rule_for("press.red", None, None, NOON).name == "all"
    assert rule_for("answer.bad", site, point, NOON).pk is None


def test_a_rule_out_of_use_or_of_another_site_does_not_hold(site: Site, point: Point) -> None:
    rule("off", is_active=False)
    rule("elsewhere", site=Site.objects.create(name="Harbour"))
    assert rule_for("press.red", site, point, NOON).pk is None


def test_hours_are_those_of_the_calendar(site: Site, point: Point) -> None:
    calendar = Calendar.objects.create(name="Day", timezone="Europe/Vilnius")
    set_hours(None, calendar, [(day, 480, 1200) for day in range(7)], [])
    rule("all")
    rule("day", calendar_ref=calendar.pk)
    assert rule_for("press.red", site, point, NOON, is_open).name == "day"
    assert rule_for("press.red", site, point, NIGHT, is_open).name == "all"
    calendar.delete()
    assert rule_for("press.red", site, point, NIGHT, is_open).name == "day"


def test_roles_are_those_that_people_have_at_the_site(
    site: Site, sam: Staff, amina: Staff, dora: Staff
) -> None:
    harbour = Site.objects.create(name="Harbour")
    far = hire("kim@mill.example", "Kim", Role.SUPERVISOR)
    far.sites.add(harbour)
    gone = hire("lou@mill.example", "Lou", Role.SUPERVISOR, is_active=False)
    amina.sites.add(site)
    set_posts(Actor(dora), amina, {f"site:{site.pk}": Given(Role.SUPERVISOR)})
    step = Step(roles=[Role.SUPERVISOR], people=[dora.pk, gone.pk, 999])
    assert people_of(step, site) == [amina, sam, dora] or set(people_of(step, site)) == {amina, sam, dora}
    assert set(people_of(step, harbour)) == {far, sam, dora}


def test_who_has_a_lesser_role_at_the_site_is_not_meant(site: Site, sam: Staff, dora: Staff) -> None:
    set_posts(Actor(dora), sam, {f"site:{site.pk}": Given(Role.AGENT)})
    assert people_of(Step(roles=[Role.SUPERVISOR]), site) == []


def test_each_person_is_reached_as_they_wish(sam: Staff, settings: Any) -> None:
    settings.SMTP_URL = "smtp+plain://localhost:2525"
    assert reached_by(reach_of(sam), ["mail", "sms", "push"]) == ["mail"]
    Reach.objects.create(staff=sam, phone="+37060000000", by_sms=True, by_mail=False)
    assert reached_by(reach_of(sam), ["mail", "sms", "push"]) == ["sms"]
    assert reached_by(reach_of(sam), ["mail"]) == []


def test_quiet_hours_run_over_midnight_in_the_zone_of_the_site(site: Site) -> None:
    Quiet.objects.create(site=site, starts_minute=22 * 60, ends_minute=7 * 60)
    assert is_quiet(site, NIGHT) and not is_quiet(site, NOON)
    assert ways_now(["mail", "sms", "push"], site, NIGHT, wakes=False) == ["mail"]
    assert ways_now(["mail", "sms", "push"], site, NIGHT, wakes=True) == ["mail", "sms", "push"]
    assert ways_now(["sms"], site, NOON, wakes=False) == ["sms"]


def test_a_preview_says_who_by_what_after_how_long(site: Site, sam: Staff, dora: Staff) -> None:
    lines = preview(house_rule("press.red"), site, now())
    assert [(line.after_minutes, [one.name for one, _ in line.people]) for line in lines] == [
        (0, ["Sam Okonjo"]),
        (10, ["Dora Kovač"]),
    ]


def form(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": "Reception at night", "kind": "press.red", "join_minutes": 5, "person_first_minutes": 15,
        "wakes": "on", "is_active": "on", "roles_0": ["supervisor"], "transports_0": ["mail", "sms"],
    }  # fmt: skip
    return {**fields, **{f"minutes_{n}": 7 for n in range(3)}, **changes}


def test_the_settings_page_keeps_a_rule_and_previews_it(
    site: Site, point: Point, sam: Staff, dora: Staff, client: Client
) -> None:
    client.force_login(dora)
    page = client.get("/settings/told/").content.decode()
    assert "By the rule of the house" in page and "Sam Okonjo" in page
    answer = client.post(
        "/settings/told/new/", form(points=[point.pk], people_1=[dora.pk], transports_1=["push"])
    )
    assert answer.status_code == 302, answer.content.decode()
    kept = Rule.objects.get()
    assert kept.steps == [
        {"roles": ["supervisor"], "people": [], "transports": ["mail", "sms"], "minutes": 7},
        {"roles": [], "people": [dora.pk], "transports": ["push"], "minutes": 7},
    ]
    page = client.get(f"/settings/told/?point={point.pk}&kind=press.red").content.decode()
    assert "Reception at night" in page and "after 7 minutes" in page
    shown = client.get(f"/settings/told/{kept.pk}/").content.decode()
    assert "checked" in shown and "Reception" in shown


def test_a_rule_that_tells_nobody_or_mixes_sites_is_refused(
    site: Site, point: Point, dora: Staff, client: Client
) -> None:
    client.force_login(dora)
    page = client.post("/settings/told/new/", form(roles_0=[]))
    assert "Name a role or a person who is told first." in page.content.decode()
    harbour = Site.objects.create(name="Harbour")
    page = client.post("/settings/told/new/", form(site=harbour.pk, points=[point.pk]))
    assert "These points are not all of this site." in page.content.decode()
    assert not Rule.objects.exists()


def test_quiet_hours_are_kept_and_taken_away(site: Site, dora: Staff, client: Client) -> None:
    client.force_login(dora)
    path = f"/settings/told/quiet/{site.pk}/"
    assert client.post(path, {"starts": "22:00", "ends": "07:30"}).status_code == 302
    kept = Quiet.objects.get()
    assert (kept.starts_minute, kept.ends_minute) == (1320, 450)
    assert "22:00–07:30" in client.get("/settings/told/").content.decode()
    assert "Give both times, or neither." in client.post(path, {"starts": "22:00"}).content.decode()
    client.post(path, {"starts": "", "ends": ""})
    assert not Quiet.objects.exists()


def test_a_person_keeps_a_number_and_the_ways(sam: Staff, client: Client) -> None:
    client.force_login(sam)
    client.post("/me/reach/", {"phone": "+370 612 34567", "by_sms": "on"})
    kept = Reach.objects.get()
    assert (kept.phone, kept.by_sms, kept.by_mail, kept.by_push) == ("+37061234567", True, False, False)
    page = client.post("/me/reach/", {"phone": "61234567", "by_sms": "on"})
    assert page.status_code == 422 and "Begin with +" in page.content.decode()
    page = client.post("/me/reach/", {"phone": "", "by_sms": "on"})
    assert "Leave a number" in page.content.decode()
    assert Reach.objects.get().phone == "+37061234567"
