"""What devices are known to have lost, as facts, so that a figure can say it (METHOD 0, rule 7).

A number that never came lies below one that did; what is missing may still come, and is then taken back.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import transaction

from barrymore.channels.devices.models import Device
from barrymore.journal.balance import known_lost
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.selectors import company


def loss_round() -> int:
    """Tell what the losses of each device have changed by, and that each point was looked at today."""
    missing = known_lost()
    devices = list(Device.objects.exclude(kind=Device.Kind.POSTER))
    changed = [one for one in devices if missing.get(one.pk, 0) + one.declared_lost != one.lost_told]
    for device in changed:
        _tell(device.pk, missing.get(device.pk, 0))
    _note_looked(one for one in devices if one.key_digest and one.revoked_at is None)
    return len(changed)


@transaction.atomic
def _tell(device_ref: int, missing: int) -> None:
    device = Device.objects.select_for_update().select_related("point").get(pk=device_ref)
    lost = missing + device.declared_lost
    if lost == device.lost_told:  # another worker was first
        return
    record(
        "device.lost",
        f"device:{device.pk}:lost:{device.loss_facts + 1}",
        site=device.point.site_id,
        dims={"point": device.point_id, "device": device.pk},
        values={"events": lost - device.lost_told},
    )
    device.lost_told, device.loss_facts = lost, device.loss_facts + 1
    device.save(update_fields=["lost_told", "loss_facts"])


def _note_looked(devices: Iterable[Device]) -> None:
    """By point and day of its site: without it nobody can say that nothing was lost."""
    places = {one.point_id: one for one in devices}
    found = Device.objects.filter(pk__in=[one.pk for one in places.values()]).select_related("point__site")
    days = {f"losses:{one.point_id}:{now().astimezone(ZoneInfo(_zone(one))).date()}": one for one in found}
    known = set(Fact.objects.filter(key__in=list(days)).values_list("key", flat=True))
    for key in sorted(set(days) - known):
        point = days[key].point
        record("point.losses_looked_at", key, site=point.site_id, dims={"point": point.pk})


def _zone(device: Device) -> str:
    return device.point.site.timezone or company().timezone
