"""Facts of points for tests: who was served by whose count, who answered what."""

from datetime import datetime, timedelta
from typing import Any

from barrymore.journal.models import Fact
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.models import Point


def tell(point: Point, kind: str, key: str, at: datetime, dims: Any, values: Any, **more: Any) -> Fact:
    """A fact of a point."""
    all_dims = {"point": point.pk, "device": 1, "step": point.step, **dims}
    return record(kind, key, at=at, site=point.site_id, dims=all_dims, values=values, **more)


def play(
    point: Point,
    at: datetime,
    *,
    served: int,
    good: int,
    bad: int,
    till: int | None = None,
    campaign: int = 1,
    scale: str = "smile4",
    staff: int | None = None,
) -> None:
    """An hour at a point: so many served, good and bad answers of those asked, and perhaps receipts."""
    key = f"{point.pk}:{at.isoformat()}:{campaign}"
    best, worst = {"smile4": (4, 1), "scale5": (5, 1)}[scale]
    with in_one_insert():
        tell(
            point,
            "served.counted",
            f"s:{key}",
            at,
            {"source": "employee"},
            {"count": served},
            staff_ref=staff,
        )
        if till is not None:
            tell(point, "served.counted", f"t:{key}", at, {"source": "register"}, {"count": till})
        for n in range(good + bad):
            values = {"score": best if n < good else worst, "scale": scale, "code": "I"}
            dims = {"mode": "survey", "campaign": campaign}
            tell(point, "answer.given", f"a:{key}:{n}", at + timedelta(seconds=n), dims, values)
    Fact.objects.filter(key__contains=key).update(recorded_at=at + timedelta(minutes=5))
