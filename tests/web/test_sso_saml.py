"""Signing in by SAML 2.0, against a real identity provider on this machine (Auth0's samlp)."""

import base64
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import NameOID
from django.contrib.sessions.models import Session
from django.core.cache import cache

from barrymore.organisation.models import AuditEntry, Role, Staff
from barrymore.web.models import GroupRule, Kind, ProvidedSession, SignInLink, SignInProvider
from tests.desk.builders import person
from tests.web.provider import Browser, patiently, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("saml")]
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


def certificate(folder, name):
    """A certificate and its key, as files."""
    key = generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(folder / f"{name}.crt"), str(folder / f"{name}.key")


@pytest.fixture(scope="module")
def issuer(live_server, tmp_path_factory):
    with running(
        "saml.mjs", live_server.url, *certificate(tmp_path_factory.mktemp("saml"), "idp")
    ) as address:
        yield address


@pytest.fixture
def house(issuer, settings):
    """The provider as an administrator has set it up: support are agents, nobody else comes in."""
    settings.OUTBOUND_ALLOWED = [issuer.removeprefix("http://")]
    httpx.put(f"{issuer}/how", json={}, trust_env=False)
    made = SignInProvider.objects.create(
        kind=Kind.SAML,
        slug="house",
        name="House login",
        metadata_url=f"{issuer}/metadata",
        creates_people=True,
        domains="house.example",
        vouches=True,
    )
    GroupRule.objects.create(provider=made, group="support", role="agent")
    return made


@pytest.fixture
def browser(live_server, house):
    with Browser(live_server.url) as made:
        yield made


def told(issuer, format=PERSISTENT, **attributes):
    claims = {
        "email": "Amina@house.example",
        "displayName": "Amina Sarr",
        "groups": ["support"],
        **attributes,
    }
    shown = {"id": "amina-1", "format": format, "attributes": claims}
    httpx.put(f"{issuer}/people/amina", json=shown, trust_env=False)


def how(address, /, **options):
    """What the provider does otherwise from now on."""
    httpx.put(f"{address}/how", json=options, trust_env=False)


def posted(browser, issuer, address="/account/saml/house/login/", **attributes):
    """The page of the provider that will post its answer to us."""
    told(issuer, **attributes)
    chosen = browser.get(address)
    assert "Company SAML</title>" in chosen.text, chosen.text[:300]
    return browser.send_form(chosen, id="amina")


def enter(browser, issuer, *args, **attributes):
    return browser.send_form(posted(browser, issuer, *args, **attributes))


def refused(page, house, browser, what=""):
    """Not signed in, told so in our look, and the reason kept for the administrator."""
    house.refresh_from_db()
    assert page.status_code in {401, 403}
    assert "House login did not open the door" in page.text
    assert what in house.last_error, house.last_error
    assert browser.who() == ""
    assert not Staff.objects.exists()


def answer_in(page):
    """The answer that a page of the provider will post, as XML."""
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page.text) if "SAMLResponse" in tag)
    return base64.b64decode(unescape(re.search(r'value="([^"]*)"', tag)[1])).decode()


def post(browser, xml, address="/account/saml/house/acs/", **more):
    return browser.post(address, data={"SAMLResponse": base64.b64encode(xml.encode()).decode(), **more})


def test_who_is_in_the_group_comes_in_with_its_role(browser, issuer):
    page = enter(browser, issuer)
    assert str(page.url) == f"{browser.ours}/desk/"
    amina = Staff.objects.get()
    assert (amina.email, amina.name, amina.role) == ("amina@house.example", "Amina Sarr", Role.AGENT)
    assert SignInLink.objects.get().subject == "amina-1"


def test_who_is_in_no_group_is_refused(browser, issuer, house):
    page = enter(browser, issuer, groups=["guests"])
    assert "None of your groups" in page.text
    refused(page, house, browser)


def test_an_address_that_nobody_vouches_for_is_refused(browser, issuer, house):
    house.vouches = False
    house.save()
    refused(enter(browser, issuer), house, browser)


