"""Weights that bring the answers back to those served: post-stratification, raking, trimming, Kish."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barrymore.formulas.errors import FormulaError

Table = Sequence[Sequence[float]]
_Matrix = NDArray[np.float64]

TOLERANCE = 1e-8
MAX_ROUNDS = 1000
TRIM = (0.3, 3.0)


@dataclass(frozen=True, slots=True)
class Kish:
    """Effective number of answers and design effect n/n_eff."""

    effective_n: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Raked:
    """Fitted cells and the weight per answer; None where a cell has no answer to carry a weight."""

    cells: tuple[tuple[float, ...], ...]
    weights: tuple[tuple[float | None, ...], ...]
    kish: Kish


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Weights after trimming and how many answers were cut."""

    weights: tuple[float, ...]
    cut: int


@dataclass(frozen=True, slots=True)
class Poststratified:
    """Weighted share, its standard error (None where a stratum has one answer), and the unweighted share."""

    estimate: float
    standard_error: float | None
    naive: float


def kish(weights: Sequence[float], counts: Sequence[float] | None = None) -> Kish | None:
    """n_eff = (sum w)^2 / sum w^2 and deff = n / n_eff (Kish, 1965).

    `counts` says how many answers carry each weight (default one each). None without any positive weight.
    Error NEGATIVE_WEIGHT.
    """
    w = np.asarray(weights, dtype=float)
    n = np.ones_like(w) if counts is None else np.asarray(counts, dtype=float)
    if (w < 0).any() or (n < 0).any():
        raise FormulaError("NEGATIVE_WEIGHT", "weights and counts must be 0 or more")
    squares = float((n * w * w).sum())
    if squares == 0:
        return None
    effective = float((n * w).sum()) ** 2 / squares
    return Kish(effective, float(n.sum()) / effective)


def rake(sample: Table, row_totals: Sequence[float], col_totals: Sequence[float]) -> Raked:
    """Iterative proportional fitting of answers to two served margins (Deming & Stephan, 1940).

    `sample` is rows x columns of answers; the margins are served counts with equal sums. Tolerance 1e-8,
    at most 1000 rounds. Errors: SHAPE, MARGINS_DISAGREE, EMPTY_MARGIN (served but nobody answered: cannot
    be weighted away), NOT_CONVERGED.
    """
    counts = _matrix(sample)
    rows, cols = np.asarray(row_totals, dtype=float), np.asarray(col_totals, dtype=float)
    _check_margins(counts, rows, cols)
    cells = _fit(counts, rows, cols)
    weights = np.divide(cells, counts, out=np.zeros_like(cells), where=counts > 0)
    spread = kish(weights.ravel().tolist(), counts.ravel().tolist())
    if spread is None:
        raise FormulaError("EMPTY_MARGIN", "nobody was served or nobody answered")
    return Raked(
        cells=tuple(tuple(row) for row in cells.tolist()),
        weights=tuple(
            tuple(w if n > 0 else None for w, n in zip(*pair, strict=True))
            for pair in zip(weights.tolist(), counts.tolist(), strict=True)
        ),
        kish=spread,
    )


def raked_share(raked: Raked, sample: Table, satisfied: Table) -> float | None:
    """Weighted share of satisfied answers, from tables of the raked shape; None without weight.

    Error RESPONSES_EXCEED_SERVED where a cell has more satisfied answers than answers.
    """
    counts, good = _matrix(sample), _matrix(satisfied)
    if counts.shape != good.shape or (good > counts).any():
        raise FormulaError("RESPONSES_EXCEED_SERVED", "more satisfied answers than answers in a cell")
    weights = np.array([[w or 0.0 for w in row] for row in raked.weights])
    total = float((weights * counts).sum())
    return float((weights * good).sum()) / total if total else None


def trim(weights: Sequence[float], limits: tuple[float, float] = TRIM) -> Trimmed:
    """Cut one weight per answer to [0.3, 3] times their mean, and say how many were cut (Potter, 1990)."""
    if not weights:
        return Trimmed((), 0)
    mean = math.fsum(weights) / len(weights)
    low, high = limits[0] * mean, limits[1] * mean
    return Trimmed(
        weights=tuple(min(max(w, low), high) for w in weights),
        cut=sum(not low <= w <= high for w in weights),
    )


