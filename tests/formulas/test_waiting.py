"""Waits count those who left, and every variant keeps its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import service_level, waiting
from barrymore.formulas.clock import active_time
from barrymore.formulas.errors import FormulaError

# Freireich et al. 1963, 6-MP arm: the standard example of Kaplan-Meier, with published S(t).
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.mark.parametrize(
    ("weeks", "share"),
    [(5, 1.0), (6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)],
)
def test_kaplan_meier_matches_the_published_table(weeks: float, share: float) -> None:
    curve = waiting.wait_curve(REMISSION, CENSORED)
    assert curve.still_waiting(weeks) == pytest.approx(share, abs=5e-4)
    assert curve.median == 23


@given(st.lists(st.integers(0, 999), min_size=1))
def test_without_losses_the_curve_is_the_share_not_yet_answered(waits: list[int]) -> None:
    curve = waiting.wait_curve(waits)
    assert curve.still_waiting(300) == pytest.approx(sum(w > 300 for w in waits) / len(waits))
    assert curve.median == waiting.percentile(waits, 0.5)


def test_calls_never_answered_have_no_speed() -> None:
    speed = waiting.speed_of_answer([], [30, 40])
    assert speed == waiting.SpeedOfAnswer(None, None, None, None, 0, 2, None)
    assert waiting.wait_curve([], [30]).still_waiting(60) == 1.0
    assert waiting.wait_curve([]).still_waiting(1) is waiting.naive_median([]) is None


def test_speed_of_answer_carries_its_interval_and_counts() -> None:
    speed = waiting.speed_of_answer([10, 20, 30, 40], [35])
    assert (speed.mean, speed.median, speed.p90, speed.answered, speed.unanswered) == (25, 20, 40, 4, 1)
    assert speed.mean_interval == pytest.approx((4.4574, 45.5426), abs=1e-4)
    assert speed.kaplan_meier_median == 30


@pytest.mark.parametrize(("q", "value"), [(0, 1), (0.1, 1), (0.3, 3), (0.31, 4), (0.9, 9), (1, 10)])
def test_nearest_rank_is_a_value_that_occurred(q: float, value: int) -> None:
    assert waiting.percentile(list(range(10, 0, -1)), q) == value


def test_percentiles_of_nothing_and_beyond() -> None:
    assert waiting.percentile([], 0.5) is waiting.interpolated_percentile([], 0.5) is None
    assert waiting.interpolated_percentile([7], 1) == 7
    with pytest.raises(FormulaError, match="QUANTILE_OUT_OF_RANGE"):
        waiting.percentile([1], 1.5)
    with pytest.raises(FormulaError, match="NEGATIVE_WAIT"):
        waiting.wait_curve([-1])


def test_two_hang_ups_make_asterisk_perfect() -> None:
    levels = service_level.service_levels(service_level.count_calls([], [3, 3], 20))
    assert levels.answered_or_left_in_target == 1.0
    assert levels.strict == 0 and levels.answered_only is levels.without_short is None


def test_no_calls_have_no_service_level() -> None:
    counts = service_level.count_calls([], [], 20)
    assert service_level.service_levels(counts) == service_level.ServiceLevels(None, None, None, None, None)
    assert service_level.abandon_rates(counts) == (None, None)


def test_counts_that_disagree_are_refused() -> None:
    with pytest.raises(FormulaError, match="COUNTS_DISAGREE"):
        service_level.QueueCounts(5, 5, 6, 0, 0)
    with pytest.raises(FormulaError, match="NEGATIVE_COUNT"):
        service_level.QueueCounts(5, 5, 0, 0, -1)
    with pytest.raises(FormulaError, match="LENGTHS_DIFFER"):
        service_level.average_handling_time([1], [], [1])


@pytest.mark.parametrize(
    ("days", "until", "share", "judged", "pending"),
    [([0, 7], 30, 0.0, 1, 0), ([0, 8], 30, 1.0, 2, 0), ([0, 28], 30, 1.0, 1, 1), ([28, 29], 30, None, 0, 1),
     ([9, 3, 0], 30, 0.5, 2, 0), ([], 30, None, 0, 0)],
)  # fmt: skip
def test_first_contact_resolution(
    days: list[float], until: float, share: float | None, judged: int, pending: int
) -> None:
    found = service_level.first_contact_resolution([("a", day) for day in days], 7, until)
    assert (found.share, found.judged, found.pending) == (share, judged, pending)


@pytest.mark.parametrize(
    ("events", "active"),
    [("0 open 30 pause 90 resume 100 solve", 40),
     ("0 open 30 pause 40 pause 90 resume 95 resume 100 solve", 40),
     ("0 open 50 solve 80 reopen 100 solve", 70), ("0 open 30 pause", 30), ("10 resume 20 pause", 0), ("", 0),
     ("0 open 0 open 10 solve 12 resume 20 solve", 10), ("0 open 10 pause 20 solve 30 reopen 35 solve", 15)],
)  # fmt: skip
def test_the_clock_pauses_and_resumes(events: str, active: float) -> None:
    words = events.split()
    pairs = [(float(at), name) for at, name in zip(words[::2], words[1::2], strict=True)]
    assert active_time(pairs) == active
    assert active_time(pairs + pairs) == active


def test_the_clock_runs_until_now() -> None:
    assert active_time([(0, "open"), (30, "pause"), (90, "resume")], until=100) == 40
    assert active_time([(0, "open"), (30, "pause")], until=10) == 10
    with pytest.raises(FormulaError, match="UNKNOWN_EVENT"):
        active_time([(0, "snooze")])
