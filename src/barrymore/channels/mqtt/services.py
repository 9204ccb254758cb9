"""Keep what a broker handed over: each message once, counted like any event of a device."""

import json
import time
from datetime import datetime, timedelta

from django.db import transaction

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.reading import BUTTONS, Refused, digest_of_event, read_batch
from barrymore.channels.devices.selectors import device_of_key
from barrymore.channels.devices.writer import Batch, Told, write
from barrymore.channels.mqtt.models import Broker, Heard, Meaning
from barrymore.channels.mqtt.reading import LONGEST_TOPIC, Message, Said, read
from barrymore.journal.inbox import DUPLICATE, STORED, Event, count_known
from barrymore.journal.models import DeviceEvent
from barrymore.journal.moment import now

# A packet that was handed over and not acknowledged comes again as soon as we are back.
AGAIN_WITHIN = timedelta(hours=72)
MOST_HEARD = 50
NOTHING, RETAINED, REFUSED = "nothing", "retained", "refused"


def take(broker: Broker, message: Message) -> tuple[str, Told | None]:
    """Keep one message and say what became of it; the answer to a device of ours comes along.

    Returns once it is committed, so that the packet can be acknowledged.
    """
    if message.is_retained:
        # The last word of a topic, told to whoever comes: it was pressed at some time before.
        return RETAINED, None
    if message.own_device is not None:
        return _own(message)
    received_at = now()
    said = read(message, received_at)
    meanings = _meanings(broker, message.topic, said)
    if not meanings:
        return _unknown(broker, message, said, received_at), None
    outcomes = [_keep(one, message, said, received_at) for one in meanings]
    return (STORED if STORED in outcomes else outcomes[0]), None


def _own(message: Message) -> tuple[str, Told | None]:
    """A device of ours sends the same batch as over HTTP, with its key inside."""
    received_at = now()
    try:
        key = json.loads(message.payload).get("key", "")
    except (ValueError, AttributeError, RecursionError):
        key = ""
    device = device_of_key(key) if isinstance(key, str) else None
    if device is None or device != message.own_device:
        return REFUSED, None
    try:
        read_events = read_batch(device, message.payload, received_at)
    except Refused as refused:
        write([Batch(device, received_at, refused=refused.why)])
        return REFUSED, Told(rejected=[{"why": refused.why, "detail": str(refused)}])
    return STORED, write([Batch(device, received_at, read_events)])[0]


def _meanings(broker: Broker, topic: str, said: Said) -> list[Meaning]:
    found = Meaning.objects.filter(broker=broker, topic=topic, device__revoked_at=None)
    return [one for one in found if said.values.get(one.field) == one.value]


@transaction.atomic
def _keep(meaning: Meaning, message: Message, said: Said, received_at: datetime) -> str:
    if message.is_again and _is_there(meaning.device_id, message, received_at):
        count_known(meaning.device_id, received_at)
        return DUPLICATE
    write([Batch(meaning.device_id, received_at, [_event(meaning, message, said, received_at)])])
    return STORED


def _is_there(device_ref: int, message: Message, received_at: datetime) -> bool:
    kept = DeviceEvent.objects.filter(device_ref=device_ref, received_at__gt=received_at - AGAIN_WITHIN)
    return kept.filter(detail__packet=f"{message.number}:{message.digest}").exists()


def _event(meaning: Meaning, message: Message, said: Said, received_at: datetime) -> Event:
    detail: dict[str, object] = {"topic": message.topic, "packet": f"{message.number}:{message.digest}"}
    if said.doubt:
        detail["time"] = said.doubt
    kind, scale, score = "served", "", None
    if meaning.says == Meaning.Says.SERVED:
        detail["count"] = 1
    else:
        kind, detail["button"] = "press", meaning.says
        scale, score = BUTTONS[meaning.says]
    return Event(
        device_ref=meaning.device_id,
        boot_id=f"mqtt.{meaning.broker_id}",
        seq=time.time_ns() // 1000,  # such a button has no number of its own
        kind=kind,
        at=said.at or received_at,
        received_at=received_at,
        digest=digest_of_event(detail),
        score=score,
        scale=scale,
        detail=json.dumps(detail),
        is_numbered=False,
    )


@transaction.atomic
def _unknown(broker: Broker, message: Message, said: Said, received_at: datetime) -> str:
    """A sign of life of a known button, or something that nobody has given a meaning."""
    known = Device.objects.filter(meanings__broker=broker, meanings__topic=message.topic).distinct()
    if said.battery is not None:
        known.update(battery=said.battery, seen_at=received_at)
    for name, value in said.values.items():
        Heard.objects.update_or_create(
            broker=broker,
            topic=message.topic[:LONGEST_TOPIC],
            field=name,
            value=value,
            defaults={"at": received_at},
        )
    old = Heard.objects.filter(broker=broker).order_by("-at").values_list("pk", flat=True)[MOST_HEARD:]
    Heard.objects.filter(pk__in=list(old)).delete()
    return NOTHING
