"""Who asked to be called back keeps the place: before later callers, after earlier ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement
from barrymore.telephony import allocation, calls
from barrymore.telephony.hearing import Caller
from barrymore.telephony.menus.chosen import Chosen, Wish
from barrymore.telephony.menus.leaving import take_wish
from barrymore.telephony.models import Call, Extension, Node, Number, Registration
from tests.telephony.conftest import arrive_at_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(node: Node, number: Number, phone_of: Callable[..., Extension]) -> Callable[[Staff], None]:
    Node.objects.update(connected_at=now())

    def at_work(staff: Staff) -> None:
        Registration.objects.create(node=node, extension=phone_of(staff), since=now())
        arrive_at_work(staff)

    return at_work


def come(node: Node, number: Number, name: str, ago: int) -> Call:
    call = calls.arrive(node, Caller(name, f"PJSIP/x-{name}", number.pk, f"+3706123456{name[0]}"))
    assert call
    Placement.objects.filter(conversation=call.conversation_id).update(
        enqueued_at=now() - timedelta(seconds=ago)
    )
    return call


def wish(node: Node, call: Call) -> Call:
    left = take_wish(node, Wish(call.unique_id, call.caller, Chosen()))
    assert left
    return left


def test_the_wish_is_offered_and_the_later_caller_waits_until_it_is_declined(
    node: Node, number: Number, amina: Staff, ready: Callable[[Staff], None]
) -> None:
    wished, later = come(node, number, "1.1", 60), come(node, number, "2.1", 30)
    wish(node, wished)
    ready(amina)
    assert list(allocation.sweep()) == []
    offer = Offer.objects.get()
    assert (offer.conversation_id, offer.staff, offer.state) == (wished.conversation_id, amina, "open")
    # Asked again nothing changes: one offer, nobody rung.
    assert allocation.for_person(amina.pk) is None and allocation.for_call(calls.call_of(later.pk)) is None
    assert Offer.objects.count() == 1
    routing.end_offer(offer.pk, Offer.State.DECLINED)
    assert [call.pk for call in allocation.sweep()] == [later.pk]


def test_an_earlier_caller_is_rung_for_before_the_wish(
    node: Node, number: Number, amina: Staff, ready: Callable[[Staff], None]
) -> None:
    earlier, wished = come(node, number, "1.1", 60), come(node, number, "2.1", 30)
    wish(node, wished)
    ready(amina)
    assert [call.pk for call in allocation.sweep()] == [earlier.pk]
    assert not Offer.objects.filter(conversation=wished.conversation_id).exists()


def test_a_wish_while_it_rings_frees_the_person_and_happens_once(
    node: Node, number: Number, amina: Staff, ready: Callable[[Staff], None]
) -> None:
    call = come(node, number, "1.1", 10)
    ready(amina)
    (rung,) = allocation.sweep()
    assert rung.staff == amina
    wish(node, rung)
    assert take_wish(node, Wish(call.unique_id, call.caller, Chosen())) is None
    call.refresh_from_db()
    assert (call.state, call.outcome, call.staff) == ("ended", "callback", None)
    assert calls.end(call.pk) is None
    assert amina.presence.engaged_since is None
    assert Placement.objects.get().line == 0
