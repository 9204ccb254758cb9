"""Quantiles and tails of the distributions that the intervals need; the only file that touches scipy."""

from functools import lru_cache
from statistics import NormalDist

from scipy.special import betaincinv, stdtrit  # type: ignore[import-untyped, unused-ignore]
from scipy.stats import hypergeom  # type: ignore[import-untyped, unused-ignore]

from barrymore.formulas.errors import FormulaError

_NORMAL = NormalDist()


@lru_cache(maxsize=256)
def two_sided_z(confidence: float) -> float:
    """Standard normal z with `confidence` (between 0 and 1) inside -z..z; 1.959964 at 0.95."""
    return _NORMAL.inv_cdf(1 - tail(confidence))


def tail(confidence: float) -> float:
    """Probability left in one tail. Error CONFIDENCE_OUT_OF_RANGE unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise FormulaError("CONFIDENCE_OUT_OF_RANGE", f"confidence must be between 0 and 1, not {confidence}")
    return (1 - confidence) / 2


def normal_cdf(z: float) -> float:
    """P(Z <= z) of the standard normal."""
    return _NORMAL.cdf(z)


def student_quantile(p: float, degrees: int) -> float:
    """Quantile p of Student's t with `degrees` degrees of freedom (Student, 1908)."""
    return float(stdtrit(degrees, p))


def beta_quantile(p: float, a: float, b: float) -> float:
    """Quantile p of Beta(a, b), both above 0."""
    return float(betaincinv(a, b, p))


def hypergeometric_tails(x: int, n: int, population: int, marked: int) -> tuple[float, float]:
    """P(X <= x) and P(X >= x) for n drawn without replacement from a population with `marked` marked."""
    return (
        float(hypergeom.cdf(x, population, marked, n)),
        float(hypergeom.sf(x - 1, population, marked, n)),
    )
