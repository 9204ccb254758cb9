"""Every further question has its own promise, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff
from barrymore.sla.explaining import title_of
from barrymore.sla.models import Clock, Policy
from tests.conftest import letter, load

pytestmark = pytest.mark.django_db
Kind, State = Clock.Kind, Clock.State


@pytest.fixture
def asked_again(promise: Policy, arrive: Callable[..., Conversation], amina: Staff) -> Conversation:
    """Answered once, and the customer has written again, ten minutes ago."""
    promise.next_response_minutes = 60
    promise.save()
    found = arrive()
    handling.answer(found, amina, Said("We are looking into it."))
    with at_moment(now() + timedelta(minutes=10)):
        write(found)
    return load(found.pk)


def write(conversation: Conversation) -> None:
    """The customer writes into the thread."""
    handling.receive(letter(conversation_ref=conversation.pk, text="And now?"))


def clock_of(conversation: Conversation) -> Clock:
    """The clock of the next answer."""
    return Clock.objects.get(conversation=conversation, kind=Kind.NEXT_RESPONSE)


def test_a_further_question_starts_the_clock_and_leads_the_list(asked_again: Conversation) -> None:
    clock = clock_of(asked_again)
    assert (clock.state, clock.target_minutes) == (State.RUNNING, 60)
    assert asked_again.placement.due_at == clock.due_at
    assert title_of(clock) == "We promised the next answer"


def test_asking_twice_gives_no_new_time(asked_again: Conversation) -> None:
    before = clock_of(asked_again).due_at
    with at_moment(now() + timedelta(minutes=40)):
        write(asked_again)
    assert clock_of(asked_again).due_at == before
    assert load(asked_again.pk).placement.due_at == before


def test_the_answer_keeps_the_promise(asked_again: Conversation, amina: Staff) -> None:
    with at_moment(now() + timedelta(minutes=30)):
        handling.answer(asked_again, amina, Said("The boiler is new."))
    assert clock_of(asked_again).state == State.MET
    kept = Fact.objects.filter(kind="clock.stopped", values__promise="next_response").get()
    assert kept.values["kept"] is True


def test_the_first_answer_is_no_next_one(promise: Policy, arrive: Callable[..., Conversation]) -> None:
    promise.next_response_minutes = 60
    promise.save()
    found = arrive()
    write(found)
    assert not Clock.objects.filter(kind=Kind.NEXT_RESPONSE).exists()
