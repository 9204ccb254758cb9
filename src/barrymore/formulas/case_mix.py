"""Level out what a unit cannot help before units are compared: its sites, hours and services."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from barrymore.formulas.errors import FormulaError

# A weak pull of each coefficient to nothing (a normal prior with deviation 10), so that a level where
# everybody was content does not run away.
PULL = 0.01


@dataclass(frozen=True, slots=True)
class Cell:
    """Answers of one unit under the same circumstances; `traits` name them, such as {"hour": "3"}."""

    unit: int
    good: int
    answered: int
    traits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Levelled:
    """Per unit: how many of its answers would be good under the circumstances of all, as a real number.

    `used` are the traits that were levelled out; `left_out` those that cannot be told from the units
    themselves, since a level of theirs belongs to one unit alone, or that are everywhere the same.
    """

    good: Mapping[int, float]
    expected: Mapping[int, float]
    used: tuple[str, ...]
    left_out: tuple[str, ...]


def level_out(cells: Sequence[Cell], traits: Sequence[str]) -> Levelled:
    """Indirect standardisation by a logit (Normand & Shahian, 2007, section 3).

    A logit of the share on the traits, without the units, says what the answers of each unit's circumstances
    would be anywhere: `expected`, a share. The odds of the unit are multiplied by the odds of all over those
    expected. Error COUNT_OUT_OF_RANGE unless 0 <= good <= answered and some answered.
    """
    if any(not 0 <= one.good <= one.answered for one in cells) or not any(one.answered for one in cells):
        raise FormulaError("COUNT_OUT_OF_RANGE", "each cell needs 0 <= good <= answered, and one an answer")
    cells = [one for one in cells if one.answered]
    used = tuple(trait for trait in traits if _tells(cells, trait))
    chances = _fitted(cells, used)
    good, answered, hoped = (dict.fromkeys((one.unit for one in cells), 0.0) for _ in range(3))
    for one, chance in zip(cells, chances, strict=True):
        good[one.unit] += one.good
        answered[one.unit] += one.answered
        hoped[one.unit] += chance * one.answered
    pooled = sum(good.values()) / sum(answered.values())
    expected = {unit: hoped[unit] / answered[unit] for unit in good}
    levelled = {
        unit: answered[unit] * _moved(good[unit] / answered[unit], expected[unit], pooled) for unit in good
    }
    return Levelled(levelled, expected, used, tuple(trait for trait in traits if trait not in used))


def _tells(cells: Sequence[Cell], trait: str) -> bool:
    """Whether a trait has several levels, each shared by two units or more."""
    units: dict[str, set[int]] = {}
    for one in cells:
        units.setdefault(one.traits.get(trait, ""), set()).add(one.unit)
    return len(units) > 1 and all(len(sharing) > 1 for sharing in units.values())


def _fitted(cells: Sequence[Cell], traits: Sequence[str]) -> np.ndarray:
    """The chance of a good answer in each cell by its circumstances alone."""
    levels = [(trait, level) for trait in traits for level in _levels(cells, trait)]
    design = np.array([[1.0, *(one.traits.get(t, "") == v for t, v in levels)] for one in cells])
    good = np.array([one.good for one in cells], float)
    bad = np.array([one.answered - one.good for one in cells], float)
    pull = np.full(design.shape[1], PULL)
    pull[0] = 0.0

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = design @ at
        missed = (good + bad) * special.expit(log_odds) - good
        lost = good @ np.logaddexp(0, -log_odds) + bad @ np.logaddexp(0, log_odds)
        return float(lost + pull @ at**2 / 2), design.T @ missed + pull * at

    share = min(max(good.sum() / (good.sum() + bad.sum()), 1e-9), 1 - 1e-9)
    start = np.zeros(design.shape[1])
    start[0] = math.log(share / (1 - share))
    if not levels:
        return np.full(len(cells), share)
    found = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8})
    return np.asarray(special.expit(design @ found.x))


def _levels(cells: Sequence[Cell], trait: str) -> list[str]:
    """All levels of a trait but the first, which the others are held against."""
    return sorted({one.traits.get(trait, "") for one in cells})[1:]


def _moved(share: float, expected: float, pooled: float) -> float:
    """The share under the circumstances of all; none and all stay what they are."""
    if share in {0.0, 1.0} or not 0 < expected < 1 or not 0 < pooled < 1:
        return share
    return float(special.expit(special.logit(share) + special.logit(pooled) - special.logit(expected)))
