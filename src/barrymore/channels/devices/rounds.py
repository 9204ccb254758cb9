"""Once a day: does every minute of yesterday and today add up?"""

import logging
from datetime import timedelta

from barrymore.journal.balance import imbalances
from barrymore.journal.moment import now
from barrymore.organisation.models import AuditEntry
from barrymore.organisation.services import audit

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
