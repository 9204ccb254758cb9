"""Each broken promise has exactly one cause, by the order in which they are asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from barrymore.formulas.causes import CAUSES, Story, cause_of

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def story(**changes: object) -> Story:
    """Arrived at noon, due at 13:00 and broken then."""
    fields = {"began_at": NOON, "broken_at": after(60), "queued": [NOON], "owner_away": False}
    return Story(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, "nobody"),
        ({"owned": [(after(61), 7)]}, "nobody"),
        ({"owned": [(after(10), 7), (after(20), None)]}, "nobody"),
        ({"queued": [NOON, after(30)]}, "moved"),
        ({"owned": [(after(10), 7), (after(30), None)], "queued": [NOON, after(30)]}, "moved"),
        ({"queued": [NOON, after(90)]}, "nobody"),
        ({"owned": [(after(10), 7)], "owner_away": True}, "owner_away"),
        ({"owned": [(after(50), 7)], "owner_away": True}, "owner_away"),
        ({"owned": [(after(50), 7)]}, "taken_late"),
        ({"owned": [(after(45), 7)]}, "other"),
        ({"owned": [(after(46), 7)]}, "taken_late"),
        ({"owned": [(after(10), 7)], "queued": [NOON, after(5)]}, "other"),
        ({"owned": [(after(10), 7)], "owner_away": None}, "unknown"),
        ({"owned": [(after(50), 7)], "owner_away": None}, "taken_late"),
        ({"owned": [(after(50), 7)], "began_at": None}, "other"),
        ({"broken_at": None}, "unknown"),
        ({"queued": []}, "unknown"),
    ],
)
def test_the_first_cause_that_holds(changes: dict[str, object], cause: str) -> None:
    assert cause_of(story(**changes)) == cause


def test_the_order_is_the_documented_one() -> None:
    assert CAUSES == ("moved", "nobody", "owner_away", "taken_late", "other", "unknown")


def test_the_last_owner_before_the_break_counts_in_any_order_of_the_lines() -> None:
    told = story(owned=[(after(40), 9), (after(10), 7), (after(70), 5)])
    assert told.owner == 9
