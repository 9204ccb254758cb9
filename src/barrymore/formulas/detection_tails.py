"""How unusual is a count beside its peers: beta-binomial and negative binomial tails, trimmed levels."""

from dataclasses import dataclass

import numpy as np
from scipy import special

# Tuned on seeds 1 to 10, 101 to 108 and 1001 to 1020, then frozen (docs/detection.md).
# Shares of honest shifts vary by more than a coin: the least overdispersion that is believed.
LEAST_SPREAD = 0.003
# Few shifts say little about how much shifts vary: the least is doubled at so many.
FEW_SHIFTS = 200.0
MOST_SPREAD = 0.25
# Trimming cuts off the honest tail too: so much more than what is left is believed.
TRIMMED_AWAY = 1.25
# A desk's own level counts as if it began with so many presses at the level of all.
OWN_WEIGHT = 60.0
# A busy corner may excuse so many times the level of the others; beyond that it is a question.
MOST_EXCUSED = 2.5
FIRST_KEPT = 0.8
TRIM_BELOW = 0.002
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Peers:
    """The honest share expected of each shift, how much more than binomial it spreads, and the tails."""

    mean: np.ndarray
    spread: float
    p: np.ndarray


def beta_binomial_tail(
    k: np.ndarray, n: np.ndarray, mean: np.ndarray, spread: np.ndarray | float
) -> np.ndarray:
    """P(K >= k) of n when the share has this mean and intra-class correlation `spread` (Skellam, 1948).

    Arrays of equal length; 1 where k is at or below n * mean, which is nothing to ask about.
    """
    p = np.ones(len(k))
    rows = np.flatnonzero(k > n * mean)
    if not len(rows):
        return p
    level = np.clip(mean[rows], 1e-9, 1 - 1e-9)
    weight = 1 / np.broadcast_to(spread, k.shape)[rows] - 1
    a, b, size = level * weight, (1 - level) * weight, n[rows].astype(float)
    steps = np.arange(int((n[rows] - k[rows]).max()) + 1)
    at = k[rows, None] + steps[None, :]
    inside = np.minimum(at, size[:, None])
    choose = -special.betaln(inside + 1, size[:, None] - inside + 1) - np.log(size + 1)[:, None]
    mass = special.betaln(inside + a[:, None], size[:, None] - inside + b[:, None])
    terms = np.exp(choose + mass - special.betaln(a, b)[:, None])
    p[rows] = np.minimum(np.where(at <= size[:, None], terms, 0.0).sum(axis=1), 1.0)
    return p


def negative_binomial_low(k: np.ndarray, mean: np.ndarray, size: float) -> np.ndarray:
    """P(K <= k) when counts have this mean and variance mean + mean^2 / size (Greenwood & Yule, 1920)."""
    return np.asarray(special.betainc(size, k + 1.0, size / (size + np.maximum(mean, 1e-9))))


def beside_peers(
    k: np.ndarray,
    n: np.ndarray,
    desk: np.ndarray,
    exposure: np.ndarray | None = None,
    most_excused: float = MOST_EXCUSED,
) -> Peers:
    """Compare k of n per shift with the trimmed level of all shifts and of its own desk.

    `exposure` is the part of the shift in which the event can happen at all (default 1). Shifts that stand
    out are left out of the level, so that the gamed ones do not excuse each other (after Spiegelhalter, 2005,
    who winsorises).
    """
    part = np.ones(len(k)) if exposure is None else exposure
    able = (n > 0) & (part > 0)
    share = np.divide(k, n * part, out=np.zeros(len(k)), where=able)
    kept = able & (share <= (np.quantile(share[able], FIRST_KEPT) if able.any() else 0.0))
    mean, spread, p = np.zeros(len(k)), LEAST_SPREAD, np.ones(len(k))
    for _ in range(ROUNDS):
        level, common = _level(k, n * part, desk, kept, most_excused)
        mean = np.minimum(level * part, 0.95)
        spread = _spread(k[kept], n[kept], mean[kept])
        p = np.where(able, beta_binomial_tail(k, n, mean, _wider(spread, level / common)), 1.0)
        kept = able & (p > TRIM_BELOW)
    return Peers(mean, spread, p)


def _level(
    k: np.ndarray, weight: np.ndarray, desk: np.ndarray, kept: np.ndarray, most: float
) -> tuple[np.ndarray, float]:
    """The level of each shift's desk: between that of all and `most` times that; and that of all."""
    # Half an event, so that a level is never quite nothing.
    common = (k[kept].sum() + 0.5) / max(weight[kept].sum(), 1.0)
    desks = int(desk.max()) + 1 if len(desk) else 0
    seen = np.bincount(desk[kept], k[kept], desks)
    asked = np.bincount(desk[kept], weight[kept], desks)
    own = (seen + common * OWN_WEIGHT) / (asked + OWN_WEIGHT)
    return np.asarray(np.clip(own, common, most * common)[desk]), float(common)


def _wider(spread: float, level: np.ndarray) -> np.ndarray:
    """Days that differ by a factor differ the more, the higher the level of a desk is beside the others."""
    return np.minimum(spread * level, MOST_SPREAD)


def _spread(k: np.ndarray, n: np.ndarray, mean: np.ndarray) -> float:
    """Intra-class correlation by moments (Williams, 1982)."""
    least = LEAST_SPREAD * (1 + FEW_SHIFTS / max(len(k), 1))
    noise = mean * (1 - mean)
    room = float((n * (n - 1) * noise).sum())
    if room <= 0:
        return min(least, MOST_SPREAD)
    extra = float(((k - n * mean) ** 2 - n * noise).sum())
    return float(np.clip(TRIMMED_AWAY * extra / room, min(least, MOST_SPREAD), MOST_SPREAD))
