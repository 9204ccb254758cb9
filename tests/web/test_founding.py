"""An empty house is founded by its code, once; whoever removed the demo names their own company."""

import stat
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry, Company, Role, Site, Staff
from barrymore.organisation.selectors import company
from barrymore.routing.models import Queue
from barrymore.web.emptying import remove_demo
from barrymore.web.founding import AlreadyFounded, Founder, House, code_of_empty_house, found
from tests.conftest import PASSWORD, hire

pytestmark = pytest.mark.django_db
AMINA = Founder("Amina Sarr", "amina@mill.example", PASSWORD)
MILL = House("Halden Mill", "The Old Mill", "Europe/Vilnius", "en", "Everything")


def entered(**changes: str) -> dict[str, str]:
    return {
        "company": "Halden Mill",
        "site": "The Old Mill",
        "timezone": "Europe/Vilnius",
        "name": "Amina Sarr",
        "email": "amina@mill.example",
        "password": PASSWORD,
        **changes,
    }


@pytest.fixture(autouse=True)
def empty_house(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def door() -> str:
    return reverse("found", args=[code_of_empty_house()])


def test_the_code_is_for_the_owner_of_the_data_only_and_stays_the_same() -> None:
    code = code_of_empty_house()
    kept = Path(settings.VAR) / "found.txt"
    assert kept.read_text() == code == code_of_empty_house()
    assert len(code) >= 20
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_who_has_the_code_founds_the_house_and_is_in(client: Client) -> None:
    answer = client.post(door(), entered())
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    amina = Staff.objects.get()
    assert (amina.role, amina.check_password(PASSWORD)) == (Role.ADMINISTRATOR, True)
    assert (company().name, company().timezone) == ("Halden Mill", "Europe/Vilnius")
    assert Site.objects.get().name == "The Old Mill"
    queue = Queue.objects.get()
    assert queue.is_default
    assert list(queue.members.all()) == [amina]
    assert AuditEntry.objects.filter(action="company.founded", actor=amina).exists()


@pytest.mark.django_db(transaction=True)
def test_the_code_ends_with_the_founding(client: Client) -> None:
    path = door()
    assert client.post(path, entered()).status_code == 302
    assert not (Path(settings.VAR) / "found.txt").exists()
    again = Client().post(path, entered(email="noor@away.example"))
    assert again.status_code == 410
    assert "founds no house" in again.content.decode()
    assert code_of_empty_house() == ""
    assert Staff.objects.count() == 1


@pytest.mark.parametrize("code", ["guess", "x" * 22, "%D1%8F%D1%8F", "-"])
def test_another_code_opens_nothing_and_says_where_the_right_one_stands(client: Client, code: str) -> None:
    code_of_empty_house()
    answer = client.post(f"/founding/{code}/", entered())
    assert answer.status_code == 410
    assert "found.txt" in answer.content.decode()
    assert not Staff.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "amina@mill.example"}, "too similar"),
        ({"email": "amina"}, "valid email"),
        ({"timezone": "Mars/Olympus"}, "Europe/Vilnius"),
        ({"company": ""}, "required"),
        ({"site": " "}, "required"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_entered_stays(
    client: Client, changes: dict[str, str], said: str
) -> None:
    answer = client.post(door(), entered(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="Amina Sarr"' in page
    assert not Staff.objects.exists()
    assert not Site.objects.exists()


def test_the_sign_in_page_of_an_empty_house_says_what_to_do(client: Client) -> None:
    page = client.get("/account/login/").content.decode()
    assert "found.txt" in page
    assert 'type="password"' not in page
    hire("amina@mill.example", "Amina Sarr", Role.ADMINISTRATOR)
    assert 'type="password"' in client.get("/account/login/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_found_at_once_one_does() -> None:
    gate, done = Barrier(8), []

    def run(n: int) -> None:
        gate.wait()
        try:
            done.append(found(Founder(f"P{n}", f"p{n}@mill.example", PASSWORD), MILL))
        except AlreadyFounded:
            pass
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == Staff.objects.count() == Site.objects.count() == 1


def test_a_second_founding_is_refused() -> None:
    found(AMINA, MILL)
    with pytest.raises(AlreadyFounded):
        found(Founder("Noor", "noor@away.example", PASSWORD), MILL)


@pytest.mark.django_db(transaction=True)
def test_who_removed_the_demo_names_their_own_company(client: Client) -> None:
    dora = hire("dora@mill.example", "Dora Kask", Role.ADMINISTRATOR)
    Company.objects.update_or_create(pk=1, defaults={"name": "Halden Hotels", "is_demo": True})
    client.force_login(dora)
    remove_demo(Actor(dora))
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("found_company")
    page = client.get(reverse("found_company")).content.decode()
    assert 'type="password"' not in page
    answer = client.post(reverse("found_company"), entered())
    assert answer["Location"] == reverse("welcome")
    assert (company().name, Site.objects.get().name) == ("Halden Mill", "The Old Mill")
    # Once there is a company its own page changes it.
    assert client.get(reverse("found_company"))["Location"] == reverse("organisation:company")
