"""What is missing: presses of a dead device, and the red ones of a covered button."""

import numpy as np
from scipy import special

from barrymore.formulas.detection_data import RED, Heartbeats, Presses, codes
from barrymore.formulas.detection_flags import Flag, of_shift, shift_text, standing_out
from barrymore.formulas.detection_shifts import Floor
from barrymore.formulas.detection_tails import negative_binomial_low

# Tuned on seeds 1 to 10, 101 to 108 and 1001 to 1020, then frozen (docs/detection.md).
DEAD_ALPHA, RED_ALPHA = 0.02, 0.01
ANSWER_SPREAD = 0.015
ANSWERED_WITHIN = 120.0
WINDOW = 10
MOST_SIZE = 100.0
# Half of the installation's own rhythm of signs of life, and never under two hours.
BEATS_MISSED, LEAST_SILENCE = 5.0, 7200.0


def dead(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """(1 - RR)^(served since the last press), widened by the day-to-day spread of RR; BH (METHOD B2).

    A run is counted within its shift, and from earlier shifts on only where the shift has no press at all.
    """
    if not len(floor.shifts):
        return []
    inside = usable & (floor.press_shift >= 0)
    run, since = _longest_run(floor, inside), _run_before(floor, inside)
    rate = _answer_rate(floor, inside)
    weight = 1 / ANSWER_SPREAD - 1
    a, b = rate * weight, (1 - rate) * weight
    m = np.maximum(run, since)
    p = np.exp(special.betaln(a, b + m) - special.betaln(a, b)) * np.maximum(floor.served, 1)
    found = []
    for shift in standing_out(np.minimum(p, 1.0), DEAD_ALPHA):
        evidence = {
            "served_without_a_press": int(m[shift]),
            "usual_answers_per_served": round(float(rate[shift]), 3),
        }
        text = (
            f"{int(m[shift])} customers were served and nobody pressed, where usually {rate[shift]:.0%} of "
            "them do. Is the device switched off, empty or out of sight?"
        )
        found.append(of_shift("dead_device", floor.shifts, int(shift), float(p[shift]), evidence, text))
    return found


def _longest_run(floor: Floor, inside: np.ndarray) -> np.ndarray:
    """The most customers served in a row without a press, per shift."""
    if not len(floor.served_t):
        return np.zeros(len(floor.shifts), int)
    base = min(floor.served_t.min(), floor.t[inside].min() if inside.any() else np.inf)
    stride = float(floor.shifts.end.max() - base) + 1e5
    keys = np.sort(floor.press_shift[inside] * stride + floor.t[inside] - base)
    before = np.searchsorted(keys, floor.served_shift * stride + floor.served_t - base)
    pairs, counts = np.unique(np.stack((floor.served_shift, before)), axis=1, return_counts=True)
    longest = np.zeros(len(floor.shifts), int)
    np.maximum.at(longest, pairs[0], counts)
    return longest


def _run_before(floor: Floor, inside: np.ndarray) -> np.ndarray:
    """Customers served since the last press, over the shifts of a desk that have none."""
    presses = np.bincount(floor.press_shift[inside], minlength=len(floor.shifts))
    sums = np.zeros(len(floor.shifts), int)
    for shift in np.flatnonzero(presses == 0):
        same = shift > 0 and floor.shifts.desk[shift - 1] == floor.shifts.desk[shift]
        sums[shift] = floor.served[shift] + (sums[shift - 1] if same else 0)
    return sums


def _answer_rate(floor: Floor, inside: np.ndarray) -> np.ndarray:
    """What part of the served customers usually answers within two minutes: the median of its shifts."""
    theirs = inside & (floor.since <= ANSWERED_WITHIN)
    presses = np.bincount(floor.press_shift[theirs], minlength=len(floor.shifts))
    share = presses / np.maximum(floor.served, 1)
    usual = np.zeros(len(floor.shifts.names))
    for desk in np.unique(floor.shifts.desk):
        of = (floor.shifts.desk == desk) & (floor.served > 0)
        usual[desk] = np.median(share[of]) if of.any() else 0.0
    return np.asarray(np.clip(usual, 0.005, 0.9)[floor.shifts.desk])


def silent_heartbeats(floor: Floor, heartbeats: Heartbeats) -> list[Flag]:
    """No sign of life of a device for two open hours and five times its own rhythm (METHOD B2)."""
    desk_of = _desk_of_device(floor.presses)
    rows = heartbeats.take(np.lexsort((heartbeats.t, heartbeats.device)))
    cut = np.flatnonzero(rows.device[1:] != rows.device[:-1]) + 1
    found = []
    for beats in np.split(np.arange(len(rows)), cut) if len(rows) else []:
        device = str(rows.device[beats[0]])
        t = rows.t[beats]
        own = floor.shifts.desk == codes(np.array([desk_of.get(device, "")]), floor.shifts.names)[0]
        limit = max(LEAST_SILENCE, BEATS_MISSED * float(np.median(np.diff(t)))) if len(t) > 1 else np.inf
        for shift in np.flatnonzero(own):
            silence = _open_silence(t, floor.shifts.start[shift], floor.shifts.end[shift])
            if silence > limit:
                found.append(_no_sign(floor, int(shift), device, silence))
    return found


def _open_silence(t: np.ndarray, start: float, end: float) -> float:
    """The longest silence of a device between the start and the end of a shift, in seconds."""
    inside = t[np.searchsorted(t, start) : np.searchsorted(t, end, "right")]
    return float(np.diff(np.concatenate(([start], inside, [end]))).max())


def _no_sign(floor: Floor, shift: int, device: str, silence: float) -> Flag:
    evidence = {"device": device, "open_hours_without_heartbeat": round(silence / 3600, 1)}
    text = f"{device} gave no sign of life for {silence / 3600:.1f} open hours. Is it switched off or empty?"
    return of_shift("dead_device", floor.shifts, shift, None, evidence, text)


def _desk_of_device(presses: Presses) -> dict[str, str]:
    devices, first = np.unique(presses.device, return_index=True)
    return {str(device): str(desk) for device, desk in zip(devices, presses.desk[first], strict=True)}


def reds_missing(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Ten shifts with fewer reds than the desk's other shifts allow: negative binomial, BY 1 % (METHOD B2).

    All presses of the ten shifts would be left out, because who could not press red is not known.
    """
    red = usable & (floor.press_shift >= 0) & (floor.presses.button == RED)
    reds = np.bincount(floor.press_shift[red], minlength=len(floor.shifts)).astype(float)
    size = min(WINDOW * _size(floor, reds), MOST_SIZE)
    starts, seen, mean = [], [], []
    for desk in np.unique(floor.shifts.desk):
        own = np.flatnonzero(floor.shifts.desk == desk)
        if len(own) < 2 * WINDOW:
            continue
        inside = _sums(reds[own])
        served = _sums(floor.served[own].astype(float))
        outside = np.maximum(floor.served[own].sum() - served, 1)
        starts.append(own[: len(inside)])
        seen.append(inside)
        mean.append((reds[own].sum() - inside) / outside * served)
    if not starts:
        return []
    first, count, expected = np.concatenate(starts), np.concatenate(seen), np.concatenate(mean)
    p = negative_binomial_low(count, expected, size)
    low = standing_out(p, RED_ALPHA, "by")
    return [
        _covered(floor, usable, int(first[i]), count[i], expected[i], p[i]) for i in _lowest(first, p, low)
    ]


def _sums(values: np.ndarray) -> np.ndarray:
    return np.convolve(values, np.ones(WINDOW), "valid")


def _size(floor: Floor, reds: np.ndarray) -> float:
    """Size of the negative binomial by moments, each shift beside the level of its own desk."""
    desk, served = floor.shifts.desk, floor.served
    desks = len(floor.shifts.names)
    level = np.bincount(desk, reds, desks) / np.maximum(np.bincount(desk, served, desks), 1)
    mean = level[desk] * served
    extra = float(((reds - mean) ** 2 - mean).sum())
    return float((mean**2).sum()) / extra if extra > 0 else MOST_SIZE


def _lowest(first: np.ndarray, p: np.ndarray, low: np.ndarray) -> list[int]:
    """Of windows that overlap only the one that stands out most."""
    kept: list[int] = []
    for one in low[np.argsort(p[low], kind="stable")]:
        if all(abs(int(first[one]) - int(first[other])) >= WINDOW for other in kept):
            kept.append(int(one))
    return kept


def _covered(floor: Floor, usable: np.ndarray, shift: int, count: float, expected: float, p: float) -> Flag:
    last = shift + WINDOW - 1
    rows = np.flatnonzero(usable & (floor.press_shift >= shift) & (floor.press_shift <= last))
    evidence = {"reds": int(count), "expected_reds": round(float(expected), 1), "shifts": WINDOW}
    text = (
        f"{int(count)} red presses in ten shifts, where the desk's other shifts let expect {expected:.0f}. "
        "Could everybody reach the red button?"
    )
    desk = str(floor.shifts.names[floor.shifts.desk[shift]])
    start, end = float(floor.shifts.start[shift]), float(floor.shifts.end[last])
    return Flag(
        "red_covered", desk, shift_text(floor.shifts, shift), None, start, end, float(p), evidence, text, rows
    )
