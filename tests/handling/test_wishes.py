"""Whoever leaves a way to be reached is called back: one piece of work, with a promise, never two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from barrymore.alerts.models import Alert
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.customers.models import Customer
from barrymore.feedback import campaigns
from barrymore.feedback.models import CallWish, Campaign, Case, Questionnaire, Response, Survey
from barrymore.feedback.services import mark_sent
from barrymore.handling import calling
from barrymore.handling.answers import receive_feedback
from barrymore.handling.calling import wishes_round
from barrymore.handling.models import Recovery
from barrymore.handling.noticing import answers_round
from barrymore.handling.recovering import AGAIN_AFTER, recoveries_round
from barrymore.handling.services import answer, close
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site, Staff
from barrymore.routing.models import Queue
from barrymore.sla.models import Clock, Policy
from tests.alerts.reds import tell
from tests.channels.devices import place_device, stand

pytestmark = pytest.mark.django_db
ASKED = {
    "languages": ["en"],
    "questions": [
        {"key": "smile", "kind": "smile4", "text": {"en": "How was it?"}, "required": True},
        {"key": "why", "kind": "text", "text": {"en": "What happened?"}, "page": 2},
        {"key": "call", "kind": "contact", "text": {"en": "May we call you?"}, "page": 2},
    ],
}
LEE = {"name": "Lee Anand", "phone": "+370 612 34567", "email": "lee@guests.example"}


@pytest.fixture
def asked(dora: Staff) -> Questionnaire:
    """A face, a few words, a way to be reached."""
    return campaigns.make_questionnaire(Actor(dora), "With a call", ASKED)


@pytest.fixture
def kiosk(site: Site, queue: Queue) -> Device:
    """A kiosk at the reception of a house that speaks English."""
    site.language = "en"
    site.save(update_fields=["language"])
    return place_device(stand(site), "kiosk", "Kiosk 1")[0]


@pytest.fixture
def campaign(kiosk: Device, asked: Questionnaire, dora: Staff) -> Campaign:
    """What is asked there."""
    fields = {"name": "At the desk", "questionnaire": asked}
    return campaigns.save_campaign(Actor(dora), None, [kiosk.point], **fields)


def says(kiosk: Device, campaign: Campaign, smile: int, contact: Any = LEE, **more: Any) -> None:
    """A guest answers at the kiosk."""
    answers = {
        "smile": smile,
        "why": "The bathroom light flickers.",
        **({"call": contact} if contact else {}),
    }
    told = {"campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "answers": answers}
    tell(kiosk, "answer", **{**told, **more})
    project_round()


def rounds() -> None:
    """What happens by itself, twice over and in any order."""
    for one in (wishes_round, answers_round, recoveries_round, wishes_round, answers_round, recoveries_round):
        one()


def words_of(conversation: Conversation) -> str:
    return str(conversation.messages.get(kind="inbound").text)


def test_a_content_guest_who_wishes_a_call_becomes_one_conversation_with_a_promise(
    kiosk: Device, campaign: Campaign, promise: Policy, client: Client, amina: Staff
) -> None:
    says(kiosk, campaign, 4)
    assert not Conversation.objects.exists()
    assert wishes_round() == 1
    rounds()
    conversation = Conversation.objects.get()
    assert conversation.subject == "Call back: Lee Anand, Reception, Lobby, Old Mill"
    assert (str(conversation.address), conversation.site, conversation.is_unread) == (
        "lee@guests.example", kiosk.point.site, True,
    )  # fmt: skip
    said = words_of(conversation)
    assert "Lee Anand · +370 612 34567 · lee@guests.example" in said
    assert "The bathroom light flickers." in said and "Reception, Lobby, Old Mill" in said
    assert Clock.objects.filter(conversation=conversation, due_at__gt=now()).exists()
    assert conversation.placement.queue.name == "Guests"
    wish = CallWish.objects.get()
    assert (wish.conversation, wish.taken_at is not None) == (conversation, True)
    fact = Fact.objects.get(kind="callback.wished")
    assert (fact.dims["point"], fact.dims["campaign"], fact.values) == (
        kiosk.point_id, campaign.pk, {"recovery": False},
    )  # fmt: skip
    assert "Lee" not in str((fact.dims, fact.values)) and not Recovery.objects.exists()
    client.force_login(amina)
    page = client.get(reverse("desk:conversation", args=[conversation.pk])).content.decode()
    assert "+370 612 34567" in page and "Call back: Lee Anand" in page


def test_a_bad_answer_carries_the_wish_in_its_recovery_and_nothing_else_is_opened(
    kiosk: Device, campaign: Campaign, promise: Policy
) -> None:
    says(kiosk, campaign, 1)
    rounds()
    recovery = Recovery.objects.get()
    assert recovery.conversation is not None and Conversation.objects.count() == 1
    assert "Call back: Lee Anand · +370 612 34567" in words_of(recovery.conversation)
    assert CallWish.objects.get().conversation == recovery.conversation
    assert Fact.objects.get(kind="callback.wished").values == {"recovery": True}
    assert Alert.objects.count() == 1


def test_a_wish_is_never_joined_to_an_alert_that_nobody_has_yet(kiosk: Device, campaign: Campaign) -> None:
    says(kiosk, campaign, 1, None)
    rounds()
    says(kiosk, campaign, 2)
    says(kiosk, campaign, 1, None)
    rounds()
    assert sorted(Recovery.objects.values_list("state", flat=True)) == ["joined", "open", "open"]
    assert [one for one in Conversation.objects.all() if "+370 612 34567" in words_of(one)] == [
        CallWish.objects.get().conversation
    ]


def test_a_bad_answer_told_after_two_days_without_a_network_still_leads_to_a_call(
    kiosk: Device, campaign: Campaign
) -> None:
    says(kiosk, campaign, 1, at=now() - timedelta(days=2))
    answers_round()
    assert not Recovery.objects.exists()
    rounds()
    assert "+370 612 34567" in words_of(Conversation.objects.get())


@pytest.mark.parametrize("smile", [1, 4])
def test_behind_a_link_it_is_the_same(
    arrive: Callable[..., Conversation], amina: Staff, survey: Survey, asked: Questionnaire, smile: int
) -> None:
    Survey.objects.update(questionnaire=asked)
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    token = mark_sent(Case.objects.get())
    receive_feedback(token, answers={"smile": smile, "call": {"phone": "+37061234567"}})
    rounds()
    opened = Conversation.objects.exclude(pk=conversation.pk).get()
    assert "Call back: +37061234567" in words_of(opened)
    assert opened.customer == conversation.customer
    assert Recovery.objects.count() == (smile == 1)


def test_the_same_answer_told_again_is_called_once(kiosk: Device, campaign: Campaign) -> None:
    for _ in range(2):
        says(kiosk, campaign, 4, seq=777)
    rounds()
    assert Conversation.objects.count() == CallWish.objects.count() == 1


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        ({"phone": "12345"}, "press"),
        ({"phone": "+37061234567"}, "sms"),
        ({"email": "x@"}, "press"),
        ({"email": "x@", "phone": "+37061234567"}, "sms"),
        ({"email": "noor@guests.example"}, "mail"),
    ],
)
def test_what_can_only_be_read_by_a_person_stands_in_the_words(
    kiosk: Device, campaign: Campaign, contact: dict[str, str], channel: str
) -> None:
    says(kiosk, campaign, 4, contact)
    rounds()
    conversation = Conversation.objects.get()
    assert conversation.channel == channel
    assert all(value in words_of(conversation) for value in contact.values())


def test_without_a_contact_there_is_no_wish(kiosk: Device, campaign: Campaign) -> None:
    says(kiosk, campaign, 4, None)
    rounds()
    assert Response.objects.count() == 1
    assert not CallWish.objects.exists() and not Conversation.objects.exists()


def test_what_cannot_be_opened_waits_a_minute_and_holds_up_nobody(
    kiosk: Device, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(kiosk, campaign, 4)
    says(kiosk, campaign, 4, {"name": "Noor", "phone": "+37060000000"})
    whole = calling._text

    def broken(wish: CallWish, *more: Any) -> str:
        if wish.name == "Lee Anand":
            raise RuntimeError("a full disk")
        return whole(wish, *more)

    monkeypatch.setattr(calling, "_text", broken)
    assert wishes_round() == 1
    assert Conversation.objects.get().subject.startswith("Call back: Noor")
    assert not Customer.objects.filter(name="Lee Anand").exists()
    monkeypatch.undo()
    assert wishes_round() == 0
    with at_moment(now() + AGAIN_AFTER + timedelta(seconds=1)):
        assert wishes_round() == 1
    assert Conversation.objects.count() == 2


def test_a_conversation_that_is_deleted_does_not_bring_the_wish_back(
    kiosk: Device, campaign: Campaign
) -> None:
    says(kiosk, campaign, 4)
    rounds()
    Conversation.objects.all().delete()
    rounds()
    assert not Conversation.objects.exists()
