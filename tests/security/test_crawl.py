"""Every page and form of the house under a baseline scan, as everybody who can sign in and as nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from barrymore.channels.chat.models import Widget
from barrymore.channels.form.models import WebForm
from barrymore.demo.services import install_demo
from barrymore.feedback.models import Case
from barrymore.feedback.services import token_digest
from barrymore.organisation.models import Role, Staff
from tests.security.crawler import Crawl

pytestmark = pytest.mark.django_db
STARTS = [
    "/", "/desk/", "/desk/?in=closed", "/desk/?in=spam", "/desk/?in=failed", "/desk/new/", "/desk/told/",
    "/customers/?q=a", "/reports/", "/reports/board/", "/settings/", "/me/", "/welcome/", "/account/2fa/",
    "/account/password/change/", "/demo/hotel/",
]  # fmt: skip
OUTSIDE = [
    "/account/login/?next=/desk/", "/account/password/reset/", "/account/signup/", "/switch/",
    "/join/nothing/", "/demo/hotel/", "/nowhere/", "/api/v1/docs", "/api/v1/openapi.json", "/health/live",
    "/metrics",
]  # fmt: skip


@pytest.fixture
def crawl(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawl]:
    """The demo company, so that no page is empty."""
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", False)
    install_demo(tmp_path, "http://localhost:8000", 1, 2, lambda done, whole: None, days=2)
    yield Crawl(Client(raise_request_exception=False))


def case_with_link() -> Case:
    """An invitation that was sent."""
    return Case.objects.exclude(token_digest="").latest("pk")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AGENT])
def test_no_page_that_staff_reach_breaks_a_rule(crawl: Crawl, role: str) -> None:
    person = Staff.objects.filter(role=role).first()
    assert person is not None
    crawl.client.force_login(person)
    crawl.walk(*STARTS)
    crawl.attack()
    assert crawl.faults == []
    least = 60 if role == Role.ADMINISTRATOR else 25
    assert len({view.partition("?")[0] for view in crawl.views}) >= least, sorted(crawl.views)
    print(role, len(crawl.seen), "pages", len(crawl.forms), "forms", crawl.asked, "requests")


def test_no_page_that_anybody_reaches_breaks_a_rule(crawl: Crawl) -> None:
    Case.objects.filter(pk=case_with_link().pk).update(token_digest=token_digest("a-known-token"))
    chat = Widget.objects.first()
    form = WebForm.objects.first()
    doors = ["/s/a-known-token/", f"/chat/{chat.key}/" if chat else "",
             f"/forms/{form.key}/" if form else ""]  # fmt: skip
    assert all(doors)
    crawl.walk(*OUTSIDE, *doors)
    crawl.attack()
    assert crawl.faults == []
    print(len(crawl.seen), "pages", len(crawl.forms), "forms", crawl.asked, "requests")
