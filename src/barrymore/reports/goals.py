"""Two goals kept apart: less negative, by what went wrong and was put right; more positive, by surveys."""

from collections import Counter
from dataclasses import dataclass

from barrymore.figures import points, recovery
from barrymore.figures.at_points import figure_at
from barrymore.figures.figure import Figure
from barrymore.figures.models import Target
from barrymore.figures.recovery import Recovered
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import Reading
from barrymore.organisation.models import Point

# Which goal an aim belongs to; never one number of both.
AIMS = {"negative": recovery.NAME, "positive": points.NAME}


@dataclass(frozen=True)
class Red:
    """What went red at a point: how often, how often somebody took it up, how often it was put right."""

    name: str
    site: str
    opened: int
    acknowledged: int
    confirmed: int
    before: int


@dataclass(frozen=True)
class Goals:
    """Both goals over a period, each beside the same number of days before; aims are shares or None."""

    negative: Figure
    negative_before: Figure
    reds: list[Red]
    positive: Figure
    positive_before: Figure
    aims: dict[str, float | None]

    @property
    def satisfied(self) -> float | None:
        """Rated good, of those served; only where the survey may be acted upon."""
        return _satisfied(self.positive)

    @property
    def satisfied_before(self) -> float | None:
        """The same in the days before."""
        return _satisfied(self.positive_before)


def _satisfied(figure: Figure) -> float | None:
    return figure.zones["satisfied"] if figure.zones and figure.grade in {"A", "B"} else None


def goals_of(scope: Scope, period: Period) -> Goals:
    """Both goals for a site or all sites."""
    place = Scope(site=scope.site)
    reading = Reading(recovery.NAME, place, period, period.before)
    kept = {one.metric: one.value for one in Target.objects.filter(metric__in=AIMS.values(), scope="")}
    return Goals(
        negative=reading.figure(period),
        negative_before=reading.figure(period.before),
        reds=_reds(reading.within(period), reading.within(period.before)),
        positive=figure_at(place, period),
        positive_before=figure_at(place, period.before),
        aims={goal: kept.get(metric) for goal, metric in AIMS.items()},
    )


def _reds(items: list[Recovered], earlier: list[Recovered]) -> list[Red]:
    """By point, the most first; what belongs to no point stands last, under no name."""
    before: Counter[int] = Counter(_point(item) for item in earlier)
    groups: dict[int, list[Recovered]] = {ref: [] for ref in before}
    for item in items:
        groups.setdefault(_point(item), []).append(item)
    places = Point.objects.select_related("site").in_bulk(groups)
    found = [
        Red(
            name=places[ref].name if ref in places else "",
            site=places[ref].site.name if ref in places else "",
            opened=len(here),
            acknowledged=sum(one.first(recovery.ACKNOWLEDGED) is not None for one in here),
            confirmed=sum(one.first(recovery.CONFIRMED) is not None for one in here),
            before=before[ref],
        )
        for ref, here in groups.items()
    ]
    return sorted(found, key=lambda one: (not one.name, -one.opened, one.name))


def _point(item: Recovered) -> int:
    return int(item.opened.dims.get("point") or 0)
