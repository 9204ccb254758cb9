"""Settings → Sign-in and its REST: what is kept, what is refused, what “Test it” says."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import NameOID
from django.urls import reverse

from barrymore.journal.moment import now
from barrymore.organisation.models import AuditEntry, CustomRole, Site
from barrymore.organisation.secrets import unseal
from barrymore.organisation.services import issue_token
from barrymore.web.models import GroupRule, Kind, ProvidedSession, SignInLink, SignInProvider
from barrymore.web.sso.ending import remember
from tests.desk.builders import person, signed_in

pytestmark = pytest.mark.django_db
OIDC = {
    "name": "Keycloak",
    "issuer": "https://login.house.example/realms/staff",
    "client_id": "barrymore",
    "new_secret": "sesame-open",
    "scopes": "openid email",
    "groups_claim": "groups",
    "default_role": "",
    "domains": "house.example",
    "creates_people": "on",
    "passwords_off": "on",
    "is_active": "on",
    "rules-TOTAL_FORMS": "2",
    "rules-INITIAL_FORMS": "0",
    "rules-0-group": "support",
    "rules-0-role": "agent",
    "rules-1-group": "",
    "rules-1-role": "agent",
}
SAML = {
    name: value for name, value in OIDC.items() if name not in {"issuer", "client_id", "new_secret", "scopes"}
}


@pytest.fixture
def dora():
    return person("Dora Kask", "administrator")


@pytest.fixture
def boss(dora):
    return signed_in(dora)


@pytest.fixture
def keycloak(boss):
    """A provider that has nothing but its name."""
    boss.post(reverse("sign_in:new", args=["oidc"]), {"name": "Keycloak"})
    return SignInProvider.objects.get()


def address(provider, name="provider"):
    return reverse(f"sign_in:{name}", args=[provider.pk])


def said(answer):
    return answer.content.decode()


def metadata(days=90, sso="https://idp.house.example/sso"):
    """Metadata of an identity provider with a certificate that ends in so many days."""
    key = generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=400))
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    text = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
    return (
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.house.example/">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{text}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="{sso}"/></IDPSSODescriptor></EntityDescriptor>'
    )


def test_an_empty_page_teaches(boss):
    page = said(boss.get(reverse("sign_in:providers")))
    assert "Nobody signs in elsewhere yet." in page
    assert reverse("sign_in:new", args=["oidc"]) in page and reverse("sign_in:new", args=["saml"]) in page


def test_a_new_provider_has_addresses_and_no_button(boss, keycloak, client):
    page = said(boss.get(address(keycloak)))
    assert "http://testserver/account/oidc/keycloak/login/callback/" in page
    assert "http://testserver/account/oidc/keycloak/backchannel-logout/" in page
    assert "Keycloak" not in said(client.get("/account/login/"))


def test_names_in_any_script_have_an_address_of_their_own(boss, keycloak):
    for name in ("Keycloak", "Вход", "Вход"):
        boss.post(reverse("sign_in:new", args=["saml"]), {"name": name})
    slugs = set(SignInProvider.objects.values_list("slug", flat=True))
    assert slugs == {"keycloak", "keycloak-2", "provider", "provider-2"}


def test_what_is_entered_is_kept_sealed_and_audited(boss, keycloak, client):
    mill = Site.objects.create(name="Mill")
    answer = boss.post(address(keycloak), OIDC | {"rules-0-sites": [mill.pk]})
    assert answer.status_code == 302
    keycloak.refresh_from_db()
    assert unseal(keycloak.client_secret) == "sesame-open"
    assert "sesame" not in keycloak.client_secret
    rule = keycloak.rules.get()
    assert (rule.group, rule.role, list(rule.sites.all())) == ("support", "agent", [mill])
    entry = AuditEntry.objects.latest("id")
    assert entry.action == "sign_in.provider_changed"
    assert entry.detail["groups"] == {"support": "agent"}
    assert "sesame" not in str(entry.detail)
    assert "sesame" not in said(boss.get(address(keycloak)))
    assert "Sign in with Keycloak" in said(client.get("/account/login/"))


def test_an_empty_secret_leaves_the_old_one(boss, keycloak):
    boss.post(address(keycloak), OIDC)
    boss.post(address(keycloak), OIDC | {"new_secret": ""})
    keycloak.refresh_from_db()
    assert unseal(keycloak.client_secret) == "sesame-open"


def test_own_roles_are_given_too(boss, keycloak):
    reader = CustomRole.objects.create(name="Reader", permissions=["conversations.read"])
    boss.post(address(keycloak), OIDC | {"rules-0-role": f"custom:{reader.pk}"})
    assert keycloak.rules.get().role == f"custom:{reader.pk}"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"issuer": "http://login.house.example"}, "must begin with https://"),
        ({"issuer": "javascript:alert(1)"}, "must begin with https://"),
        ({"issuer": ""}, "required"),
        ({"client_id": ""}, "required"),
        ({"domains": "", "vouches": "on"}, "Name the domains that the provider vouches for."),
        ({"rules-1-group": "support"}, "stands here twice"),
        ({"rules-0-role": "king"}, "king"),
        ({"default_role": "custom:99"}, "custom:99"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(boss, keycloak, changes, says):
    page = boss.post(address(keycloak), OIDC | changes)
    assert page.status_code == 200
    assert says in said(page)
    keycloak.refresh_from_db()
    assert (keycloak.is_active, keycloak.issuer) == (False, "")
    assert not keycloak.rules.exists()


def test_the_path_of_the_document_is_not_part_of_the_issuer(boss, keycloak):
    boss.post(address(keycloak), OIDC | {"issuer": OIDC["issuer"] + "/.well-known/openid-configuration"})
    keycloak.refresh_from_db()
    assert keycloak.issuer == OIDC["issuer"]


@pytest.mark.parametrize("role", ["agent", "developer", "supervisor", "owner"])
def test_who_could_become_anybody_by_it_may_not(keycloak, role):
    client = signed_in(person("Noor Haddad", role))
    for place in (reverse("sign_in:providers"), reverse("sign_in:new", args=["oidc"]), address(keycloak)):
        assert client.get(place).status_code == 403
    for name in ("test", "remove"):
        assert client.post(address(keycloak, name), {"sure": "1"}).status_code == 403
    assert SignInProvider.objects.exists()


def test_people_alone_are_not_enough(keycloak):
    managing = CustomRole.objects.create(name="Office", permissions=["staff.manage"])
    client = signed_in(person("Noor Haddad", custom_role=managing))
    assert client.get(reverse("sign_in:providers")).status_code == 403


def test_nobody_gives_by_groups_what_they_may_not_give(keycloak):
    some = CustomRole.objects.create(name="Office", permissions=["staff.manage", "settings.manage"])
    client = signed_in(person("Noor Haddad", custom_role=some))
    answer = client.post(address(keycloak), OIDC | {"rules-0-role": "administrator"})
    assert answer.status_code == 403
    keycloak.refresh_from_db()
    assert not keycloak.is_active


def test_removing_asks_once_and_ends_the_sessions(boss, keycloak):
    amina = person()
    client = signed_in(amina)
    remember(keycloak.pk, amina, client.session.session_key, "amina", "s1", "")
    assert "Remove Keycloak?" in said(boss.post(address(keycloak, "remove")))
    assert SignInProvider.objects.exists()
    boss.post(address(keycloak, "remove"), {"sure": "1"})
    assert not SignInProvider.objects.exists() and not ProvidedSession.objects.exists()
    assert client.get("/me/").status_code == 302


def test_a_person_is_released_and_signed_out(boss, keycloak):
    amina = person()
    client = signed_in(amina)
    link = SignInLink.objects.create(
        provider=keycloak, staff=amina, subject="a", joined_at=now(), seen_at=now()
    )
    assert "Amina Sarr" in said(boss.get(address(keycloak)))
    boss.post(reverse("sign_in:release", args=[keycloak.pk, link.pk]))
    assert not SignInLink.objects.exists()
    assert client.get("/me/").status_code == 302


def test_the_test_says_in_plain_words_that_nobody_answers(boss, keycloak, settings):
    SignInProvider.objects.update(issuer="http://127.0.0.1:9")
    settings.OUTBOUND_ALLOWED = ["127.0.0.1:9"]
    page = said(boss.post(address(keycloak, "test")))
    assert "Nobody answers at http://127.0.0.1:9/.well-known/openid-configuration" in page
    assert "whoever has no group is refused" in page


def test_the_test_says_how_a_private_address_is_allowed(boss, keycloak):
    SignInProvider.objects.update(issuer="https://127.0.0.1:8443")
    page = said(boss.post(address(keycloak, "test")))
    assert "BARRYMORE_OUTBOUND_ALLOWED=127.0.0.1:8443" in page


def test_metadata_are_read_when_they_are_kept(boss, keycloak):
    made = SignInProvider.objects.create(kind=Kind.SAML, slug="house", name="House", is_active=False)
    assert boss.post(address(made), SAML | {"metadata": metadata()}).status_code == 302
    page = said(boss.post(address(made, "test")))
    assert "https://idp.house.example/" in page and "holds until" in page
    SignInProvider.objects.filter(pk=made.pk).update(metadata=metadata(days=-1))
    assert "ask for a new one" in said(boss.post(address(made, "test")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<x/>", "tell of no identity provider"),
        ("nonsense", "cannot be read"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "cannot be read"),
        (metadata(sso="http://idp.house.example/sso"), "must begin with https://"),
        ("", "Needed before the provider is in use."),
    ],
)
def test_metadata_that_are_none_are_refused(boss, text, says):
    made = SignInProvider.objects.create(kind=Kind.SAML, slug="house", name="House", is_active=False)
    assert says in said(boss.post(address(made), SAML | {"metadata": text}))
    made.refresh_from_db()
    assert not made.is_active


@pytest.fixture
def rest(client, dora):
    """Calls by an administrator's token."""
    token = issue_token(dora, "test", ["settings.manage", "staff.manage", "conversations.read"])
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def call(method, path="", body=None, **more):
        return client.generic(
            method,
            f"/api/v1/sign-in-providers{path}",
            body if body is None else json.dumps(body),
            content_type="application/json",
            **headers,
            **more,
        )

    return call


