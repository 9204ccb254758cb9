"""A public review is asked of everybody or of nobody, never by score; who goes there goes through us."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback import links
from barrymore.feedback.models import Campaign, Case, PublicLink, Response, ReviewAsk, Survey
from barrymore.feedback.reviews import reviews_of
from barrymore.feedback.services import mark_sent
from barrymore.handling.services import answer, close
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import stand
from tests.channels.test_public_link import TICKET
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
PLACE = "https://reviews.example/mill"
WAY = re.compile(r'href="(/w/[0-9a-f]{32}/)"')
ASKED = "Write a public review"


@pytest.fixture
def campaign(site: Site, dora: Staff) -> Campaign:
    """It asks everybody for a review."""
    return ask(dora, stand(site), definition="smile", review="all", review_link=PLACE)


@pytest.fixture
def link(campaign: Campaign, dora: Staff) -> PublicLink:
    links.set_link(Actor(dora), campaign, is_on=True)
    found = links.link_of(campaign.link.code)
    assert found
    return found


@pytest.fixture
def said(link: PublicLink) -> Callable[..., str]:
    """Answer by the public link as somebody new; the page of thanks."""

    def sent(smile: int = 4, **more: Any) -> str:
        client = Client()
        address = f"/q/{link.code}/"
        ticket = TICKET.findall(client.get(address).content.decode())[0]
        told = {
            "page": 1,
            "visit": ticket,
            "q-smile": ("bad", "meh", "good", "great")[smile - 1],
            "q-words": "",
            **more,
        }
        page = client.post(address, told)
        if number := re.findall(r'name="page" value="(\d+)"', page.content.decode()):
            page = client.post(address, {**told, "page": number[0]})
        return page.content.decode()

    return sent


@pytest.fixture
def invited(arrive: Callable[..., Conversation], amina: Staff, survey: Survey) -> Callable[[], str]:
    """The address of the page behind a new invitation by mail."""
    Survey.objects.update(review="all", review_link=PLACE, cap_days=0)

    def made() -> str:
        conversation = arrive()
        answer(conversation, amina, Said(text="Done.", name="Amina"))
        close(conversation, amina)
        case = Case.objects.select_related("survey").get(conversation=conversation)
        return f"/s/{mark_sent(case)}/"

    return made


def without_code(page: str) -> str:
    return re.sub(r"/w/[0-9a-f]{32}/", "/w/", page)


def test_the_page_of_thanks_is_the_same_for_every_score(said: Callable[..., str], campaign: Campaign) -> None:
    pages = [said(smile) for smile in (1, 2, 3, 4)]
    assert Response.objects.count() == 4
    assert all(ASKED in page for page in pages)
    assert len({without_code(page) for page in pages}) == 1
    assert reviews_of(campaign) == reviews_of(campaign).__class__(asked=4, went=0)


@pytest.mark.parametrize("smile", ["bad", "meh", "good", "great"])
def test_behind_a_mail_every_score_is_asked_too(
    client: Client, invited: Callable[[], str], smile: str
) -> None:
    page = client.post(invited(), {"smile": smile, "need": "no"})
    text = page.content.decode()
    assert Response.objects.exists() and ASKED in text and len(WAY.findall(text)) == 1
    assert ReviewAsk.objects.get().survey == Survey.objects.get()


def test_who_refuses_is_not_asked_again_for_anything(client: Client, invited: Callable[[], str]) -> None:
    assert ASKED not in client.post(invited(), {"refuse": "1"}).content.decode()
    assert not ReviewAsk.objects.exists()


@pytest.mark.parametrize("smile", [1, 4])
def test_where_nobody_is_asked_nobody_is(said: Callable[..., str], campaign: Campaign, smile: int) -> None:
    Campaign.objects.update(review="none")
    assert ASKED not in said(smile)
    assert not ReviewAsk.objects.exists()


def test_the_way_leads_through_us_and_is_counted_once(
    client: Client, said: Callable[..., str], campaign: Campaign
) -> None:
    way, other = (WAY.findall(said(smile))[0] for smile in (1, 4))
    client.head(way)
    client.get(way, headers={"Sec-Purpose": "prefetch"})
    assert reviews_of(campaign).went == 0
    for _ in range(3):
        went = client.get(way)
    assert (went.status_code, went["Location"], went["Referrer-Policy"]) == (302, PLACE, "no-referrer")
    assert (reviews_of(campaign).asked, reviews_of(campaign).went) == (2, 1)
    Campaign.objects.update(review="none")
    assert client.get(other).status_code == 404
    assert client.get("/w/" + "0" * 32 + "/").status_code == 404
    assert client.post(way).status_code == 405


def test_a_machine_is_asked_and_not_counted(
    client: Client, said: Callable[..., str], campaign: Campaign
) -> None:
    page = said(4, website="http://spam.example")
    assert ASKED in page and not Response.objects.exists()
    assert reviews_of(campaign).asked == 0
    assert client.get(WAY.findall(page)[0]).status_code == 404


def test_what_is_kept_knows_neither_answer_nor_minute(said: Callable[..., str]) -> None:
    said(1)
    fields = {field.name for field in ReviewAsk._meta.get_fields()}
    assert fields == {"id", "campaign", "survey", "code", "day", "is_opened"}


def test_counts_stand_with_their_denominator(
    client: Client, said: Callable[..., str], campaign: Campaign, dora: Staff,
    token: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    client.force_login(dora)
    assert (
        "asked for a public review," not in client.get(f"/settings/campaigns/{campaign.pk}/").content.decode()
    )
    ways = [WAY.findall(said(smile))[0] for smile in (1, 2, 4)]
    client.get(ways[0])
    page = client.get(f"/settings/campaigns/{campaign.pk}/").content.decode()
    assert "Of 3 who were asked for a public review, 1 went to the page." in page
    told = client.get(
        f"/api/v1/campaigns/{campaign.pk}", **token(dora, "surveys.manage", "feedback.read")
    ).json()
    assert told["reviews"] == {"asked": 3, "went": 1}


def test_a_survey_needs_an_address_and_tells_its_counts(
    client: Client, dora: Staff, invited: Callable[[], str]
) -> None:
    client.post(invited(), {"smile": "bad", "need": "no"})
    client.force_login(dora)
    survey = Survey.objects.get()
    address = f"/settings/surveys/{survey.pk}/"
    page = client.get(address).content.decode()
    assert "Of 1 who were asked for a public review, 0 went to the page." in page and PLACE in page
    told = {
        "name": survey.name, "kind": "contact", "every_months": 3, "probability": 1.0, "cap_days": 14,
        "closing_days": 14, "delay_seconds": 60, "is_active": "on", "review": "all",
    }  # fmt: skip
    refused = client.post(address, {**told, "review_link": ""})
    assert "Write the address of the page where reviews are written." in refused.content.decode()
    assert client.post(address, {**told, "review_link": "javascript:alert(1)"}).status_code == 200
    assert Survey.objects.count() == 1
    assert client.post(address, {**told, "review_link": "https://other.example/"}).status_code == 302
    newest = Survey.objects.order_by("-pk")[0]
    assert (newest.version, newest.review_link) == (2, "https://other.example/")
    # The versions of a survey are counted together.
    assert reviews_of(newest).asked == 1
