"""Does every minute of yesterday and today add up, and which devices have fallen silent?"""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction

from barrymore.alerts.models import Alert, Kind
from barrymore.alerts.raising import Happened, finish, raise_alert
from barrymore.alerts.rules import rule_for
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.selectors import Health, live_devices
from barrymore.journal.balance import imbalances
from barrymore.journal.moment import now
from barrymore.organisation.models import AuditEntry
from barrymore.organisation.services import audit
from barrymore.sla.selectors import is_open

log = logging.getLogger(__name__)
LOOKED_BACK = timedelta(days=2)
SHOWN_FOR = timedelta(days=7)
ACTION = "devices.imbalance"


def balance_round() -> int:
    """Check the conservation of events; each minute that does not add up is written down once."""
    # What was received in the last minute may be in a transaction that is not over.
    until = now().replace(second=0, microsecond=0) - timedelta(minutes=1)
    found = imbalances(until - LOOKED_BACK, until)
    for one in found:
        subject = f"{one.device_ref} {one.minute.isoformat()}"
        if AuditEntry.objects.filter(action=ACTION, subject=subject).exists():
            continue
        counts = {
            "received": one.received,
            "accounted": one.accounted,
            "stored": one.stored,
            "held": one.held,
        }
        audit(None, ACTION, subject, **counts)
        log.error("events of device %s do not add up: %s", subject, counts)
    return len(found)


def minutes_that_do_not_add_up() -> int:
    """How many the checks of the last days have found."""
    return AuditEntry.objects.filter(action=ACTION, at__gte=now() - SHOWN_FOR).count()


def silent_round() -> int:
    """Tell once of each silence of a device, by the rule of its point; what is heard again is done."""
    told = 0
    for device in live_devices():
        if Health(device, 0, 0).is_silent:
            told += _tell_silence(device)
        elif device.seen_at:
            _tell_heard(device)
    return told


def _silence_of(device: Device) -> str:
    """One silence: since the device was last heard of."""
    since = device.seen_at or device.enrolled_at
    return f"device:{device.pk}:silent:{since.isoformat() if since else ''}"


def _tell_silence(device: Device) -> bool:
    key, point = _silence_of(device), device.point
    if Alert.objects.filter(key=key).exists():
        return False
    place = ", ".join([point.name, point.site.name])
    what = Happened(
        kind=Kind.SILENT_DEVICE,
        key=key,
        at=now(),
        site=point.site,
        point=point,
        params={"device": device.name, "place": place},
    )
    try:
        with transaction.atomic():
            raise_alert(what, rule_for(Kind.SILENT_DEVICE, point.site, point, now(), is_open))
    except IntegrityError:
        # Another worker has told it at this very moment.
        return False
    return True


def _tell_heard(device: Device) -> None:
    begins = f"device:{device.pk}:silent:"
    gone = Alert.objects.filter(kind=Kind.SILENT_DEVICE, point=device.point_id, key__startswith=begins)
    for alert in gone.exclude(state=Alert.State.DONE):
        finish(alert)
