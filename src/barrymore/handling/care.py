"""Small kindnesses: how often given, what they cost, and what guests said after; counts before any share."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from barrymore.formulas.intervals import wilson
from barrymore.handling.models import Kindness

FEWEST = 30  # answers below which no share is shown (METHOD A2)


@dataclass(frozen=True)
class Given:
    """A kindness and its counts. `interval` is of the share confirmed after it; None with too few."""

    kindness: Kindness
    times: int
    delights: int
    cost: Decimal
    confirmed: int
    contradicted: int
    interval: tuple[float, float] | None


def kindness_counts() -> list[Given]:
    """Every kindness of the catalogue, in one statement. What came after it need not come from it."""
    counted = Kindness.objects.annotate(
        times=Count("given"),
        delights=Count("given", filter=Q(given__is_delight=True)),
        spent=Sum("given__cost"),
        confirmed=Count("given", filter=Q(given__answer="confirmed")),
        contradicted=Count("given", filter=Q(given__answer="contradicted")),
    )
    return [_given(one) for one in counted.order_by("name")[:500]]


def _given(one: Kindness) -> Given:
    confirmed, contradicted = one.confirmed, one.contradicted  # type: ignore[attr-defined]
    said = confirmed + contradicted
    interval = wilson(confirmed, said) if said >= FEWEST else None
    return Given(
        kindness=one,
        times=one.times,  # type: ignore[attr-defined]
        delights=one.delights,  # type: ignore[attr-defined]
        cost=one.spent or Decimal(0),  # type: ignore[attr-defined]
        confirmed=confirmed,
        contradicted=contradicted,
        interval=(interval[0], interval[1]) if interval else None,
    )
