"""Ask for the figure of points: from the tallies, or from the facts themselves as proof."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from barrymore.figures.figure import Figure
from barrymore.figures.points import figure_of, scales_of
from barrymore.figures.scope import Period, Scope
from barrymore.figures.tallies import Told, reopened, told_by_point, told_from_facts
from barrymore.organisation.models import Point

# What customers at points can be asked by.
PLACES = ("site", "room", "point")


class NothingSaid(ValueError):
    """The scope names what points do not know."""


def points_in(scope: Scope) -> list[int]:
    """The points that a scope speaks of. Raises NothingSaid for a queue, a role, a channel or a promise."""
    unknown = sorted(set(scope.as_dict()) - set(PLACES))
    if unknown:
        raise NothingSaid(f"{', '.join(unknown)}: customers at a point have none; ask by {_listed(PLACES)}")
    found = Point.objects.all()
    if scope.site is not None:
        found = found.filter(site=scope.site)
    if scope.room is not None:
        found = found.filter(room=scope.room)
    if scope.point is not None:
        found = found.filter(pk=scope.point)
    return list(found.values_list("pk", flat=True))


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def figure_at(scope: Scope, period: Period, *, from_facts: bool = False) -> Figure:
    """The figure of all points of a scope, on the scale on which most have answered. Raises NothingSaid."""
    refs = points_in(scope)
    facts = {ref: told_from_facts(period, ref) for ref in refs} if from_facts else None
    told = told_by_point(period, refs) if facts is None else facts
    return _figure(scope, refs, period, told, reopened(period, refs))


def figures_at(parts: Mapping[Any, tuple[Scope, list[int]]], period: Period) -> dict[Any, Figure]:
    """The figures of several scopes with their points, in two statements."""
    every = [ref for _scope, refs in parts.values() for ref in refs]
    told, late = told_by_point(period, every), reopened(period, every)
    return {part: _figure(scope, refs, period, told, late) for part, (scope, refs) in parts.items()}


def _figure(
    scope: Scope, refs: Iterable[int], period: Period, told: Mapping[int, Told], late: Mapping[int, int]
) -> Figure:
    refs = list(refs)
    here = [told[ref] for ref in refs if ref in told]
    figure = figure_of(here, most_used(here), scope, period)
    figure.values["reopened"] = sum(late.get(ref, 0) for ref in refs)
    return figure


def most_used(told: Iterable[Told]) -> str:
    """The scale with the most answers of those who were asked; the house's four smiles where nobody was."""
    counts: Counter[str] = Counter()
    for one in told:
        for scale in scales_of(one):
            counts[scale] += one.total(f"answer:survey:{scale}:")
    return counts.most_common(1)[0][0] if counts else "smile4"
