"""At a shared computer people switch by PIN or badge in a moment, with the rights of the desk only."""

from datetime import timedelta

import pytest
from django.test import Client

from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry, Site, Staff, Workstation
from barrymore.organisation.workstations import BadPin, make_workstation, set_badge, set_pin
from barrymore.routing.models import Queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def reception(sam: Staff, site: Site) -> Client:
    """The browser of the computer at the reception."""
    _station, token = make_workstation(Actor(sam), "Reception", site)
    client = Client()
    client.cookies["workstation"] = token
    return client


def switch(client: Client, person: Staff, pin: str) -> int:
    """Tap on a name and type a PIN; the status of the answer."""
    return client.post("/switch/", {"person": person.pk, "pin": pin}).status_code


def test_a_pin_switches_the_person(reception: Client, amina: Staff, dora: Staff, queue: Queue) -> None:
    set_pin(amina, "4711")
    set_pin(dora, "8205")
    page = reception.get("/switch/").content.decode()
    assert "Amina Sarr" in page and "Dora Kovač" in page and "Sam Okonjo" not in page
    assert switch(reception, amina, "4711") == 302
    assert "Amina Sarr" in reception.get("/desk/").content.decode()
    assert switch(reception, dora, "8205") == 302
    assert "Dora Kovač" in reception.get("/desk/").content.decode()
    assert AuditEntry.objects.filter(action="workstation.switched").count() == 2


def test_the_rights_are_those_of_the_desk_only(reception: Client, dora: Staff, queue: Queue) -> None:
    set_pin(dora, "8205")
    switch(reception, dora, "8205")
    assert reception.get("/desk/told/").status_code == 200
    for closed in ("/settings/people/", "/settings/company/", "/settings/tokens/", "/settings/computers/"):
        assert reception.get(closed).status_code == 403, closed
    reception.post("/me/pin/", {"pin": "9164"})
    assert switch(reception, dora, "8205") == 302


def test_a_badge_is_enough(reception: Client, amina: Staff, dora: Staff, queue: Queue) -> None:
    set_badge(dora, amina, "04:A2:19:7C")
    assert reception.post("/switch/", {"badge": "04:A2:19:7C\n"}).status_code == 302
    assert "Amina Sarr" in reception.get("/desk/").content.decode()
    assert reception.post("/switch/", {"badge": "04:A2:19:7D"}).status_code == 422
    # Given to somebody else, it is Amina's no more.
    set_badge(dora, dora, "04:A2:19:7C")
    amina.refresh_from_db()
    assert amina.badge_digest == ""


def test_five_wrong_pins_lock_the_person_for_a_while(reception: Client, amina: Staff, queue: Queue) -> None:
    set_pin(amina, "4711")
    assert [switch(reception, amina, "4712") for _ in range(5)] == [422] * 5
    assert switch(reception, amina, "4711") == 429


def test_elsewhere_a_pin_opens_nothing(amina: Staff, reception: Client, queue: Queue) -> None:
    set_pin(amina, "4711")
    stranger = Client()
    assert (
        stranger.post("/switch/", {"person": amina.pk, "pin": "4711"}).headers["Location"]
        == "/account/login/"
    )
    Workstation.objects.update(revoked_at=now())
    assert reception.get("/switch/").headers["Location"] == "/account/login/"


def test_nobody_of_another_site_is_there(reception: Client, amina: Staff, queue: Queue) -> None:
    amina.sites.set([Site.objects.create(name="Harbour")])
    set_pin(amina, "4711")
    assert "Amina Sarr" not in reception.get("/switch/").content.decode()
    assert switch(reception, amina, "4711") == 422


def test_after_ten_idle_minutes_it_asks_again(reception: Client, amina: Staff, queue: Queue) -> None:
    set_pin(amina, "4711")
    switch(reception, amina, "4711")
    session = reception.session
    assert 0 < session.get_expiry_age() <= 600
    session.flush()
    assert reception.get("/desk/").headers["Location"] == "/switch/"


def test_a_page_that_refreshes_itself_is_no_touch(reception: Client, amina: Staff, queue: Queue) -> None:
    set_pin(amina, "4711")
    switch(reception, amina, "4711")
    assert "sessionid" in reception.get("/desk/").cookies
    assert "sessionid" not in reception.get("/desk/", headers={"HX-Trigger": "desk-list-live"}).cookies


@pytest.mark.parametrize("pin", ["1234", "0000", "7777", "12", "123456789", "47a1", "9876"])
def test_easy_pins_are_refused(amina: Staff, pin: str) -> None:
    with pytest.raises(BadPin):
        set_pin(amina, pin)


def test_only_who_may_makes_a_computer_shared(amina: Staff, sam: Staff, queue: Queue) -> None:
    client = Client()
    client.force_login(amina)
    assert client.get("/settings/computers/").status_code == 403
    client.force_login(sam)
    answer = client.post("/settings/computers/", {"name": "Bar"})
    assert answer.headers["Location"] == "/switch/" and answer.cookies["workstation"]["httponly"]
    station = Workstation.objects.get()
    client.post(f"/settings/computers/{station.pk}/revoke/")
    client.force_login(sam)
    with at_moment(now() + timedelta(minutes=1)):
        client.post(f"/settings/computers/{station.pk}/revoke/")
    station.refresh_from_db()
    assert station.revoked_at is not None
