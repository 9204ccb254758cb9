"""An alert reaches a person's telephone through the gateway, once, with the link that is theirs alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from barrymore.alerts.models import Alert, Quiet, Reach, Rule
from barrymore.alerts.rules import house_rule
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.sms.notices import send_due_notices
from barrymore.delivery.models import OutboxRow
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.secrets import seal
from tests.alerts.reds import button, red_alert
from tests.channels.gateway import ACCOUNT, TOKEN, Gateway, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    """A gateway on loopback, which only this test lets through."""
    with running() as found:
        settings.OUTBOUND_ALLOWED = [found.url.removeprefix("http://")]
        yield found


@pytest.fixture
def reach(sam: Staff) -> Reach:
    """Sam wants text messages."""
    return Reach.objects.create(staff=sam, phone="+37061234567", by_sms=True)


@pytest.fixture
def number(gateway: Gateway) -> SmsNumber:
    """The house's number."""
    return SmsNumber.objects.create(
        number="+37052000000", gateway=gateway.url, account=ACCOUNT, secret=seal(TOKEN)
    )


def test_a_red_press_comes_as_one_text_whose_link_says_i_have_it(
    site: Site, sam: Staff, reach: Reach, number: SmsNumber, gateway: Gateway
) -> None:
    red_alert(button(site))
    assert send_due_notices() == 1
    assert send_due_notices() == 0
    (text,) = gateway.taken
    assert text["to"] == "+37061234567" and text["callback"] == ""
    assert text["body"].startswith("Red at Reception")
    path = text["body"].split("http://localhost:8000")[1].strip()
    assert Client().post(path).status_code == 200
    assert Alert.objects.get().acknowledged_by == sam


def test_an_answer_that_was_lost_does_not_send_it_twice(
    site: Site, reach: Reach, number: SmsNumber, gateway: Gateway
) -> None:
    gateway.answers = ["lost"]
    red_alert(button(site))
    assert send_due_notices() == 0
    row = OutboxRow.objects.get(kind="notice_sms")
    OutboxRow.objects.update(next_attempt_at=row.created_at)
    assert send_due_notices() == 1
    assert len(gateway.taken) == 1


def test_without_a_number_of_the_house_it_waits_and_says_why(site: Site, reach: Reach) -> None:
    red_alert(button(site))
    assert send_due_notices() == 0
    row = OutboxRow.objects.get(kind="notice_sms")
    assert row.state == "waiting" and "no SMS number" in row.last_error


def test_telephones_stay_silent_in_quiet_hours_where_the_rule_says_so(site: Site, reach: Reach) -> None:
    Quiet.objects.create(site=site, starts_minute=0, ends_minute=1440)
    Rule.objects.create(name="Calm", kind="press.red", wakes=False, steps=house_rule("press.red").steps)
    red_alert(button(site))
    assert Alert.objects.count() == 1
    assert not OutboxRow.objects.filter(kind="notice_sms").exists()
