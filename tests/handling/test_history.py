"""Conversations of the past are taken over as they were and given back; the strangers are forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from barrymore.conversations.models import Arrival, Conversation, Message
from barrymore.conversations.past import files_of
from barrymore.customers.models import Address, Booking, Customer, Purchase
from barrymore.customers.past import forget_addresses, known_addresses
from barrymore.customers.services import identify
from barrymore.handling import services as handling
from barrymore.handling.history import Destination, Taken, forget_people, give_back, normal_pair, take_over
from barrymore.handling.past import Direction, PastConversation, PastCustomer, PastMessage
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement, Queue
from tests.conftest import letter

pytestmark = pytest.mark.django_db
NINE = datetime(2025, 3, 1, 9, tzinfo=UTC)
LEE = PastCustomer("Lee Anand", "lee@guests.example")


def said(minutes: int, direction: Direction = Direction.INBOUND, **more: Any) -> PastMessage:
    fields = {"text": f"after {minutes}", "external_id": f"past:{minutes}", **more}
    return PastMessage(NINE + timedelta(minutes=minutes), direction, **fields)


def past(number: int = 1, *messages: PastMessage, **changes: Any) -> PastConversation:
    fields: dict[str, Any] = {
        "source_id": f"{number}",
        "row": f"line {number}",
        "subject": "No hot water",
        "customer": LEE,
        "opened_at": NINE,
        "state": "closed",
        "messages": messages or (said(0), said(5, Direction.OUTBOUND, email="amina@mill.example")),
    }
    return PastConversation(**{**fields, **changes})


def take(queue: Queue, *batch: PastConversation, **more: Any) -> list[Taken]:
    return take_over(batch, Destination(1, "Zendesk", queue, **more))


def test_first_answer_and_last_word_come_from_the_messages() -> None:
    found = past(1, said(0), said(5, Direction.NOTE), said(9, Direction.OUTBOUND), said(12))
    assert (found.first_replied_at, found.last_at) == (
        NINE + timedelta(minutes=9),
        NINE + timedelta(minutes=12),
    )
    assert past(1, said(0)).first_replied_at is None


@pytest.mark.parametrize(
    ("customer", "pair"),
    [
        (LEE, ("email", "lee@guests.example")),
        (PastCustomer(phone="+370 612 34567"), ("phone", "+37061234567")),
        (PastCustomer(email="LEE@x.example", phone="+37061234567"), ("email", "lee@x.example")),
        (PastCustomer(name="Lee"), None),
        (PastCustomer(email="lee"), None),
    ],
)
def test_by_which_address_a_person_is_known(customer: PastCustomer, pair: Any) -> None:
    assert normal_pair(customer) == pair


def test_a_batch_is_told_in_its_order_with_whom_it_made_known(queue: Queue) -> None:
    taken = take(queue, past(1), past(2), past(3, customer=PastCustomer(email="noor@x.example")))
    assert [one.conversation_ref for one in taken] == list(
        Conversation.objects.order_by("id").values_list("pk", flat=True)
    )
    assert [bool(one.new_address_ref) for one in taken] == [True, False, True]
    newest = Message.objects.filter(conversation=taken[0].conversation_ref).latest("id")
    assert (newest.event, newest.pk) == ("imported", taken[0].last_message_ref)


def test_without_an_address_a_conversation_has_no_customer(queue: Queue) -> None:
    take(queue, past(customer=PastCustomer(name="Visitor")))
    found = Conversation.objects.get()
    assert (found.customer, found.address, found.channel) == (None, None, "phone")


@pytest.mark.parametrize(
    ("told", "channel"),
    [("mail", "mail"), ("form", "form"), ("phone", "phone"), ("chat", "mail"), ("sms", "mail")],
)
def test_an_answer_leaves_by_mail_where_there_is_an_address(queue: Queue, told: str, channel: str) -> None:
    take(queue, past(channel=told))
    assert Conversation.objects.get().channel == channel


def test_who_else_wrote_is_named_and_not_taken_for_the_customer(queue: Queue, amina: Staff) -> None:
    take(queue, past(1, said(0, email="lee@guests.example"), said(1, name="Noor", email="noor@x.example")))
    mine, other = Message.objects.filter(kind="inbound").order_by("id")
    assert (mine.address and mine.address.value, other.address, other.author_name) == (
        "lee@guests.example",
        None,
        "Noor",
    )


def test_each_contact_is_known_by_its_id(queue: Queue) -> None:
    take(queue, past())
    assert list(Arrival.objects.values_list("channel", "external_id")) == [("mail", "past:0")]


def test_a_contact_that_is_known_keeps_its_row(queue: Queue, arrive: Callable[..., Any]) -> None:
    here = arrive(external_id="past:0")
    take(queue, past())
    assert Arrival.objects.get().conversation == here


def test_a_group_of_the_name_of_a_queue_goes_there(queue: Queue) -> None:
    spa = Queue.objects.create(name="Spa")
    take(queue, past(1, queue="SPA"), past(2, queue="Bar"), queues={"spa": spa})
    assert list(Placement.objects.order_by("conversation").values_list("queue", flat=True)) == [
        spa.pk,
        queue.pk,
    ]


def test_an_imported_one_that_the_customer_writes_to_again_opens_as_any(queue: Queue) -> None:
    (taken,) = take(queue, past())
    handling.receive(letter(conversation_ref=taken.conversation_ref))
    found = Conversation.objects.get()
    assert (found.state, found.placement.is_open) == ("open", True)


def test_giving_back_removes_rows_and_tells_the_journal(queue: Queue) -> None:
    taken = take(queue, past(1), past(2))
    back = give_back({one.conversation_ref: one.last_message_ref for one in taken}, 1)
    assert (len(back.removed), back.stays, back.paths) == (2, (), ())
    assert not Conversation.objects.exists() and not Placement.objects.exists()
    assert Fact.objects.filter(kind="conversation.import_undone").count() == 2


def test_nothing_given_back_is_nothing_done(queue: Queue) -> None:
    assert give_back({}, 1).removed == ()


@pytest.mark.parametrize("what", ["conversation", "booking", "purchase", "note", "verified"])
def test_somebody_of_whom_more_is_known_is_not_forgotten(
    queue: Queue, what: str, arrive: Callable[..., Any]
) -> None:
    who = identify("email", "lee@guests.example", name="Lee", proved=what == "verified")
    assert who.customer
    if what == "conversation":
        arrive()
    elif what == "booking":
        day = NINE.date()
        Booking.objects.create(
            customer=who.customer, starts_on=day, ends_on=day, source="x", updated_at=now()
        )
    elif what == "purchase":
        Purchase.objects.create(
            customer=who.customer, at=NINE, what="Tea", amount=1, currency="EUR", source="x"
        )
    elif what == "note":
        Customer.objects.update(note="likes tea")
    assert forget_people([who.address.pk]) == 0
    assert Address.objects.exists() and Customer.objects.exists()


def test_a_stranger_is_forgotten_and_a_shared_address_too(db: None) -> None:
    stranger, shared = identify("email", "lee@guests.example"), identify("email", "info@guests.example")
    assert forget_addresses([stranger.address.pk, shared.address.pk]) == 1
    assert not Address.objects.exists() and not Customer.objects.exists()


def test_known_addresses_are_found_in_one_statement(db: None, django_assert_num_queries: Any) -> None:
    identify("email", "lee@guests.example")
    with django_assert_num_queries(1):
        found = known_addresses(
            [("email", "lee@guests.example"), ("email", "noor@x.example"), ("phone", "x")]
        )
    assert list(found) == [("email", "lee@guests.example")]


def test_files_that_another_conversation_names_stay(queue: Queue) -> None:
    file = {"name": "a", "content_type": "x", "size": 1, "digest": "d", "path": "attachments/aa/a"}
    for one in take(queue, past(1), past(2)):
        Message.objects.filter(conversation=one.conversation_ref, kind="inbound").get().attachments.create(
            **file
        )
    first, second = Conversation.objects.order_by("id")
    assert files_of([first.pk]) == []
    assert files_of([first.pk, second.pk]) == ["attachments/aa/a"]
