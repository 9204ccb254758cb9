"""OpenID Connect Back-Channel Logout 1.0: what is obeyed, and what is not."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from importlib import import_module

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as house_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from barrymore.config.asgi import listener_of
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import AuditEntry
from barrymore.web.models import ProvidedSession, SignInProvider, UsedToken
from barrymore.web.sso.ending import forget_ended, remember
from tests.desk.builders import person, signed_in

pytestmark = pytest.mark.django_db
ISSUER = "https://login.company.example"
BACKCHANNEL = "http://schemas.openid.net/event/backchannel-logout"
KEY = generate_private_key(65537, 2048)
OTHER_KEY = generate_private_key(65537, 2048)


def public(key, **more):
    return {
        **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())),
        "kid": "one",
        "use": "sig",
        **more,
    }


@pytest.fixture
def company():
    """A provider whose document and keys have been fetched already."""
    made = SignInProvider.objects.create(
        slug="company", name="Company login", issuer=ISSUER, client_id="barrymore"
    )
    cache.set(f"sso:discovery:{ISSUER}", {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})
    cache.set(f"sso:keys:{ISSUER}/keys", [public(KEY)])
    cache.set(f"sso:keys:{ISSUER}/keys:anew", True)
    return made


@pytest.fixture
def amina(company):
    return person()


def came_in(company, staff, sid="s1", subject="amina"):
    """A signed-in browser whose session the provider knows by its sid."""
    client = signed_in(staff)
    remember(company.pk, staff, client.session.session_key, subject, sid, "hint")
    return client


def token(key=KEY, headers=None, algorithm="RS256", **claims):
    told = {
        "iss": ISSUER,
        "aud": "barrymore",
        "iat": int(time.time()),
        "exp": int(time.time()) + 120,
        "jti": f"j{time.monotonic_ns()}",
        "sub": "amina",
        "sid": "s1",
        "events": {BACKCHANNEL: {}},
        **claims,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(
        told, key, algorithm=algorithm, headers={"kid": "one", "typ": "logout+jwt", **(headers or {})}
    )


def say(logout_token):
    return Client(enforce_csrf_checks=True).post(
        "/account/oidc/company/backchannel-logout/", {"logout_token": logout_token}
    )


def is_in(client):
    return client.get("/me/").status_code == 200


def test_the_named_session_ends_and_no_other(company, amina):
    here, there = came_in(company, amina), came_in(company, amina, "s2")
    answer = say(token())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert not is_in(here) and is_in(there)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("sign_in.ended_by_provider", amina)


def test_without_a_sid_all_of_the_person_end(company, amina):
    here, there = came_in(company, amina), came_in(company, amina, "s2")
    noor = came_in(company, person("Noor Haddad"), "s3", "noor")
    assert say(token(sid=None)).status_code == 200
    assert not is_in(here) and not is_in(there) and is_in(noor)


def test_the_open_stream_ends_too(company, amina):
    client = came_in(company, amina)
    cookie = (
        f"{house_settings.SESSION_COOKIE_NAME}={client.cookies[house_settings.SESSION_COOKIE_NAME].value}"
    )
    headers = {b"cookie": cookie.encode()}
    assert listener_of(headers) == amina
    say(token())
    assert listener_of(headers) is None


def test_what_is_over_already_is_answered_well(company, amina):
    came_in(company, amina)
    assert say(token()).status_code == 200
    assert say(token()).status_code == 200
    assert AuditEntry.objects.filter(action="sign_in.nothing_to_end").count() == 1


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("signed by another key", {"key": OTHER_KEY}),
        ("by an unknown key", {"headers": {"kid": "two"}}),
        ("another issuer", {"iss": "https://evil.example"}),
        ("for another client", {"aud": "somebody"}),
        ("too old", {"exp": int(time.time()) - 3600}),
        ("issued long ago", {"iat": int(time.time()) - 3600, "exp": int(time.time()) + 9_000}),
        ("issued in the future", {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 9_000}),
        ("without exp", {"exp": None}),
        ("without iat", {"iat": None}),
        ("without jti", {"jti": None}),
        ("an ID token", {"events": None, "nonce": "n"}),
        ("with a nonce", {"nonce": "n"}),
        ("another event", {"events": {"http://schemas.openid.net/event/other": {}}}),
        ("events of another shape", {"events": [BACKCHANNEL]}),
        ("about nobody", {"sub": None, "sid": None}),
    ],
)
def test_what_is_not_the_providers_word_ends_nothing(company, amina, why, told):
    client = came_in(company, amina)
    answer = say(token(**told))
    assert answer.status_code == 400, why
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["error"] == "invalid_request"
    assert is_in(client), why
    assert AuditEntry.objects.get().action == "sign_in.logout_refused"


@pytest.mark.parametrize("raw", ["", "x", "a.b.c", "é", "x" * 30_000])
def test_nonsense_is_refused(company, amina, raw):
    client = came_in(company, amina)
    assert say(raw).status_code == 400
    assert is_in(client)


def test_an_unsigned_token_is_refused(company, amina):
    client = came_in(company, amina)
    assert say(token(key="", algorithm="none")).status_code == 400
    assert is_in(client)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(company, amina):
    client = came_in(company, amina)
    signed = token(key="k" * 32, algorithm="HS256").rpartition(".")[0]
    secret = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    mark = urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
    assert say(f"{signed}.{mark}").status_code == 400
    assert is_in(client)


def test_the_same_word_is_obeyed_once(company, amina):
    came_in(company, amina)
    said = token(jti="once")
    assert say(said).status_code == 200
    again = came_in(company, amina)
    assert say(said).status_code == 400
    assert is_in(again)


def test_a_word_of_another_provider_ends_nothing(company, amina):
    client = came_in(company, amina)
    other = SignInProvider.objects.create(
        slug="other", name="Other", issuer="https://other.example", client_id="x"
    )
    ProvidedSession.objects.update(provider=other)
    assert say(token()).status_code == 200
    assert is_in(client)


def test_a_provider_that_is_switched_off_may_still_end_what_it_began(company, amina):
    client = came_in(company, amina)
    SignInProvider.objects.update(is_active=False)
    assert say(token()).status_code == 200
    assert not is_in(client)


def test_only_by_post(company):
    assert Client().get("/account/oidc/company/backchannel-logout/").status_code == 405
    assert Client().post("/account/oidc/nobody/backchannel-logout/").status_code == 404


def test_what_was_kept_of_ended_sessions_goes(company, amina):
    came_in(company, amina)
    Session.objects.all().delete()
    assert forget_ended() == 1
    assert not ProvidedSession.objects.exists()


def test_used_tokens_are_forgotten_when_they_could_not_be_used_again(company, amina):
    say(token())
    with at_moment(now() + timedelta(hours=1)):
        UsedToken.objects.update(expires_at=now() - timedelta(minutes=1))
        say(token())
    assert UsedToken.objects.count() == 1


def test_signing_out_forgets_the_session(company, amina):
    client = came_in(company, amina)
    assert client.post("/account/logout/").status_code == 302
    assert not ProvidedSession.objects.exists()
    store = import_module(house_settings.SESSION_ENGINE).SessionStore
    assert SESSION_KEY not in store(client.cookies[house_settings.SESSION_COOKIE_NAME].value)
