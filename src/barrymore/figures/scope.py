"""Of whom and of when a figure speaks."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.journal.models import Fact
from barrymore.journal.moment import now

DIMENSIONS = ("site", "queue", "role", "channel")


@dataclass(frozen=True)
class Scope:
    """Which facts count; None means all."""

    site: int | None = None
    queue: int | None = None
    role: str | None = None
    channel: str | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether a fact is inside the scope."""
        return all(
            wanted is None or wanted == value_of(fact, dimension)
            for dimension, wanted in asdict(self).items()
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
    return fact.dims.get("role") or "" if dimension == "role" else getattr(fact, dimension)
