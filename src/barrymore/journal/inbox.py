"""The inbox of device events: each kept once, with what became of it counted in the same transaction."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import F

from barrymore.journal.models import DeviceEvent, DeviceTally

State: TypeAlias = DeviceEvent.State
Place: TypeAlias = tuple[int, str, int]
STORED, DUPLICATE, CLASH = "stored", "duplicate", "clash"
# What came under a number that another event had is kept under a run of its own, for whoever looks into it.
CLASHED = "clash:"

# One statement for any number of rows, so that it is planned once; the two engines differ in three words.
WORDS = {
    "sqlite": {"rows": "json_each(%s)", "moment": "text", "json": "text"},
    "postgresql": {
        "rows": "jsonb_array_elements(%s::jsonb) AS given(value)", "moment": "timestamptz", "json": "jsonb",
    },
}  # fmt: skip
EVENTS = """
INSERT INTO journal_deviceevent
  (device_ref, boot_id, seq, kind, score, scale, at, received_at, digest, detail, state)
SELECT CAST(value->>0 AS bigint), value->>1, CAST(value->>2 AS bigint), value->>3,
  CAST(value->>4 AS smallint), value->>5, CAST(value->>6 AS {moment}), CAST(value->>7 AS {moment}),
  value->>8, CAST(value->>9 AS {json}), value->>10
