"""The round that turns stored events into facts: in order, in batches, each exactly once."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Target
from barrymore.channels.devices.screens import count_views, targets_of
from barrymore.feedback.anonymity import hour_of
from barrymore.feedback.answers import Origin, keep_press
from barrymore.feedback.campaign_answers import Catalog, NotAccepted, Told, receive_answer
from barrymore.feedback.models import Response
from barrymore.feedback.photos import note_consent, tie_photo
from barrymore.feedback.presses import Place, Press, collapse_press, count_cheer, count_press
from barrymore.feedback.served import Served, Source, count_served
from barrymore.formulas.presses import BURST_SECONDS, Pressed, is_red, settle
from barrymore.handling.noticing import Red, leave_presses, take_back_presses
from barrymore.journal.inbox import reject
from barrymore.journal.models import DeviceEvent
from barrymore.journal.services import in_one_insert
from barrymore.organisation.models import Staff

BATCH = 500
MOST_BATCHES = 20
State: TypeAlias = DeviceEvent.State
SETTLED = [State.COUNTED, State.DOUBLE, State.BURST]
CHANNELS: dict[str, str] = {"poster": Response.Channel.POSTER, "button": Response.Channel.BUTTON}
Settled: TypeAlias = dict[int, list[Pressed]]


def project_round() -> int:
    """Project what waits, at most some thousand events, so that the round can be stopped between batches."""
    done = 0
    for _ in range(MOST_BATCHES):
        refs = _project_next()
        done += refs
        if refs < BATCH:
            break
    return done


def _project_next() -> int:
    try:
        return _project(BATCH)
    except IntegrityError:
        # One event has its fact already. It must not hold up the others, so each goes by itself.
        refs = list(_waiting(BATCH).values_list("pk", flat=True))
        for ref in refs:
            _project_alone(ref)
        return len(refs)


def _project_alone(ref: int) -> None:
    try:
        _project(1, ref)
    except IntegrityError:
        DeviceEvent.objects.filter(pk=ref).update(state=State.FAILED, detail={"why": "fact_is_there"})


def _waiting(limit: int, ref: int | None = None) -> QuerySet[DeviceEvent]:
    waiting = DeviceEvent.objects.filter(state=State.STORED).order_by("id")
    return (waiting.filter(pk=ref) if ref else waiting)[:limit]


@transaction.atomic
def _project(limit: int, ref: int | None = None) -> int:
    """One transaction: events, their facts and the devices. A second worker waits for the first."""
    rows = list(_waiting(limit, ref).select_for_update())
    devices = Device.objects.select_related("point").in_bulk({row.device_ref for row in rows})
    settled, here = _settled(rows, devices), {row.pk: row for row in rows}
    people = _people(rows)
    answers = [row.detail for row in rows if row.kind == "answer"]
    catalog, targets = Catalog.of(answers), targets_of({one["target"] for one in answers if "target" in one})
    with in_one_insert():
        for row in rows:
            device = devices.get(row.device_ref)
            if device is None:
                row.state = State.FAILED
            elif row.kind == "press":
                _press(row, device, settled, here)
            elif row.kind == "served":
                _served(row, device, people)
            elif row.kind == "answer":
                _answer(row, device, catalog, targets)
            elif row.kind == "view":
                count_views(device, row.at, row.detail)
                row.state = State.NOTED
            elif row.kind == "photo":
                consented = [row.detail[name] for name in ("blur", "notice")]
                face = bool(row.detail.get("face"))
                note_consent(row.detail["photo"], device.pk, *consented, face=face)
                row.state = State.NOTED
            elif row.kind == "cheer":
                count_cheer(place_of(device), key_of(row), row.at)
                row.state = State.NOTED
            else:
                _heartbeat(row, device)
    leave_presses(_reds(rows, devices))
    reject([row for row in rows if row.state == State.REJECTED])
    for state in {row.state for row in rows} - {State.REJECTED}:
        refs = [row.pk for row in rows if row.state == state]
        DeviceEvent.objects.filter(pk__in=refs).update(state=state)
    _note_seen(rows, devices)
    return len(rows)


def _reds(rows: Iterable[DeviceEvent], devices: Mapping[int, Device]) -> list[Red]:
    """The red presses that count, once the whole batch is settled."""
    return [
        Red(place_of(devices[row.device_ref]), press_of(row), str(row.detail.get("comment", "")))
        for row in rows
        if row.kind == "press" and row.state == State.COUNTED and is_red(row.scale, row.score or 0)
    ]


def place_of(device: Device) -> Place:
    """Where a device stands now."""
    point = device.point
    return Place(point=point.pk, device=device.pk, site=point.site_id, step=point.step)


def press_of(row: DeviceEvent) -> Press:
    """The press in an event."""
    return Press(key_of(row), row.at, row.score or 0, row.scale, str(row.detail.get("button", "")))


def key_of(row: DeviceEvent) -> str:
    """The key of the fact that an event becomes."""
    return f"device:{row.device_ref}:{row.boot_id}:{row.seq}"


def _press(row: DeviceEvent, device: Device, settled: Settled, here: Mapping[int, DeviceEvent]) -> None:
    """A poster's page counts once by its ticket, and many may look at one poster: no rule joins them."""
    place, pressed = place_of(device), Pressed(row.pk, row.at.timestamp(), "counted")
    if device.kind != Device.Kind.POSTER:
        others = settled.setdefault(device.pk, [])
        _take_back(place, settle(others, pressed), here)
        insort(others, pressed, key=lambda one: one.at)
    row.state = pressed.mark
    if pressed.mark == "counted":
        count_press(place, press_of(row))
        if device.kind == Device.Kind.POSTER:
            keep_press(_origin(row, device), row.score, row.scale, str(row.detail.get("comment", "")))
    else:
        collapse_press(place, press_of(row), pressed.mark)


