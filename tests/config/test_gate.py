"""The write gate is fair, re-entrant, and free again after every end."""

import threading
import time

import pytest
from django.db import connection, transaction

from barrymore.config.sqlite.gate import WriteGate, gate
from barrymore.journal.models import Fact
from barrymore.journal.services import record


def test_threads_enter_in_the_order_in_which_they_came() -> None:
    own = WriteGate()
    own.enter()
    order: list[int] = []

    def wait(number: int) -> None:
        own.enter()
        order.append(number)
        own.leave()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(own._waiting) <= number:
            time.sleep(0.001)
    own.leave()
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_the_holder_may_enter_again_and_a_stranger_cannot_leave() -> None:
    own = WriteGate()
    assert own.enter() is True
    assert own.enter() is False
    threading.Thread(target=own.leave).start()
    time.sleep(0.02)
    assert own.enter() is False
    own.leave()
    assert own.enter() is True
    own.leave()


@pytest.mark.django_db(transaction=True)
def test_no_thread_starves_while_four_write() -> None:
    done = [0, 0, 0, 0]
    ends = time.monotonic() + 1.0

    def write(number: int) -> None:
        while time.monotonic() < ends:
            with transaction.atomic():
                record("load", f"load:{number}:{done[number]}")
            done[number] += 1
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Fact.objects.count() == sum(done)
    assert min(done) >= max(done) * 0.5


@pytest.mark.django_db(transaction=True)
def test_the_gate_is_free_after_a_rollback() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record("load", "load:1")
        raise RuntimeError
    assert gate._owner is None
    assert not Fact.objects.exists()
