"""Clocks pause only while we wait for the customer, fire once, and say why they are due then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment
from barrymore.organisation.models import Company, Staff
from barrymore.routing.models import Placement, Queue
from barrymore.sla.calendars import BadHours, check_hours, set_hours
from barrymore.sla.models import Calendar, Clock, Policy
from barrymore.sla.selectors import live_clocks, nearest_due, policy_for, shown_clock
from barrymore.sla.services import fire_breach, fire_warning

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday


def clock(kind: str = "first_response") -> Clock:
    return Clock.objects.get(kind=kind)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def test_a_contact_starts_both_clocks(arrive: Arrive, promise: Policy) -> None:
    with at_moment(NINE):
        conversation = arrive()
    assert clock().due_at == NINE + minutes(30)
    assert clock("resolution").due_at == NINE + minutes(480)
    assert nearest_due(conversation) == NINE + minutes(30)
    assert Placement.objects.get().due_at == NINE + minutes(30)


def test_an_answer_in_time_keeps_the_promise(arrive: Arrive, promise: Policy, amina: Staff) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE + minutes(12)):
        handling.answer(conversation, amina, Said(text="On our way."))
    assert (clock().state, clock().spent_seconds) == ("met", 720)
    assert Fact.objects.get(kind="clock.stopped").values["kept"] is True


def test_an_answer_too_late_has_missed_it(arrive: Arrive, promise: Policy, amina: Staff) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE + minutes(31)):
        handling.answer(conversation, amina, Said(text="Sorry."))
    assert clock().state == "missed"


def test_waiting_for_the_customer_stops_the_time(arrive: Arrive, promise: Policy, amina: Staff) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE + minutes(10)):
        handling.answer(conversation, amina, Said(text="Which room?"))
    assert (clock("resolution").state, clock("resolution").due_at) == ("paused", None)
    with at_moment(NINE + minutes(100)):
        arrive(conversation_ref=conversation.pk)
    assert clock("resolution").due_at == NINE + minutes(100 + 470)


def test_pausing_twice_and_resuming_twice_changes_nothing(
    arrive: Arrive, promise: Policy, amina: Staff
) -> None:
    with at_moment(NINE):
        conversation = arrive()
    for after in (10, 20):
        with at_moment(NINE + minutes(after)):
            handling.answer(conversation, amina, Said(text="Which room?"))
    for after in (60, 70):
        with at_moment(NINE + minutes(after)):
            arrive(conversation_ref=conversation.pk)
    assert clock("resolution").due_at == NINE + minutes(60 + 470)
    assert [event.what for event in clock("resolution").events.all()] == ["started", "paused", "resumed"]


def test_a_reopened_conversation_goes_on_from_what_was_used(
    arrive: Arrive, promise: Policy, amina: Staff
) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE + minutes(20)):
        handling.answer(conversation, amina, Said(text="Done."), expects_reply=False)
        handling.close(conversation, amina)
    assert clock("resolution").state == "met"
    with at_moment(NINE + minutes(200)):
        arrive(conversation_ref=conversation.pk)
    again = clock("resolution")
    assert (again.state, again.due_at) == ("running", NINE + minutes(200 + 460))
    assert Fact.objects.filter(kind="clock.stopped").count() == 2


def test_a_clock_fires_each_notice_once(arrive: Arrive, promise: Policy) -> None:
    with at_moment(NINE):
        arrive()
    first = clock()
    with at_moment(NINE + minutes(14)):
        assert fire_warning(first.pk) is None
    with at_moment(NINE + minutes(16)):
        assert fire_warning(first.pk) is not None
        assert fire_warning(first.pk) is None
        assert fire_breach(first.pk) is None
    with at_moment(NINE + minutes(31)):
        assert fire_breach(first.pk) is not None
        assert fire_breach(first.pk) is None
    assert Fact.objects.filter(kind="clock.breached").count() == 1


def test_a_paused_clock_never_fires(arrive: Arrive, promise: Policy, amina: Staff) -> None:
    with at_moment(NINE):
        conversation = arrive()
        handling.answer(conversation, amina, Said(text="Which room?"))
    with at_moment(NINE + timedelta(days=9)):
        assert fire_breach(clock("resolution").pk) is None


def test_the_time_counts_only_within_the_blocks_of_a_day(queue: Queue, arrive: Arrive) -> None:
    office = Calendar.objects.create(name="Office", timezone="Europe/Vilnius")
    set_hours(None, office, [(4, 9 * 60, 12 * 60), (4, 13 * 60, 17 * 60), (0, 9 * 60, 17 * 60)], [])
    Policy.objects.create(name="Office", calendar=office, first_response_minutes=240)
    with at_moment(datetime(2026, 11, 20, 9, tzinfo=UTC)):  # 11:00 in Vilnius
        arrive()
    assert clock().due_at == datetime(2026, 11, 20, 14, tzinfo=UTC)  # 16:00, the noon hour left out


def test_a_holiday_moves_the_deadline_and_only_of_clocks_that_run(
    arrive: Arrive, promise: Policy, amina: Staff
) -> None:
    calendar = promise.calendar
    with at_moment(NINE):
        answered = arrive()
        handling.answer(answered, amina, Said(text="Done."))
        arrive()
    kept = Clock.objects.get(conversation=answered, kind="first_response")
    open_clock = Clock.objects.exclude(conversation=answered).get(kind="first_response")
    with at_moment(NINE + minutes(5)):
        whole = [(day, 0, 1440) for day in range(7)]
        set_hours(amina, calendar, whole, [(NINE.date(), "Closed", None, None)])
    kept.refresh_from_db()
    open_clock.refresh_from_db()
    assert (kept.state, kept.calendar_version) == ("met", 2)
    assert open_clock.due_at == datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert open_clock.calendar_version == 3
    assert open_clock.events.last().what == "recomputed"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "hours", [[], [(0, 600, 600)], [(7, 0, 60)], [(0, 600, 700), (0, 650, 800)], [(0, 0, 1441)]]
)
def test_impossible_hours_are_refused(hours: list[tuple[int, int, int]]) -> None:
    with pytest.raises(BadHours):
        check_hours(hours)


def test_the_narrowest_policy_wins(promise: Policy, queue: Queue) -> None:
    urgent = Policy.objects.create(
        name="Urgent", calendar=promise.calendar, priority=3, first_response_minutes=5
    )
    own = Policy.objects.create(
        name="Own", calendar=promise.calendar, queue_ref=queue.pk, first_response_minutes=10
    )
    assert policy_for(queue.pk, 3) == own
    assert policy_for(queue.pk + 1, 3) == urgent
    assert policy_for(queue.pk + 1, 2) == promise


def test_nothing_is_promised_without_a_policy_or_with_the_module_off(arrive: Arrive, promise: Policy) -> None:
    Company.objects.filter(pk=1).update(modules={"promises": False})
    conversation = arrive()
    assert live_clocks(conversation) == []
    assert shown_clock(conversation) is None


def test_spam_is_promised_nothing(arrive: Arrive, promise: Policy) -> None:
    arrive(is_spam=True)
    assert not Clock.objects.exists()
