"""Nights on which clocks change, and a system clock set back: no minute is lost or counted twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.formulas.working_time import WorkingWeek, add_working_time, working_time_between
from barrymore.handling import services as handling
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Clock, Policy
from barrymore.sla.services import fire_breach, fire_warning

Arrive = Callable[..., Conversation]
VILNIUS, SYDNEY = "Europe/Vilnius", "Australia/Sydney"
# The moments at which clocks change in 2026: zone, moment, hours on the clock's face before and after.
CHANGES = [
    (VILNIUS, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (VILNIUS, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (SYDNEY, datetime(2026, 4, 4, 16, tzinfo=UTC)),
    (SYDNEY, datetime(2026, 10, 3, 16, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # by half an hour
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # at midnight
]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def cheap_passwords(request: pytest.FixtureRequest) -> None:
    """Nobody signs in here by a password, and a slow one would cost most of the time."""
    request.getfixturevalue("settings").PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def clock(kind: str = "first_response") -> Clock:
    return Clock.objects.get(kind=kind)


def moments(zone: str, around: datetime) -> list[tuple[datetime, datetime]]:
    """Each minute of five days with what a clock on the wall shows."""
    first = around - timedelta(hours=60)
    every = [first + minutes(n) for n in range(5 * 24 * 60)]
    return [(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for at in every]


def open_minutes(zone: str, around: datetime, blocks: list[tuple[int, int]]) -> set[datetime]:
    """Counted: a block lasts from when the wall first shows its beginning until it first shows its end."""
    walls, found = moments(zone, around), set()
    for day in sorted({wall.date() for _, wall in walls})[1:-1]:
        midnight = datetime.combine(day, datetime.min.time())
        for start, end in blocks:
            opens = next(at for at, wall in walls if wall >= midnight + minutes(start))
            closes = next((at for at, wall in walls if wall >= midnight + minutes(end)), walls[-1][0])
            found |= {at for at, _ in walls if opens <= at < closes}
    return found


blocks_of_a_night = st.lists(
    st.integers(0, 24).map(lambda n: n * 15), min_size=2, max_size=4, unique=True
).map(lambda cuts: list(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(CHANGES), blocks_of_a_night, st.integers(-600, 300), st.integers(1, 900))
def test_every_open_minute_counts_once(
    change: tuple[str, datetime], blocks: list[tuple[int, int]], before: int, length: int
) -> None:
    zone, around = change
    hours = [(f"{a // 60:02d}:{a % 60:02d}", f"{b // 60:02d}:{b % 60:02d}") for a, b in blocks]
    week = WorkingWeek(zone, dict.fromkeys(range(7), hours))
    counted = open_minutes(zone, around, blocks)
    start = around + minutes(before)
    end = start + minutes(length)
    open_between = sorted(at for at in counted if start <= at < end)
    assert working_time_between(start, end, week) == minutes(len(open_between))
    if open_between:
        assert add_working_time(start, minutes(len(open_between)), week) == open_between[-1] + MINUTE


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("earlier", [0, 1, 15, 29, 30, 90])
def test_a_clock_round_the_clock_runs_true_minutes(
    arrive: Arrive, promise: Policy, amina: Staff, zone: str, change: datetime, earlier: int
) -> None:
    Calendar.objects.update(timezone=zone)
    start = change - minutes(earlier)
    with at_moment(start):
        conversation = arrive()
    assert clock().due_at == start + minutes(30)
    assert clock("resolution").due_at == start + minutes(480)
    with at_moment(start + minutes(20)):
        handling.answer(conversation, amina, Said(text="Which room?"))
    assert (clock().state, clock().spent_seconds) == ("met", 1200)
    with at_moment(start + minutes(200)):
        arrive(conversation_ref=conversation.pk)
    assert clock("resolution").due_at == start + minutes(200 + 460)


def night_desk(queue: Queue, zone: str, minutes_promised: int, first: int, last: int) -> None:
    """Open on Sundays from `first` to `last`, in minutes after midnight."""
    calendar = Calendar.objects.create(name="Night", timezone=zone)
    set_hours(None, calendar, [(6, first, last)], [])
    Policy.objects.create(name="Night", calendar=calendar, first_response_minutes=minutes_promised)


@pytest.mark.parametrize(
    ("zone", "written", "hours", "promised", "due"),
    [
        # 03:00 to 04:00 does not exist in Vilnius on 29 March: the next Sunday counts.
        (VILNIUS, (3, 28, 12), (180, 240), 30, (4, 5, 0, 30)),
        (VILNIUS, (3, 28, 12), (150, 270), 45, (3, 29, 1, 15)),
        # It is there twice on 25 October: two hours are open.
        (VILNIUS, (10, 24, 12), (180, 240), 30, (10, 25, 0, 30)),
        (VILNIUS, (10, 24, 12), (180, 240), 90, (10, 25, 1, 30)),
        (VILNIUS, (10, 24, 12), (180, 240), 121, (11, 1, 1, 1)),
        # 02:00 to 03:00 in Sydney: twice on 5 April, not at all on 4 October.
        (SYDNEY, (4, 4, 2), (120, 180), 90, (4, 4, 16, 30)),
        (SYDNEY, (10, 3, 2), (120, 180), 30, (10, 10, 15, 30)),
        (SYDNEY, (10, 3, 2), (60, 240), 90, (10, 3, 16, 30)),
    ],
)
def test_hours_that_are_not_there_or_twice(
    queue: Queue,
    arrive: Arrive,
    zone: str,
    written: tuple[int, int, int],
    hours: tuple[int, int],
    promised: int,
    due: tuple[int, int, int, int],
) -> None:
    night_desk(queue, zone, promised, *hours)
    with at_moment(datetime(2026, *written, tzinfo=UTC)):
        arrive()
    assert clock().due_at == datetime(2026, *due, tzinfo=UTC)


@pytest.mark.parametrize("change", [day for zone, day in CHANGES if zone == VILNIUS])
def test_a_calendar_changed_in_that_very_night_keeps_the_time_used(
    arrive: Arrive, promise: Policy, change: datetime
) -> None:
    with at_moment(change - minutes(20)):
        arrive()
    with at_moment(change + minutes(5)):
        set_hours(
            None,
            promise.calendar,
            [(day, 0, 1440) for day in range(7)],
            [(date(2026, 12, 25), "X", None, None)],
        )
    assert clock().due_at == change + minutes(10)
    with at_moment(change + minutes(10)):
        assert fire_breach(clock().pk) is not None


NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
SET_BACK = timedelta(hours=1)


def test_a_system_clock_set_back_fires_nothing_twice(arrive: Arrive, promise: Policy) -> None:
    with at_moment(NINE):
        arrive()
    one = clock().pk
    for _ in range(2):
        for minute in range(0, 60, 3):
            with at_moment(NINE + minutes(minute)):
                fire_warning(one)
                fire_breach(one)
    for what in ("warned", "breached"):
        assert Fact.objects.filter(kind=f"clock.{what}").count() == 1
        assert clock().events.filter(what=what).count() == 1


def test_a_clock_begun_before_the_system_clock_was_set_back_is_not_lost(
    arrive: Arrive, promise: Policy, amina: Staff
) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE - SET_BACK):
        assert fire_breach(clock().pk) is None
        arrive(conversation_ref=conversation.pk)
    assert clock().due_at == NINE + minutes(30)
    with at_moment(NINE + minutes(30)):
        assert fire_breach(clock().pk) is not None


def test_an_answer_after_the_system_clock_was_set_back_takes_no_time_and_gives_none(
    arrive: Arrive, promise: Policy, amina: Staff
) -> None:
    with at_moment(NINE):
        conversation = arrive()
    with at_moment(NINE - SET_BACK):
        handling.answer(conversation, amina, Said(text="Which room?"))
    assert (clock().state, clock().spent_seconds) == ("met", 0)
    assert (clock("resolution").state, clock("resolution").spent_seconds) == ("paused", 0)
    with at_moment(NINE + minutes(60)):
        arrive(conversation_ref=conversation.pk)
    assert clock("resolution").due_at == NINE + minutes(60 + 480)
    assert all(fact.values["spent_seconds"] >= 0 for fact in Fact.objects.filter(kind="clock.stopped"))
