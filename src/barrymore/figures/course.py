"""The course of a point: three charts that are read together (METHOD A7), from tallies of closed days.

Satisfaction alone may rise because fewer are asked: it stands beside the response rate, and the response
rate beside those served as we count them and as somebody else does.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from barrymore.figures.at_points import most_used
from barrymore.figures.models import Baseline
from barrymore.figures.points import EXTERNAL, said_of
from barrymore.figures.scope import today_in
from barrymore.figures.tallies import Told, first_answer_day, points_with_answers, told_by_period
from barrymore.formulas.charts import ewma
from barrymore.formulas.courses import (
    LEAST_PERIODS,
    Sensitivity,
    Signal,
    Usual,
    drift_signals,
    period_signals,
    ratio_limits,
    ratio_score,
    sensitivity,
    share_limits,
    share_score,
    usual_ratio,
    usual_share,
)
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.intervals import Interval
from barrymore.organisation.models import Point

SATISFACTION, RATE, RATIO = "satisfaction", "response_rate", "served_ratio"
# Per kind of period: how many are shown, how far the base may reach, how many a week has.
SHOWN = {"day": 60, "week": 52}
BASE_DAYS = {"day": 180, "week": 400}
A_WEEK = {"day": 7, "week": 1}
CHARTS_OF_A_POINT = 3
COUNTED_DAYS = 28
RECENT = 7


@dataclass(frozen=True)
class Period:
    """What was counted in a day or week; None where nobody counted."""

    begins: date
    good: int
    answered: int  # on the scale of the chart
    responded: int  # complete, on any scale
    ours: int | None
    theirs: int | None

    @property
    def frame(self) -> int:
        """Whom the answers are held against."""
        return self.ours or 0


@dataclass
class Chart:
    """One line: x of n in each period, its value, limits and smoothed level, and what signals."""

    name: str
    x: list[int]
    n: list[int]
    values: list[float | None]
    usual: Usual | None = None
    limits: list[Interval | None] = field(default_factory=list)
    smooth: list[float | None] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    def recently(self, side: int) -> bool:
        """Whether one of the last periods signals on a side."""
        return any(one.side == side and one.place >= len(self.values) - RECENT for one in self.signals)


@dataclass
class Course:
    """A point over time. `based_on` is the frozen base; `rebased` who set it, None for the first twenty."""

    point: Point
    every: str
    scale: str
    periods: list[Period]
    charts: dict[str, Chart]
    set_to: Sensitivity
    charts_in_house: int
    based_on: tuple[date, date] | None
    rebased: Baseline | None
    base_periods: int
    is_counted: bool


def course_of(point: Point, every: str = "day", until: date | None = None) -> Course:
    """Read a point up to the last closed period, in a few statements however long its history is."""
    last = _closed(point, every, until)
    step = timedelta(days=1 if every == "day" else 7)
    shown_from = last - step * (SHOWN[every] - 1)
    rebased = Baseline.objects.filter(point=point, every=every).select_related("made_by").last()
    first = rebased.first if rebased else first_answer_day(point.pk)
    base_until = rebased.last if rebased else _after(first, every)
    spans = [(shown_from, last + step - timedelta(days=1))]
    if first is not None and base_until is not None:
        spans.append((first, min(base_until, spans[0][1])))
    told = told_by_period(point.pk, every, spans)
    scale = most_used(Told(point.pk, counts) for counts in told.values())
    source = next(
        (one for one in ("employee", *EXTERNAL) if any(f"served:{one}" in c for c in told.values())), ""
    )
    read = {begins: _period(begins, counts, scale, source) for begins, counts in told.items()}
    base = _base(read, every, rebased, first)
    houses = max(1, points_with_answers(last - timedelta(days=COUNTED_DAYS), last)) * CHARTS_OF_A_POINT
    shown = _every(shown_from, last, step, read, begins=min(read, default=last))
    course = Course(
        point=point,
        every=every,
        scale=scale,
        periods=shown,
        charts={},
        set_to=sensitivity(houses, A_WEEK[every]),
        charts_in_house=houses,
        based_on=(base[0].begins, base[-1].begins) if base else None,
        rebased=rebased,
        base_periods=sum(_is_usable(one) for one in read.values()),
        is_counted=bool(source),
    )
    _draw(course, base)
    return course


def _closed(point: Point, every: str, until: date | None) -> date:
    """The last day that is over at the site, or the Monday of the last week that is."""
    yesterday = today_in(point.site.timezone) - timedelta(days=1)
    last = min(until, yesterday) if until else yesterday
    return last if every == "day" else last - timedelta(days=6 + (last.weekday() + 1) % 7)


def _after(first: date | None, every: str) -> date | None:
    return first + timedelta(days=BASE_DAYS[every]) if first else None


def _period(begins: date, counts: Mapping[str, int], scale: str, source: str) -> Period:
    good, bad = said_of(counts, scale)
    left_out = sum(n for what, n in counts.items() if what.startswith("left_out:answer:survey:"))
    theirs = next((one for one in EXTERNAL if one != source and f"served:{one}" in counts), None)
    return Period(
        begins=begins,
        good=good,
        answered=good + bad,
        responded=max(0, counts.get("code:survey:I", 0) - left_out),
        ours=counts.get(f"served:{source}") if source else None,
        theirs=counts.get(f"served:{theirs}") if theirs else None,
    )


def _is_usable(one: Period) -> bool:
    return bool(one.answered) and one.responded <= one.frame


def _base(
    read: Mapping[date, Period], every: str, rebased: Baseline | None, first: date | None
) -> list[Period]:
    """The periods of the base: those somebody named, else the first twenty with answers and those served."""
    lowest = first - timedelta(days=first.weekday() if every == "week" else 0) if first else None
    ordered = [read[begins] for begins in sorted(read) if lowest and begins >= lowest]
    if rebased:
        return [one for one in ordered if one.begins <= rebased.last]
    usable = [one for one in ordered if _is_usable(one)]
    if len(usable) < LEAST_PERIODS:
        return []
    return [one for one in ordered if one.begins <= usable[LEAST_PERIODS - 1].begins]


def _every(
    since: date, last: date, step: timedelta, read: Mapping[date, Period], begins: date
) -> list[Period]:
    """Each period from the first with anything in it; those without are empty and not left away."""
    since = max(since, begins)
    count = max(0, (last - since) // step + 1)
    days = [since + step * number for number in range(count)]
    return [read.get(day) or Period(day, 0, 0, 0, None, None) for day in days]


def _draw(course: Course, base: Sequence[Period]) -> None:
    """The three charts; signals only after the base."""
    begin = sum(one.begins <= course.based_on[1] for one in course.periods) if course.based_on else 0
    ways: dict[str, Callable[[Period], tuple[int, int]]] = {
        SATISFACTION: lambda one: (one.good, one.answered),
        RATE: lambda one: (one.responded, one.frame) if one.responded <= one.frame else (0, 0),
        RATIO: lambda one: (one.ours or 0, one.theirs or 0) if one.ours and one.theirs else (0, 0),
    }
    for name, counts in ways.items():
        pairs = [counts(one) for one in course.periods]
        chart = Chart(
            name, [x for x, _n in pairs], [n for _x, n in pairs], [x / n if n else None for x, n in pairs]
        )
        course.charts[name] = chart
        measure = usual_ratio if name == RATIO else usual_share
        based = [counts(one) for one in base]
        try:
            chart.usual = measure([x for x, _n in based], [n for _x, n in based])
        except FormulaError:
            continue
        _judge(chart, chart.usual, course.set_to, begin)


def _judge(chart: Chart, usual: Usual, set_to: Sensitivity, begin: int) -> None:
    limits_of, score_of = (ratio_limits, ratio_score) if chart.name == RATIO else (share_limits, share_score)
    chart.limits = [limits_of(usual, n, set_to.sigmas) if n else None for n in chart.n]
    scores = [score_of(usual, x, n) if n else None for x, n in zip(chart.x, chart.n, strict=True)]
    known = [value for value in chart.values if value is not None]
    levels = iter(ewma(known, usual.level, 1.0).levels)
    chart.smooth = [None if value is None else next(levels) for value in chart.values]
    found = period_signals(chart.values, chart.limits, begin) + drift_signals(scores, set_to.h, begin)
    chart.signals = sorted(found, key=lambda one: (one.place, one.rule))


def counts_of(course: Course) -> Counter[str]:
    """How many periods have which data, to say what is missing."""
    return Counter(
        answered=sum(bool(one.answered) for one in course.periods),
        checked=sum(one.ours is not None and one.theirs is not None for one in course.periods),
        broken=sum(one.ours is not None and one.responded > one.frame for one in course.periods),
    )
