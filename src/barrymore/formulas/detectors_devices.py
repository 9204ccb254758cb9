"""What devices do by themselves: bursts, stuck buttons, a key used twice, a clock that went back."""

import numpy as np

from barrymore.formulas.detection_flags import Flag, of_shift
from barrymore.formulas.detection_shifts import Floor

BURST_PRESSES, BURST_SECONDS = 8, 15.0
EQUAL_INTERVALS, EQUAL_WITHIN = 8, 0.25
SHORTEST_REPEAT, SLOWEST_REPEAT = 0.3, 60.0
FEWEST_RETURNS = 2
FEWEST_CONFLICTS = 2
# A correction by the network moves a clock by less; not tuned.
BACK_SECONDS, FEWEST_BACK = 120.0, 4


def bursts(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Eight presses of a device within 15 s: a scan over its presses (Naus, 1965; METHOD B2).

    All but the first press of an episode would be left out.
    """
    order = _by_device(floor, usable)
    t, device = floor.t[order], floor.presses.device[order]
    if len(t) < BURST_PRESSES:
        return []
    last = BURST_PRESSES - 1
    hit = (t[last:] - t[:-last] <= BURST_SECONDS) & (device[last:] == device[:-last])
    found = []
    for run in _episodes(_spread(hit, last, len(t)), t, device, BURST_SECONDS):
        rows = order[run]
        seconds = float(t[run[-1]] - t[run[0]])
        evidence = {"presses": len(run), "seconds": round(seconds, 1), "device": str(device[run[0]])}
        text = (
            f"{len(run)} presses within {seconds:.0f} s. Was it a child, a test, a prank? "
            "They would count as one."
        )
        found += _flag("burst", floor, rows, rows[1:], evidence, text)
    return found


def stuck(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Eight equal intervals (within 0.25 s) of one button: a contact that repeats itself (METHOD B2).

    All presses of the series would be left out.
    """
    found: list[Flag] = []
    for button in np.unique(floor.presses.button):
        order = _by_device(floor, usable & (floor.presses.button == button))
        t, device = floor.t[order], floor.presses.device[order]
        if len(t) <= EQUAL_INTERVALS:
            continue
        hit = _equal(np.diff(t)) & (device[EQUAL_INTERVALS:] == device[:-EQUAL_INTERVALS])
        for run in _episodes(_spread(hit, EQUAL_INTERVALS, len(t)), t, device, SLOWEST_REPEAT):
            if len(run) <= EQUAL_INTERVALS:
                # Equal intervals longer than any contact repeats itself: cut in pieces by their own pauses.
                continue
            every = float(np.median(np.diff(t[run])))
            evidence = {"presses": len(run), "every_seconds": round(every, 2), "button": str(button)}
            text = f"{len(run)} {button} presses, one every {every:.1f} s. Is the button stuck?"
            found += _flag("stuck", floor, order[run], order[run], evidence, text)
    return found


def _equal(gaps: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(gaps, EQUAL_INTERVALS)
    middle = np.median(windows, axis=1)
    allowed = np.minimum(2 * EQUAL_WITHIN, 0.4 * middle)
    return np.asarray((np.ptp(windows, axis=1) <= allowed) & (middle >= SHORTEST_REPEAT))


def two_devices(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """One key in two places: a boot that comes back after another one, or a number used for two presses.

    A device counts on from boot to boot and never returns to an earlier one, whatever comes late.
    """
    presses = floor.presses
    numbered = usable & (presses.seq >= 0) & (floor.press_shift >= 0)
    behind = _number_used_twice(floor, numbered)
    found = []
    order = _by_device(floor, numbered)
    _, boot = np.unique(presses.boot_id, return_inverse=True)
    for shift, rows in _per_shift_and_device(floor, order):
        boots, counts = np.unique(boot[rows], return_counts=True)
        returns = int((np.diff(boot[rows]) != 0).sum()) - (len(boots) - 1)
        foreign = rows[boot[rows] != boots[counts.argmax()]] if returns >= FEWEST_RETURNS else rows[:0]
        twice = rows[behind[rows]]
        if not len(foreign) and len(twice) < FEWEST_CONFLICTS:
            continue
        out = np.union1d(foreign, twice)
        evidence = {"presses": len(out), "returns_of_a_boot": returns, "numbers_used_twice": len(twice)}
        text = (
            f"{len(out)} presses do not fit into the device's own numbering. "
            "Is the same key in use on a second device?"
        )
        found.append(of_shift("two_devices_one_key", floor.shifts, shift, None, evidence, text, out))
    return found


def _number_used_twice(floor: Floor, numbered: np.ndarray) -> np.ndarray:
    """Presses that share boot and number with another one, and come after higher numbers."""
    presses, behind = floor.presses, np.zeros(len(floor.t), bool)
    rows = np.flatnonzero(numbered)
    rows = rows[np.lexsort((presses.seq[rows], presses.boot_id[rows], presses.device[rows]))]
    same = np.ones(max(len(rows) - 1, 0), bool)
    for column in (presses.device, presses.boot_id, presses.seq):
        same &= column[rows][1:] == column[rows][:-1]
    for one in np.flatnonzero(same):
        a, b = rows[one], rows[one + 1]
        # Of the two, the real one stands among neighbours of its own age: the later one does not.
        behind[b if floor.t[b] >= floor.t[a] else a] = True
    return behind


def clock_back(floor: Floor, usable: np.ndarray) -> list[Flag]:
    """Numbers go on while the device's clock goes back by more than two minutes, four presses or more."""
    presses = floor.presses
    rows = np.flatnonzero(
        usable & (presses.seq >= 0) & ~np.isnan(presses.t_device) & (floor.press_shift >= 0)
    )
    rows = rows[np.lexsort((presses.seq[rows], presses.boot_id[rows], presses.device[rows]))]
    if not len(rows):
        return []
    new = np.ones(len(rows), bool)
    for column in (presses.device, presses.boot_id):
        new[1:] &= column[rows][1:] == column[rows][:-1]
    new[1:] = ~new[1:]
    back = floor.t[rows] < _highest_so_far(floor.t[rows], new) - BACK_SECONDS
    found = []
    for shift in np.unique(floor.press_shift[rows[back]]):
        out = rows[back & (floor.press_shift[rows] == shift)]
        if len(out) < FEWEST_BACK:
            continue
        lag = float(np.median(presses.t_server[out] - floor.t[out]))
        evidence = {"presses": len(out), "median_lag_seconds": round(lag)}
        text = (
            f"{len(out)} presses carry later numbers but earlier times than those before them, and came "
            f"{lag / 60:.0f} min late. Was the clock of the device changed?"
        )
        found.append(of_shift("clock_went_back", floor.shifts, int(shift), None, evidence, text, out))
    return found


def _highest_so_far(t: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The running maximum of t, begun anew where `new` is true."""
    stride = float(np.ptp(t)) + 1.0
    group = np.cumsum(new)
    return np.asarray(np.maximum.accumulate(t + group * stride) - group * stride)


def _by_device(floor: Floor, usable: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(usable)
    return np.asarray(rows[np.lexsort((floor.t[rows], floor.presses.device[rows]))])


def _per_shift_and_device(floor: Floor, order: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Rows of each (device, shift), in their order."""
    if not len(order):
        return []
    shift, device = floor.press_shift[order], floor.presses.device[order]
    cut = np.flatnonzero((shift[1:] != shift[:-1]) | (device[1:] != device[:-1])) + 1
    return [(int(floor.press_shift[rows[0]]), rows) for rows in np.split(order, cut)]


def _spread(hit: np.ndarray, reach: int, size: int) -> np.ndarray:
    """Every row within `reach` after a hit belongs to it."""
    marks = np.zeros(size + 1, dtype=int)
    at = np.flatnonzero(hit)
    np.add.at(marks, at, 1)
    np.add.at(marks, at + reach + 1, -1)
    return np.asarray(np.cumsum(marks)[:-1] > 0)


def _episodes(marked: np.ndarray, t: np.ndarray, device: np.ndarray, pause: float) -> list[np.ndarray]:
    rows = np.flatnonzero(marked)
    if not len(rows):
        return []
    cut = (np.diff(t[rows]) > pause) | (device[rows][1:] != device[rows][:-1])
    return np.split(rows, np.flatnonzero(cut) + 1)


def _flag(
    kind: str, floor: Floor, rows: np.ndarray, out: np.ndarray, evidence: dict[str, object], text: str
) -> list[Flag]:
    """One flag for the shift in which the episode began, or for the closed desk."""
    shift = int(floor.press_shift[rows[0]])
    if shift >= 0:
        return [of_shift(kind, floor.shifts, shift, None, evidence, text, out)]
    desk = str(floor.presses.desk[rows[0]])
    start, end = float(floor.t[rows[0]]), float(floor.t[rows[-1]])
    return [Flag(kind, desk, "", None, start, end, None, evidence, text, out)]
