"""Shifts, and which press, which served customer and which outside count belongs to which."""

from dataclasses import dataclass

import numpy as np

from barrymore.formulas.detection_data import Evidence, External, Presses, Roster, Served, codes, moments

HOUR = 3600.0
# Without a roster a shift ends where nothing happens for so long.
PAUSE = 4 * HOUR
LONGEST = 16 * HOUR
# A customer may answer a little after the desk has closed.
AFTERWARDS = 900.0
HANDOVER = 1800.0
QUICKEST, MOST_CLOCK_ERROR, STEADY_SECONDS = 0.05, 60.0, 2.0


@dataclass(frozen=True, slots=True)
class Shifts:
    """Shifts sorted by desk and start; `desk` is a position in `names`, `staff` is "" if not one person."""

    names: np.ndarray
    desk: np.ndarray
    staff: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.desk)

    def at(self, desk: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Position of the shift of each (desk position, moment); -1 where nobody was on duty."""
        if not len(self.desk) or not len(desk):
            return np.full(len(desk), -1)
        base, stride = _stride(self.start, self.end, t)
        place = np.searchsorted(self.desk * stride + self.start - base, desk * stride + t - base, "right") - 1
        safe = np.maximum(place, 0)
        inside = (place >= 0) & (self.desk[safe] == desk) & (t <= self.end[safe] + AFTERWARDS)
        return np.where(inside, safe, -1)


@dataclass(frozen=True, slots=True)
class Floor:
    """What happened, shift by shift: the tables with the shift of each row, seconds since the last served.

    `since` is inf for a press before the first served customer of its shift, `external` nan without a count.
    """

    shifts: Shifts
    presses: Presses
    t: np.ndarray
    press_shift: np.ndarray
    since: np.ndarray
    served_t: np.ndarray
    served_shift: np.ndarray
    served: np.ndarray
    external: np.ndarray


def laid_out(evidence: Evidence, presses: Presses) -> Floor:
    """Put everything into its shift; `presses` are those of the evidence, told apart."""
    served = evidence.served.take(np.lexsort((evidence.served.t, evidence.served.desk)))
    roster = evidence.roster if evidence.roster is not None and len(evidence.roster) else None
    names = np.unique(np.concatenate([served.desk, presses.desk, *([roster.desk] if roster else [])]))
    shifts = _from_roster(roster, names) if roster else _from_served(served, names)
    t = moments(presses) + _clock_error(presses)
    press_desk, served_desk = codes(presses.desk, names), codes(served.desk, names)
    press_shift, served_shift = shifts.at(press_desk, t), shifts.at(served_desk, served.t)
    inside = served_shift >= 0
    counts = np.bincount(served_shift[inside], minlength=len(shifts))
    return Floor(
        *(shifts, presses, t, press_shift, _since(press_shift, t, served_shift[inside], served.t[inside])),
        *(served.t[inside], served_shift[inside], counts, _counted(evidence.external, shifts, counts)),
    )


def _clock_error(presses: Presses) -> np.ndarray:
    """By how much each device's clock is slow, in seconds: the quickest arrivals say it (Cristian, 1989).

    Seconds matter beside the taps; an error of more than a minute is left to `clock_back` and to people.
    """
    error = np.zeros(len(presses))
    lag = presses.t_server - moments(presses)
    _, device = np.unique(presses.device, return_inverse=True)
    order = np.argsort(device, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(device[order])) + 1):
        quick, usual = np.quantile(lag[rows], [QUICKEST, 0.5]) if len(rows) else (0.0, 0.0)
        # Where arrivals are irregular, they say nothing about the clock.
        steady = usual - quick <= STEADY_SECONDS and abs(quick) <= MOST_CLOCK_ERROR
        error[rows] = float(quick) if steady else 0.0
    return error


def _stride(*moments_of: np.ndarray) -> tuple[float, float]:
    """A base and a step that keep desks apart when desk and moment become one number."""
    low = min(float(one.min()) for one in moments_of if len(one))
    high = max(float(one.max()) for one in moments_of if len(one))
    return low, high - low + 10 * HOUR


def _since(press_shift: np.ndarray, t: np.ndarray, shift: np.ndarray, served_t: np.ndarray) -> np.ndarray:
    """Seconds from the last served customer of the same shift to each press."""
    since = np.full(len(t), np.inf)
    if not len(served_t) or not len(t):
        return since
    base, stride = _stride(t, served_t)
    order = np.lexsort((served_t, shift))
    keys = shift[order] * stride + served_t[order] - base
    place = np.searchsorted(keys, press_shift * stride + t - base, "right") - 1
    safe = np.maximum(place, 0)
    same = (place >= 0) & (shift[order][safe] == press_shift) & (press_shift >= 0)
    return np.where(same, t - served_t[order][safe], since)


def _from_roster(roster: Roster, names: np.ndarray) -> Shifts:
    """Shifts as planned; a handover is cut in the middle, a longer overlap is one shift of several people."""
    rows = roster.take(np.lexsort((roster.staff, roster.end, roster.start, roster.desk)))
    kept: list[list[object]] = []
    for desk, staff, start, end in zip(rows.desk, rows.staff, rows.start, rows.end, strict=True):
        last = kept[-1] if kept and kept[-1][0] == desk else None
        overlap = float(last[3]) - float(start) if last else 0.0  # type: ignore[arg-type]
        if last and overlap > HANDOVER:
            last[3] = max(float(last[3]), float(end))  # type: ignore[arg-type]
            last[1] = last[1] if last[1] == staff else ""
            continue
        if last and overlap > 0:
            start = last[3] = float(start) + overlap / 2
        kept.append([desk, staff, float(start), float(end)])
    desks, people, starts, ends = (np.asarray(column) for column in zip(*kept, strict=True))
    return Shifts(names, codes(desks, names), people, starts.astype(float), ends.astype(float))


def _from_served(served: Served, names: np.ndarray) -> Shifts:
    """Shifts where no roster is given: a pause ends one; where a desk never pauses, the day (UTC) does."""
    if not len(served):
        nothing = np.empty(0)
        return Shifts(names, nothing.astype(int), nothing.astype(np.str_), nothing, nothing)
    desk = codes(served.desk, names)
    other = np.concatenate(([True], desk[1:] != desk[:-1]))
    new = other | np.concatenate(([True], np.diff(served.t) > PAUSE))
    run = np.cumsum(new) - 1
    length = np.maximum.reduceat(served.t, np.flatnonzero(new)) - served.t[new]
    day = np.floor(served.t / 86_400)
    new |= (length > LONGEST)[run] & np.concatenate(([True], np.diff(day) != 0))
    first = np.flatnonzero(new)
    last = np.concatenate((first[1:], [len(served)]))
    staff = [_one_person(served.staff[a:b]) for a, b in zip(first, last, strict=True)]
    return Shifts(names, desk[first], np.asarray(staff, np.str_), served.t[first], served.t[last - 1])


def _one_person(staff: np.ndarray) -> str:
    """Who did nearly all of a shift, or "" where several did."""
    names, counts = np.unique(staff, return_counts=True)
    return str(names[counts.argmax()]) if counts.max() >= 0.9 * len(staff) else ""


def _counted(external: External | None, shifts: Shifts, served: np.ndarray) -> np.ndarray:
    """The outside count of each shift; one that covers several is shared out by their served customers."""
    counted = np.full(len(shifts), np.nan)
    if external is None or not len(external) or not len(shifts):
        return counted
    by_desk = np.searchsorted(shifts.desk, np.arange(len(shifts.names) + 1))
    for desk, start, end, count in zip(
        codes(external.desk, shifts.names), external.start, external.end, external.count, strict=True
    ):
        if desk < 0:
            continue
        near = np.arange(by_desk[desk], by_desk[desk + 1])
        overlap = np.minimum(end, shifts.end[near] + 60) - np.maximum(start, shifts.start[near] - 60)
        hit = near[overlap > 0]
        # An hour that touches two shifts belongs to the one that has most of it.
        if len(hit) > 1 and end - start <= HOUR:
            hit = near[[int(overlap.argmax())]]
        part = served[hit] + 1.0
        counted[hit] = np.nan_to_num(counted[hit]) + count * part / max(part.sum(), 1.0)
    return counted
