"""A red press tells the right people once, escalates while nobody has it, and stops when somebody has."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from barrymore.alerts import raising
from barrymore.alerts.links import acknowledge_link
from barrymore.alerts.models import Alert, AlertStep, Notice, Rule
from barrymore.alerts.raising import Happened, acknowledge, escalate_round, raise_alert
from barrymore.alerts.rules import house_rule
from barrymore.alerts.selectors import alerts_of, name_shown, red_alerts
from barrymore.alerts.services import send_due_mails
from barrymore.alerts.texts import body_of
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.rounds import silent_round
from barrymore.handling.models import Recovery
from barrymore.handling.recovering import recoveries_round
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Role, Site, Staff
from tests.alerts.reds import button, press_red, red_alert, tell
from tests.conftest import hire
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def red(site: Site, sam: Staff, dora: Staff) -> Device:
    """A button at the reception; Sam leads, Dora administers."""
    return button(site)


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    """A real SMTP server."""
    kept = Letterbox()
    controller = started(kept, free_port())
    yield kept
    controller.stop()


def told() -> list[tuple[str, str]]:
    found = Notice.objects.filter(alert__isnull=False).order_by("id")
    return [(notice.staff.first_name, notice.kind) for notice in found.select_related("staff")]


def test_a_fresh_house_tells_the_supervisor_and_then_the_administrator(red: Device) -> None:
    alert = red_alert(red)
    assert told() == [("Sam", "press.red")]
    assert alert.params["place"] == "Reception, Lobby, Old Mill"
    assert escalate_round() == 0
    with at_moment(now() + 10 * MINUTE):
        assert escalate_round() == 1
        assert escalate_round() == 0
    assert told() == [("Sam", "press.red"), ("Dora", "press.red")]
    with at_moment(now() + 60 * MINUTE):
        assert escalate_round() == 0
    alert.refresh_from_db()
    assert (alert.state, alert.next_step_at, alert.step) == ("open", None, 2)
    assert [step.number for step in AlertStep.objects.filter(alert=alert)] == [1, 2]
    assert Fact.objects.filter(kind="alert.step").count() == 2


def test_who_has_it_stops_the_steps_and_is_a_fact(red: Device, sam: Staff, dora: Staff) -> None:
    alert = red_alert(red, now() - MINUTE)
    assert acknowledge(alert, sam) is True
    assert acknowledge(Alert.objects.get(), dora) is False
    with at_moment(now() + 60 * MINUTE):
        assert escalate_round() == 0
    assert told() == [("Sam", "press.red")]
    fact = Fact.objects.get(kind="alert.acknowledged")
    assert fact.staff_ref == sam.pk
    assert 60 <= fact.values["wait_seconds"] < 70
    assert Notice.objects.get().seen_at is not None


def test_green_and_good_raise_nothing(red: Device, site: Site) -> None:
    press_red(red, colour="green")
    press_red(button(site, "Bar"), colour="meh")
    assert not Alert.objects.exists() and not Recovery.objects.exists()


def test_more_red_at_one_point_joins_until_somebody_has_it(red: Device, site: Site, sam: Staff) -> None:
    start = now() - 5 * MINUTE
    alert = red_alert(red, start)
    assert red_alert(red, start + MINUTE) == alert
    assert red_alert(red, start + 2 * MINUTE) == alert
    alert.refresh_from_db()
    assert alert.count == 3
    assert [one.state for one in Recovery.objects.order_by("id")] == ["open", "joined", "joined"]
    assert red_alert(button(site, "Bar")) != alert
    acknowledge(alert, sam)
    assert red_alert(red, start + 3 * MINUTE) != alert
    assert Fact.objects.filter(kind="recovery.opened").count() == 3


def test_after_the_minutes_of_the_rule_red_is_a_new_incident(red: Device) -> None:
    Rule.objects.create(name="Short", kind="press.red", join_minutes=1, steps=house_rule("press.red").steps)
    with at_moment(now() - 10 * MINUTE):
        first = red_alert(red)
    assert red_alert(red) != first


def test_a_double_press_is_one(red: Device) -> None:
    at = now() - MINUTE
    alert = red_alert(red, at)
    press_red(red, at + timedelta(seconds=1))
    alert.refresh_from_db()
    assert (alert.count, Recovery.objects.count()) == (1, 1)


def test_a_burst_is_one_and_what_it_took_back_says_so(red: Device, site: Site) -> None:
    start = now() - MINUTE
    for number in range(8):
        press_red(red, start + number * timedelta(seconds=2.1))
    alert = Alert.objects.get()
    assert (alert.count, alert.is_burst) == (1, False)
    assert [one.state for one in Recovery.objects.order_by("id")] == ["open", *["burst"] * 6]


def test_the_alert_of_a_press_taken_back_is_marked_and_no_longer_escalates(red: Device, sam: Staff) -> None:
    start = now() - MINUTE
    press_red(red, start)
    acknowledge(Alert.objects.get(), sam)
    second = red_alert(red, start + timedelta(seconds=2.1))
    for number in range(2, 8):
        press_red(red, start + number * timedelta(seconds=2.1))
    second.refresh_from_db()
    assert (second.is_burst, second.next_step_at) == (True, None)
    assert not red_alerts(sam).filter(pk=second.pk).exists()


def test_the_same_key_is_refused_and_nothing_is_told_twice(red: Device, site: Site) -> None:
    what = Happened(kind="press.red", key="k", at=now(), site=site, params={"place": "x", "time": "1"})
    raise_alert(what, house_rule("press.red"))
    with pytest.raises(IntegrityError), transaction.atomic():
        raise_alert(what, house_rule("press.red"))
    assert told() == [("Sam", "press.red")]


def test_the_person_who_served_is_told_at_once_and_others_read_the_name_later(
    red: Device, amina: Staff, sam: Staff
) -> None:
    tell(red, "served", now() - MINUTE, count=1, staff=amina.pk)
    project_round()
    alert = red_alert(red)
    assert told() == [("Amina", "press.red.own"), ("Sam", "press.red")]
    assert (name_shown(alert, amina), name_shown(alert, sam)) == ("Amina Sarr", "")
    assert "Amina" not in body_of(Notice.objects.get(staff=sam))
    with at_moment(now() + 10 * MINUTE):
        assert name_shown(alert, sam) == "Amina Sarr"


def test_the_name_is_read_as_soon_as_the_person_says_to_have_it(
    red: Device, amina: Staff, sam: Staff
) -> None:
    tell(red, "served", now() - MINUTE, count=1, staff=amina.pk)
    project_round()
    alert = red_alert(red)
    acknowledge(alert, amina)
    assert name_shown(Alert.objects.get(), sam) == "Amina Sarr"


def test_another_who_has_it_does_not_bring_the_name_sooner(red: Device, amina: Staff, sam: Staff) -> None:
    tell(red, "served", now() - MINUTE, count=1, staff=amina.pk)
    project_round()
    acknowledge(red_alert(red), sam)
    assert name_shown(Alert.objects.get(), sam) == ""


def test_where_nobody_leads_the_administrators_are_told_at_once(site: Site, dora: Staff) -> None:
    red_alert(button(site))
    assert told() == [("Dora", "press.red")]


def test_a_step_without_anybody_does_not_wait(site: Site, dora: Staff) -> None:
    steps = [
        {"roles": [Role.PLANNER], "people": [], "transports": [], "minutes": 30},
        {"roles": [], "people": [dora.pk], "transports": [], "minutes": 30},
    ]
    Rule.objects.create(name="Planner first", kind="press.red", steps=steps)
    alert = red_alert(button(site))
    assert told() == [("Dora", "press.red")]
    assert (alert.step, alert.next_step_at) == (2, None)


def test_a_running_alert_keeps_the_steps_of_its_time(red: Device, amina: Staff) -> None:
    red_alert(red)
    steps = [{"roles": [], "people": [amina.pk], "transports": [], "minutes": 1}]
    Rule.objects.create(name="Amina", kind="press.red", steps=steps)
    with at_moment(now() + 10 * MINUTE):
        escalate_round()
    assert [name for name, _ in told()] == ["Sam", "Dora"]


def test_a_recovery_that_fails_waits_and_holds_up_nothing(
    red: Device, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from barrymore.handling import recovering

    real = recovering._begin

    def fails_once(recovery: Recovery, rule: Rule, wish: Any) -> Any:
        if recovery.point_id == red.point_id:
            raise RuntimeError("no")
        return real(recovery, rule, wish)

    tell(red, button="red")
    tell(button(site, "Bar"), button="red")
    project_round()
    with monkeypatch.context() as patch:
        patch.setattr(recovering, "_begin", fails_once)
        assert recoveries_round() == 1
    assert "RuntimeError" in caplog.text
    assert Fact.objects.filter(kind="press.counted").count() == 2
    assert Alert.objects.count() == 1
    with at_moment(now() + 2 * MINUTE):
        assert recoveries_round() == 1
    assert Alert.objects.count() == 2


def test_a_get_of_the_link_says_nothing_for_anybody(red: Device, sam: Staff) -> None:
    alert, notice = red_alert(red), Notice.objects.get()
    path = acknowledge_link(notice).removeprefix("http://localhost:8000")
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200 and "I have it" in page.content.decode()
    client.head(path)
    alert.refresh_from_db()
    assert alert.state == "open"
    assert client.post(path).status_code == 403
    token = client.cookies["csrftoken"].value
    answer = client.post(path, {"csrfmiddlewaretoken": token})
    assert "You have it." in answer.content.decode()
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", sam)


def test_a_link_is_of_one_person_and_of_three_days(red: Device, sam: Staff, dora: Staff) -> None:
    red_alert(red)
    notice = Notice.objects.get()
    path = acknowledge_link(notice).removeprefix("http://localhost:8000")
    assert Client().post(path[:-3] + "x/").status_code == 404
    sam.is_active = False
    sam.save()
    assert Client().post(path).status_code == 404
    assert Alert.objects.get().state == "open"


def test_the_mail_holds_the_link(red: Device) -> None:
    red_alert(red)
    assert "/a/" in body_of(Notice.objects.get())


def test_one_tap_in_the_page(red: Device, sam: Staff, amina: Staff, client: Client) -> None:
    alert = red_alert(red)
    client.force_login(amina)
    assert client.post(f"/alerts/{alert.pk}/acknowledge/").status_code == 404
    client.force_login(sam)
    assert client.get(f"/alerts/{alert.pk}/acknowledge/").status_code == 405
    page = client.get("/recovery/").content.decode()
    assert "Red now" in page and f"/alerts/{alert.pk}/acknowledge/" in page
    answer = client.post(
        f"/alerts/{alert.pk}/acknowledge/", headers={"referer": "http://evil.example/recovery/"}
    )
    assert answer.headers["Location"] == "/recovery/"
    assert "Red now" not in client.get("/recovery/").content.decode()


def test_rest_lists_and_acknowledges(
    red: Device, sam: Staff, amina: Staff, token: Any, client: Client
) -> None:
    alert = red_alert(red)
    headers = token(sam, "conversations.read", "conversations.answer")
    listed = client.get("/api/v1/alerts", **headers).json()
    assert [one["id"] for one in listed["items"]] == [alert.pk] and listed["next"] is None
    other = token(amina, "conversations.read")
    assert client.get("/api/v1/alerts", **other).json()["items"] == []
    assert client.post(f"/api/v1/alerts/{alert.pk}/acknowledge", **other).status_code == 404
    told = client.post(f"/api/v1/alerts/{alert.pk}/acknowledge", **headers).json()
    assert told == {"id": alert.pk, "state": "acknowledged", "mine": True}
    assert client.get("/api/v1/alerts?state=nonsense", **headers).status_code == 422


def test_a_supervisor_of_another_site_sees_nothing(red: Device) -> None:
    harbour = Site.objects.create(name="Harbour")
    noor = hire("noor@mill.example", "Noor", Role.SUPERVISOR)
    noor.sites.add(harbour)
    red_alert(red)
    assert not alerts_of(noor).exists()
    assert told() == [("Sam", "press.red")]


def test_a_silent_device_is_told_once_and_done_when_heard_again(red: Device) -> None:
    tell(red, "heartbeat", battery=80)
    project_round()
    assert silent_round() == 0
    with at_moment(now() + timedelta(hours=25)):
        assert (silent_round(), silent_round()) == (1, 0)
        assert told() == [("Sam", "device.silent")]
        tell(red, "heartbeat", battery=80)
        project_round()
        assert silent_round() == 0
    assert Alert.objects.get().state == "done"
    with at_moment(now() + timedelta(hours=51)):
        assert silent_round() == 1


def test_the_card_of_the_desk_shows_the_recovery(red: Device, sam: Staff, client: Client) -> None:
    alert = red_alert(red)
    client.force_login(sam)
    page = client.get(f"/desk/{alert.conversation_ref}/").content.decode()
    assert f'href="/recovery/{Recovery.objects.get().pk}/"' in page


def test_a_step_that_fails_is_taken_later_and_once(red: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    red_alert(red)
    with at_moment(now() + 10 * MINUTE):
        with monkeypatch.context() as patch:

            def fails(*_: Any, **__: Any) -> None:
                raise RuntimeError

            patch.setattr(raising, "record", fails)
            with pytest.raises(RuntimeError):
                escalate_round()
        assert told() == [("Sam", "press.red")]
        assert (escalate_round(), escalate_round()) == (1, 0)
    assert told() == [("Sam", "press.red"), ("Dora", "press.red")]
    assert AlertStep.objects.count() == 2


def test_a_mail_leaves_once_for_each_person_with_its_own_id(
    red: Device, settings: Any, letterbox: Letterbox
) -> None:
    settings.SMTP_URL = f"smtp+plain://127.0.0.1:{letterbox.port}"
    red_alert(red)
    with at_moment(now() + 10 * MINUTE):
        escalate_round()
        assert (send_due_mails(), send_due_mails()) == (2, 0)
    assert {str(mail["To"]) for mail in letterbox.mails} == {"sam@mill.example", "dora@mill.example"}
    assert len({str(mail["Message-ID"]) for mail in letterbox.mails}) == 2
    body = letterbox.mails[0].get_content()
    path = body.split("http://localhost:8000/a/")[1].split()[0]
    assert Client().post(f"/a/{path}").status_code == 200
    assert Alert.objects.get().acknowledged_by == Staff.objects.get(email=str(letterbox.mails[0]["To"]))
