"""Promises kept: of those that ended; what still runs is apart; each broken one has one cause."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from barrymore.figures import told, wording
from barrymore.figures.broken import causes_of, counted
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import Reading, figure, figures_by
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
DAY = Period(date(2026, 11, 10), date(2026, 11, 10))
FIRST, SOLVED = "first_response", "resolution"


def told_of(kind: str, number: int, minutes: float, tag: str = "", **refs: Any) -> None:
    at = NOON + timedelta(minutes=minutes)
    key = f"{kind}:{number}:{minutes}:{tag}"
    record(kind, key, at=at, **{"conversation_ref": number, "channel": "mail", **refs})


def arrived(number: int, queue: int = 1) -> None:
    told_of("conversation.queued", number, 0, queue=queue)
    told_of("conversation.opened", number, 0, queue=queue)


def ended(number: int, minutes: float, kept: bool, promise: str = FIRST, spent: int = 60) -> None:
    values = {"promise": promise, "kept": kept, "target_minutes": 30, "spent_seconds": spent}
    told_of("clock.stopped", number, minutes, promise, values=values)


def broke(number: int, minutes: float, promise: str = FIRST) -> None:
    told_of("clock.breached", number, minutes, promise, values={"promise": promise, "target_minutes": 30})


def found(scope: Scope = Scope()) -> Figure:
    return figure("promises_kept", scope, DAY)


def test_forty_kept_and_ten_broken_are_four_of_five_by_wilson() -> None:
    for number in range(50):
        arrived(number)
        if number < 10:
            broke(number, 30)
        ended(number, 20 if number >= 10 else 40, kept=number >= 10)
    day = found()
    assert (day.served, day.values["kept"], day.values["broken"], day.grade) == (50, 40, 10, "B")
    # Wilson for 40 of 50 at 95 per cent: 0.6696 to 0.8876.
    assert day.estimate == 0.8
    assert day.interval == (pytest.approx(0.6696, abs=1e-4), pytest.approx(0.8876, abs=1e-4))
    assert wording.sentence(day) == "Of 50 promises that ended, 40 were kept and 10 broken."
    assert "80" in (told.explained(day) or [""])[0]


def test_under_thirty_there_are_counts_and_no_share() -> None:
    for number in range(29):
        arrived(number)
        ended(number, 20, kept=True)
    day = found()
    assert (day.estimate, day.interval, day.grade, day.reasons) == (None, None, "C", ["FEW_PROMISES"])
    assert wording.verdict(day) == "Too few for a share."


def test_what_still_runs_is_neither_kept_nor_broken() -> None:
    arrived(1)
    arrived(2)
    broke(2, 30)
    day = found()
    assert (day.served, day.pending, day.values["unended"]) == (0, 1, 1)
    ended(2, 50, kept=False)
    day = found()
    assert (day.served, day.pending, day.values["broken"]) == (1, 0, 1)


def test_a_promise_belongs_to_the_day_of_its_end() -> None:
    arrived(1)
    broke(1, 30)
    ended(1, 24 * 60, kept=False)
    assert (found().served, found().pending) == (0, 0)
    assert figure("promises_kept", Scope(), Period(date(2026, 11, 11), date(2026, 11, 11))).served == 1


def test_a_solution_opened_again_counts_once_with_its_last_end() -> None:
    arrived(1)
    ended(1, 20, kept=True, promise=SOLVED)
    broke(1, 60, SOLVED)
    ended(1, 90, kept=False, promise=SOLVED)
    assert (found().served, found().values["broken"], found().pending) == (1, 1, 0)


def test_each_answer_owed_is_a_promise_of_its_own() -> None:
    arrived(1)
    ended(1, 10, kept=True, promise="next_response")
    broke(1, 40, "next_response")
    ended(1, 50, kept=False, promise="next_response")
    ended(1, 70, kept=True, promise="next_response")
    assert (found().values["kept"], found().values["broken"]) == (2, 1)


def test_the_journal_tells_the_queue_and_the_kind() -> None:
    arrived(1, queue=1)
    told_of("conversation.queued", 1, 5, queue=2)
    ended(1, 20, kept=True)
    arrived(2, queue=1)
    ended(2, 20, kept=True, promise=SOLVED)
    assert {
        queue: one.served for queue, one in figures_by("promises_kept", Scope(), DAY, "queue").items()
    } == {
        1: 1,
        2: 1,
    }
    assert found(Scope(promise=FIRST)).served == 1
    assert found(Scope(queues=(1,))).served == 1
    assert found(Scope(queues=(3,))).served == 0


def presence(staff: int, minutes: float, state: str) -> None:
    told_of(
        "presence.changed", 0, minutes, state, conversation_ref=None, staff_ref=staff, dims={"state": state}
    )


def test_why_broken_has_one_cause_each() -> None:
    for number in range(1, 7):
        arrived(number)
    told_of("conversation.queued", 1, 10, queue=2)
    presence(7, -60, "away")
    presence(8, -60, "available")
    presence(7, 50, "available")
    told_of("conversation.owned", 3, 5, staff_ref=7)
    told_of("conversation.owned", 4, 25, staff_ref=8)
    told_of("conversation.owned", 5, 5, staff_ref=8)
    told_of("conversation.owned", 6, 5, staff_ref=9)
    for number in range(1, 7):
        broke(number, 30)
        ended(number, 60, kept=False)
    items = Reading("promises_kept", Scope(), DAY).within(DAY)
    assert counted(causes_of(items, DAY)) == dict.fromkeys(
        ["moved", "nobody", "owner_away", "taken_late", "other", "unknown"], 1
    )


def test_a_break_that_nobody_noted_is_as_long_before_the_end_as_it_took_too_long() -> None:
    arrived(1)
    told_of("conversation.owned", 1, 58, staff_ref=8)
    ended(1, 60, kept=False, spent=60 * 60)
    items = Reading("promises_kept", Scope(), DAY).within(DAY)
    assert [one.cause for one in causes_of(items, DAY)] == ["nobody"]


def test_the_next_answer_began_with_the_word_after_our_last_one() -> None:
    arrived(1)
    presence(8, -60, "available")
    told_of("message.sent", 1, 5)
    told_of("contact.received", 1, 100)
    told_of("conversation.owned", 1, 125, staff_ref=8)
    broke(1, 130, "next_response")
    ended(1, 140, kept=False, promise="next_response")
    items = Reading("promises_kept", Scope(), DAY).within(DAY)
    # Taken 25 of its 30 minutes after the customer's word, though two hours after the opening.
    assert [one.cause for one in causes_of(items, DAY)] == ["taken_late"]


def test_statements_do_not_grow_with_promises(django_assert_num_queries: Any) -> None:
    for number in range(20):
        arrived(number)
        broke(number, 30)
        ended(number, 60, kept=False)
    with django_assert_num_queries(3):
        items = Reading("promises_kept", Scope(), DAY).within(DAY)
        assert len(causes_of(items, DAY)) == 20