FROM {rows} WHERE true
ON CONFLICT (device_ref, boot_id, seq) DO NOTHING
RETURNING device_ref, boot_id, seq
"""
TALLIES = """
INSERT INTO journal_devicetally (device_ref, minute, outcome, count)
SELECT CAST(value->>0 AS bigint), CAST(value->>1 AS {moment}), value->>2, CAST(value->>3 AS integer)
FROM {rows} WHERE true
ON CONFLICT (device_ref, minute, outcome) DO UPDATE SET count = journal_devicetally.count + excluded.count
"""
BOOTS = """
INSERT INTO journal_deviceboot (device_ref, boot_id, highest, held)
SELECT CAST(value->>0 AS bigint), value->>1, CAST(value->>2 AS bigint), CAST(value->>3 AS bigint)
FROM {rows} WHERE true
ON CONFLICT (device_ref, boot_id) DO UPDATE SET held = journal_deviceboot.held + excluded.held,
  highest = CASE WHEN excluded.highest > journal_deviceboot.highest
    THEN excluded.highest ELSE journal_deviceboot.highest END
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a device, read and checked. `why` is set where it is kept but does not count."""

    device_ref: int
    boot_id: str
    seq: int
    kind: str
    at: datetime
    received_at: datetime
    digest: str
    score: int | None = None
    scale: str = ""
    detail: str = "{}"  # JSON
    why: str = ""
    is_numbered: bool = True  # its numbers begin with 1 and leave nothing out

    @property
    def place(self) -> Place:
        """Where it stands in the inbox."""
        return self.device_ref, self.boot_id, self.seq


@transaction.atomic
def take_in(events: Sequence[Event]) -> list[str]:
    """Keep events; the outcome of each: `stored`, `duplicate`, or why it was rejected.

    The same number with the same content is a duplicate, with other content a `clash`. What is kept and
    what is counted is committed together or not at all.
    """
    if not events:
        return []
    kept = _insert(events)
    outcomes = _outcomes(events, kept)
    clashes = [_apart(event) for event, outcome in zip(events, outcomes, strict=True) if outcome == CLASH]
    if clashes:
        _insert(clashes)
    _tally(events, outcomes)
    _note_boots(event for event in events if event.is_numbered and event.place in kept)
    return outcomes


def count_refused(device_ref: int, why: str, at: datetime) -> None:
    """A batch of which nothing was read: the device keeps it, so it is counted apart from the events."""
    _count([(device_ref, at, f"refused:{why}", 1)])


def count_known(device_ref: int, at: datetime) -> None:
    """An event that was handed over once more, and is there: received and a duplicate."""
    _count([(device_ref, at, "received", 1), (device_ref, at, DUPLICATE, 1)])


def count_rejected(device_ref: int, whys: Iterable[str], at: datetime) -> None:
    """Events without a number that could be kept: received and rejected."""
    counts = Counter(whys)
    rows = [(device_ref, at, f"rejected:{why}", n) for why, n in counts.items()]
    _count([(device_ref, at, "received", counts.total()), *rows])


def reject(rows: Sequence[DeviceEvent]) -> None:
    """Events that were stored and turn out not to count, each with its `why`: kept, and counted as rejected.

    Their minute goes on adding up: what leaves `stored` is found again under `rejected`.
    """
    for row in rows:
        row.state = State.REJECTED
    DeviceEvent.objects.bulk_update(rows, ["state", "detail"])
    for row in rows:
        minute = row.received_at.replace(second=0, microsecond=0)
        told = DeviceTally.objects.filter(device_ref=row.device_ref, minute=minute, outcome=STORED)
        told.update(count=F("count") - 1)
    _count((row.device_ref, row.received_at, f"rejected:{row.detail['why']}", 1) for row in rows)


def _insert(events: Iterable[Event]) -> set[Place]:
    """Insert what is new; the places that were free."""
    rows = [
        (
            event.device_ref, event.boot_id, event.seq, event.kind, event.score, event.scale,
            _moment(event.at), _moment(event.received_at), event.digest, event.detail,
            State.REJECTED.value if event.why else State.STORED.value,
        )
        for event in events
    ]  # fmt: skip
    return {(int(device), str(boot), int(seq)) for device, boot, seq in _run(EVENTS, rows)}


def _outcomes(events: Sequence[Event], kept: set[Place]) -> list[str]:
    """The first event at a free place is stored; any other is held against what stands there."""
    taken = {event.place for event in events} - kept
    standing = _digests(taken) if taken else {}
    outcomes = []
    for event in events:
        if event.place in kept and event.place not in standing:
            standing[event.place] = event.digest
            outcomes.append(event.why or STORED)
        else:
            outcomes.append(DUPLICATE if standing.get(event.place) == event.digest else CLASH)
    return outcomes


def _digests(places: set[Place]) -> dict[Place, str]:
    """What stands at some places."""
    wanted: dict[tuple[int, str], list[int]] = {}
    for device, boot, seq in places:
        wanted.setdefault((device, boot), []).append(seq)
    found: dict[Place, str] = {}
    for (device, boot), numbers in wanted.items():
        rows = DeviceEvent.objects.filter(device_ref=device, boot_id=boot, seq__in=numbers)
        found |= {(device, boot, seq): digest for seq, digest in rows.values_list("seq", "digest")}
    return found


def _apart(event: Event) -> Event:
    detail = {**json.loads(event.detail), "why": CLASH, "boot_id": event.boot_id}
    return Event(
        device_ref=event.device_ref,
        boot_id=f"{CLASHED}{event.digest}",
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        received_at=event.received_at,
        digest=event.digest,
        score=event.score,
        scale=event.scale,
        detail=json.dumps(detail),
        why=CLASH,
    )


def _tally(events: Sequence[Event], outcomes: Sequence[str]) -> None:
    counts: Counter[tuple[int, datetime, str]] = Counter()
    for event, outcome in zip(events, outcomes, strict=True):
        word = outcome if outcome in {STORED, DUPLICATE} else f"rejected:{outcome}"
        counts[event.device_ref, event.received_at, "received"] += 1
        counts[event.device_ref, event.received_at, word] += 1
    _count([(*place, count) for place, count in counts.items()])


def _count(rows: Iterable[tuple[int, datetime, str, int]]) -> None:
    counts: Counter[tuple[int, str, str]] = Counter()
    for device, at, outcome, count in rows:
        counts[device, _moment(at.replace(second=0, microsecond=0)), outcome] += count
    # In one order everywhere, so that two writers never wait for each other.
    _run(TALLIES, [(*place, count) for place, count in sorted(counts.items())])


def _note_boots(events: Iterable[Event]) -> None:
    boots: dict[tuple[int, str], list[int]] = {}
    for event in events:
        boots.setdefault((event.device_ref, event.boot_id), []).append(event.seq)
    if boots:
        rows = [(*boot, max(numbers), len(set(numbers))) for boot, numbers in sorted(boots.items())]
        _run(BOOTS, rows)


def _run(statement: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**WORDS[connection.vendor]), [json.dumps(rows)])
        return list(cursor.fetchall()) if cursor.description else []


def _moment(at: datetime) -> str:
    """As the database keeps it."""
    return str(connection.ops.adapt_datetimefield_value(at))
