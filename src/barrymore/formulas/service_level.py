"""Telephone service factor in its five variants, abandon rates, handling time, first contact resolution."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from barrymore.formulas.errors import FormulaError


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """One set of calls, five answers; the name of the variant is part of the metric. None at zero calls."""

    answered_or_left_in_target: float | None
    answered_only: float | None
    strict: float | None
    without_left_in_target: float | None
    without_short: float | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Finished calls of one interval of arrival. Error NEGATIVE_COUNT or COUNTS_DISAGREE."""

    answered: int
    abandoned: int
    answered_in_target: int
    abandoned_in_target: int
    short_abandons: int

    def __post_init__(self) -> None:
        if min(self.answered_in_target, self.abandoned_in_target, self.short_abandons) < 0:
            raise FormulaError("NEGATIVE_COUNT", "counts must be 0 or more")
        left = max(self.abandoned_in_target, self.short_abandons)
        if self.answered_in_target > self.answered or left > self.abandoned:
            raise FormulaError("COUNTS_DISAGREE", "calls within the target cannot outnumber all calls")

    @property
    def offered(self) -> int:
        """Answered and abandoned calls."""
        return self.answered + self.abandoned


@dataclass(frozen=True, slots=True)
class FirstContact:
    """Share of `judged` first contacts without repeat, None if none; `pending` are too young to judge."""

    share: float | None
    judged: int
    pending: int


def count_calls(
    answered_seconds: Sequence[float],
    abandoned_seconds: Sequence[float],
    target_seconds: float,
    short_below_seconds: float = 5,
) -> QueueCounts:
    """Sort waits in seconds: within the target means <=, short means left before `short_below_seconds`."""
    return QueueCounts(
        answered=len(answered_seconds),
        abandoned=len(abandoned_seconds),
        answered_in_target=sum(w <= target_seconds for w in answered_seconds),
        abandoned_in_target=sum(w <= target_seconds for w in abandoned_seconds),
        short_abandons=sum(w < short_below_seconds for w in abandoned_seconds),
    )


def service_levels(counts: QueueCounts) -> ServiceLevels:
    """All variants of the service factor (ICMI QueueTip, 2002); the product shows `without_short`.

    `answered_or_left_in_target` is Asterisk's SL2 (app_queue.c): two calls hung up after 3 s make 100 %.
    """
    hit, offered = counts.answered_in_target, counts.offered
    return ServiceLevels(
        answered_or_left_in_target=_share(hit + counts.abandoned_in_target, offered),
        answered_only=_share(hit, counts.answered),
        strict=_share(hit, offered),
        without_left_in_target=_share(hit, offered - counts.abandoned_in_target),
        without_short=_share(hit, offered - counts.short_abandons),
    )


def abandon_rates(counts: QueueCounts) -> tuple[float | None, float | None]:
    """Share that left, of all offered and without the short ones; None at zero calls (ICMI, 2002)."""
    short = counts.short_abandons
    return _share(counts.abandoned, counts.offered), _share(counts.abandoned - short, counts.offered - short)


def average_handling_time(
    talk_seconds: Sequence[float], hold_seconds: Sequence[float], wrap_seconds: Sequence[float]
) -> float | None:
    """AHT = (talk + hold + wrap) / handled in seconds, one entry per handled call; None without calls (ICMI).

    Error LENGTHS_DIFFER.
    """
    handled = len(talk_seconds)
    if not handled == len(hold_seconds) == len(wrap_seconds):
        raise FormulaError("LENGTHS_DIFFER", "give talk, hold and wrap for every handled call")
    return _share(sum(talk_seconds) + sum(hold_seconds) + sum(wrap_seconds), handled)


def first_contact_resolution(
    contacts: Iterable[tuple[str, float]], window_days: float, observed_until_day: float
) -> FirstContact:
    """Share of first contacts without a repeat of the same customer within the window (METHOD A10).

    `contacts` are (customer, day) of any channel. A contact later than the window after a first one is a
    new first one; one whose window is still open is pending, whatever happened so far.
    """
    by_customer: defaultdict[str, list[float]] = defaultdict(list)
    for customer, day in contacts:
        by_customer[customer].append(day)
    firsts = [first for days in by_customer.values() for first in _first_contacts(sorted(days), window_days)]
    judged = [alone for day, alone in firsts if day + window_days <= observed_until_day]
    return FirstContact(_share(sum(judged), len(judged)), len(judged), len(firsts) - len(judged))


def _first_contacts(days: list[float], window: float) -> list[tuple[float, bool]]:
    firsts: list[tuple[float, bool]] = []
    for day in days:
        if firsts and day - firsts[-1][0] <= window:
            firsts[-1] = (firsts[-1][0], False)
        else:
            firsts.append((day, True))
    return firsts


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