def test_a_provider_by_rest_never_shows_its_secret(rest):
    body = {"kind": "openid_connect", "name": "Keycloak", "issuer": OIDC["issuer"], "client_id": "b",
            "client_secret": "sesame-open", "is_active": True,
            "groups": [{"group": "readers", "role": "planner"}]}  # fmt: skip
    answer = rest("POST", body={**body, "groups": []})
    assert answer.status_code == 200, answer.content
    made = SignInProvider.objects.get()
    assert unseal(made.client_secret) == "sesame-open"
    shown = rest("GET", f"/{made.pk}")
    assert "sesame" not in said(shown)
    assert (shown.json()["has_secret"], shown.json()["is_active"]) == (True, True)
    assert rest("GET").json()["items"] == [shown.json()]


def test_a_repeated_post_makes_one(rest):
    body = {"kind": "saml", "name": "House"}
    first = rest("POST", body=body, HTTP_IDEMPOTENCY_KEY="k").json()
    assert rest("POST", body=body, HTTP_IDEMPOTENCY_KEY="k").json() == first
    assert SignInProvider.objects.count() == 1


def test_a_change_leaves_what_it_does_not_name(rest, keycloak):
    SignInProvider.objects.update(issuer=OIDC["issuer"], client_id="barrymore")
    GroupRule.objects.create(provider=keycloak, group="readers", role="agent")
    answer = rest("PATCH", f"/{keycloak.pk}", {"domains": "house.example"})
    # The token may read conversations but not answer them, so it cannot keep a rule that gives that.
    assert answer.status_code == 403
    rest("PATCH", f"/{keycloak.pk}", {"domains": "house.example", "groups": []})
    keycloak.refresh_from_db()
    assert (keycloak.domains, keycloak.name, keycloak.passwords_off) == ("house.example", "Keycloak", True)
    assert keycloak.issuer == OIDC["issuer"]


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "ftp://x"},
        {"default_role": "king"},
        {"groups": [{"group": "a", "role": "king"}]},
        {"groups": [{"group": "a", "role": "planner", "sites": [99]}]},
        {"groups": [{"group": " ", "role": "planner"}]},
        {"is_active": True},
        {"vouches": True},
    ],
)
def test_rest_refuses_what_the_page_refuses(rest, keycloak, change):
    answer = rest("PATCH", f"/{keycloak.pk}", change)
    assert answer.status_code == 422, answer.content
    keycloak.refresh_from_db()
    assert not keycloak.is_active and not keycloak.rules.exists()


def test_a_failed_post_leaves_nothing(rest):
    assert rest("POST", body={"kind": "openid_connect", "name": "X", "issuer": "ftp://x"}).status_code == 422
    assert rest("POST", body={"kind": "carrier pigeon", "name": "X"}).status_code == 422
    assert not SignInProvider.objects.exists()


def test_rest_wants_both_rights(client, dora, keycloak):
    for scopes in (["settings.manage"], ["staff.manage"]):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {issue_token(dora, 'test', scopes)}"}
        assert client.get("/api/v1/sign-in-providers", **headers).status_code == 403
        assert client.delete(f"/api/v1/sign-in-providers/{keycloak.pk}", **headers).status_code == 403


def test_rest_removes(rest, keycloak):
    assert rest("DELETE", f"/{keycloak.pk}").json() == {"removed": keycloak.pk}
    assert not SignInProvider.objects.exists()
