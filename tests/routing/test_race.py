"""Many agents reach for the same conversations: one gets each, the others are told at once (D-12)."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from barrymore.conversations.models import Conversation
from barrymore.journal.models import Fact
from barrymore.organisation.models import Role, Staff
from barrymore.routing.models import Placement, Queue
from barrymore.routing.services import AlreadyTaken, take
from tests.conftest import hire

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def race(
    arrive: Callable[..., Conversation], queue: Queue, agents: int, contacts: int, tries: int
) -> Counter[int]:
    """Let everybody reach for conversations in their own order; returns how many each person won."""
    people = [
        hire(f"a{number}@mill.example", f"Agent {number}", Role.AGENT, queue) for number in range(agents)
    ]
    refs = [arrive(address=f"g{number}@guests.example").pk for number in range(contacts)]
    start = threading.Barrier(THREADS)
    won: Counter[int] = Counter()
    told: list[str] = []
    lock = threading.Lock()

    def reach(share: list[Staff]) -> None:
        seed = random.Random(share[0].pk)
        start.wait()
        for person in share:
            for ref in seed.sample(refs, min(tries, contacts)):
                try:
                    take(Conversation.objects.get(pk=ref), person)
                except AlreadyTaken as taken:
                    with lock:
                        told.append(taken.owner)
                else:
                    with lock:
                        won[ref] += 1
        connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(reach, [people[number::THREADS] for number in range(THREADS)]))
    assert len(told) + sum(won.values()) == agents * min(tries, contacts)
    return won


def check(won: Counter[int]) -> None:
    """Each conversation has one winner, one owner, one line in the journal."""
    assert set(won.values()) == {1}
    owned = Conversation.objects.filter(owner__isnull=False)
    assert {one.pk for one in owned} == set(won)
    assert Fact.objects.filter(kind="conversation.owned").count() == len(won)
    assert Placement.objects.filter(has_owner=True).count() == len(won)


def test_one_of_many_wins_each_conversation(arrive: Callable[..., Conversation], queue: Queue) -> None:
    won = race(arrive, queue, agents=16, contacts=20, tries=20)
    assert len(won) == 20
    check(won)


@pytest.mark.long
def test_a_hundred_agents_and_a_thousand_contacts(arrive: Callable[..., Conversation], queue: Queue) -> None:
    won = race(arrive, queue, agents=100, contacts=1000, tries=200)
    assert len(won) > 990
    check(won)
