"""Does it add up? Received = stored + duplicate + rejected, per device and minute; what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMinute

from barrymore.journal.inbox import CLASHED, DUPLICATE, STORED
from barrymore.journal.models import DeviceBoot, DeviceEvent, DeviceTally


@dataclass(frozen=True)
class Imbalance:
    """A minute of a device that does not add up."""

    device_ref: int
    minute: datetime
    received: int
    accounted: int
    stored: int
    held: int  # rows that are there


def imbalances(since: datetime, until: datetime) -> list[Imbalance]:
    """Minutes whose outcomes do not sum up to what was received, or whose rows are not as many as stored."""
    tallies = _tallies(since, until)
    rows = _rows(since, until)
    return list(_wrong(tallies, rows))


def _tallies(since: datetime, until: datetime) -> dict[tuple[int, datetime], Counter[str]]:
    found: dict[tuple[int, datetime], Counter[str]] = {}
    for one in DeviceTally.objects.filter(minute__gte=since, minute__lt=until).iterator():
        found.setdefault((one.device_ref, one.minute), Counter())[one.outcome] += one.count
    return found


def _rows(since: datetime, until: datetime) -> dict[tuple[int, datetime], int]:
    kept = DeviceEvent.objects.filter(received_at__gte=since, received_at__lt=until)
    kept = kept.exclude(state=DeviceEvent.State.REJECTED)
    counted = kept.values("device_ref", minute=TruncMinute("received_at")).annotate(n=Count("id"))
    return {(one["device_ref"], one["minute"]): one["n"] for one in counted}


def _wrong(
    tallies: dict[tuple[int, datetime], Counter[str]], rows: dict[tuple[int, datetime], int]
) -> Iterator[Imbalance]:
    for place in sorted(tallies.keys() | rows.keys()):
        told = tallies.get(place, Counter())
        rejected = sum(n for outcome, n in told.items() if outcome.startswith("rejected:"))
        accounted = told[STORED] + told[DUPLICATE] + rejected
        if told["received"] != accounted or told[STORED] != rows.get(place, 0):
            yield Imbalance(*place, told["received"], accounted, told[STORED], rows.get(place, 0))


def known_lost() -> dict[int, int]:
    """Numbers that never came, by device: below the highest of each run, not counting what is on its way."""
    boots = DeviceBoot.objects.filter(highest__gt=F("held")).values("device_ref")
    return {
        one["device_ref"]: one["missing"]
        for one in boots.annotate(missing=Sum(F("highest") - F("held"))).order_by()
    }


def outcomes_of(since: datetime) -> dict[int, Counter[str]]:
    """How many events of each device had which outcome since then."""
    found: dict[int, Counter[str]] = {}
    sums = DeviceTally.objects.filter(minute__gte=since).values("device_ref", "outcome")
    for one in sums.annotate(n=Sum("count")).order_by():
        found.setdefault(one["device_ref"], Counter())[one["outcome"]] = one["n"]
    return found


def presses_since(moment: datetime) -> dict[int, int]:
    """Presses of each device since then that count or will count."""
    presses = DeviceEvent.objects.filter(
        Q(state=DeviceEvent.State.COUNTED) | Q(state=DeviceEvent.State.STORED), kind="press", at__gte=moment
    )
    return {one["device_ref"]: one["n"] for one in presses.values("device_ref").annotate(n=Count("id"))}


def clashes_of(device_ref: int, limit: int = 20) -> list[DeviceEvent]:
    """The newest events that came under a number of another."""
    found = DeviceEvent.objects.filter(device_ref=device_ref, boot_id__startswith=CLASHED)
    return list(found.order_by("-id")[:limit])
