"""Of whom and of when a figure speaks."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import company

DIMENSIONS = ("site", "queue", "role", "channel", "promise", "point")


@dataclass(frozen=True)
class Scope:
    """Which facts count; None means all. `queues` names several: those that a person may see."""

    site: int | None = None
    queue: int | None = None
    role: str | None = None
    channel: str | None = None
    promise: str | None = None
    point: int | None = None
    room: int | None = None  # of points alone: a fact does not know it, for a point may be moved
    staff: int | None = None  # of answers that name somebody
    queues: tuple[int, ...] | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether a fact is inside the scope."""
        if self.queues is not None and fact.queue not in self.queues:
            return False
        return all(
            wanted == value_of(fact, dimension)
            for dimension in DIMENSIONS
            if (wanted := getattr(self, dimension)) is not None
        )

    def as_dict(self) -> dict[str, Any]:
        """Only what is restricted."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, in a time zone."""

    first: date
    last: date
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the period ends before it begins")

    @property
    def since(self) -> datetime:
        """The first moment, in UTC."""
        return datetime.combine(self.first, time.min, ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first moment after the period, in UTC."""
        day_after = self.last + timedelta(days=1)
        return datetime.combine(day_after, time.min, ZoneInfo(self.timezone)).astimezone(UTC)

    def with_margin(self) -> tuple[datetime, datetime]:
        """From a day before to a day after: the days of any other time zone lie within."""
        return self.since - timedelta(days=1), self.until + timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The period of the same length just before: what a figure is compared with."""
        days = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=days), self.first - timedelta(days=1), self.timezone)

    def as_dict(self) -> dict[str, str]:
        """Both days in ISO form."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def today_in(timezone: str) -> date:
    """The day that it is now in a time zone."""
    return now().astimezone(ZoneInfo(timezone)).date()


def value_of(fact: Fact, dimension: str) -> Any:
    """What a fact says in one dimension."""
    if dimension == "role":
        return fact.dims.get("role") or ""
    if dimension == "point":
        return fact.dims.get("point")
    return fact.values.get("promise", "") if dimension == "promise" else getattr(fact, dimension)


def zone_of(site_ref: int | None) -> str:
    """The time zone whose days count: the site's where one is chosen, else the company's."""
    zone = Site.objects.filter(pk=site_ref).values_list("timezone", flat=True).first() if site_ref else None
    return zone or company().timezone
