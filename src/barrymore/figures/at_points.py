"""Ask for the figure of points: from the tallies, or from the facts themselves as proof."""

from collections import Counter
from collections.abc import Iterable

from barrymore.figures.figure import Figure
from barrymore.figures.points import figure_of, scales_of
from barrymore.figures.scope import Period, Scope
from barrymore.figures.tallies import Told, reopened, told_by_point, told_from_facts
from barrymore.organisation.models import Point


class NothingSaid(ValueError):
    """The scope names what points do not know."""


def points_in(scope: Scope) -> list[int]:
    """The points that a scope speaks of. Raises NothingSaid for a queue, a role, a channel or a promise."""
    unknown = sorted(set(scope.as_dict()) - {"site", "point"})
    if unknown:
        raise NothingSaid(f"{', '.join(unknown)}: customers at a point have none; ask by site or point")
    found = Point.objects.all()
    if scope.site is not None:
        found = found.filter(site=scope.site)
    if scope.point is not None:
        found = found.filter(pk=scope.point)
    return list(found.values_list("pk", flat=True))


def figure_at(scope: Scope, period: Period, *, from_facts: bool = False) -> Figure:
    """The figure of all points of a scope, on the scale on which most have answered. Raises NothingSaid."""
    refs = points_in(scope)
    if from_facts:
        told = [told_from_facts(period, ref) for ref in refs]
    else:
        told = list(told_by_point(period, refs).values())
    figure = figure_of(told, most_used(told), scope, period)
    figure.values["reopened"] = sum(reopened(period, refs).values())
    return figure


def most_used(told: Iterable[Told]) -> str:
    """The scale with the most answers of those who were asked; the house's four smiles where nobody was."""
    counts: Counter[str] = Counter()
    for one in told:
        for scale in scales_of(one):
            counts[scale] += one.total(f"answer:survey:{scale}:")
    return counts.most_common(1)[0][0] if counts else "smile4"
