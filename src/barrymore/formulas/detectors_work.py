"""What customers hardly do: presses when nobody is there or too soon, and customers who were not counted."""

import numpy as np

from barrymore.formulas.detection_data import GREEN, RED
from barrymore.formulas.detection_flags import Flag, of_shift, standing_out
from barrymore.formulas.detection_shifts import Floor
from barrymore.formulas.detection_tails import Peers, beside_peers

# Tuned on seeds 1 to 10 and 101 to 110, then frozen; 1001 to 2020 were seen (docs/detection.md).
IDLE_AFTER = 60.0
TOO_SOON = 2.6
IDLE_ALPHA, SOON_ALPHA, GAP_ALPHA = 0.15, 0.15, 0.15
# So few presses are no matter for a question, however rare.
FEWEST = 4
# Nobody is asked about their work for what happens by chance once in 1,000 shifts, however few are judged.
LEAST_RARE = 1 / 1000
LEAST_RATE = 0.05
EXCUSED = 0.4
# A new hire forgets more taps, every day: a habit up to so many times the usual is taught, not asked about.
HABIT = 4.0


def idle_greens(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Green presses more than 60 s after the last served customer, beside trimmed peers (METHOD B2).

    Counted per served customer and not per press, because false presses would hide in their own denominator.
    All idle presses of the shift would be left out, whatever their colour: without greens alone it is biased.
    """
    return _idle(floor, usable, GREEN, "presses_in_idle_time", "Who pressed, and why?")


def idle_reds(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """The same for red: somebody may wish a desk ill, or a room may have a trouble of its own."""
    return _idle(floor, usable, RED, "reds_in_idle_time", "Who was there, and what was wrong?")


def _idle(floor: Floor, usable: np.ndarray, button: str, kind: str, question: str) -> list[Flag]:
    inside = usable & (floor.press_shift >= 0)
    hit = inside & (floor.since > IDLE_AFTER) & (floor.presses.button == button)
    seen = _per_shift(floor, hit)
    k = np.clip(seen - _explained(floor, inside), 0, None).round()
    n = np.maximum(floor.served, k)
    peers = beside_peers(k, n, floor.shifts.desk, idle_part(floor))
    found = []
    for shift in _asked(peers, k, IDLE_ALPHA):
        expected = float(n[shift] * peers.mean[shift] + seen[shift] - k[shift])
        evidence = {
            f"{button}_in_idle_time": int(seen[shift]),
            "expected": round(expected, 1),
            "served": int(floor.served[shift]),
        }
        text = (
            f"{int(seen[shift])} {button} presses came more than a minute after the last served customer; "
            f"{expected:.1f} are usual for {int(floor.served[shift])} served. {question}"
        )
        rows = np.flatnonzero(inside & (floor.since > IDLE_AFTER) & (floor.press_shift == shift))
        found.append(of_shift(kind, floor.shifts, int(shift), peers.p[shift], evidence, text, rows))
    return found


def _explained(floor: Floor, inside: np.ndarray) -> np.ndarray:
    """Idle presses that customers may have left whom nobody tapped: beyond a tenth of the outside count."""
    presses = _per_shift(floor, inside)
    known = ~np.isnan(floor.external)
    missing = np.where(known, 0.9 * np.nan_to_num(floor.external) - floor.served, 0)
    rate = min(float(presses.sum()) / max(float(floor.served.sum()), 1.0), 1.0)
    return np.clip(missing, 0, None) * rate


def idle_part(floor: Floor) -> np.ndarray:
    """The part of each shift that is more than 60 s after a served customer: a fast desk has hardly any."""
    length = np.maximum(floor.shifts.end - floor.shifts.start, 1.0)
    busy = np.zeros(len(floor.shifts))
    if len(floor.served_t):
        order = np.lexsort((floor.served_t, floor.served_shift))
        t, shift = floor.served_t[order], floor.served_shift[order]
        until = np.append(np.where(shift[1:] == shift[:-1], t[1:], np.inf), np.inf)
        until = np.minimum(until, np.maximum(floor.shifts.end[shift], t))
        np.add.at(busy, shift, np.minimum(until - t, IDLE_AFTER))
    return np.asarray(np.clip(1 - busy / length, 0.02, 1.0))


def soon_after_tap(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Share of green presses less than 2.6 s after the tap, among those within a minute (METHOD B2)."""
    near = usable & (floor.press_shift >= 0) & (floor.since >= 0) & (floor.since <= IDLE_AFTER)
    hit = near & (floor.since < TOO_SOON) & (floor.presses.button == GREEN)
    k, n = _per_shift(floor, hit), _per_shift(floor, near)
    peers = beside_peers(k, n, floor.shifts.desk)
    found = []
    for shift in _asked(peers, k, SOON_ALPHA):
        expected = float(n[shift] * peers.mean[shift])
        evidence = {
            "green_within_2.6_s": int(k[shift]),
            "presses": int(n[shift]),
            "expected": round(expected, 1),
        }
        text = (
            f"{int(k[shift])} of {int(n[shift])} presses were green and within 2.6 s of the tap for a "
            f"served customer; {expected:.1f} are usual. Did the customers press themselves?"
        )
        rows = np.flatnonzero(near & (floor.since < TOO_SOON) & (floor.press_shift == shift))
        found.append(
            of_shift(
                "presses_right_after_tap", floor.shifts, int(shift), peers.p[shift], evidence, text, rows
            )
        )
    return found


def uncounted(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Customers whom somebody else counted and the employee button did not, beside trimmed peers (METHOD B2).

    Customers whom a busy person forgot to tap still press; such presses without a tap excuse them first.
    Whether only the happy ones were asked, or those who did not answer left out, the counts alone cannot
    tell; the reds beside it are a hint. The whole shift would be left out.
    """
    known = ~np.isnan(floor.external)
    inside = usable & (floor.press_shift >= 0)
    n = np.where(known, floor.external, 0).round()
    k = np.clip(n - floor.served - _forgotten(floor, inside), 0, None).round()
    peers = beside_peers(k, n, floor.shifts.desk, most_excused=HABIT)
    reds = _per_shift(floor, inside & (floor.presses.button == RED))
    found = []
    for shift in _asked(peers, k, GAP_ALPHA):
        evidence = {
            "counted_elsewhere": int(n[shift]),
            "counted_at_the_desk": int(floor.served[shift]),
            "expected_missing": round(float(n[shift] * peers.mean[shift]), 1),
            "reds": int(reds[shift]),
        }
        text = (
            f"{int(n[shift])} customers by the outside count, {int(floor.served[shift])} by the employee "
            "button. Who was not counted, and was everybody asked?"
        )
        rows = np.flatnonzero(inside & (floor.press_shift == shift))
        found.append(
            of_shift("uncounted_customers", floor.shifts, int(shift), peers.p[shift], evidence, text, rows)
        )
    return found


def _forgotten(floor: Floor, inside: np.ndarray) -> np.ndarray:
    """How many customers the presses without a tap speak for, beyond the usual ones."""
    alone = _per_shift(floor, inside & (floor.since > IDLE_AFTER))
    usual = np.median(alone / np.maximum(floor.served, 1)) if len(alone) else 0.0
    rate = min(float(inside.sum()) / max(float(floor.served.sum()), 1.0), 1.0)
    return EXCUSED * np.clip(alone - usual * floor.served, 0, None) / max(rate, LEAST_RATE)


def _asked(peers: Peers, k: np.ndarray, alpha: float) -> np.ndarray:
    chosen = standing_out(peers.p, alpha)
    return np.asarray(chosen[(k[chosen] >= FEWEST) & (peers.p[chosen] <= LEAST_RARE)])


def _per_shift(floor: Floor, rows: np.ndarray) -> np.ndarray:
    return np.bincount(floor.press_shift[rows], minlength=len(floor.shifts)).astype(float)
