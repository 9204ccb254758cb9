"""The publish gate: which grade a figure earns, why, and how many answers are missing to the next."""

import math
from dataclasses import dataclass
from typing import Literal

Grade = Literal["A", "B", "C", "F"]
Display = Literal["counts", "interval", "full"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one grade asks for: rates as fractions, `answers` as a count."""

    response_rate: float
    r_indicator: float
    answers: int


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """Proposed thresholds; they are settings and are printed with the figure."""

    a: Threshold = Threshold(response_rate=0.60, r_indicator=0.80, answers=100)
    b: Threshold = Threshold(response_rate=0.30, r_indicator=0.70, answers=30)
    frame_deviation_up_to: float = 0.05
    gaming_share_below: float = 0.02
    known_lost_below: float = 0.01
    interval_from: int = 10
    colour_from: int = 30


DEFAULT_POLICY = GatePolicy()


@dataclass(frozen=True, slots=True)
class GateInputs:
    """What the gate looks at; None means not measured, which never counts as good.

    `served` is the frame of the headline rate, counted independently of the `answered`.
    `frame_deviation` is |served - external count| / external count, a fraction.
    """

    mode: Literal["survey", "feedback"]
    answered: int
    served: int | None
    r_indicator: float | None = None
    frame_deviation: float | None = None
    gaming_share: float | None = None
    known_lost_share: float | None = None
    frame_broken: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The grade and the codes of everything that keeps it from the next one.

    `answers_to_next` is None where more answers alone cannot reach the next grade.
    """

    grade: Grade
    reasons: tuple[str, ...]
    show_estimate: bool
    answers_to_next: int | None


def grade(inputs: GateInputs, policy: GatePolicy = DEFAULT_POLICY) -> Verdict:
    """Grade A to F by response rate, R-indicator and answers together (Groves, 2006; METHOD A4).

    No response rate alone proves representativeness. Feedback is F at any rate.
    """
    broken = _broken(inputs)
    if broken:
        return Verdict("F", broken, show_estimate=False, answers_to_next=None)
    missing = _shortfalls(inputs, policy.b)
    if missing:
        return Verdict("C", missing, False, _answers_missing(inputs, policy.b, missing))
    missing = _shortfalls(inputs, policy.a) + _unproven(inputs, policy)
    if missing:
        return Verdict("B", missing, True, _answers_missing(inputs, policy.a, missing))
    return Verdict("A", (), show_estimate=True, answers_to_next=None)


def display(answered: int, policy: GatePolicy = DEFAULT_POLICY) -> Display:
    """Counts only below 10 answers, no colour or trend below 30, else everything (METHOD A2)."""
    if answered < policy.interval_from:
        return "counts"
    return "interval" if answered < policy.colour_from else "full"


def frame_deviation(served: int, external_count: int | None) -> float | None:
    """Relative gap of the served count to an external one (receipts, tickets, calls); None without one."""
    return abs(served - external_count) / external_count if external_count else None


def _broken(inputs: GateInputs) -> tuple[str, ...]:
    if inputs.mode == "feedback":
        return ("FEEDBACK_NOT_SURVEY",)
    if inputs.served is None:
        return ("NO_DENOMINATOR",)
    if inputs.answered > inputs.served:
        return ("RESPONSES_EXCEED_SERVED",)
    return ("FRAME_BROKEN",) if inputs.frame_broken else ()


def _shortfalls(inputs: GateInputs, wanted: Threshold) -> tuple[str, ...]:
    rate = inputs.answered / inputs.served if inputs.served else 0.0
    known = inputs.r_indicator is not None
    checks = {
        "NOBODY_SERVED": not inputs.served,
        "LOW_RESPONSE_RATE": rate < wanted.response_rate,
        "FEW_ANSWERS": inputs.answered < wanted.answers,
        "R_INDICATOR_UNKNOWN": not known,
        "LOW_R_INDICATOR": known and (inputs.r_indicator or 0.0) < wanted.r_indicator,
    }
    return tuple(code for code, failed in checks.items() if failed)


def _unproven(inputs: GateInputs, policy: GatePolicy) -> tuple[str, ...]:
    deviation, gaming, lost = inputs.frame_deviation, inputs.gaming_share, inputs.known_lost_share
    checks = {
        "FRAME_NOT_CROSS_CHECKED": deviation is None,
        "FRAME_DEVIATES": deviation is not None and deviation > policy.frame_deviation_up_to,
        "GAMING_NOT_CHECKED": gaming is None,
        "SUSPECTED_GAMING": gaming is not None and gaming >= policy.gaming_share_below,
        "LOSS_NOT_CHECKED": lost is None,
        "KNOWN_LOST": lost is not None and lost >= policy.known_lost_below,
    }
    return tuple(code for code, failed in checks.items() if failed)


def _answers_missing(inputs: GateInputs, wanted: Threshold, missing: tuple[str, ...]) -> int | None:
    if inputs.served is None or not set(missing) <= {"LOW_RESPONSE_RATE", "FEW_ANSWERS"}:
        return None
    # 0.07 * 100 is 7.000000000000001 in floats and must not ask for an eighth answer.
    by_rate = math.ceil(wanted.response_rate * inputs.served - 1e-9)
    needed = max(wanted.answers, by_rate)
    return needed - inputs.answered if needed <= inputs.served else None
