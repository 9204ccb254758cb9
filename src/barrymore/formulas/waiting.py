"""How long customers waited: mean speed of answer, percentiles, and the wait that counts those who left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval, student

# Products of fractions such as 2/3 * 3/4 may miss one half by the last bit.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class SpeedOfAnswer:
    """Waits in seconds; None where there are too few answered calls to say."""

    mean: float | None
    mean_interval: Interval | None
    median: float | None
    p90: float | None
    answered: int
    unanswered: int
    kaplan_meier_median: float | None


@dataclass(frozen=True, slots=True)
class WaitCurve:
    """Share still waiting after each answered wait, as steps in time order; empty without calls."""

    calls: int
    times: tuple[float, ...]
    shares: tuple[float, ...]

    def still_waiting(self, seconds: float) -> float | None:
        """Share not yet answered after `seconds`, from 0 to 1; None without calls."""
        if self.calls == 0:
            return None
        reached = [s for t, s in zip(self.times, self.shares, strict=True) if t <= seconds]
        return reached[-1] if reached else 1.0

    @property
    def median(self) -> float | None:
        """First time at which half are answered, in seconds; None if that never happens."""
        steps = zip(self.times, self.shares, strict=True)
        return next((t for t, s in steps if s <= 0.5 + _ROUNDING), None)


def speed_of_answer(
    waits_seconds: Sequence[float], unanswered_seconds: Sequence[float] = ()
) -> SpeedOfAnswer:
    """ASA of answered calls with a 95 % t-interval, nearest-rank median and p90, and the Kaplan-Meier median.

    `waits_seconds` from queue entry to agent answer; `unanswered_seconds` until the caller left or, still
    waiting, until now. ASA alone is biased low (Brown et al., 2005). Error NEGATIVE_WAIT.
    """
    curve = wait_curve(waits_seconds, unanswered_seconds)
    return SpeedOfAnswer(
        mean=mean_wait(waits_seconds),
        mean_interval=student(waits_seconds),
        median=percentile(waits_seconds, 0.5),
        p90=percentile(waits_seconds, 0.9),
        answered=len(waits_seconds),
        unanswered=len(unanswered_seconds),
        kaplan_meier_median=curve.median,
    )


def mean_wait(waits_seconds: Sequence[float]) -> float | None:
    """Average speed of answer in seconds; None without answered calls."""
    return fmean(waits_seconds) if waits_seconds else None


def naive_median(waits_seconds: Sequence[float]) -> float | None:
    """Median of the answered only, between the two middle waits: too short when many leave."""
    return float(median(waits_seconds)) if waits_seconds else None


def wait_curve(waits_seconds: Sequence[float], unanswered_seconds: Sequence[float] = ()) -> WaitCurve:
    """Kaplan-Meier curve of the wait, those who left being right-censored (Kaplan & Meier, 1958).

    Seconds, 0 or more, else error NEGATIVE_WAIT. Who left in the second of an answer was still at risk.
    """
    calls = sorted([(w, 0) for w in waits_seconds] + [(w, 1) for w in unanswered_seconds])
    if calls and calls[0][0] < 0:
        raise FormulaError("NEGATIVE_WAIT", "a wait must be 0 seconds or more; check the clocks")
    steps: dict[float, float] = {}
    share, at_risk = 1.0, len(calls)
    for seconds, censored in calls:
        if not censored:
            share *= (at_risk - 1) / at_risk
            steps[seconds] = share
        at_risk -= 1
    return WaitCurve(len(calls), tuple(steps), tuple(steps.values()))


def percentile(values: Sequence[float], q: float) -> float | None:
    """Nearest-rank percentile, a value that occurred (Hyndman & Fan, 1996, type 1); q from 0 to 1.

    None without values. Error QUANTILE_OUT_OF_RANGE. Never merge percentiles from percentiles.
    """
    _check_quantile(q)
    if not values:
        return None
    rank = math.ceil(q * len(values) - 1e-9)
    return sorted(values)[max(rank, 1) - 1]


def interpolated_percentile(values: Sequence[float], q: float) -> float | None:
    """Linear percentile as spreadsheets give it (Hyndman & Fan, 1996, type 7); not for promises."""
    _check_quantile(q)
    if not values:
        return None
    ordered = sorted(values)
    below, part = divmod(q * (len(ordered) - 1), 1)
    low, high = ordered[int(below)], ordered[min(int(below) + 1, len(ordered) - 1)]
    return low + part * (high - low)


def asterisk_holdtime(waits_seconds: Sequence[float]) -> int:
    """What app_queue.c reports as holdtime, ((old<<2)-old+new)>>2 (Asterisk source): not the ASA."""
    held = 0
    for wait in waits_seconds:
        held = ((held << 2) - held + int(wait)) >> 2
    return held


def _check_quantile(q: float) -> None:
    if not 0 <= q <= 1:
        raise FormulaError("QUANTILE_OUT_OF_RANGE", f"q must be from 0 to 1, not {q}")