def poststratify(
    served: Sequence[int], answered: Sequence[int], satisfied: Sequence[int]
) -> Poststratified | None:
    """Share weighted to the served count of each stratum, with finite population correction (Cochran, 1977).

    One count per stratum in each list. None when nobody was served. Errors: LENGTHS_DIFFER,
    RESPONSES_EXCEED_SERVED, EMPTY_MARGIN (a stratum was served but did not answer).
    """
    strata = _strata(served, answered, satisfied)
    total = sum(served)
    if total == 0:
        return None
    variances = [_stratum_variance(*stratum) for stratum in strata]
    known = [v for v in variances if v is not None]
    squares = sum((s[0] / total) ** 2 * v for s, v in zip(strata, known, strict=False))
    return Poststratified(
        estimate=sum(size / total * x / n for size, n, x in strata),
        standard_error=math.sqrt(squares) if len(known) == len(strata) else None,
        naive=sum(satisfied) / sum(answered),
    )


def _strata(
    served: Sequence[int], answered: Sequence[int], satisfied: Sequence[int]
) -> list[tuple[int, int, int]]:
    if not len(served) == len(answered) == len(satisfied):
        raise FormulaError("LENGTHS_DIFFER", "give served, answered and satisfied for every stratum")
    strata = list(zip(served, answered, satisfied, strict=True))
    if any(not 0 <= x <= n <= size for size, n, x in strata):
        raise FormulaError("RESPONSES_EXCEED_SERVED", "needs satisfied <= answered <= served everywhere")
    if any(size and not n for size, n, _ in strata):
        raise FormulaError("EMPTY_MARGIN", "a served stratum has no answers; merge it with a neighbour")
    return [stratum for stratum in strata if stratum[0]]


def _stratum_variance(size: int, n: int, x: int) -> float | None:
    if n == size:
        return 0.0
    if n == 1:
        return None
    return (1 - n / size) * (x / n) * (1 - x / n) / (n - 1)


def _matrix(table: Table) -> _Matrix:
    if not table or len({len(row) for row in table}) != 1:
        raise FormulaError("SHAPE", "a table needs at least one row, and rows of equal length")
    return np.array(table, dtype=float)


def _check_margins(counts: _Matrix, rows: _Matrix, cols: _Matrix) -> None:
    if counts.shape != (len(rows), len(cols)):
        raise FormulaError("SHAPE", f"{counts.shape} cells need as many row and column totals")
    if min(counts.min(), rows.min(), cols.min()) < 0:
        raise FormulaError("NEGATIVE_COUNT", "cells and margins must be 0 or more")
    if ((counts.sum(axis=1) == 0) & (rows > 0)).any() or ((counts.sum(axis=0) == 0) & (cols > 0)).any():
        raise FormulaError("EMPTY_MARGIN", "a served margin has no answers; merge it with a neighbour")
    if not math.isclose(rows.sum(), cols.sum(), rel_tol=1e-6):
        raise FormulaError("MARGINS_DISAGREE", f"rows sum to {rows.sum()}, columns to {cols.sum()}")


def _fit(counts: _Matrix, rows: _Matrix, cols: _Matrix) -> _Matrix:
    cells = counts.copy()
    for _ in range(MAX_ROUNDS):
        cells *= _factors(rows, cells.sum(axis=1))[:, None]
        cells *= _factors(cols, cells.sum(axis=0))[None, :]
        # Columns are exact after their own step, so only the rows can still be off.
        if np.abs(cells.sum(axis=1) - rows).max() <= TOLERANCE * max(1.0, float(rows.max())):
            return cells
    raise FormulaError("NOT_CONVERGED", f"empty cells make the margins unreachable in {MAX_ROUNDS} rounds")


def _factors(wanted: _Matrix, present: _Matrix) -> _Matrix:
    return np.divide(wanted, present, out=np.zeros_like(wanted), where=present > 0)
