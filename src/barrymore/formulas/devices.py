"""Buttons and kiosks: which events count, which are missing, when a device is dead or pressed in a burst."""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from scipy import stats

from barrymore.formulas.errors import FormulaError

# After so many open hours' worth of silence somebody should look.
ALERT_BELOW = 0.001


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the events of some devices: every one was accepted or was there before.

    `gaps` names the missing numbers of a device up to its highest, `order` the accepted ones by number.
    """

    accepted: int
    duplicates: int
    gaps: Mapping[Hashable, tuple[int, ...]]
    per_device: Mapping[Hashable, int]
    order: Mapping[Hashable, tuple[int, ...]]


def take_events(events: Iterable[tuple[Hashable, int]], first: int = 1) -> Taken:
    """Count each (device, number) once, whatever order it comes in.

    The device is whatever counts anew by itself: a key with its boot. `first` is the number it begins with.
    Error COUNT_OUT_OF_RANGE for a number below it.
    """
    seen: dict[Hashable, set[int]] = {}
    duplicates = 0
    for device, number in events:
        if number < first:
            raise FormulaError("COUNT_OUT_OF_RANGE", f"numbers begin with {first}")
        known = seen.setdefault(device, set())
        duplicates += number in known
        known.add(number)
    missing = {
        device: tuple(n for n in range(first, max(numbers) + 1) if n not in numbers)
        for device, numbers in seen.items()
    }
    return Taken(
        accepted=sum(map(len, seen.values())),
        duplicates=duplicates,
        gaps={device: numbers for device, numbers in missing.items() if numbers},
        per_device={device: len(numbers) for device, numbers in seen.items()},
        order={device: tuple(sorted(numbers)) for device, numbers in seen.items()},
    )


def silence_probability(
    expected_per_hour: float, open_hours: float, dispersion: float | None = None
) -> float:
    """P(no event in so many open hours): Poisson, or negative binomial where counts vary more.

    `dispersion` is the size r of the negative binomial (variance = mean + mean^2 / r). Closed hours do not
    count. Error SCALE_OUT_OF_RANGE.
    """
    if expected_per_hour < 0 or open_hours < 0 or (dispersion is not None and dispersion <= 0):
        raise FormulaError("SCALE_OUT_OF_RANGE", "rates and hours are not below 0, dispersion is above it")
    mean = expected_per_hour * open_hours
    if dispersion is None:
        return math.exp(-mean)
    return float((dispersion / (dispersion + mean)) ** dispersion)


def burst_probability(presses: int, window_seconds: float, base_per_hour: float) -> tuple[float, float]:
    """The expected presses in a window, and P(that many or more) at the base rate (Poisson).

    The tail of one window only: where the window slides, correct for how many windows were looked at.
    Errors COUNT_OUT_OF_RANGE, SCALE_OUT_OF_RANGE.
    """
    if presses < 0:
        raise FormulaError("COUNT_OUT_OF_RANGE", "presses are counted")
    if window_seconds <= 0 or base_per_hour < 0:
        raise FormulaError("SCALE_OUT_OF_RANGE", "the window is above 0 and the rate not below it")
    mean = base_per_hour * window_seconds / 3600
    return mean, float(stats.poisson.sf(presses - 1, mean))
