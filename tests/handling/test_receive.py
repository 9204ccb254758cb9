"""A contact arrives once, in one transaction, in the right thread."""

from collections.abc import Callable

import pytest

from barrymore.conversations.models import Arrival, Conversation, Message, Participant, ProductArea, Reason
from barrymore.customers.models import Customer
from barrymore.customers.recognition import BadAddress
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.routing.models import Placement, Queue
from tests.conftest import letter, load

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


def test_a_letter_becomes_a_conversation_in_the_default_queue(queue: Queue) -> None:
    received = handling.receive(letter())
    conversation = load(received.conversation_ref)
    assert (conversation.subject, conversation.state, conversation.is_unread) == (
        "No hot water",
        "open",
        True,
    )
    assert Placement.objects.get(conversation=conversation).queue == queue
    assert conversation.customer is not None and conversation.customer.name == "Lee Anand"
    assert Message.objects.get(kind="inbound").text == "There is no hot water in 412."


def test_the_same_letter_twice_changes_nothing(queue: Queue) -> None:
    mail = letter()
    first = handling.receive(mail)
    before = (Fact.objects.count(), Message.objects.count())
    second = handling.receive(mail)
    assert (second.conversation_ref, second.is_new) == (first.conversation_ref, False)
    assert (Fact.objects.count(), Message.objects.count()) == before


def test_the_same_id_by_another_channel_is_another_contact(queue: Queue) -> None:
    handling.receive(letter(external_id="1"))
    handling.receive(letter(external_id="1", channel="form"))
    assert Arrival.objects.count() == 2


def test_a_letter_in_a_proved_thread_continues_it(arrive: Arrive) -> None:
    first = arrive()
    again = handling.receive(letter(conversation_ref=first.pk))
    assert again.conversation_ref == first.pk
    assert Conversation.objects.count() == 1


def test_a_thread_that_does_not_exist_begins_a_new_one(arrive: Arrive) -> None:
    assert arrive(conversation_ref=999).pk != 999


def test_a_strangers_letter_in_a_thread_makes_an_unverified_participant(arrive: Arrive) -> None:
    first = arrive()
    arrive(conversation_ref=first.pk, address="noor@guests.example", name="Noor Hadley")
    participant = Participant.objects.get()
    assert (participant.address.value, participant.is_verified) == ("noor@guests.example", False)
    assert load(first.pk).customer == Customer.objects.get(name="Lee Anand")


def test_a_sender_that_is_no_address_leaves_nothing_behind(queue: Queue) -> None:
    with pytest.raises(BadAddress):
        handling.receive(letter(address="nobody"))
    assert (Conversation.objects.count(), Fact.objects.count(), Customer.objects.count()) == (0, 0, 0)


def test_spam_waits_in_its_folder_and_not_in_the_list(arrive: Arrive) -> None:
    conversation = arrive(is_spam=True)
    assert not Placement.objects.get(conversation=conversation).is_open


def test_facts_carry_no_text_and_no_personal_data(arrive: Arrive) -> None:
    arrive(subject="Secret", text="very secret", name="Lee Anand")
    told = str(list(Fact.objects.values()))
    assert not [word for word in ("ecret", "Lee", "guests.example") if word in told]


def test_reason_and_area_are_suggested_from_the_words(queue: Queue) -> None:
    reason = Reason.objects.create(name="Broken", key="w", words="hot\nheating")
    area = ProductArea.objects.create(name="Rooms", key="r", words="room")
    ProductArea.objects.create(name="Spa", key="s", words="pool")
    conversation = load(handling.receive(letter(text="The heating in our room")).conversation_ref)
    assert (conversation.reason, conversation.area, conversation.is_suggested) == (reason, area, True)


def test_nothing_is_suggested_without_a_word_that_fits(queue: Queue) -> None:
    Reason.objects.create(name="Invoice", words="invoice")
    assert load(handling.receive(letter()).conversation_ref).reason is None
