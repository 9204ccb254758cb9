"""An anonymous campaign stays anonymous, whatever somebody sets, sends or asks for afterwards."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from barrymore.channels.devices import screens
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.writer import Batch, write
from barrymore.feedback import campaigns, links, listing
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, NotAccepted, Told, receive_answer
from barrymore.feedback.models import Answer, Campaign, Photo, Questionnaire, Response, Visit
from barrymore.handling.models import Recovery
from barrymore.handling.noticing import answers_round
from barrymore.journal.balance import imbalances
from barrymore.journal.models import DeviceEvent, Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import batch, place_device, stand
from tests.channels.test_public_link import TICKET

pytestmark = pytest.mark.django_db
JSON = "application/json"
ASKED: dict[str, Any] = {
    "languages": ["en", "lt"],
    "questions": [
        {"key": "score", "kind": "scale10", "text": {"en": "How was it?"}, "required": True},
        {"key": "why", "kind": "text", "text": {"en": "Why?"}},
    ],
}
NAMING = [
    {"key": "call", "kind": "contact", "text": {"en": "May we call you?"}},
    {"key": "said", "kind": "voice", "text": {"en": "Say it"}},
]


def with_question(extra: dict[str, Any]) -> dict[str, Any]:
    return {**ASKED, "questions": [*ASKED["questions"], extra]}


@pytest.fixture
def kiosk(site: Site) -> Device:
    """A kiosk at the reception, with its key in `key`."""
    device, key = place_device(stand(site), "kiosk", "Kiosk 1")
    device.key = key  # type: ignore[attr-defined]
    return device


@pytest.fixture
def campaign(kiosk: Device, dora: Staff) -> Campaign:
    """Declared anonymous before it began."""
    asked = campaigns.make_questionnaire(Actor(dora), "Mood", ASKED)
    points, told = [kiosk.point], {"name": "Mood", "questionnaire": asked, "is_anonymous": True}
    return campaigns.save_campaign(Actor(dora), None, points, **told)


def tell(device: Device, campaign: Campaign, seq: int = 1, **more: Any) -> None:
    told = {"campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "answers": {"score": 1}}
    event = {"kind": "answer", "seq": seq, "at": now().isoformat(), **told, **more}
    write([Batch(device.pk, now(), read_batch(device.pk, json.dumps(batch(event)).encode(), now()))])
    project_round()


def nameless(campaign: Campaign) -> Response:
    """The one answer, after everything that is kept with it was looked at."""
    said = Response.objects.get(campaign=campaign)
    fact = Fact.objects.get(kind="answer.given")
    for at in (said.at, fact.at, fact.recorded_at):
        assert (at.minute, at.second, at.microsecond) == (0, 0, 0)
    assert (said.device_ref, said.staff_ref, said.target_ref, said.seconds, said.case) == (None,) * 5
    assert (fact.staff_ref, fact.customer_ref, fact.dims["device"], fact.dims.get("target")) == (None,) * 4
    assert said.key.startswith("anonymous:") and fact.key == f"{said.key}:answer"
    assert said.pk < 0 and all(one.pk < 0 and one.seconds is None for one in said.answers.all())
    assert said.language in ASKED["languages"]
    return said


def test_a_kiosk_keeps_the_hour_and_nothing_of_the_device(
    kiosk: Device, campaign: Campaign, amina: Staff, dora: Staff
) -> None:
    target = screens.add_target(Actor(dora), kiosk, "Amina", "person", amina)
    tell(kiosk, campaign, seconds={"score": 2.5}, language="zz", target=target.pk, photo="photo-" + "a" * 32)
    said = nameless(campaign)
    assert (said.language, said.point_ref) == ("en", kiosk.point_id)
    assert not Photo.objects.exists()
    event = DeviceEvent.objects.get()
    assert (event.state, event.detail, event.at.minute, event.at.second) == ("counted", {}, 0, 0)
    tell(kiosk, campaign)
    assert Response.objects.count() == 1
    assert imbalances(now() - timedelta(hours=1), now() + timedelta(hours=1)) == []


def test_what_cannot_count_leaves_its_reason_and_not_its_words(kiosk: Device, campaign: Campaign) -> None:
    tell(kiosk, campaign, answers={"score": "Lee was here"})
    event = DeviceEvent.objects.get()
    assert (event.state, event.detail) == ("rejected", {"why": "answers"})
    assert imbalances(now() - timedelta(hours=1), now() + timedelta(hours=1)) == []


def test_another_system_cannot_name_anybody(
    campaign: Campaign, amina: Staff, dora: Staff, client: Client, token: Callable[..., Any]
) -> None:
    headers = token(dora, "contacts.write")
    body = {
        "external_id": "lee@guests.example", "questionnaire": campaign.questionnaire_id, "staff": amina.pk,
        "answers": {"score": 2}, "seconds": {"score": 3.25}, "language": "de", "at": now().isoformat(),
    }  # fmt: skip
    address = f"/api/v1/campaigns/{campaign.pk}/answers"
    keyed = {**headers, "HTTP_IDEMPOTENCY_KEY": "k"}
    first = client.post(address, body, content_type=JSON, **keyed)
    again = client.post(address, body, content_type=JSON, **headers)
    assert (first.status_code, first.json()["id"], again.json()["id"]) == (200, None, None)
    assert "lee" not in nameless(campaign).key


def test_the_public_link_keeps_no_minute_while_somebody_walks(
    campaign: Campaign, dora: Staff, client: Client
) -> None:
    link = links.set_link(Actor(dora), campaign, is_on=True)
    address = f"/q/{link.code}/"
    page = client.get(address, REMOTE_ADDR="198.51.100.7").content.decode()
    assert "Anonymous: we keep your answers and the hour" in page
    sent = {"page": "1", "visit": TICKET.findall(page)[0], "q-score": "3", "lang": "fr"}
    client.post(address, sent, REMOTE_ADDR="198.51.100.7")
    visit = Visit.objects.get()
    assert (visit.left_at.minute, visit.progress["seconds"], visit.progress["shown_at"]) == (0, {}, "")
    assert "198.51" not in str(Visit.objects.values().get())
    client.post(address, {**sent, "page": "2", "q-why": "Cold"})
    assert not Visit.objects.exists()
    assert client.cookies["visit"].value == "" or client.cookies["visit"]["max-age"] == 0
    assert nameless(campaign).language == "en"
    client.post(address, {**sent, "page": "2", "q-why": "Cold"})
    assert Response.objects.count() == 1


@pytest.mark.parametrize("extra", NAMING, ids=["contact", "voice"])
def test_no_way_leads_to_a_question_that_names(
    extra: dict[str, Any], campaign: Campaign, kiosk: Device, dora: Staff
) -> None:
    actor, wrong = Actor(dora), with_question(extra)
    with pytest.raises(ValueError, match="anonymous"):
        campaigns.next_version(actor, campaign.questionnaire, wrong)
    other = campaigns.make_questionnaire(actor, "Other", wrong)
    with pytest.raises(ValueError, match="anonymous"):
        campaigns.save_campaign(actor, campaign, [kiosk.point], questionnaire=other)
    with pytest.raises(ValueError, match="anonymous"):
        told = {"name": "New", "questionnaire": other, "is_anonymous": True}
        campaigns.save_campaign(actor, None, [kiosk.point], **told)
    # Even a version that somebody puts into the database by hand is answered by nobody.
    campaign.refresh_from_db()
    asked = campaign.questionnaire
    by_hand = Questionnaire.objects.create(
        name=asked.name, version=9, definition=wrong, created_at=now(), fielded_at=now()
    )
    told_to = Told(campaign.pk, by_hand.pk, {"score": 9})
    origin = Origin(key="x", mode="", channel="kiosk", at=now())
    with pytest.raises(NotAccepted, match="anonymous"):
        receive_answer(origin, told_to, Catalog.of([vars(told_to)]))
    assert not Response.objects.exists()


def test_it_cannot_be_taken_back_nor_declared_too_late(
    campaign: Campaign, kiosk: Device, dora: Staff
) -> None:
    actor = Actor(dora)
    for changes in ({"is_anonymous": False}, {"is_anonymous": False, "is_active": False}):
        with pytest.raises(ValueError, match="promised"):
            campaigns.save_campaign(actor, Campaign.objects.get(), [kiosk.point], **changes)
        assert Campaign.objects.get().is_anonymous
    told = {"name": "Open", "questionnaire": campaign.questionnaire}
    later = campaigns.save_campaign(actor, None, [], **told)
    tell(kiosk, later)
    assert Response.objects.get().device_ref == kiosk.pk
    with pytest.raises(ValueError, match="answers already"):
        campaigns.save_campaign(actor, later, [], is_anonymous=True)
    assert not Campaign.objects.get(pk=later.pk).is_anonymous


def test_every_field_of_the_campaign_may_change_and_nothing_more_is_kept(
    campaign: Campaign, kiosk: Device, dora: Staff
) -> None:
    settings: list[dict[str, Any]] = [
        {"mode": "survey", "served_source": "employee"},
        {"name": "Named", "step": "paying", "prompt": "Tell us"},
        {"review": "all", "review_link": "https://reviews.example/mill"},
        {"opening": {"en": "Who are you?"}},
        {"since": now().date(), "until": now().date() + timedelta(days=3)},
        {"is_active": False},
        {"is_active": True},
    ]
    free = {"questionnaire", "id", "created_at", "is_anonymous", "points"}
    tried = {name for one in settings for name in one}
    fields = {field.name for field in Campaign._meta.get_fields() if not field.auto_created}
    assert tried | free >= fields - {"id"}
    for number, changes in enumerate(settings):
        campaigns.save_campaign(Actor(dora), Campaign.objects.get(), [kiosk.point], **changes)
        Response.objects.all().delete()
        Fact.objects.filter(kind="answer.given").delete()
        tell(kiosk, campaign, seq=100 + number, seconds={"score": 1.5}, language="en")
        nameless(campaign)


def test_photos_of_the_screen_are_off_while_it_asks(kiosk: Device, campaign: Campaign, dora: Staff) -> None:
    screens.set_photos(Actor(dora), kiosk, True, {"en": "We see it.", "lt": "Matome."})
    assert not screens.takes_photos(kiosk)
    assert screens.screen_told(kiosk)["photo_notice"] == {}
    Campaign.objects.update(is_active=False)
    assert screens.takes_photos(kiosk)


def test_nobody_is_told_of_a_bad_answer_by_its_minute(kiosk: Device, campaign: Campaign) -> None:
    tell(kiosk, campaign, answers={"score": 0, "why": "Cold"})
    answers_round()
    assert not Recovery.objects.exists()


def test_lists_have_no_order_inside_the_hour(kiosk: Device, campaign: Campaign) -> None:
    for number in range(40):
        tell(kiosk, campaign, seq=number + 1, answers={"score": number % 11, "why": f"{number:02}"})
    rows = listing.page_of(listing.Wanted()).rows
    shown = [one.comment for one in rows]
    assert sorted(shown) == [f"{number:02}" for number in range(40)]
    assert shown not in (sorted(shown), sorted(shown, reverse=True))
    by_id = [one.text for one in Answer.objects.filter(question="why").order_by("id")]
    assert by_id != sorted(by_id)
    assert len(listing.page_of(listing.Wanted(), f"{rows[9].at.isoformat()}_{rows[9].pk}").rows) == 30
    told = "".join(listing.table_of(listing.Wanted()))
    assert "Kiosk" not in told


def test_guests_read_it_on_every_screen_in_their_language(campaign: Campaign, dora: Staff) -> None:
    opening = campaigns.campaign_told(campaign)["opening"]
    assert opening["en"].startswith("Anonymous: ")
    campaigns.save_campaign(Actor(dora), campaign, [], opening={"en": "Good day."})
    assert campaigns.campaign_told(campaign)["opening"]["en"].startswith("Good day. Anonymous: ")


def test_the_builder_cannot_break_it(campaign: Campaign, dora: Staff, client: Client) -> None:
    client.force_login(dora)
    address = f"/settings/campaigns/{campaign.pk}/"
    fields = {
        "name": "Mood", "served_source": "none", "mode": "feedback", "review": "none", "is_active": "on",
        "act": "keep", "language-now": "en", "language": "en",
    }  # fmt: skip
    assert "disabled" in client.get(address).content.decode().split('name="is_anonymous"')[1][:120]
    wrong = client.post(address, {**fields, "draft": json.dumps(with_question(NAMING[0]))})
    assert wrong.status_code == 422
    assert "Take out the questions for a contact or a voice." in wrong.content.decode()
    kept = client.post(address, {**fields, "draft": json.dumps(ASKED)})
    assert kept.status_code == 302
    assert Campaign.objects.get().is_anonymous


def test_rest_declares_it_and_refuses_what_names(
    dora: Staff, client: Client, token: Callable[..., Any]
) -> None:
    headers = token(dora, "surveys.manage")
    named = campaigns.make_questionnaire(Actor(dora), "Named", with_question(NAMING[0]))
    plain = campaigns.make_questionnaire(Actor(dora), "Plain", ASKED)
    told = {"name": "Mood", "anonymous": True}
    made = client.post("/api/v1/campaigns", {**told, "questionnaire": plain.pk}, content_type=JSON, **headers)
    assert made.json()["anonymous"] is True
    wrong = client.post(
        "/api/v1/campaigns", {**told, "questionnaire": named.pk}, content_type=JSON, **headers
    )
    assert (wrong.status_code, "anonymous" in wrong.json()["detail"]) == (422, True)
