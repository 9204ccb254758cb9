"""Signing in by OpenID Connect, against a certified provider on this machine (panva's oidc-provider)."""

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as house_settings
from django.contrib.sessions.models import Session

from barrymore.organisation.secrets import seal
from barrymore.web.models import ProvidedSession
from tests.desk.builders import person
from tests.web.oidc_house import actions, browser, company, enter, issuer, told
from tests.web.provider import Browser, patiently

__all__ = ["browser", "company", "issuer"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("oidc")]


def test_a_button_stands_on_the_sign_in_page(browser):
    page = browser.get("/account/login/?next=/reports/").text
    assert "Sign in with Company login" in page
    assert "/account/oidc/company/login/?next=%2Freports%2F" in page


def test_the_second_step_is_asked_after_the_provider_too(browser, issuer):
    amina, secret = person(), generate_totp_secret()
    TOTP.activate(amina, secret)
    page = enter(browser, issuer)
    assert "Second step" in page.text
    assert not ProvidedSession.objects.exists()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert browser.send_form(page, code=code).url.path == "/desk/"
    # What the provider may end later is known although a page stood between.
    assert ProvidedSession.objects.get().session_key == browser.session_key()
    assert ProvidedSession.objects.get().sid


def test_where_to_go_afterwards_is_kept_and_never_leads_away(browser, issuer):
    page = enter(browser, issuer, address="/account/oidc/company/login/?next=/me/")
    assert page.url.path == "/me/"
    for evil in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = enter(browser, issuer, address=f"/account/oidc/company/login/?next={evil}")
        assert (page.url.host, page.url.path) == ("localhost", "/desk/"), evil


def test_the_session_id_changes(browser, issuer):
    browser.get("/account/oidc/company/login/")
    before = browser.session_key()
    assert before
    enter(browser, issuer)
    assert browser.session_key() not in {"", before}
    assert not Session.objects.filter(session_key=before).exists()


def test_turning_back_at_the_provider_is_no_fault(browser, issuer, company):
    told(issuer, "amina")
    page = browser.send_form(browser.get("/account/oidc/company/login/"), back="1")
    assert page.status_code == 401
    assert "You have turned back" in page.text
    company.refresh_from_db()
    assert company.last_error == ""


def test_a_state_of_another_browser_is_refused(browser, issuer, live_server):
    told(issuer, "amina")
    page = browser.get("/account/oidc/company/login/")
    browser.follow_redirects = False
    answer = browser.send_form(page, sub="amina")
    while "/login/callback/" not in answer.headers["location"]:
        answer = browser.get(answer.headers["location"])
    stolen = answer.headers["location"]
    with Browser(live_server.url) as victim:
        page = victim.get(stolen)
        assert page.status_code == 401
        assert "from another browser" in page.text
        assert victim.who() == ""


def test_a_nonce_that_was_not_asked_is_refused(browser, issuer, company):
    told(issuer, "amina")
    page = browser.get("/account/oidc/company/login/")
    session = Session.objects.get(session_key=browser.session_key())
    kept = session.get_decoded()
    for state, *_rest in kept["socialaccount_states"].values():
        state["nonce"] = "another"
    session.session_data = Session.objects.encode(kept)
    session.save()
    page = browser.send_form(page, sub="amina")
    assert page.status_code == 401
    company.refresh_from_db()
    assert company.last_error == "nonce"
    assert browser.who() == ""


def test_parameters_of_the_address_do_not_reach_the_provider(browser, issuer):
    browser.follow_redirects = False
    asked = "/account/oidc/company/login/?process=connect&scope=admin&auth_params=redirect_uri%3Dhttps://evil.example"
    onward = browser.get(asked).headers["location"]
    assert "code_challenge_method=S256" in onward
    assert "nonce=" in onward and "state=" in onward
    assert "admin" not in onward and "evil" not in onward


def test_a_wrong_secret_says_nothing_to_strangers_and_all_to_the_administrator(browser, issuer, company):
    company.client_secret = seal("wrong")
    company.save()
    page = enter(browser, issuer)
    assert page.status_code == 401
    assert "could not be trusted" in page.text
    assert "invalid_client" not in page.text
    company.refresh_from_db()
    assert "invalid_client" in company.last_error


def test_a_provider_that_is_away_leaves_a_way_on(browser, company, settings):
    company.issuer = "http://127.0.0.1:9"
    company.save()
    settings.OUTBOUND_ALLOWED = ["127.0.0.1:9"]
    page = browser.get("/account/oidc/company/login/")
    assert page.status_code == 401
    assert "cannot be reached just now" in page.text
    assert 'href="/account/login/"' in page.text


def test_a_private_address_is_not_called(browser, company, settings):
    settings.OUTBOUND_ALLOWED = []
    page = browser.get("/account/oidc/company/login/")
    assert page.status_code == 401
    company.refresh_from_db()
    assert "https://" in company.last_error


def test_a_provider_that_is_switched_off_is_no_door(browser, company):
    company.is_active = False
    company.save()
    assert browser.get("/account/oidc/company/login/").status_code == 404
    assert "Company login" not in browser.get("/account/login/").text


def test_knocking_too_often_is_slowed_down(browser, company, settings):
    company.issuer = "http://127.0.0.1:9"
    company.save()
    answers = [browser.get("/account/oidc/company/login/").status_code for _ in range(61)]
    assert answers[-1] == 429
    assert 429 not in answers[:60]


def test_a_header_makes_nobody_an_administrator(live_server, company):
    dora = person("Dora Kask", "administrator")
    for name in ("X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Auth-Request-Email"):
        with Browser(live_server.url) as stranger:
            page = stranger.get("/settings/sign-in/", headers={name: dora.email})
            assert page.url.path == "/account/login/"


def test_signing_out_offers_the_providers_own_way_out(browser, issuer):
    enter(browser, issuer)
    left = browser.send_form(browser.get("/account/logout/"))
    assert "You are signed out here" in left.text
    assert browser.who() == ""
    onward = left.text.split('button-primary" href="')[1].split('"')[0].replace("&amp;", "&")
    assert onward.startswith(f"{issuer}/session/end?")
    confirm = browser.get(onward)
    assert confirm.status_code == 200
    back = browser.send_form(confirm, logout="yes")
    assert str(back.url) == f"{browser.ours}/account/login/"


def test_the_provider_ends_a_session_by_its_back_channel(browser, issuer, live_server):
    enter(browser, issuer)
    provided = ProvidedSession.objects.get()
    assert provided.sid and provided.session_key == browser.session_key()
    with Browser(live_server.url) as elsewhere:
        enter(elsewhere, issuer)
        browser.send_form(browser.get(f"{issuer}/session/end"), logout="yes")
        assert patiently(lambda: not Session.objects.filter(session_key=provided.session_key).exists())
        assert browser.who() == ""
        assert elsewhere.who() == "Amina Sarr"
    assert "sign_in.ended_by_provider" in actions()


def test_claims_are_not_kept(browser, issuer):
    from allauth.socialaccount.models import SocialAccount

    enter(browser, issuer)
    assert not SocialAccount.objects.exists()
    assert house_settings.SOCIALACCOUNT_ADAPTER
