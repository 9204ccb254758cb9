"""The place and the expected wait: told to who waits, never without their honesty."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.telephony import calls
from barrymore.telephony.hearing import Caller
from barrymore.telephony.menus import sounds, telling
from barrymore.telephony.models import Call, Extension, Node, Number, Registration
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.keys import press
from tests.telephony.sip import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def tells(number: Number) -> Number:
    Number.objects.update(tells_place=True)
    return number


def come(node: Node, number: Number, unique_id: str) -> Call:
    call = calls.arrive(node, Caller(unique_id, f"PJSIP/x-{unique_id}", number.pk, "+37061234567"))
    assert call
    return call


def talked(node: Node, queue: Queue, number: Number, seconds: float, count: int) -> None:
    for n in range(count):
        call = come(node, number, f"9.{n}")
        Call.objects.filter(pk=call.pk).update(
            state="ended", outcome="answered", answered_at=now() - timedelta(seconds=seconds), ended_at=now()
        )


def test_places_are_told_in_order_and_waits_only_where_they_are_known(
    node: Node, tells: Number, queue: Queue
) -> None:
    for n in range(3):
        come(node, tells, f"1.{n}")
    assert [(one.channel, one.place, one.wait) for one in telling.waiting_told(node)] == [
        ("PJSIP/x-1.0", "1", ""),
        ("PJSIP/x-1.1", "2", ""),
        ("PJSIP/x-1.2", "3", ""),
    ]


def test_the_wait_is_an_interval_from_those_who_serve(
    node: Node, tells: Number, queue: Queue, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    Registration.objects.create(node=node, extension=phone_of(amina), since=now())
    arrive_at_work(amina)
    talked(node, queue, tells, 120.0, 30)
    assert telling.serving(queue.pk) == 1
    mean, count = telling.talks(queue.pk)
    assert count == 30 and mean == pytest.approx(120, abs=2)
    for n in range(8):
        come(node, tells, f"1.{n}")
    waits = [one.wait for one in telling.waiting_told(node)]
    # The first: 80 % of the waits lie between 13 s and 5 min; the eighth: between 9 and 25.
    assert (waits[0], waits[-1]) == ("0-5", "8-30")
    assert set(waits) <= {"", *(f"{low}-{high}" for low, high in telling.WAITS)}
    assert any(waits)


def test_who_dialled_a_number_that_tells_nothing_is_told_nothing(node: Node, number: Number) -> None:
    come(node, number, "1.1")
    assert list(telling.waiting_told(node)) == []


def test_the_far_end_of_a_long_queue_hears_no_number(
    node: Node, tells: Number, django_assert_max_num_queries: Any
) -> None:
    for n in range(23):
        come(node, tells, f"1.{n}")
    with django_assert_max_num_queries(4):
        told = list(telling.waiting_told(node))
    assert [one.place for one in told][19:] == ["20", "", "", ""]


@pytest.mark.skipif(not sounds.can_speak(), reason="espeak-ng is not installed")
def test_asterisk_is_told_and_says_it(
    transactional_db: None, house: Callable[[], House], tells: Number
) -> None:
    whole = house()
    press(whole.sip, NUMBER, stays=12)
    press(whole.sip, NUMBER, stays=12, from_header="<sip:+37061234568@[local_ip]>")
    eventually(lambda: Call.objects.filter(state="queued").count() == 2)
    second = Call.objects.filter(state="queued").order_by("pk")[1]
    eventually(lambda: "BM_SAYPLACE=2" in whole.asterisk.ask(f"core show channel {second.channel}"))
    eventually(lambda: "place-2-en" in whole.asterisk.ask("core show channels concise"))
    assert "does not exist" not in whole.asterisk.log
