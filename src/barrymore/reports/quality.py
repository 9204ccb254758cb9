"""The quality board: each point with its figure, its weeks, and what is counted there and never a share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from barrymore.figures.at_points import most_used
from barrymore.figures.figure import Figure
from barrymore.figures.points import GOOD_FROM, figure_of, served_of
from barrymore.figures.scope import Period, Scope
from barrymore.figures.tallies import Told, reopened, told_by_point, told_by_week
from barrymore.organisation.models import Point
from barrymore.organisation.points import points

WEEKS = 8


@dataclass(frozen=True)
class Week:
    """One week at a point, as counts of those served."""

    monday: date
    good: int
    silent: int
    bad: int


@dataclass
class Line:
    """One point. `figure` is None where nobody was asked: then there are only counts."""

    point: Point
    figure: Figure | None
    served: int | None
    external: int | None
    pressed: list[tuple[str, int, int]] = field(default_factory=list)  # scale, score, presses; best first
    reopened: int = 0

    @property
    def presses(self) -> int:
        """All presses that count."""
        return sum(n for _scale, _score, n in self.pressed)


@dataclass
class Board:
    """The points of a place, and where one site or room was asked for the figure of all of them together."""

    lines: list[Line]
    together: Figure | None = None


def quality_of(period: Period, site: int | None = None, room: int | None = None) -> Board:
    """The points of a room, a site or all sites, by site, room and name, in three statements."""
    places = [
        point
        for point in points()
        if point.is_active and site in {None, point.site_id} and room in {None, point.room_id}
    ]
    refs = [point.pk for point in places]
    told, late = told_by_point(period, refs), reopened(period, refs)
    board = Board([_line(point, told.get(point.pk), period, late.get(point.pk, 0)) for point in places])
    asked = [one for one in told.values() if one.total("answer:survey:")]
    if len(asked) > 1 and (site or room):
        # Where nobody was asked people come by themselves, so those served there are not in the frame.
        board.together = figure_of(asked, most_used(asked), Scope(site=site, room=room), period)
    return board


def weeks_of(point: Point, last: date) -> list[Week]:
    """The last weeks of a point up to that of a day, the oldest first, on the scale most used in them."""
    monday = last - timedelta(days=last.weekday())
    period = Period(monday - timedelta(weeks=WEEKS - 1), last)
    weeks = told_by_week(period, [point.pk])
    scale = most_used(Told(point.pk, counts) for counts in weeks.values())
    return [_week(monday, counts, scale) for (_ref, monday), counts in sorted(weeks.items())]


def _line(point: Point, told: Told | None, period: Period, late: int) -> Line:
    if told is None:
        return Line(point, None, None, None)
    scale = most_used([told])
    asked = told.total(f"answer:survey:{scale}:") or told.total("code:survey:")
    served = served_of(told.all)
    return Line(
        point=point,
        figure=figure_of([told], scale, Scope(point=point.pk), period) if asked else None,
        served=served.employee,
        external=served.external,
        pressed=_pressed(told.all),
        reopened=late,
    )


def _pressed(counts: Mapping[str, int]) -> list[tuple[str, int, int]]:
    found = []
    for what, n in counts.items():
        kind, _, rest = what.partition(":")
        if kind == "press" and n:
            scale, _, score = rest.rpartition(":")
            found.append((scale, int(score), n))
    return sorted(found, key=lambda one: (one[0], -one[1]))


def _week(monday: date, counts: Mapping[str, int], scale: str) -> Week:
    good = bad = 0
    for what, n in counts.items():
        if what.startswith(f"answer:survey:{scale}:"):
            is_good = int(what.rpartition(":")[2]) >= GOOD_FROM[scale]
            good, bad = (good + n, bad) if is_good else (good, bad + n)
    served = served_of(counts).frame or 0
    return Week(monday, good, max(0, served - good - bad), bad)
