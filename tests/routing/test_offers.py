"""Work is offered to one person at a time, comes back, and is taken by one."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation, Message
from barrymore.handling import rounds
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Role, Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement, Presence, Queue
from barrymore.routing.selectors import (
    list_page,
    offers_to,
    queue_counts,
    unowned_placements,
    visible_placement,
    visible_queues,
)
from tests.conftest import hire, load

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


def there(*people: Staff) -> None:
    for person in people:
        routing.set_presence(person, Presence.State.AVAILABLE)


@pytest.fixture
def tomas(queue: Queue) -> Staff:
    return hire("tomas@mill.example", "Tomas Gailius", Role.AGENT, queue, languages={"lt": 3})


def test_the_one_who_speaks_the_language_is_offered_it(arrive: Arrive, sam: Staff, tomas: Staff) -> None:
    there(sam, tomas)
    arrive(language="lt")
    assert rounds.offers_round() == 1
    offer = Offer.objects.get()
    assert (offer.staff, offer.reasons[0]) == (tomas, "language:lt")


def test_nothing_is_offered_to_who_is_away_or_full(arrive: Arrive, amina: Staff) -> None:
    arrive()
    assert rounds.offers_round() == 0
    there(amina)
    Staff.objects.filter(pk=amina.pk).update(capacity=1)
    arrive()
    assert rounds.offers_round() == 1
    assert Offer.objects.count() == 1


def test_the_longest_waiting_is_offered_first_within_a_priority(arrive: Arrive) -> None:
    moments = [now() - timedelta(minutes=n) for n in (5, 30, 10)]
    ids = []
    for moment in moments:
        with at_moment(moment):
            ids.append(arrive().pk)
    Placement.objects.filter(conversation_id=ids[2]).update(priority=3)
    assert [waiting.conversation_id for waiting in unowned_placements(9)] == [ids[2], ids[1], ids[0]]


def test_an_offer_that_nobody_answers_goes_to_the_next(arrive: Arrive, amina: Staff, sam: Staff) -> None:
    there(amina, sam)
    arrive()
    rounds.offers_round()
    first = Offer.objects.get().staff
    with at_moment(now() + timedelta(seconds=121)):
        rounds.offers_round()
    states = list(Offer.objects.order_by("pk").values_list("state", "staff__email"))
    assert states[0] == ("expired", first.email)
    assert states[1][0] == "open" and states[1][1] != first.email


def test_a_declined_offer_goes_to_the_next(arrive: Arrive, amina: Staff, sam: Staff) -> None:
    there(amina, sam)
    arrive()
    rounds.offers_round()
    offer = Offer.objects.get()
    assert routing.decline(offer.pk, offer.staff)
    assert not routing.decline(offer.pk, offer.staff)
    rounds.offers_round()
    assert Offer.objects.get(state="open").staff != offer.staff


def test_nobody_declines_for_another(arrive: Arrive, amina: Staff, sam: Staff) -> None:
    there(amina)
    arrive()
    rounds.offers_round()
    assert not routing.decline(Offer.objects.get().pk, sam)
    assert len(offers_to(amina)) == 1


def test_the_second_taker_is_told_who_has_it(arrive: Arrive, amina: Staff, sam: Staff) -> None:
    conversation = arrive()
    routing.take(conversation, amina)
    with pytest.raises(routing.AlreadyTaken) as told:
        routing.take(load(conversation.pk), sam)
    assert told.value.owner == "Amina Sarr"
    assert load(conversation.pk).owner == amina
    assert Fact.objects.filter(kind="conversation.owned").count() == 1


def test_taking_from_the_list_withdraws_the_offer_to_a_colleague(
    arrive: Arrive, amina: Staff, sam: Staff
) -> None:
    there(sam)
    conversation = arrive()
    rounds.offers_round()
    routing.take(conversation, amina)
    assert Offer.objects.get().state == "withdrawn"
    assert not unowned_placements(9)


def test_a_conversation_in_hand_is_not_offered_again(arrive: Arrive, amina: Staff, sam: Staff) -> None:
    there(amina, sam)
    arrive()
    rounds.offers_round()
    rounds.offers_round()
    assert Offer.objects.count() == 1


def test_the_thread_tells_why_this_person(arrive: Arrive, amina: Staff) -> None:
    there(amina)
    conversation = arrive()
    rounds.offers_round()
    event = Message.objects.get(conversation=conversation, event="offered")
    assert event.detail["to"] == "Amina Sarr"
    assert "only_one" in event.detail["reasons"]


def test_agents_see_their_queues_and_supervisors_all(amina: Staff, sam: Staff, queue: Queue) -> None:
    other = Queue.objects.create(name="Billing")
    assert list(visible_queues(amina)) == [queue]
    assert set(visible_queues(sam)) == {queue, other}


def test_a_supervisor_of_one_site_does_not_see_another_sites_queue(sam: Staff, queue: Queue) -> None:
    from barrymore.organisation.models import Site

    harbour = Site.objects.create(name="Harbour")
    sam.sites.add(Site.objects.get(name="Old Mill"))
    hidden = Queue.objects.create(name="Harbour guests", site=harbour)
    assert hidden not in visible_queues(sam)


def test_what_one_owns_is_visible_in_any_queue(arrive: Arrive, amina: Staff) -> None:
    other = Queue.objects.create(name="Billing")
    conversation = arrive(queue_ref=other.pk)
    assert visible_placement(amina, conversation.pk) is None
    routing.assign(conversation, amina, None)
    assert visible_placement(amina, conversation.pk) is not None


def test_counts_tell_late_and_soon_in_one_statement(
    arrive: Arrive, amina: Staff, promise: object, django_assert_num_queries: Callable[..., object]
) -> None:
    for minutes in (40, 20, 1):
        with at_moment(now() - timedelta(minutes=minutes)):
            arrive()
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        (count,) = queue_counts(amina)
    assert (count.open, count.late, count.soon) == (3, 1, 2)


def test_pages_of_the_list_meet_without_gap_or_repeat(arrive: Arrive, promise: object) -> None:
    ids = {arrive().pk for _ in range(7)}
    Placement.objects.filter(conversation_id=max(ids)).update(is_paused=True)
    seen: list[int] = []
    after = None
    while page := list_page(None, after=after, limit=3):
        seen += [row.conversation_id for row in page]
        after = (page[-1].is_paused, page[-1].due_at, page[-1].pk)
    assert sorted(seen) == sorted(ids)
    assert seen[-1] == max(ids)


def test_a_page_costs_one_query_whatever_its_length(
    arrive: Arrive, django_assert_num_queries: Callable[..., object]
) -> None:
    for _ in range(12):
        arrive()
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        rows = list_page(None)
        assert len([(row.conversation.subject, str(row.conversation.customer)) for row in rows]) == 12
