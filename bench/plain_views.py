"""The work of the device edge as ordinary Django views: a transaction a request, served as our pages are."""

from dataclasses import asdict

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from barrymore.channels.devices.edge import device_of_key
from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.writer import Batch, write
from barrymore.journal.inbox import Event
from barrymore.journal.models import DeviceBoot, DeviceEvent, DeviceTally
from barrymore.journal.moment import now


def _device(request: HttpRequest, device_id: int) -> bool:
    return device_of_key(request.headers.get("Authorization", "").removeprefix("Bearer ")) == device_id


@csrf_exempt
def same_statements(request: HttpRequest, device_id: int) -> JsonResponse:
    """The very functions of the edge, called from a view: what is left of the difference is the way there."""
    if not _device(request, device_id):
        return JsonResponse({}, status=401)
    at = now()
    [told] = write([Batch(device_id, at, read_batch(device_id, request.body, at))])
    return JsonResponse(asdict(told))


@csrf_exempt
def by_orm(request: HttpRequest, device_id: int) -> JsonResponse:
    """As one would write it: each event and each count by the ORM."""
    if not _device(request, device_id):
        return JsonResponse({}, status=401)
    at = now()
    read = read_batch(device_id, request.body, at)
    with transaction.atomic():
        stored = sum(_keep(one) for one in read if isinstance(one, Event))
    return JsonResponse({"stored": stored, "duplicate": len(read) - stored, "rejected": []})


def _keep(event: Event) -> bool:
    said = {"kind": event.kind, "score": event.score, "scale": event.scale, "at": event.at,
            "received_at": event.received_at, "digest": event.digest}  # fmt: skip
    _, is_new = DeviceEvent.objects.get_or_create(
        device_ref=event.device_ref, boot_id=event.boot_id, seq=event.seq, defaults=said
    )
    minute = event.received_at.replace(second=0, microsecond=0)
    for outcome in ("received", "stored" if is_new else "duplicate"):
        tally, _ = DeviceTally.objects.get_or_create(
            device_ref=event.device_ref, minute=minute, outcome=outcome, defaults={"count": 0}
        )
        DeviceTally.objects.filter(pk=tally.pk).update(count=F("count") + 1)
    if is_new:
        boot, made = DeviceBoot.objects.get_or_create(
            device_ref=event.device_ref, boot_id=event.boot_id, defaults={"highest": event.seq, "held": 1}
        )
        if not made:
            DeviceBoot.objects.filter(pk=boot.pk).update(held=F("held") + 1, highest=event.seq)
    return is_new
