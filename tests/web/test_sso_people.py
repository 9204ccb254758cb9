"""Who comes in by a provider, as whom, with which rights; what dies at the first time."""

import pytest

from barrymore.organisation.models import AuditEntry, Role, Site, Staff
from barrymore.web.models import GroupRule, SignInLink
from tests.desk.builders import person
from tests.web.oidc_house import AMINA, actions, browser, company, enter, issuer
from tests.web.provider import Browser

__all__ = ["browser", "company", "issuer"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("oidc")]


def test_who_is_new_is_taken_on_with_the_role_of_the_group(browser, issuer):
    page = enter(browser, issuer)
    assert str(page.url) == f"{browser.ours}/desk/"
    amina = Staff.objects.get()
    assert (amina.email, amina.name, amina.role) == ("amina@house.example", "Amina Sarr", Role.AGENT)
    assert not amina.has_usable_password()
    assert actions() == ["sign_in.created", "sign_in.joined"]


def test_the_first_rule_wins_and_gives_its_sites(browser, issuer, company):
    mill = Site.objects.create(name="Mill")
    company.rules.get(group="chiefs").sites.add(mill)
    enter(browser, issuer, groups=["support", "chiefs"])
    sam = Staff.objects.get()
    assert (sam.role, list(sam.sites.all())) == (Role.SUPERVISOR, [mill])


def test_the_role_is_read_anew_at_each_sign_in(browser, issuer):
    enter(browser, issuer, groups=["chiefs"])
    assert Staff.objects.get().role == Role.SUPERVISOR
    enter(browser, issuer, groups=["support"])
    assert Staff.objects.get().role == Role.AGENT
    assert "sign_in.role" in actions()


def test_who_has_no_group_is_refused_and_not_created(browser, issuer):
    page = enter(browser, issuer, groups=["guests"])
    assert page.status_code == 403
    assert "None of your groups there has a role here" in page.text
    assert not Staff.objects.exists()
    assert AuditEntry.objects.get().detail == {"provider": "company", "reason": "group"}


def test_who_leaves_the_group_is_out_everywhere_at_once(browser, issuer, live_server):
    person("Dora Kask", "administrator")
    enter(browser, issuer)
    with Browser(live_server.url) as other:
        assert enter(other, issuer, groups=[]).status_code == 403
    amina = Staff.objects.get(email=AMINA["email"])
    assert not amina.is_active
    assert browser.who() == ""
    assert "sign_in.kept_out" in actions()


def test_who_is_back_in_the_group_is_let_in_again(browser, issuer):
    person("Dora Kask", "administrator")
    enter(browser, issuer)
    enter(browser, issuer, groups=[])
    enter(browser, issuer, groups=["support"])
    assert Staff.objects.get(email=AMINA["email"]).is_active
    assert "sign_in.let_in_again" in actions()


def test_whom_an_administrator_keeps_out_no_group_lets_in(browser, issuer):
    enter(browser, issuer)
    Staff.objects.update(is_active=False)
    page = enter(browser, issuer)
    assert page.status_code == 403
    assert "This account is kept out" in page.text
    assert not Staff.objects.get().is_active


def test_the_last_administrator_stays_one_whatever_the_groups_say(browser, issuer):
    person("Amina Sarr", "administrator")
    enter(browser, issuer)
    assert Staff.objects.get().role == Role.ADMINISTRATOR
    assert "sign_in.role_kept" in actions()


def test_the_default_role_takes_who_has_no_group(browser, issuer, company):
    company.default_role = "quality"
    company.save()
    enter(browser, issuer, groups=[])
    assert Staff.objects.get().role == Role.QUALITY


def test_nested_claims_hold_groups_too(browser, issuer, company):
    company.groups_claim = "groups.roles"
    company.save()
    enter(browser, issuer, groups={"roles": ["support"]})
    assert Staff.objects.get().role == Role.AGENT


def test_people_are_created_only_where_the_provider_may(browser, issuer, company):
    company.creates_people = False
    company.save()
    page = enter(browser, issuer)
    assert "Nobody with your address works here yet" in page.text
    assert not Staff.objects.exists()


def test_only_the_named_domains_come_in(browser, issuer, company):
    company.domains = "other.example"
    company.save()
    assert "Addresses of your mail domain" in enter(browser, issuer).text
    company.domains = "other.example, HOUSE.example"
    company.save()
    assert enter(browser, issuer).status_code == 200


def test_an_unproven_address_joins_no_account(browser, issuer):
    person()
    page = enter(browser, issuer, email_verified=False)
    assert page.status_code == 403
    assert "proven to be yours" in page.text
    assert not SignInLink.objects.exists()


def test_an_unproven_address_of_a_vouched_domain_does(browser, issuer, company):
    company.domains, company.vouches = "house.example", True
    company.save()
    amina = person()
    enter(browser, issuer, email_verified=False)
    assert SignInLink.objects.get().staff == amina


def test_at_the_first_time_old_password_and_old_sessions_are_dead(browser, issuer, live_server):
    person("Dora Kask", "administrator")
    person()
    with Browser(live_server.url) as attacker:
        page = attacker.get("/account/login/")
        attacker.send_form(page, login=AMINA["email"], password="a-long-password")
        assert attacker.who() == "Amina Sarr"
        enter(browser, issuer)
        assert browser.who() == "Amina Sarr"
        assert attacker.who() == ""
        again = attacker.send_form(
            attacker.get("/account/login/"), login=AMINA["email"], password="a-long-password"
        )
        assert "field-error" in again.text
        assert attacker.who() == ""


def test_the_last_administrator_with_a_password_keeps_it(browser, issuer, live_server, company):
    GroupRule.objects.create(provider=company, group="bosses", role="administrator")
    dora = person("Amina Sarr", "administrator")
    enter(browser, issuer, groups=["bosses"])
    dora.refresh_from_db()
    assert dora.check_password("a-long-password")
    assert "sign_in.password_kept" in actions()
    with Browser(live_server.url) as other:
        other.send_form(other.get("/account/login/"), login=dora.email, password="a-long-password")
        assert other.who() == "Amina Sarr"


def test_a_new_password_opens_nothing_where_passwords_are_off(browser, issuer, live_server):
    person("Dora Kask", "administrator")
    enter(browser, issuer)
    amina = Staff.objects.get(email=AMINA["email"])
    amina.set_password("another-long-password")
    amina.save()
    with Browser(live_server.url) as other:
        page = other.send_form(
            other.get("/account/login/"), login=amina.email, password="another-long-password"
        )
        assert page.status_code == 403
        assert "by its provider only" in page.text
        assert other.who() == ""


def test_another_person_of_the_provider_with_the_same_address_is_refused(browser, issuer, live_server):
    enter(browser, issuer)
    with Browser(live_server.url) as other:
        page = enter(other, issuer, sub="impostor")
    assert "belongs to another sign-in" in page.text
    assert SignInLink.objects.get().subject == "amina"


def test_a_new_address_at_the_provider_stays_the_same_person(browser, issuer):
    enter(browser, issuer)
    enter(browser, issuer, email="amina.new@house.example")
    assert Staff.objects.get().email == AMINA["email"]
