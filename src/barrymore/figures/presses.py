"""Presses and customers served as counts by point and day; never as a share."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.figures.scope import Period
from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_of


@dataclass
class Pressed:
    """What happened at one point on one day. `said` counts presses by scale and score."""

    point: int
    day: date
    said: Counter[tuple[str, int]] = field(default_factory=Counter)
    collapsed: int = 0
    served: int | None = None  # None: nobody counted

    @property
    def presses(self) -> int:
        """All that count."""
        return self.said.total()


def presses_by_day(period: Period, site: int | None = None) -> list[Pressed]:
    """Counts of each point and day with anything in it, the newest day first, then by point."""
    zone = ZoneInfo(period.timezone)
    found: dict[tuple[date, int], Pressed] = {}

    def place(fact: Fact) -> Pressed:
        point, day = int(fact.dims["point"]), fact.at.astimezone(zone).date()
        return found.setdefault((day, point), Pressed(point, day))

    for fact in _facts("press.counted", period, site):
        place(fact).said[_what(fact.values)] += 1
    for fact in _facts("press.collapsed", period, site):
        there = place(fact)
        there.collapsed += 1
        there.said[_what(fact.values)] -= bool(fact.values.get("was_counted"))
    for fact in _facts("served.counted", period, site):
        there = place(fact)
        there.served = (there.served or 0) + int(fact.values["count"])
    return sorted(found.values(), key=lambda one: (-one.day.toordinal(), one.point))


def _facts(kind: str, period: Period, site: int | None) -> Iterable[Fact]:
    facts = facts_of(kind, period.since, period.until)
    return (facts.filter(site=site) if site else facts).iterator()


def _what(values: dict[str, Any]) -> tuple[str, int]:
    return str(values["scale"]), int(values["score"])
