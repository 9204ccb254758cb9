"""How evenly the strata answered: the R-indicator and the worst bias that it still allows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from barrymore.formulas.errors import FormulaError

# The largest standard deviation that a yes/no answer can have.
_WORST_DEVIATION = 0.5


@dataclass(frozen=True, slots=True)
class Representativeness:
    """R (1: all strata answered alike), S of the propensities, their mean, the worst-case bias."""

    r_indicator: float
    deviation: float
    mean_propensity: float
    max_bias: float | None


def r_indicator(served: Sequence[int], responded: Sequence[int]) -> Representativeness | None:
    """R = 1 - 2 S(rho) over served units, divisor N-1 (Schouten, Cobben & Bethlehem, 2009), unadjusted.

    One count per stratum in both lists. None below two served; `max_bias` = (1-R) 0.5 / (2 mean), None
    when nobody answered. Errors: LENGTHS_DIFFER, RESPONSES_EXCEED_SERVED.
    """
    _check(served, responded)
    total = sum(served)
    if total < 2:
        return None
    mean = sum(responded) / total
    squares = sum(n * (r / n - mean) ** 2 for n, r in zip(served, responded, strict=True) if n)
    deviation = math.sqrt(squares / (total - 1))
    indicator = 1 - 2 * deviation
    bias = (1 - indicator) * _WORST_DEVIATION / (2 * mean) if mean else None
    return Representativeness(indicator, deviation, mean, bias)


def _check(served: Sequence[int], responded: Sequence[int]) -> None:
    if len(served) != len(responded):
        raise FormulaError("LENGTHS_DIFFER", f"{len(served)} strata served but {len(responded)} responded")
    if any(not 0 <= r <= n for n, r in zip(served, responded, strict=True)):
        raise FormulaError("RESPONSES_EXCEED_SERVED", "a stratum has more answers than served customers")
