"""The gate grants a grade only on proof and says what is missing."""

from dataclasses import replace

import pytest

from barrymore.formulas.grades import GateInputs, GatePolicy, Threshold, display, frame_deviation, grade

BEST = GateInputs("survey", 620, 1000, 0.9, 0.01, 0.0, 0.0)


def test_everything_proven_is_an_a() -> None:
    verdict = grade(BEST)
    assert (verdict.grade, verdict.reasons, verdict.show_estimate, verdict.answers_to_next) == (
        "A",
        (),
        True,
        None,
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"frame_deviation": None}, "FRAME_NOT_CROSS_CHECKED"), ({"frame_deviation": 0.06}, "FRAME_DEVIATES"),
     ({"gaming_share": 0.02}, "SUSPECTED_GAMING"), ({"gaming_share": None}, "GAMING_NOT_CHECKED"),
     ({"known_lost_share": 0.01}, "KNOWN_LOST"), ({"known_lost_share": None}, "LOSS_NOT_CHECKED"),
     ({"r_indicator": 0.79}, "LOW_R_INDICATOR"), ({"answered": 599}, "LOW_RESPONSE_RATE")],
)  # fmt: skip
def test_one_missing_proof_makes_it_a_b(change: dict[str, float | None], reason: str) -> None:
    verdict = grade(replace(BEST, **change))
    assert (verdict.grade, verdict.reasons, verdict.show_estimate) == ("B", (reason,), True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"answered": 299}, "LOW_RESPONSE_RATE"), ({"r_indicator": 0.69}, "LOW_R_INDICATOR"),
     ({"r_indicator": None}, "R_INDICATOR_UNKNOWN"), ({"answered": 20, "served": 30}, "FEW_ANSWERS")],
)  # fmt: skip
def test_a_weak_survey_is_a_c_without_an_estimate(change: dict[str, float | None], reason: str) -> None:
    verdict = grade(replace(BEST, **change))
    assert (verdict.grade, verdict.reasons, verdict.show_estimate) == ("C", (reason,), False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"mode": "feedback"}, "FEEDBACK_NOT_SURVEY"), ({"served": None}, "NO_DENOMINATOR"),
     ({"answered": 1001}, "RESPONSES_EXCEED_SERVED"), ({"frame_broken": True}, "FRAME_BROKEN")],
)  # fmt: skip
def test_a_broken_frame_is_an_f(change: dict[str, object], reason: str) -> None:
    verdict = grade(replace(BEST, **change))  # type: ignore[arg-type]
    assert (verdict.grade, verdict.reasons, verdict.show_estimate) == ("F", (reason,), False)


def test_nobody_served_is_a_c_that_says_so() -> None:
    verdict = grade(replace(BEST, answered=0, served=0))
    assert verdict.grade == "C" and "NOBODY_SERVED" in verdict.reasons
    assert verdict.answers_to_next is None


@pytest.mark.parametrize(
    ("answered", "served", "to_next"), [(240, 1500, 210), (20, 40, 10), (599, 1000, 1), (20, 25, None)]
)
def test_the_missing_answers_reach_the_next_grade(answered: int, served: int, to_next: int | None) -> None:
    inputs = replace(BEST, answered=answered, served=served)
    assert grade(inputs).answers_to_next == to_next
    if to_next is not None:
        assert grade(replace(inputs, answered=answered + to_next)).grade < grade(inputs).grade


def test_answers_cannot_repair_an_unchecked_frame() -> None:
    assert grade(replace(BEST, answered=400, frame_deviation=None)).answers_to_next is None


def test_the_thresholds_are_policy() -> None:
    strict = GatePolicy(b=Threshold(response_rate=0.9, r_indicator=0.9, answers=30))
    assert grade(BEST, strict).grade == "C"


@pytest.mark.parametrize(
    ("answered", "shown"), [(0, "counts"), (9, "counts"), (10, "interval"), (29, "interval"), (30, "full")]
)
def test_few_answers_show_less(answered: int, shown: str) -> None:
    assert display(answered) == shown


def test_the_frame_is_compared_with_receipts() -> None:
    assert frame_deviation(95, 100) == 0.05
    assert frame_deviation(95, None) is frame_deviation(95, 0) is None