def _take_back(place: Place, taken: Sequence[Pressed], here: Mapping[int, DeviceEvent]) -> None:
    """Presses that were counted before their burst was one; some are of this very batch."""
    refs = [one.ref for one in taken]
    earlier = DeviceEvent.objects.in_bulk([ref for ref in refs if ref not in here])
    for ref in refs:
        row = here.get(ref) or earlier[ref]
        row.state = State.BURST
        collapse_press(place, press_of(row), "burst", was_counted=True)
    DeviceEvent.objects.bulk_update(earlier.values(), ["state"])
    take_back_presses(key_of(row) for row in earlier.values())


def _served(row: DeviceEvent, device: Device, people: set[int]) -> None:
    staff = row.detail.get("staff")
    served = Served(
        key=key_of(row),
        at=row.at,
        count=row.detail.get("count", 1),
        source=Source.DOOR if device.kind == Device.Kind.DOOR else Source.EMPLOYEE,
        staff_ref=staff if staff in people else None,
    )
    count_served(place_of(device), served)
    row.state = State.COUNTED


def _origin(row: DeviceEvent, device: Device) -> Origin:
    """By which way it came; of no survey, unless its campaign says so."""
    return Origin(
        key=key_of(row),
        mode=Response.Mode.FEEDBACK,
        channel=CHANNELS.get(device.kind, Response.Channel.KIOSK),
        at=row.at,
        site=device.point.site_id,
        point=device.point_id,
        device=device.pk,
        step=device.point.step,
    )


def _answer(row: DeviceEvent, device: Device, catalog: Catalog, targets: Mapping[int, Target]) -> None:
    """An answer set whose version nobody fielded, or that its rules refuse, is kept with the reason."""
    try:
        origin = _about(_origin(row, device), row, targets)
        response = receive_answer(origin, Told.of(row.detail), catalog)
        if "photo" in row.detail and not _is_anonymous(row, catalog):
            tie_photo(response, row.detail["photo"], device.pk)
    except NotAccepted as refused:
        row.detail = {**row.detail, "why": str(refused)}
        row.state = State.REJECTED
    else:
        row.state = State.COUNTED
    if _is_anonymous(row, catalog):
        _forget(row)


def _is_anonymous(row: DeviceEvent, catalog: Catalog) -> bool:
    campaign = catalog.campaigns.get(row.detail.get("campaign", 0))
    return campaign is not None and campaign.is_anonymous


def _forget(row: DeviceEvent) -> None:
    """What a device has told of an anonymous answer goes, with its minute; that there was an event stays."""
    row.detail = {"why": row.detail["why"]} if "why" in row.detail else {}
    # When it was received stays: by it the minutes of a device are shown to add up.
    DeviceEvent.objects.filter(pk=row.pk).update(detail=row.detail, at=hour_of(row.at))


def _about(origin: Origin, row: DeviceEvent, targets: Mapping[int, Target]) -> Origin:
    """With whom or what the guest chose; one of another screen cannot be chosen."""
    if "target" not in row.detail:
        return origin
    target = targets.get(row.detail["target"])
    if target is None or target.device_id != row.device_ref:
        raise NotAccepted("target")
    return replace(origin, target=target.pk, staff=target.staff_id)


def _heartbeat(row: DeviceEvent, device: Device) -> None:
    device.battery = row.detail.get("battery", device.battery)
    device.declared_lost += row.detail.get("lost", 0)
    device.firmware = row.detail.get("firmware") or device.firmware
    row.state = State.NOTED


def _note_seen(rows: Iterable[DeviceEvent], devices: dict[int, Device]) -> None:
    seen = set()
    for row in rows:
        if device := devices.get(row.device_ref):
            device.seen_at = max(device.seen_at or row.received_at, row.received_at)
            if device.kind != Device.Kind.POSTER:
                device.boot_id = row.boot_id
            seen.add(device)
    Device.objects.bulk_update(seen, ["seen_at", "boot_id", "battery", "firmware", "declared_lost"])


def _people(rows: Iterable[DeviceEvent]) -> set[int]:
    named = {row.detail["staff"] for row in rows if row.kind == "served" and row.detail.get("staff")}
    return set(Staff.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()


def _settled(rows: Iterable[DeviceEvent], devices: dict[int, Device]) -> Settled:
    """The presses around those of the batch whose mark is known, by device and time."""
    spans: dict[int, list[DeviceEvent]] = {}
    for row in rows:
        device = devices.get(row.device_ref)
        if row.kind == "press" and device and device.kind != Device.Kind.POSTER:
            spans.setdefault(row.device_ref, []).append(row)
    margin = timedelta(seconds=2 * BURST_SECONDS)
    found: Settled = {}
    for ref, presses in spans.items():
        moments = [one.at for one in presses]
        near = DeviceEvent.objects.filter(
            device_ref=ref, kind="press", state__in=SETTLED,
            at__gte=min(moments) - margin, at__lte=max(moments) + margin,
        )  # fmt: skip
        found[ref] = [
            Pressed(pk, at.timestamp(), str(state))
            for pk, at, state in near.order_by("at", "id").values_list("pk", "at", "state")
        ]
    return found
