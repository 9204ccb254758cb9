"""What was told of each person at points, from tallies: their taps and the answers that name them."""

from collections.abc import Iterable

from django.db.models import Sum

from barrymore.figures.models import Tally
from barrymore.figures.scope import Period
from barrymore.figures.tallies import Told


def told_of_people(period: Period, points: Iterable[int], campaign: int) -> dict[tuple[int, int], Told]:
    """By person and point, in one statement: answers of the campaign, and what belongs to none."""
    rows = Tally.objects.filter(
        staff_ref__gt=0,
        day__gte=period.first,
        day__lte=period.last,
        point_ref__in=list(points),
        campaign_ref__in=[0, campaign],
    )
    found: dict[tuple[int, int], Told] = {}
    told = rows.values_list("staff_ref", "point_ref", "weekday", "band", "what").annotate(n=Sum("count"))
    for staff, point, weekday, band, what, n in told.order_by():
        found.setdefault((staff, point), Told(point)).add((weekday, band), what, n)
    return found


def together(told: dict[tuple[int, int], Told]) -> list[Told]:
    """One for each person, under their id, over all their points."""
    people: dict[int, Told] = {}
    for (staff, _point), one in told.items():
        whole = people.setdefault(staff, Told(staff))
        for part, counts in one.parts.items():
            for what, n in counts.items():
                whole.add(part, what, n)
    return list(people.values())
