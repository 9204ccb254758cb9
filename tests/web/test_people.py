"""Who works here: invited by a link that ends, given a role here and another there, by page and by REST."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.invitations import NotValid, accept, invite, invited_by
from barrymore.organisation.models import CustomRole, IdempotentCall, Invitation, Role, Site, Staff
from barrymore.organisation.roles import Given, give_role, set_active, set_posts
from barrymore.routing.models import Queue
from tests.conftest import PASSWORD, hire
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/join/[\w-]+/)")


@pytest.fixture
def boss(dora: Staff) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(dora)
    return client


@pytest.fixture
def nia(dora: Staff, queue: Queue) -> Staff:
    """Somebody new, without a password."""
    return Staff.objects.create_user("nia@mill.example", None, name="Nia Novak", role=Role.AGENT)


def entered(**changes: Any) -> dict[str, Any]:
    """What is entered about somebody new."""
    return {"name": "Nia Novak", "email": "Nia@Mill.example", "role": "agent", "language": "lt",
            "languages": "lt:3", "skills": "", "capacity": "8", "password": "", **changes}  # fmt: skip


def test_somebody_new_comes_in_by_the_link_and_only_once(boss: Client) -> None:
    page = boss.post(reverse("people:new"), entered()).content.decode()
    assert "No mail could leave" in page
    path = LINK.search(page)
    assert path is not None
    visitor = Client()
    assert "nia@mill.example" in visitor.get(path[1]).content.decode()
    weak = visitor.post(path[1], {"password": "short"})
    assert weak.status_code == 422
    before = visitor.session.session_key
    assert visitor.post(path[1], {"password": PASSWORD}).status_code == 302
    assert visitor.session.session_key != before
    assert visitor.get("/desk/").status_code == 200
    assert Staff.objects.get(email="nia@mill.example").check_password(PASSWORD)
    again = Client().get(path[1])
    assert (again.status_code, "This link has ended" in again.content.decode()) == (410, True)


def test_the_secret_is_shown_once_and_kept_as_a_hash(boss: Client, nia: Staff) -> None:
    page = boss.post(reverse("people:invite", args=[nia.pk])).content.decode()
    found = LINK.search(page)
    assert found is not None
    assert found[1].split("/")[2] not in str(Invitation.objects.values().get())
    assert LINK.search(boss.get(reverse("people:person", args=[nia.pk])).content.decode()) is None


def test_after_three_days_the_link_ends(dora: Staff, nia: Staff) -> None:
    secret = invite(Actor(dora), nia)
    with at_moment(now() + timedelta(hours=71, minutes=59)):
        assert invited_by(secret) == nia
    with at_moment(now() + timedelta(hours=72, minutes=1)), pytest.raises(NotValid):
        accept(secret, PASSWORD)


def test_a_new_link_ends_the_one_before(dora: Staff, nia: Staff) -> None:
    first, second = invite(Actor(dora), nia), invite(Actor(dora), nia)
    with pytest.raises(NotValid):
        invited_by(first)
    assert invited_by(second) == nia


def _role(dora: Staff, nia: Staff, site: Site) -> None:
    give_role(Actor(dora), nia, Given(Role.SUPERVISOR))


def _post(dora: Staff, nia: Staff, site: Site) -> None:
    set_posts(Actor(dora), nia, {f"site:{site.pk}": Given(Role.SUPERVISOR)})


def _site(dora: Staff, nia: Staff, site: Site) -> None:
    nia.sites.add(site)


def _out(dora: Staff, nia: Staff, site: Site) -> None:
    set_active(Actor(dora), nia, False)


def _address(dora: Staff, nia: Staff, site: Site) -> None:
    Staff.objects.filter(pk=nia.pk).update(email="other@mill.example")


def _password(dora: Staff, nia: Staff, site: Site) -> None:
    nia.set_password(PASSWORD)
    nia.save()


@pytest.mark.parametrize("change", [_role, _post, _site, _out, _address, _password])
def test_the_link_dies_with_what_it_was_about(
    change: Callable[[Staff, Staff, Site], None], dora: Staff, nia: Staff, site: Site
) -> None:
    secret = invite(Actor(dora), nia)
    change(dora, nia, site)
    with pytest.raises(NotValid):
        accept(secret, PASSWORD)


def test_guessing_links_is_slowed_down(db: None) -> None:
    codes = [Client().get(f"/join/{n}/").status_code for n in range(40)]
    assert codes[0] == 410
    assert codes[-1] == 429


def test_the_invitation_leaves_by_mail_where_mail_can_leave(
    boss: Client, nia: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    Staff.objects.filter(pk=nia.pk).update(language="lt")
    letterbox = Letterbox()
    server = started(letterbox, free_port())
    try:
        monkeypatch.setattr(settings, "SMTP_URL", f"smtp+plain://127.0.0.1:{letterbox.port}")
        page = boss.post(reverse("people:invite", args=[nia.pk])).content.decode()
    finally:
        server.stop()
    assert "The invitation went to nia@mill.example" in page
    mail = letterbox.mails[0]
    link = LINK.search(page)
    assert link is not None
    assert link[1] in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_role_and_the_other_roles_are_given_on_the_page(boss: Client, nia: Staff, queue: Queue) -> None:
    boss.post(reverse("people:new_role"), {"name": "Reader", "like": "agent",
                                            "permissions": ["conversations.read"]})  # fmt: skip
    role = CustomRole.objects.get()
    fields = entered(email=nia.email, role=f"custom:{role.pk}", password=PASSWORD)
    boss.post(reverse("people:person", args=[nia.pk]), fields)
    kept = Staff.objects.get(pk=nia.pk)
    assert (kept.custom_role, kept.role) == (role, "agent")
    at = reverse("people:posts", args=[nia.pk])
    boss.post(at, {"scope": f"queue:{queue.pk}", "role": "supervisor"})
    page = boss.get(reverse("people:person", args=[nia.pk])).content.decode()
    assert "Supervisor" in page
    assert Staff.objects.get(pk=nia.pk).held_posts[f"queue:{queue.pk}"].role == "supervisor"
    boss.post(at, {"scope": "queue:999", "role": "supervisor"})
    boss.post(at, {"remove": f"queue:{queue.pk}"})
    assert Staff.objects.get(pk=nia.pk).held_posts == {}
    refused = boss.post(reverse("people:role_remove", args=[role.pk]), follow=True).content.decode()
    assert "Somebody has this role" in refused


def test_a_clerk_cannot_make_themselves_more(boss: Client, dora: Staff, queue: Queue) -> None:
    clerk_role = CustomRole.objects.create(name="Clerk", permissions=["staff.manage"])
    clerk = hire("cleo@mill.example", "Cleo Clerk", Role.AGENT, custom_role=clerk_role)
    browser = Client()
    browser.force_login(clerk)
    fields = entered(name="Cleo Clerk", email=clerk.email, role="administrator")
    page = browser.post(reverse("people:person", args=[clerk.pk]), fields).content.decode()
    assert "You cannot give rights that you do not have." in page
    over = browser.post(reverse("people:person", args=[dora.pk]), entered(password=PASSWORD))
    assert over.status_code == 403
    assert browser.post(reverse("people:invite", args=[dora.pk])).status_code == 403
    made = {"name": "Mine", "like": "administrator", "permissions": ["settings.manage"]}
    page = browser.post(reverse("people:new_role"), made).content.decode()
    assert "You cannot give rights that you do not have." in page
    assert CustomRole.objects.count() == 1


def test_people_by_rest(client: Client, dora: Staff, queue: Queue, token: Callable[..., Any]) -> None:
    headers = token(dora, "staff.manage", "conversations.read", "conversations.answer")
    json = {"content_type": "application/json", **headers}
    role = client.post("/api/v1/roles", {"name": "Reader", "permissions": ["conversations.read"]}, **json)
    key = role.json()["key"]
    body = {"name": "Nia Novak", "email": "nia@mill.example", "role": key}
    made = client.post("/api/v1/staff", body, HTTP_IDEMPOTENCY_KEY="n1", **json).json()
    assert "link" in made, made
    assert made["link"].startswith("http://testserver/join/")
    again = client.post("/api/v1/staff", body, HTTP_IDEMPOTENCY_KEY="n1", **json).json()
    assert (again["id"], again["link"]) == (made["id"], None)
    assert made["link"] not in str(IdempotentCall.objects.values().get())
    place = f"queue:{queue.pk}"
    answer = client.put(f"/api/v1/staff/{made['id']}/posts", {"posts": {place: key}}, **json)
    assert answer.json()["posts"] == {place: key}
    for posts in ({"queue:999": key}, {place: "king"}):
        answer = client.put(f"/api/v1/staff/{made['id']}/posts", {"posts": posts}, **json)
        assert answer.status_code == 422
    assert client.delete(f"/api/v1/roles/{key.partition(':')[2]}", **json).status_code == 422
    assert client.patch(f"/api/v1/staff/{made['id']}", {"role": "administrator"}, **json).status_code == 403
    assert client.patch(f"/api/v1/staff/{dora.pk}", {"active": False}, **json).status_code == 422
    bad = client.post("/api/v1/staff", {**body, "email": "nobody"}, **json)
    assert (bad.status_code, "mail address" in bad.json()["detail"]) == (422, True)
    listed = client.get("/api/v1/staff", **headers).json()
    assert {one["email"]: one["role"] for one in listed["items"]}["nia@mill.example"] == key
