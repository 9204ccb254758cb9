"""Where everything of a funnel plot stands, in per cent of its drawing, so that words keep their size."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from barrymore.figures import spoken
from barrymore.figures.comparing import Row
from barrymore.formulas.intervals import Interval
from barrymore.formulas.leagues import Group
from barrymore.reports.compared import Compared

LEFT, RIGHT, TOP, BOTTOM = 7.0, 98.0, 4.0, 86.0
# Names nearer to each other than this would run into each other: only the first is written.
NEAR_X, NEAR_Y = 22.0, 7.0


@dataclass(frozen=True)
class Dot:
    """A point of the house in the funnel."""

    x: float
    y: float
    name: str
    told: str
    group: str
    is_named: bool
    is_left: bool  # the name stands to the left of its dot


@dataclass(frozen=True)
class Tick:
    """A line of an axis and its words."""

    at: float
    words: str


@dataclass
class Funnel:
    """A funnel plot: lines as the points of polylines, dots, ticks."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    level: float = 0.0
    dots: list[Dot] = field(default_factory=list)
    across: list[Tick] = field(default_factory=list)
    up: list[Tick] = field(default_factory=list)


def funnel_of(shown: Compared) -> Funnel | None:
    """The drawing of a comparison; None where nothing is compared."""
    made = shown.made
    if not made.curve or made.level is None:
        return None
    shares = [row.observed for row in made.rows] + [end for _n, one in made.curve[:1] for end in one.action]
    scale = _Scale(made.curve[0][0], made.curve[-1][0], max(0.0, min(shares)), min(1.0, max(shares)))
    drawn = Funnel(level=scale.y(made.level))
    for name in ("action", "warning"):
        for side in ("low", "high"):
            ends: list[tuple[int, Interval]] = [(n, getattr(one, name)) for n, one in made.curve]
            line = " ".join(f"{scale.x(n):.2f},{scale.y(getattr(end, side)):.2f}" for n, end in ends)
            drawn.lines.append((name, line))
    drawn.up = [Tick(scale.y(share), spoken.in_100(share)) for share in scale.shares()]
    drawn.across = [Tick(scale.x(n), spoken.count(n)) for n in scale.counts()]
    for group in Group:
        for row in shown.in_group(group):
            _add(drawn, scale.x(row.answered), scale.y(row.observed), _name(shown, row.point), row)
    return drawn


def _name(shown: Compared, ref: int) -> str:
    """The name of a point, with its site where another one is called the same."""
    name, site = shown.name_of(ref)
    same = sum(shown.name_of(row.point)[0] == name for row in shown.made.rows)
    return f"{name}, {site}" if same > 1 else name


def _add(drawn: Funnel, x: float, y: float, name: str, row: Row) -> None:
    answered, good = row.answered, row.figure.values["good"]
    told = _("{name}: {good} of {answered} good").format(
        name=name, good=spoken.count(good), answered=spoken.count(answered)
    )
    near = any(abs(dot.x - x) < NEAR_X and abs(dot.y - y) < NEAR_Y for dot in drawn.dots if dot.is_named)
    group = {Group.ABOVE: "above", Group.BELOW: "below"}.get(row.group, "alike")
    drawn.dots.append(Dot(round(x, 2), round(y, 2), name, told, group, not near, x > 60))


class _Scale:
    """From answers and shares to per cent of the drawing."""

    def __init__(self, fewest: int, most: int, low: float, high: float) -> None:
        room = max((high - low) * 0.05, 0.01)
        self.fewest, self.most = fewest, max(most, fewest + 1)
        self.low, self.high = max(0.0, low - room), min(1.0, high + room)

    def x(self, n: int) -> float:
        return LEFT + (n - self.fewest) / (self.most - self.fewest) * (RIGHT - LEFT)

    def y(self, share: float) -> float:
        return BOTTOM - (share - self.low) / (self.high - self.low) * (BOTTOM - TOP)

    def shares(self) -> list[float]:
        """Round tenths, twentieths where they are too few."""
        for steps in (10, 20, 50):
            found = [n / steps for n in range(steps + 1) if self.low <= n / steps <= self.high]
            if len(found) >= 3:
                return found
        return [self.low, self.high]

    def counts(self) -> list[int]:
        """Three round numbers of answers."""
        span = self.most - self.fewest
        step = next(one for one in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if span / one <= 4)
        return [n for n in range(0, self.most + 1, step) if n >= self.fewest] or [self.most]
