"""Skills, the one who answered last, help from the queue behind: who is offered what, and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said
from barrymore.desk.events import reasons_text
from barrymore.handling import services as handling
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Role, Staff
from barrymore.routing.models import Offer, Presence, Queue
from barrymore.routing.selectors import candidates_for
from barrymore.routing.services import offer_waiting, set_presence
from tests.conftest import hire

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


@pytest.fixture
def both(amina: Staff, sam: Staff) -> None:
    """Amina and Sam are there."""
    set_presence(amina, Presence.State.AVAILABLE)
    set_presence(sam, Presence.State.AVAILABLE)


def offered(conversation: Conversation) -> Offer:
    """The offer that is open."""
    return Offer.objects.select_related("staff").get(conversation=conversation, state=Offer.State.OPEN)


def test_who_answered_the_customer_last_is_asked_first(
    arrive: Arrive, both: None, amina: Staff, sam: Staff
) -> None:
    before = arrive()
    handling.answer(before, sam, Said("Good day."))
    handling.close(before, sam)
    again = arrive()
    offer_waiting()
    offer = offered(again)
    assert offer.staff == sam
    assert "last_spoke" in offer.reasons
    assert reasons_text(offer.reasons) == "English, answered this customer last"


def test_work_waits_for_the_skill_then_goes_to_whoever_is_there(
    arrive: Arrive, both: None, queue: Queue, amina: Staff, sam: Staff
) -> None:
    queue.skills, queue.overflow_minutes = {"billing": 2}, 10
    queue.save()
    found = arrive()
    assert offer_waiting() == 0
    with at_moment(now() + timedelta(minutes=11)):
        assert offer_waiting() == 1
        assert reasons_text(offered(found).reasons).startswith("nobody with billing is free, English")
    Offer.objects.all().delete()
    sam.skills = {"billing": 3}
    sam.save()
    assert offer_waiting() == 1
    assert (offered(found).staff, reasons_text(offered(found).reasons)) == (
        sam,
        "billing, English, the only one free",
    )


def test_the_queue_behind_helps_out_after_its_minutes(arrive: Arrive, queue: Queue, amina: Staff) -> None:
    behind = Queue.objects.create(name="Reservations", position=1)
    noor = hire("noor@mill.example", "Noor Hadley", Role.AGENT, behind, languages={"en": 3})
    set_presence(noor, Presence.State.AVAILABLE)
    queue.overflow_minutes, queue.overflow_queue = 5, behind
    queue.save()
    found = arrive()
    assert offer_waiting() == 0
    with at_moment(now() + timedelta(minutes=6)):
        assert offer_waiting() == 1
        offer = offered(found)
    assert offer.staff == noor
    assert reasons_text(offer.reasons) == "helps out: it has waited long, English, the only one free"
    told = Message.objects.get(conversation=found, event="offered")
    assert told.detail["reasons"] == offer.reasons


def test_a_full_desk_costs_no_more_to_look_at(
    arrive: Arrive, both: None, queue: Queue, amina: Staff, django_assert_num_queries: Callable[..., object]
) -> None:
    """Owned times offered were once multiplied; each is counted by its own index now."""
    amina.capacity = 100
    amina.save()
    for number in range(12):
        one = arrive(address=f"g{number}@guests.example")
        if number % 2:
            handling.answer(one, amina, Said("Yes?"), expects_reply=False)
    offer_waiting()
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        (first, _) = candidates_for(queue)
    held = Offer.objects.filter(staff=amina, state=Offer.State.OPEN).count()
    assert (first.staff_ref, first.open_count) == (amina.pk, 6 + held)
    assert first.last_offer_at is not None or held == 0
