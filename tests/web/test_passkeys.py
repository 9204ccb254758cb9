"""Passkeys in Chromium with an authenticator of the browser's own, and what guards them."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as house_settings

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry, Staff
from barrymore.organisation.workstations import make_workstation, set_pin
from barrymore.web.models import SignInLink, SignInProvider
from tests.browser.conftest import browser, playwright  # noqa: F401
from tests.desk.builders import person, queue, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
PASSWORD = "a-long-password"


@pytest.fixture
def amina():
    made = person()
    queue(made, is_default=True)
    return made


@pytest.fixture
def page(browser, live_server, amina):  # noqa: F811
    """A page in a browser that owns one authenticator, unlocked by its owner's finger."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    opened = context.new_page()
    devtools = context.new_cdp_session(opened)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    opened.devtools, opened.authenticator = devtools, made["authenticatorId"]
    yield opened
    context.close()


def by_password(page, password=PASSWORD):
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill("amina@house.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add(page, name="Work telephone"):
    """Add a passkey on one's own page; the password is asked for once more."""
    page.goto("/me/")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Add").click()
    if page.get_by_text("Is it still you?").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(lambda address: "/add/" not in address)


def leave(page):
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")


def session_id(page):
    cookies = page.context.cookies()
    return next((one["value"] for one in cookies if one["name"] == house_settings.SESSION_COOKIE_NAME), "")


@pytest.mark.browser
def test_a_passkey_opens_the_door_without_a_password(page):
    by_password(page)
    add(page)
    assert page.get_by_text("Recovery codes").count()
    page.goto("/account/2fa/webauthn/")
    assert page.get_by_text("Work telephone").first.is_visible()
    leave(page)
    page.goto("/account/login/?next=/me/")
    before = session_id(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/me/")
    assert page.locator('input[name="name"]').input_value() == "Amina Sarr"
    assert session_id(page) not in {"", before}


@pytest.mark.browser
def test_a_removed_passkey_is_refused_and_the_page_says_so(page):
    by_password(page)
    add(page)
    page.goto("/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/2fa/webauthn/")
    assert page.get_by_text("No passkey yet.").is_visible()
    leave(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**passkey=refused**")
    assert page.get_by_text("This passkey is not known here").is_visible()
    page.goto("/me/")
    assert "/account/login/" in page.url


@pytest.mark.browser
def test_a_passkey_is_the_second_step_after_a_password(page):
    by_password(page)
    add(page)
    leave(page)
    by_password(page)
    assert page.get_by_role("heading", name="Second step").is_visible()
    page.get_by_role("button", name="Use the passkey").click()
    page.wait_for_url("**/desk/")


@pytest.mark.browser
def test_a_passkey_gets_another_name_and_asks_whether_it_is_still_you(page, amina):
    by_password(page)
    add(page)
    page.goto("/account/2fa/webauthn/")
    page.get_by_role("link", name="Work telephone").first.click()
    page.get_by_label("Name").fill("Home computer")
    page.get_by_role("button", name="Keep").click()
    assert page.get_by_role("link", name="Home computer").first.is_visible()
    leave(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/desk/")
    page.goto("/account/2fa/webauthn/reauthenticate/?next=/me/")
    page.get_by_role("button", name="Use the passkey").click()
    page.wait_for_url("**/me/")


@pytest.mark.browser
def test_who_turns_back_is_told_and_stays_outside(page):
    page.devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": page.authenticator, "isUserVerified": False}
    )
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("No passkey was used").wait_for()
    assert "/account/login/" in page.url


@pytest.mark.browser
def test_an_ip_address_is_said_to_be_no_place_for_passkeys(page, live_server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert page.get_by_text("Passkeys work only on https and under a name").is_visible()


@pytest.mark.browser
def test_no_script_of_the_page_itself_is_needed(page):
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    by_password(page)
    add(page)
    leave(page)
    assert [fault for fault in faults if "Content Security" in fault or "CSP" in fault] == []


def options(client):
    return client.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json").json()[
        "request_options"
    ]


def test_the_sign_in_asks_for_any_passkey_and_for_its_owner(client):
    asked = options(client)["publicKey"]
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")
    assert asked["challenge"] != options(client)["publicKey"]["challenge"]


@pytest.mark.parametrize(
    "credential", ["", "{}", "x", '{"id": "a", "response": {"userHandle": "MQ"}}', "[]", "null"]
)
def test_nonsense_opens_nothing(client, amina, credential):
    options(client)
    answer = client.post("/account/2fa/webauthn/login/", {"credential": credential, "next": "//evil.example"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?passkey=refused")
    assert "_auth_user_id" not in client.session


def test_the_pin_of_a_shared_computer_opens_no_way_to_a_passkey(amina):
    client = signed_in(amina)
    _station, token = make_workstation(Actor(person("Dora Kask", "administrator")), "Reception", None)
    set_pin(amina, "4711")
    amina.set_unusable_password()
    amina.save()
    client.logout()
    client.cookies["workstation"] = token
    assert client.post("/switch/", {"person": amina.pk, "pin": "4711"}).status_code == 302
    for closed in ("/account/2fa/webauthn/add/", "/account/2fa/", "/account/password/set/"):
        assert client.get(closed).status_code == 403, closed
    assert client.post("/account/2fa/webauthn/add/", {"credential": "{}"}).status_code == 403
    assert not Authenticator.objects.exists()
    assert client.post("/account/logout/").status_code == 302


@pytest.mark.browser
def test_who_comes_in_by_a_provider_only_has_no_door_by_passkey(page, amina):
    person("Dora Kask", "administrator")
    by_password(page)
    add(page)
    leave(page)
    provider = SignInProvider.objects.create(slug="company", name="Company login")
    SignInLink.objects.create(provider=provider, staff=amina, subject="a", joined_at=now(), seen_at=now())
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("lets you in by its provider only").wait_for()
    page.goto("/me/")
    assert "/account/login/" in page.url
    assert Staff.objects.get(pk=amina.pk).is_active
    assert not AuditEntry.objects.filter(action="sign_in.joined").exists()


def test_the_pages_of_passkeys_are_plain(amina):
    client = signed_in(amina)
    amina.set_unusable_password()
    for address in ("/account/2fa/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/", "/me/"):
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert "<script>" not in page.content.decode()