def test_an_unsigned_assertion_is_refused(browser, issuer, house):
    how(issuer, signAssertion=False)
    refused(enter(browser, issuer), house, browser, "not signed")


def test_a_signed_message_around_an_unsigned_assertion_is_refused(browser, issuer, house):
    how(issuer, signAssertion=False, signResponse=True)
    refused(enter(browser, issuer), house, browser, "not signed")


def test_an_assertion_for_somebody_else_is_refused(browser, issuer, house):
    how(issuer, audience="https://other.example/")
    refused(enter(browser, issuer), house, browser, "audience")


def test_an_expired_assertion_is_refused(browser, issuer, house):
    how(issuer, lifetimeInSeconds=-3600)
    refused(enter(browser, issuer), house, browser, "expired")


def test_another_issuer_is_refused(browser, issuer, house):
    how(issuer, issuer="https://evil.example/")
    refused(enter(browser, issuer), house, browser, "ssuer")


def test_another_key_is_refused(browser, issuer, house, tmp_path):
    cert, key = certificate(tmp_path, "evil")
    how(issuer, cert=Path(cert).read_text(), key=Path(key).read_text())
    refused(enter(browser, issuer), house, browser, "ignature")


def test_an_old_algorithm_is_refused(browser, issuer, house):
    how(issuer, signatureAlgorithm="rsa-sha1", digestAlgorithm="sha1")
    refused(enter(browser, issuer), house, browser, "lgorithm")


def test_a_changed_answer_is_refused(browser, issuer, house):
    page = posted(browser, issuer, groups=["guests"])
    refused(post(browser, answer_in(page).replace("guests", "support")), house, browser, "ignature")


def test_a_second_assertion_beside_the_signed_one_is_refused(browser, issuer, house):
    xml = answer_in(posted(browser, issuer, groups=["guests"]))
    signed = re.search(r"<saml:Assertion.*</saml:Assertion>", xml, re.S)[0]
    forged = re.sub(r"<Signature.*?</Signature>", "", signed, flags=re.S).replace("guests", "support")
    refused(post(browser, xml.replace(signed, forged + signed)), house, browser)


def test_a_comment_does_not_change_who_somebody_is(browser, issuer):
    xml = answer_in(posted(browser, issuer))
    post(browser, xml.replace("amina-1", "ami<!-- -->na-1"))
    assert [link.subject for link in SignInLink.objects.all()] in ([], ["amina-1"])


def test_the_same_answer_twice_is_refused(browser, issuer, live_server):
    page = posted(browser, issuer)
    assert browser.send_form(page).url.path == "/desk/"
    again = browser.send_form(page)
    assert again.status_code == 401
    with Browser(live_server.url) as other:
        assert post(other, answer_in(page)).status_code == 401
        assert other.who() == ""


def test_an_answer_that_another_browser_asked_for_is_refused(browser, issuer, live_server):
    xml = answer_in(posted(browser, issuer))
    with Browser(live_server.url) as victim:
        page = post(victim, xml)
        assert page.status_code == 401
        assert "from another browser" in page.text
        assert victim.who() == ""


def test_an_answer_that_nobody_asked_for_is_refused(browser, issuer, house):
    how(issuer, inResponseTo="_nothing")
    refused(enter(browser, issuer), house, browser)


@pytest.mark.parametrize("raw", ["", "x", "PHg+", "PCFET0NUWVBFIHggWzwhRU5USVRZIGEgImIiPl0+PHg+JmE7PC94Pg=="])
def test_nonsense_is_refused(browser, house, raw):
    page = browser.post("/account/saml/house/acs/", data={"SAMLResponse": raw})
    assert page.status_code in {401, 403}
    assert browser.who() == ""


