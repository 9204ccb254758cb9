"""Send what alerts owe to staff by text message."""

import logging

from barrymore.alerts.models import Notice
from barrymore.alerts.transports.sms import KIND, text_of
from barrymore.channels.sms import gateway
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.sms.segments import messages
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed

log = logging.getLogger(__name__)


def send_due_notices() -> int:
    """Send what is due; returns how many left."""
    return sum(_deliver(row) for row in outbox.claim(KIND))


def _deliver(row: OutboxRow) -> bool:
    try:
        _send(row)
    except SendFailed as failure:
        outbox.fail(row, str(failure), final=failure.final)
        return False
    except Exception as error:
        log.exception("outbox row %s", row.pk)
        outbox.fail(row, f"{type(error).__name__}: {error}")
        return False
    return outbox.finish(row)


def _send(row: OutboxRow) -> None:
    """One message; a gateway whose answer was lost is asked first whether it has this very text."""
    active = SmsNumber.objects.filter(is_active=True)
    number = active.filter(site=row.payload.get("site")).first() or active.first()
    if number is None:
        raise SendFailed("no SMS number is active: connect one in the settings", final=False)
    text = row.payload.get("text") or _text(row)
    # The link in the text is signed with its time: a retry must send the same words.
    outbox.amend(row, {**row.payload, "text": text})
    done: list[str] = list(row.payload.get("sent", []))
    for part in messages(text)[len(done) :]:
        earlier = gateway.sent_before(number, row.payload["to"], part) if row.attempts else ""
        done.append(earlier or gateway.send(number, row.payload["to"], part, ""))
        outbox.amend(row, {**row.payload, "sent": done})


def _text(row: OutboxRow) -> str:
    try:
        return text_of(row.payload["notice"])
    except Notice.DoesNotExist as error:
        raise SendFailed("the notice is gone", final=True) from error
