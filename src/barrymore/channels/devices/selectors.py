"""Read how points and devices are."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from barrymore.channels.devices.models import Device
from barrymore.journal.balance import known_lost, outcomes_of, presses_since
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import now
from barrymore.organisation.services import digest_of

Kind: TypeAlias = Device.Kind
SILENT_AFTER = timedelta(hours=24)
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Health:
    """How one device is. `rejected` counts by reason over seven days, `lost` numbers that never came."""

    device: Device
    presses_today: int
    lost: int
    rejected: dict[str, int] = field(default_factory=dict)  # no Counter: a template asks it for "items"

    @property
    def silent_hours(self) -> int | None:
        """Whole hours without a sign; a poster has no heartbeat, so its silence says nothing."""
        seen = self.device.seen_at or self.device.enrolled_at
        if self.device.kind == Kind.POSTER or self.device.revoked_at or seen is None:
            return None
        return int((now() - seen).total_seconds() // 3600)

    @property
    def is_silent(self) -> bool:
        """Whether somebody should look at it."""
        return self.silent_hours is not None and timedelta(hours=self.silent_hours) >= SILENT_AFTER


def live_devices() -> QuerySet[Device]:
    """Devices that are not revoked, by site, point and name."""
    devices = Device.objects.filter(revoked_at=None).select_related("point__site", "point__room")
    return devices.order_by("point__site__name", "point__name", "name")


def health() -> list[Health]:
    """How every live device is."""
    devices = list(live_devices())
    lost, outcomes = known_lost(), outcomes_of(now() - LOOKED_BACK)
    zones = {device.point.site.timezone for device in devices}
    pressed = {zone: presses_since(_midnight(zone)) for zone in zones}
    return [
        Health(
            device,
            pressed[device.point.site.timezone].get(device.pk, 0),
            lost.get(device.pk, 0),
            _refused(outcomes.get(device.pk, Counter())),
        )
        for device in devices
    ]


def _midnight(zone: str) -> datetime:
    return now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _refused(outcomes: Counter[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for outcome, n in outcomes.items():
        word, _, why = outcome.partition(":")
        if word in {"rejected", "refused"}:
            found[why] = found.get(why, 0) + n
    return found


def poster_of(code: str) -> Device | None:
    """The poster behind a public code, whether it is still in use or not."""
    posters = Device.objects.filter(kind=Kind.POSTER).select_related("point__site", "point__room")
    return posters.filter(code=code).first()


def device_of_key(key: str) -> int | None:
    """The device that a live key belongs to."""
    found = Device.objects.filter(key_digest=digest_of(key), revoked_at=None).exclude(key_digest="")
    return found.values_list("pk", flat=True).first()


def comments_at(point_ref: int, limit: int = 20) -> list[DeviceEvent]:
    """The newest words that guests left on the posters of a point."""
    refs = list(Device.objects.filter(point=point_ref, kind=Kind.POSTER).values_list("pk", flat=True))
    said = DeviceEvent.objects.filter(device_ref__in=refs, kind="press", detail__has_key="comment")
    return list(said.order_by("-id")[:limit])
