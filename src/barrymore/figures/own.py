"""What a person may know of their own work: their taps, and the answers that name them. For them alone.

An answer is a person's only where it was bound to them: at a quality post, or after their conversation.
Nothing is guessed from who happened to work there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from barrymore.figures.models import Tally
from barrymore.figures.points import GOOD_FROM
from barrymore.figures.scope import today_in
from barrymore.formulas.intervals import Interval, wilson
from barrymore.formulas.leagues import FEWEST_ANSWERS
from barrymore.organisation.models import Staff
from barrymore.organisation.selectors import company

WEEKS = 8


@dataclass
class Week:
    """One week: own taps, those at points where answers name the person, and the answers that do."""

    monday: date
    served: int = 0
    served_where_named: int = 0
    good: int = 0
    bad: int = 0
    talks_good: int = 0
    talks_bad: int = 0

    def add(self, other: "Week") -> None:
        """Count another week with this one."""
        for name in vars(self):
            if name != "monday":
                setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Own:
    """The last weeks, the oldest first, and all of them together."""

    weeks: list[Week]
    all: Week

    @property
    def answered(self) -> int:
        """Answers at points that name the person."""
        return self.all.good + self.all.bad

    @property
    def response_rate(self) -> float | None:
        """Of those served where answers name the person; None under thirty answers or without the count."""
        enough = FEWEST_ANSWERS <= self.answered <= self.all.served_where_named
        return self.answered / self.all.served_where_named if enough else None

    @property
    def good(self) -> tuple[float, Interval] | None:
        """The share of good with its interval; None under thirty answers."""
        if self.answered < FEWEST_ANSWERS:
            return None
        interval = wilson(self.all.good, self.answered)
        return (self.all.good / self.answered, interval) if interval else None


def own_of(staff: Staff) -> Own:
    """The last eight weeks of a person, from tallies in one statement."""
    today = today_in(company().timezone)
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    rows = Tally.objects.filter(staff_ref=staff.pk, staff_ref__gt=0, day__gte=first)
    told = list(
        rows.values_list("week", "point_ref", "what").annotate(n=Sum("count")).order_by("week", "point_ref")
    )
    named = {point for _week, point, what, _n in told if point and what.startswith("answer:survey:")}
    weeks = {first + timedelta(weeks=n): Week(first + timedelta(weeks=n)) for n in range(WEEKS)}
    for monday, point, what, n in told:
        if monday in weeks:
            _count(weeks[monday], point, what, n, is_named=point in named)
    total = Week(first)
    for week in weeks.values():
        total.add(week)
    return Own(list(weeks.values()), total)


def _count(week: Week, point: int, what: str, n: int, *, is_named: bool) -> None:
    if what == "served:employee":
        week.served += n
        week.served_where_named += n if is_named else 0
        return
    side = _side(what)
    if side:
        sign = -1 if what.startswith("left_out:") else 1
        name = side if point else f"talks_{side}"
        setattr(week, name, getattr(week, name) + sign * n)


def _side(what: str, good_from: Mapping[str, int] = GOOD_FROM) -> str:
    """`good`, `bad`, or nothing where it is no answer of somebody who was asked."""
    kind, _mode, rest = what.removeprefix("left_out:").partition(":survey:")
    scale, _colon, score = rest.partition(":")
    if kind != "answer" or scale not in good_from:
        return ""
    return "good" if int(score) >= good_from[scale] else "bad"
