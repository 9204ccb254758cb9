"""What the tests of OpenID Connect share: a running provider that the house knows, and people at it."""

import httpx
import pytest

from barrymore.organisation.models import AuditEntry
from barrymore.organisation.secrets import seal
from barrymore.web.models import GroupRule, SignInProvider
from tests.web.provider import Browser, running

AMINA = {"name": "Amina Sarr", "email": "amina@house.example", "email_verified": True, "groups": ["support"]}


@pytest.fixture(scope="module")
def issuer(live_server):
    with running("oidc.mjs", live_server.url) as address:
        yield address


@pytest.fixture
def company(issuer, settings):
    """The provider as an administrator has set it up: support are agents, nobody else comes in."""
    settings.OUTBOUND_ALLOWED = [issuer.removeprefix("http://")]
    made = SignInProvider.objects.create(
        slug="company",
        name="Company login",
        issuer=issuer,
        client_id="barrymore",
        client_secret=seal("a-secret-for-the-tests-only"),
        scopes="openid profile email groups",
        creates_people=True,
    )
    GroupRule.objects.create(provider=made, position=0, group="chiefs", role="supervisor")
    GroupRule.objects.create(provider=made, position=1, group="support", role="agent")
    return made


@pytest.fixture
def browser(live_server, company):
    with Browser(live_server.url) as made:
        yield made


def told(issuer, sub, **claims):
    """What the provider tells of a person from now on."""
    httpx.put(f"{issuer}/people/{sub}", json={**AMINA, **claims}, trust_env=False)


def enter(browser, issuer, sub="amina", address="/account/oidc/company/login/", **claims):
    """Sign in at the provider, up to our last answer."""
    told(issuer, sub, **claims)
    page = browser.get(address)
    return browser.send_form(page, sub=sub) if "Company login</title>" in page.text else page


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
