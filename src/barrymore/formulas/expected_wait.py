"""How long somebody in a queue will still wait: a mean and the interval in which the wait will lie."""

from dataclasses import dataclass

from scipy.stats import f as ratio

from barrymore.formulas.errors import FormulaError

FEWEST = 5  # below so many observed services nothing is said


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """Seconds. Of ten who stand so, eight wait between `low` and `high`."""

    low: float
    mean: float
    high: float


def expected_wait(ahead: int, serving: int, mean_seconds: float, observed: int) -> ExpectedWait | None:
    """The wait of whoever has `ahead` others before them, while all of `serving` people are busy.

    With exponential services the next one becomes free after mean/serving, so the wait is the sum of
    ahead + 1 such gaps, an Erlang distribution (Whitt, Predicting Queueing Delays, Management Science 45(6),
    1999). The mean is itself known from `observed` services only; the ratio of the two sums is F with
    2(ahead + 1) and 2 observed degrees of freedom, which gives the 80 % prediction interval. None where
    nobody serves or too few were observed. Error BAD_QUEUE.
    """
    if ahead < 0 or serving < 0 or mean_seconds < 0:
        raise FormulaError("BAD_QUEUE", "counts and seconds must be 0 or more")
    if serving == 0 or observed < FEWEST or mean_seconds == 0:
        return None
    mean = (ahead + 1) * mean_seconds / serving
    low, high = (float(ratio.ppf(q, 2 * (ahead + 1), 2 * observed)) for q in (0.1, 0.9))
    return ExpectedWait(mean * low, mean, mean * high)


def within(
    wait: ExpectedWait, pairs: tuple[tuple[int, int], ...], minute: float = 60.0
) -> tuple[int, int] | None:
    """The narrowest of some pairs of minutes that holds the whole interval; None where none does."""
    holding = [(low, high) for low, high in pairs if low * minute <= wait.low and wait.high <= high * minute]
    return min(holding, key=lambda pair: (pair[1] - pair[0], pair[0]), default=None)