def test_relay_state_leads_nowhere(browser, issuer):
    for evil in ("https://evil.example/", "//evil.example/", "/settings/"):
        page = posted(browser, issuer)
        answer = post(browser, answer_in(page), RelayState=evil)
        assert (answer.url.host, answer.url.path) == ("localhost", "/desk/"), evil
        browser.cookies.clear()


def test_where_to_go_is_kept_here(browser, issuer):
    assert enter(browser, issuer, "/account/saml/house/login/?next=/me/").url.path == "/me/"
    browser.cookies.clear()
    assert enter(browser, issuer, "/account/saml/house/login/?next=//evil.example").url.path == "/desk/"


def test_a_passing_name_is_nobody(browser, issuer, house):
    page = enter(browser, issuer, format=TRANSIENT)
    assert "another name each time" in page.text
    refused(page, house, browser)


def test_attributes_have_the_names_that_were_chosen(browser, issuer, house):
    house.email_attribute, house.name_attribute, house.groups_claim = "post", "called", "teams"
    house.save()
    enter(browser, issuer, email="", post="noor@house.example", called="Noor Haddad", teams=["support"])
    noor = Staff.objects.get()
    assert (noor.email, noor.name) == ("noor@house.example", "Noor Haddad")


def test_an_existing_account_is_joined_and_its_password_dies(browser, issuer):
    person("Dora Kask", "administrator")
    amina = person()
    enter(browser, issuer)
    amina.refresh_from_db()
    assert not amina.has_usable_password()
    assert SignInLink.objects.get().staff == amina


def test_the_session_id_changes(browser, issuer):
    page = posted(browser, issuer)
    before = browser.session_key()
    browser.send_form(page)
    assert before and browser.session_key() not in {"", before}
    assert not Session.objects.filter(session_key=before).exists()


def test_our_metadata_tell_where_we_are_and_that_we_want_signatures(browser, house):
    page = browser.get("/account/saml/house/metadata/")
    assert page.headers["content-type"].startswith("application/samlmetadata+xml")
    assert 'WantAssertionsSigned="true"' in page.text
    assert f"{browser.ours}/account/saml/house/acs/" in page.text


def test_our_metadata_are_there_before_the_providers(browser, house):
    house.metadata_url = house.metadata = ""
    house.save()
    assert browser.get("/account/saml/house/metadata/").status_code == 200


def test_metadata_are_kept_for_when_the_provider_is_away(browser, issuer, house):
    enter(browser, issuer)
    cache.clear()
    house.refresh_from_db()
    assert house.metadata.startswith("<")
    SignInProvider.objects.update(metadata_url="http://127.0.0.1:9/", metadata_at=None)
    browser.cookies.clear()
    assert enter(browser, issuer).url.path == "/desk/"


def test_the_provider_ends_the_session_by_the_browser(browser, issuer):
    enter(browser, issuer)
    provided = ProvidedSession.objects.get()
    page = browser.get(f"{issuer}/logout")
    assert "All signed out" in page.text
    assert patiently(lambda: not Session.objects.filter(session_key=provided.session_key).exists())
    assert browser.who() == ""
    assert AuditEntry.objects.filter(action="sign_in.ended_by_provider").exists()


def test_an_unsigned_word_ends_nothing(browser, issuer):
    enter(browser, issuer)
    browser.follow_redirects = False
    word = browser.get(f"{issuer}/logout").headers["location"]
    browser.follow_redirects = True
    page = browser.get(word.split("&SigAlg")[0].split("&Signature")[0])
    assert page.status_code == 401
    assert browser.who() == "Amina Sarr"
    assert AuditEntry.objects.filter(action="sign_in.logout_refused").exists()


def test_signing_out_leads_to_the_providers_log_out(browser, issuer):
    enter(browser, issuer)
    left = browser.send_form(browser.get("/account/logout/"))
    onward = unescape(left.text.split('button-primary" href="')[1].split('"')[0])
    assert onward.startswith(f"{issuer}/logout?SAMLRequest=")
    assert browser.get(onward).url.path == "/account/login/"
    assert browser.who() == ""
