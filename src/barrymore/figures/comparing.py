"""Compare points that asked the same in the same quarter: METHOD A6. Groups and never positions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from typing import Any

from barrymore.figures.figure import Figure
from barrymore.figures.points import figure_of, said_of
from barrymore.figures.scope import Period, Scope
from barrymore.figures.tallies import Told
from barrymore.formulas.bounds import manski
from barrymore.formulas.case_mix import Cell, level_out
from barrymore.formulas.intervals import Interval
from barrymore.formulas.leagues import (
    FEWEST_ANSWERS,
    FunnelLimits,
    Group,
    funnel_limits,
    groups,
    overdispersion,
    rank_intervals,
    shrink,
)

GRADES_COMPARED = ("A", "B")
CURVE_STEPS = 40
# Under ten points a tenth is none: an extreme one would widen the funnel for itself.
FEWEST_FOR_SPREAD = 10
# What a point cannot help; its answers are moved to the circumstances of all before they are compared.
TRAITS = ("site", "service", "hour")


@dataclass(frozen=True)
class Row:
    """A point that is compared: its share drawn towards all, where it stands, and its place in the funnel.

    `good`: how many would be good under the circumstances of all; as said where nothing is levelled out.
    `places`: between which places it stands with 95 per cent, 1 the best; None where none is apart.
    `holds_anyway`: the group is the same whatever those who did not answer think (METHOD, rule 5).
    """

    point: int
    figure: Figure
    good: float
    share: float
    interval: Interval
    group: Group
    places: tuple[int, int] | None
    limits: FunnelLimits
    holds_anyway: bool

    @property
    def answered(self) -> int:
        """Good and bad."""
        return self.figure.responded

    @property
    def observed(self) -> float:
        """The share before it is drawn towards all."""
        return self.good / self.figure.responded

    @property
    def outside(self) -> str:
        """Outside which limits of the funnel it lies: `action`, `warning` or none."""
        for name in ("action", "warning"):
            limits: Interval = getattr(self.limits, name)
            if not limits.low <= self.observed <= limits.high:
                return name
        return ""


@dataclass
class Comparison:
    """All points of one campaign and one scale in one quarter."""

    period: Period
    scale: str
    rows: list[Row] = field(default_factory=list)
    # Enough answers, but too few of those served, or too unevenly: counts without a comparison.
    uneven: list[tuple[int, Figure]] = field(default_factory=list)
    few: int = 0
    uncounted: int = 0
    other_scale: int = 0
    level: float | None = None
    rankable: bool = False
    spread: float = 1.0
    levelled: tuple[str, ...] = ()
    curve: list[tuple[int, FunnelLimits]] = field(default_factory=list)


def compare(
    told: Iterable[Told],
    scale: str,
    period: Period,
    cells: Sequence[Cell] | None = None,
    *,
    unit: str = "point",
) -> Comparison:
    """Compare what was told at points, or with the unit `staff` of people. Feedback is never in it.

    `cells`: the same answers by site, service and hour, which are levelled out; without them nothing is.
    """
    made = Comparison(period, scale)
    units: list[Unit] = []
    for one in told:
        if not one.total("answer:survey:"):
            continue
        named: dict[str, Any] = {unit: one.point}
        figure = figure_of([one], scale, Scope(**named), period)
        if not figure.responded:
            made.other_scale += 1
        elif figure.grade == "F":
            made.uncounted += 1
        else:
            units.append(Unit(one, figure))
    made.few = sum(unit.figure.responded < FEWEST_ANSWERS for unit in units)
    enough = [unit for unit in units if unit.figure.responded >= FEWEST_ANSWERS]
    made.uneven = [(one.point, one.figure) for one in enough if one.figure.grade not in GRADES_COMPARED]
    units = [unit for unit in units if _sets_level(unit.figure)]
    if len(units) < 2:
        made.uneven = [(one.point, one.figure) for one in enough]
        return made
    _place(made, units, _levelled(made, units, cells))
    return made


@dataclass(frozen=True)
class Unit:
    """A point that sets the common level, and its figure."""

    told: Told
    figure: Figure

    @property
    def point(self) -> int:
        """Its id."""
        return self.told.point


def _levelled(made: Comparison, units: Sequence[Unit], cells: Sequence[Cell] | None) -> list[float]:
    """How many good answers each unit has under the circumstances of all."""
    said = [float(unit.figure.values["good"]) for unit in units]
    here = {unit.point for unit in units}
    known = [cell for cell in cells or [] if cell.unit in here]
    if not known:
        return said
    moved = level_out(known, TRAITS)
    made.levelled = moved.used
    return [moved.good.get(unit.point, good) for unit, good in zip(units, said, strict=True)]


def cells_of(told: Told, unit: int, scale: str, site: str, service: str) -> list[Cell]:
    """What was told at one point, of all or of one person, by the part of the day."""
    hours: dict[int, tuple[int, int]] = {}
    for (_weekday, band), counts in told.parts.items():
        good, bad = said_of(counts, scale)
        so_far = hours.get(band, (0, 0))
        hours[band] = (so_far[0] + good, so_far[1] + good + bad)
    # What a flag has left out may lie in another part than the answer; a part never has less than nothing.
    return [
        Cell(
            unit, min(max(good, 0), answered), answered, {"site": site, "service": service, "hour": f"{band}"}
        )
        for band, (good, answered) in hours.items()
        if answered > 0
    ]


def _place(made: Comparison, units: Sequence[Unit], good: Sequence[float]) -> None:
    asked = [unit.figure.responded for unit in units]
    table = shrink(good, asked)
    made.level, made.rankable = table.prior_mean, table.rankable
    if 0 < table.prior_mean < 1 and len(units) >= FEWEST_FOR_SPREAD:
        made.spread = overdispersion(good, asked, table.prior_mean)
    placed, places = groups(table, asked), rank_intervals(table, good, asked)
    for number, unit in enumerate(units):
        group = placed[number]
        if group is not None:
            others = [one.figure for place, one in enumerate(units) if place != number]
            made.rows.append(
                Row(
                    point=unit.point,
                    figure=unit.figure,
                    good=good[number],
                    share=table.means[number],
                    interval=table.intervals[number],
                    group=group,
                    places=places[number] if places else None,
                    limits=_limits(unit.figure.responded, table.prior_mean, made.spread),
                    holds_anyway=_holds(unit.figure, others, group),
                )
            )
    made.curve = _curve(made)


def _sets_level(figure: Figure) -> bool:
    """Whether a point is fit to say what is common: those with few answers are, those few of many are not."""
    if figure.responded < FEWEST_ANSWERS:
        return "LOW_RESPONSE_RATE" not in figure.reasons
    return figure.grade in GRADES_COMPARED


def _holds(figure: Figure, others: Sequence[Figure], group: Group) -> bool:
    """Whether the bounds of the point and of all others together lie apart on the side of its group."""
    good, bad, served = (
        sum(one.values["good"] for one in others),
        sum(one.values["bad"] for one in others),
        sum(one.served for one in others),
    )
    around = manski(good, bad, served)
    if figure.bounds is None or around is None:
        return False
    if group == Group.ABOVE:
        return figure.bounds[0] > around.high
    return group == Group.BELOW and figure.bounds[1] < around.low


def _limits(n: int, level: float, spread: float) -> FunnelLimits:
    """The limits at n answers; where points spread more than chance makes them, that much wider."""
    if not 0 < level < 1:
        return FunnelLimits(Interval(level, level), Interval(level, level))
    exact, wider = funnel_limits(n, level), sqrt(spread)
    return FunnelLimits(
        *(
            Interval(
                max(0.0, level + (one.low - level) * wider), min(1.0, level + (one.high - level) * wider)
            )
            for one in (exact.warning, exact.action)
        )
    )


def _curve(made: Comparison) -> list[tuple[int, FunnelLimits]]:
    """The funnel from the fewest answers that are compared to a little beyond the most."""
    if made.level is None or not made.rows:
        return []
    last = max(FEWEST_ANSWERS * 2, round(max(row.answered for row in made.rows) * 1.1))
    step = max(1, (last - FEWEST_ANSWERS) // CURVE_STEPS)
    return [(n, _limits(n, made.level, made.spread)) for n in range(FEWEST_ANSWERS, last + 1, step)]


def quarter_of(day: date) -> tuple[int, int]:
    """Year and quarter of a day."""
    return day.year, (day.month - 1) // 3 + 1


def quarter(year: int, number: int, timezone: str) -> Period:
    """The calendar quarter as a period."""
    first = date(year, number * 3 - 2, 1)
    after = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return Period(first, after - timedelta(days=1), timezone)


def quarters_up_to(day: date, count: int) -> list[tuple[int, int]]:
    """The quarter of a day and those before it, the newest first."""
    year, number = quarter_of(day)
    found = []
    for back in range(count):
        years, rest = divmod(year * 4 + number - 1 - back, 4)
        found.append((years, rest + 1))
    return found
