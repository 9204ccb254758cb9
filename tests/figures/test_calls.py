"""Calls in time: the variant is named, who left is counted, and a later promise changes no older figure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from barrymore.figures import told, wording
from barrymore.figures.calls import NAME
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure, figures_by
from barrymore.journal.moment import at_moment
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
DAY = Period(date(2026, 11, 10), date(2026, 11, 10))


def tell(kind: str, number: int, after: float = 0, **values: Any) -> None:
    at = NOON + timedelta(seconds=after)
    refs: Any = {"conversation_ref": 1000 + number, "queue": 1 + number % 2}
    record(kind, f"call:{number}:{kind.partition('.')[2]}", at=at, values=values, **refs)


def call(number: int, *, answered: float | None = None, left: float | None = None,
         lost: float | None = None, target: float | None = None) -> None:  # fmt: skip
    """A call that entered the queue at noon, and its end after so many seconds."""
    tell("call.queued", number, **({"target_seconds": target} if target else {}))
    if answered is not None:
        tell("call.answered", number, answered, wait_seconds=answered)
        tell("call.ended", number, answered + 60, talk_seconds=60)
    if left is not None:
        tell("call.abandoned", number, left, wait_seconds=left, short=left < 5)
    if lost is not None:
        tell("call.lost", number, lost, wait_seconds=lost)


def found(after: float = 3600, scope: Scope = Scope()) -> Figure:
    with at_moment(NOON + timedelta(seconds=after)):
        return figure(NAME, scope, DAY)


def test_short_calls_are_apart_and_lost_ones_count_against_us() -> None:
    for number in range(80):
        call(number, answered=10)
    for number in range(80, 90):
        call(number, answered=40)
    for number in range(90, 96):
        call(number, left=30)
    for number in range(96, 98):
        call(number, left=3)
    for number in range(98, 100):
        call(number, lost=2)
    day = found()
    # Of 100 calls two left at once; of the 98 others 80 were answered within 20 seconds.
    assert (day.served, day.values["in_time"], day.estimate) == (98, 80, pytest.approx(80 / 98))
    assert {name: day.values[name] for name in ("answered", "abandoned", "short", "lost")} == {
        "answered": 90, "abandoned": 6, "short": 2, "lost": 2,
    }  # fmt: skip
    assert day.values["variants"]["answered_or_left_in_target"] == pytest.approx(84 / 100)
    assert day.values["variants"]["strict"] == pytest.approx(0.8)
    assert day.values["abandon_rate"] == pytest.approx(0.1)
    assert day.values["abandon_rate_without_short"] == pytest.approx(8 / 98)
    assert day.values["mean_wait"] == pytest.approx((80 * 10 + 10 * 40) / 90)


def test_words_name_every_count() -> None:
    for number in range(40):
        call(number, answered=10)
    call(40, left=30)
    call(41, left=2)
    call(42, lost=9)
    tell("call.queued", 43, 3590)
    day = found()
    assert wording.sentence(day) == (
        "Of 42 calls, 40 were answered within 20 s, 0 later; 1 caller hung up, 1 call was lost by our fault."
    )
    assert "1 waits now." in wording.verdict(day)
    said = " ".join(told.explained(day) or [])
    assert "hung up within five seconds" in said and "without those" in said
    assert ("lost by our fault", 1) in (told.counted(day) or [])


def test_few_calls_have_counts_and_no_share() -> None:
    call(1, answered=10)
    day = found()
    assert (day.estimate, day.interval, day.reasons) == (None, None, ["FEW_CALLS"])
    assert wording.sentence(found(scope=Scope(queue=9))) == "No call has ended in this period."


def test_each_call_is_held_against_the_target_of_its_time() -> None:
    for number in range(15):
        call(number, answered=25, target=20)
    for number in range(15, 30):
        call(number, answered=25, target=30)
    day = found()
    assert (day.values["in_time"], day.values["target_seconds"]) == (15, [20.0, 30.0])
    assert "within their targets" in wording.sentence(day)


def test_who_still_waits_is_in_no_share_and_in_the_survival_median() -> None:
    for number in range(30):
        call(number, answered=10)
    for number in range(30, 100):
        tell("call.queued", number)
    early = found(after=60)
    assert (early.pending, early.served, early.estimate) == (70, 30, 1.0)
    assert early.values["kaplan_meier_median"] is None
    assert early.values["longest_wait"] == 60.0


def test_a_call_found_again_is_answered_and_not_lost() -> None:
    call(1, lost=5)
    tell("call.answered", 1, 20, wait_seconds=20)
    day = found()
    assert (day.values["answered"], day.values["lost"], day.values["in_time"]) == (1, 0, 1)


def test_by_queue_and_the_same_inputs_give_the_same_hash() -> None:
    for number in range(60):
        call(number, answered=10 if number % 2 else 50)
    parts = figures_by(NAME, Scope(), DAY, "queue")
    assert {queue: part.values["in_time"] for queue, part in parts.items()} == {1: 0, 2: 30}
    assert found().inputs_hash == found(after=9000).inputs_hash


def test_an_end_after_midnight_belongs_to_the_arrival() -> None:
    tell("call.queued", 1)
    tell("call.answered", 1, 86_400, wait_seconds=86_400)
    day = found(after=90_000)
    assert (day.values["calls"], day.values["answered"], day.values["in_time"]) == (1, 1, 0)


def test_who_asked_to_be_called_back_is_apart_and_waits_no_longer() -> None:
    for number in range(40):
        call(number, answered=10)
    tell("call.queued", 40)
    tell("call.callback", 40, 90, wait_seconds=90.0)
    day = found()
    assert (day.served, day.pending, day.values["abandoned"], day.values["callbacks"]) == (40, 0, 0, 1)
    assert (day.excluded, day.estimate) == ({"CALLBACK": 1}, 1.0)
    assert day.values["longest_wait"] == 90
