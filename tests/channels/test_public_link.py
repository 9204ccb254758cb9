"""A campaign's public link: the same walk for whoever finds it, once, always as feedback."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from barrymore.feedback import campaigns, links
from barrymore.feedback.models import CallWish, Campaign, PublicLink, Response, Visit
from barrymore.handling.models import Recovery
from barrymore.handling.noticing import answers_round
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Site, Staff
from barrymore.organisation.services import set_module
from tests.channels.devices import stand
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
SHOP = "https://www.mill.example"
TICKET = re.compile(r'name="visit" value="([^"]+)"')
VALUES = [
    "", " ", "\x00", "a\x00b", "\u202egnp.exe", "-1", str(2**63), "9" * 5000, "x" * 100_000, "\u0661\u0662",
    "[]", "1 OR 1=1", "<script>alert(1)</script>", "\ufffe\U0010ffff", "\u2028",
]  # fmt: skip


@pytest.fixture
def campaign(site: Site, dora: Staff) -> Campaign:
    """A survey with a count of the served, so that feedback among it would show."""
    return ask(dora, stand(site), mode="survey", served_source="employee")


@pytest.fixture
def link(campaign: Campaign, dora: Staff) -> PublicLink:
    """Its link, switched on, with a tab on one web site."""
    links.set_link(Actor(dora), campaign, is_on=True, origins=SHOP)
    found = links.link_of(campaign.link.code)
    assert found
    return found


@pytest.fixture
def send(link: PublicLink, client: Client) -> Callable[..., Any]:
    """Send a page of a walk; the first takes a new ticket."""
    held: dict[str, str] = {}

    def sent(page: int, *, query: str = "", anew: bool = False, **told: Any) -> Any:
        address = f"/q/{link.code}/{query}"
        if anew or "ticket" not in held:
            client.cookies.clear()
            held["ticket"] = TICKET.findall(client.get(address).content.decode())[0]
        return client.post(address, {"page": page, "visit": held["ticket"], **told})

    return sent


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_walk_with_a_branch_is_one_answer_and_always_feedback(
    send: Callable[..., Any], campaign: Campaign
) -> None:
    page = send(1, **{"q-score": "9"})
    assert "What did you like?" in text_of(page) or 'name="q-loved"' in text_of(page)
    assert (Response.objects.count(), Visit.objects.count()) == (0, 1)
    done = send(6, **{"q-loved": "Sauna"})
    assert done.status_code == 200
    again = send(6, **{"q-loved": "Sauna"})
    assert "Your answer is here already" in text_of(again)
    said = Response.objects.get()
    assert (said.mode, said.channel, said.score, said.campaign) == ("feedback", "link", 9, campaign)
    assert (said.site_ref, said.point_ref, said.comment) == (campaign.points.get().site_id, None, "Sauna")
    fact = Fact.objects.get(kind="answer.given")
    assert (fact.dims["mode"], fact.channel) == ("feedback", "link")
    assert not Visit.objects.exists()
    stands = campaigns.standing(campaign)
    assert (stands.answered, stands.served, stands.by_themselves) == (0, 0, 1)


def test_two_who_come_are_two_answers(send: Callable[..., Any]) -> None:
    for _ in range(2):
        send(1, anew=True, **{"q-score": "9"})
        send(6, **{"q-loved": "Tea"})
    assert Response.objects.count() == 2


def test_it_is_taken_up_again_by_the_cookie_and_goes_back(
    send: Callable[..., Any], client: Client, link: PublicLink
) -> None:
    send(1, **{"q-score": "9"})
    cookie = client.cookies["visit"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", f"/q/{link.code}/")
    assert 'name="q-loved"' in text_of(client.get(f"/q/{link.code}/"))
    back = send(6, back="1")
    assert re.search(r'value="9" checked', text_of(back))
    send(1, **{"q-score": "10"})
    send(6, **{"q-loved": "Tea"})
    assert Response.objects.get().score == 10
    assert "Your answer is here already" in text_of(client.get(f"/q/{link.code}/"))


def test_opening_writes_nothing(client: Client, link: PublicLink) -> None:
    for _ in range(3):
        answer = client.get(f"/q/{link.code}/")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not Visit.objects.exists()
    assert not answer.cookies


def test_it_is_off_by_default_and_ends_with_the_campaign(
    campaign: Campaign, dora: Staff, amina: Staff, client: Client, link: PublicLink
) -> None:
    address = f"/q/{link.code}/"
    other = ask(dora, definition="smile", name="Till")
    assert not PublicLink.objects.filter(campaign=other).exists()
    assert client.get("/q/0000000000000000/").status_code == 404
    yesterday = now().date() - timedelta(days=2)
    for change in ({"until": yesterday}, {"since": now().date() + timedelta(days=2)}, {"is_active": False}):
        Campaign.objects.filter(pk=campaign.pk).update(**change)
        assert client.get(address).status_code == 410
        Campaign.objects.filter(pk=campaign.pk).update(since=None, until=None, is_active=True)
    assert client.get(address).status_code == 200
    with pytest.raises(NotAllowed):
        links.set_link(Actor(amina), campaign, is_on=False)
    links.set_link(Actor(dora), campaign, is_on=False)
    assert client.post(address, {"page": "1", "q-score": "9"}).status_code == 410
    assert AuditEntry.objects.filter(action="campaign.link_changed").count() == 2
    links.set_link(Actor(dora), campaign, is_on=True)
    set_module(dora, "surveys", False)
    assert client.get(address).status_code == 410


def test_in_a_frame_there_is_no_cookie_and_the_site_is_told(
    send: Callable[..., Any], client: Client, link: PublicLink
) -> None:
    query = f"?frame=1&origin={SHOP}"
    first = client.get(f"/q/{link.code}/{query}")
    assert f"frame-ancestors 'self' http://localhost:8000 {SHOP}".split()[-1] in str(
        first.headers["Content-Security-Policy"]
    )
    assert "X-Frame-Options" not in first.headers
    assert f'data-framed="{SHOP}"' in text_of(first)
    second = send(1, query=query, **{"q-score": "9"})
    assert f"visit={TICKET.findall(text_of(second))[0][:20]}" in text_of(second)
    last = send(6, query=query, **{"q-loved": "Tea"})
    assert not (first.cookies or second.cookies or last.cookies)
    assert Response.objects.get().channel == "site"
    link.refresh_from_db()
    assert (link.seen_on, link.refused_on) == (SHOP, "")
    elsewhere = client.get(f"/q/{link.code}/?frame=1&origin=https://evil.example")
    assert "data-framed" not in text_of(elsewhere)
    link.refresh_from_db()
    assert link.refused_on == "https://evil.example"


def test_a_network_that_sends_too_often_waits_and_loses_nothing(
    send: Callable[..., Any], client: Client
) -> None:
    for _ in range(6):
        send(1, anew=True, **{"q-score": "9"})
        send(6, **{"q-loved": "Tea"})
    send(1, anew=True, **{"q-score": "9"})
    late = send(6, **{"q-loved": "The sauna, at dawn"})
    assert (late.status_code, Response.objects.count()) == (429, 6)
    assert "The sauna, at dawn" in text_of(late)
    cache.clear()
    assert send(6, **{"q-loved": "The sauna, at dawn"}).status_code == 200
    assert Response.objects.count() == 7


def test_pages_are_limited_too(send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barrymore.channels.public_link.views.PAGES_PER_MINUTE", 2)
    assert [send(1, **{"q-score": "9"}).status_code for _ in range(3)] == [200, 200, 429]


def test_a_machine_is_thanked_and_left_out(send: Callable[..., Any]) -> None:
    assert send(1, website="http://spam.example", **{"q-score": "9"}).status_code == 200
    assert not Visit.objects.exists() and not Response.objects.exists()


@pytest.mark.parametrize("field", ["page", "visit", "q-score", "lang", "q-why", "q-unknown"])
def test_nonsense_is_refused_in_words_and_kept_by_nobody(
    client: Client, link: PublicLink, field: str
) -> None:
    for value in VALUES:
        cache.clear()
        page = text_of(client.get(f"/q/{link.code}/"))
        told = {"page": "1", "visit": TICKET.findall(page)[0], "q-score": "9", field: value}
        assert client.post(f"/q/{link.code}/", told).status_code in {200, 422}
        assert client.get(f"/q/{link.code}/", {field: value[:5000]}).status_code == 200
    assert not Response.objects.exists()


def test_a_ticket_of_another_link_or_an_old_one_begins_anew(
    send: Callable[..., Any], client: Client, link: PublicLink, dora: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = links.set_link(Actor(dora), ask(dora, name="Till"), is_on=True)
    foreign = TICKET.findall(text_of(client.get(f"/q/{other.code}/")))[0]
    told = {"page": "1", "visit": foreign, "q-score": "7"}
    answer = client.post(f"/q/{link.code}/", told)
    assert answer.status_code == 422
    assert re.search(r'value="7" checked', text_of(answer))
    monkeypatch.setattr("barrymore.channels.public_link.tickets.LEFT_AFTER", timedelta(seconds=-1))
    assert send(1, **{"q-score": "9"}).status_code == 422


def test_who_leaves_in_the_middle_gets_a_code_after_days(send: Callable[..., Any]) -> None:
    send(1, **{"q-score": "9"})
    assert links.visits_round() == 0
    Visit.objects.update(left_at=now() - links.LEFT_AFTER - timedelta(minutes=1))
    assert links.visits_round() == 1
    said = Response.objects.get()
    assert (said.score, said.mode, said.code) == (9, "feedback", "P")
    assert links.visits_round() == 0


def test_a_changed_questionnaire_does_not_break_a_walk_that_has_begun(
    send: Callable[..., Any], campaign: Campaign, dora: Staff, link: PublicLink
) -> None:
    send(1, **{"q-score": "9"})
    asked = campaign.questionnaire
    changed = {**asked.definition, "questions": asked.definition["questions"][:1]}
    newer = campaigns.next_version(Actor(dora), asked, changed)
    campaigns.save_campaign(Actor(dora), campaign, campaign.points.all(), questionnaire=newer)
    send(6, **{"q-loved": "Sauna"})
    assert Response.objects.get().questionnaire == asked


def test_a_bad_answer_and_a_wish_to_be_called_become_work(send: Callable[..., Any], site: Site) -> None:
    send(1, **{"q-score": "1"})
    send(2, **{"q-why": ["rude"]})
    page = 3
    for _ in range(4):
        told = {"q-worst": "rude", "q-rest": ["none"], "q-call-email": "lee@guests.example"}
        if "Thank" in text_of(send(page, **told)):
            break
        page += 1
    assert CallWish.objects.get().email == "lee@guests.example"
    answers_round()
    assert Recovery.objects.get().site == site


def test_a_page_costs_a_few_queries(
    client: Client, link: PublicLink, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.get(f"/q/{link.code}/")
    with django_assert_max_num_queries(8):
        client.get(f"/q/{link.code}/")


def test_the_settings_page_switches_it_on_and_shows_the_line(
    client: Client, dora: Staff, campaign: Campaign
) -> None:
    client.force_login(dora)
    address = f"/settings/campaigns/{campaign.pk}/link/"
    assert "data-campaign" not in text_of(client.get(address))
    wrong = client.post(address, {"is_on": "on", "origins": "no site"})
    assert "no site is no address of a web site" in text_of(wrong)
    assert not PublicLink.objects.exists()
    client.post(address, {"is_on": "on", "label": 'Say "it"', "origins": f"{SHOP}/path"})
    link = PublicLink.objects.get()
    assert (link.is_on, link.origins, len(link.code)) == (True, SHOP, 16)
    shown = text_of(client.get(address))
    assert f"data-campaign=&quot;{link.code}&quot;" in shown
    assert "&amp;quot;it&amp;quot;" in shown  # a quote in the label does not end the attribute
    assert f"/q/{link.code}/" in shown
    PublicLink.objects.update(refused_on="https://shop.example")
    client.post(f"{address}allow/")
    link.refresh_from_db()
    assert link.origins.split() == [SHOP, "https://shop.example"]


def test_rest_switches_it_on_and_off(
    client: Client, dora: Staff, campaign: Campaign, token: Callable[..., Any]
) -> None:
    headers = token(dora, "surveys.manage")
    address = f"/api/v1/campaigns/{campaign.pk}/link"
    assert client.get(address, **headers).json()["on"] is False
    told = {"on": True, "label": "Say", "sites": [SHOP]}
    on = client.put(address, told, content_type="application/json", **headers).json()
    assert (on["on"], on["open"], on["sites"]) == (True, True, [SHOP])
    off = client.put(address, {"on": False}, content_type="application/json", **headers).json()
    assert (off["open"], off["address"]) == (False, on["address"])
    wrong = client.put(address, {"on": True, "sites": ["x"]}, content_type="application/json", **headers)
    assert (wrong.status_code, "sites" in wrong.json()["detail"]) == (422, True)
