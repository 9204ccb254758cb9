"""The daily look: put the evidence before the detectors, and ask each question once."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Min

from barrymore.alerts.services import notify
from barrymore.formulas.detection import Findings, detect
from barrymore.formulas.detection_flags import Flag as Found
from barrymore.formulas.detectors_tickets import ticket_questions
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Point, Staff
from barrymore.quality.gathering import evidence_of
from barrymore.quality.mail_evidence import mail_questions
from barrymore.quality.models import Flag
from barrymore.quality.selectors import notice_that_holds
from barrymore.quality.ticket_evidence import ticket_events

LOOKED_BACK = timedelta(days=60)
# A day is looked at once it is over and what was kept offline has arrived.
SETTLED_AFTER = timedelta(hours=2)
BASELINE = timedelta(days=90)
MOST_KEYS = 5000
DAY_SECONDS = 86_400


def look_for_flags(since: datetime | None = None) -> int:
    """Ask what is new since the staff were told; nothing before that. Returns how many questions."""
    notice = notice_that_holds()
    if notice is None:
        return 0
    until = now() - SETTLED_AFTER
    told_from = datetime.combine(notice.holds_from, datetime.min.time(), UTC)
    since = max(since or until - LOOKED_BACK, told_from)
    if since >= until:
        return 0
    evidence, keys = evidence_of(since, until)
    findings = detect(evidence)
    points = Point.objects.select_related("site").in_bulk()
    people = Staff.objects.in_bulk()
    raised = sum(_ask(found, _keys(found, findings, keys), points, people) for found in findings.flags)
    of_work = mail_questions(since, until, networks=notice.names_networks)
    if notice.names_handling:
        of_work += ticket_questions(ticket_events(since, until))
    raised += sum(_ask(found, [], points, people) for found in of_work)
    _note_looked(findings, points)
    return raised


@transaction.atomic
def _ask(
    found: Found,
    keys: list[str],
    points: Mapping[int, Point],
    people: Mapping[int, Staff],
) -> bool:
    staff = people.get(int(found.staff)) if found.staff and found.staff.isdigit() else None
    point = points.get(int(found.desk)) if found.desk.isdigit() else None
    digest = _digest(found)
    if Flag.objects.filter(digest=digest).exists() or _was_harmless(found, point, staff):
        return False
    flag = Flag.objects.create(
        digest=digest,
        kind=found.kind,
        site=point.site if point else None,
        point=point,
        staff=staff,
        since=datetime.fromtimestamp(found.start, UTC),
        until=datetime.fromtimestamp(found.end, UTC),
        chance=found.p if found.p is not None and isfinite(found.p) else None,
        evidence=plain(found.evidence),
        keys=keys,
        raised_at=now(),
    )
    tell(flag, "flag.raised", values={"presses": len(flag.keys)})
    if flag.staff:
        notify([flag.staff], "flag.asked", f"flag:{flag.pk}", flag=flag.pk)
    return True


def tell(flag: Flag, kind: str, *, values: Mapping[str, Any], key: str = "") -> None:
    """One fact of a flag; no person is in it, so that erasing one never rewrites history."""
    record(
        kind,
        key or f"flag:{flag.pk}:{kind.rpartition('.')[2]}",
        at=flag.since,
        site=flag.site_id,
        dims={"point": flag.point_id or 0, "kind": flag.kind},
        values=dict(values),
    )


def plain(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as JSON knows them; what is no number at all is left out."""
    told = {
        name: value.item() if isinstance(value, np.generic) else value for name, value in evidence.items()
    }
    return {name: value for name, value in told.items() if not isinstance(value, float) or isfinite(value)}


def _digest(found: Found) -> str:
    # By the day: where a shift begins may move a little with what comes late.
    told = f"{found.kind}|{found.desk}|{found.start // DAY_SECONDS:.0f}|{found.staff or ''}"
    return hashlib.sha256(told.encode()).hexdigest()


def _was_harmless(found: Found, point: Point | None, staff: Staff | None) -> bool:
    """What was rejected at a place is the rule there: only what is rarer than that is asked again.

    Where a question has no place, the same of the person.
    """
    if found.p is None or (point is None and staff is None):
        return False
    where: dict[str, Any] = {"point": point} if point else {"point": None, "staff": staff}
    rejected = Flag.objects.filter(
        **where, kind=found.kind, state=Flag.State.REJECTED, decided_at__gt=now() - BASELINE
    )
    rarest = rejected.aggregate(rarest=Min("chance"))["rarest"]
    return rarest is not None and found.p >= rarest


def _keys(found: Found, findings: Findings, keys: Mapping[tuple[str, str, int], str]) -> list[str]:
    presses = findings.floor.presses
    named = (
        (str(presses.device[row]), str(presses.boot_id[row]), int(presses.seq[row])) for row in found.rows
    )
    return [keys[one] for one in named if one in keys][:MOST_KEYS]


def _note_looked(findings: Findings, points: Mapping[int, Point]) -> None:
    """That somebody looked, by point and day: without it nobody can say that nothing was found."""
    shifts = findings.floor.shifts
    days = {
        (str(shifts.names[desk]), datetime.fromtimestamp(start, UTC).date())
        for desk, start in zip(shifts.desk, shifts.start, strict=True)
    }
    places = {(ref, day) for ref, day in days if ref.isdigit() and int(ref) in points}
    told = Fact.objects.filter(key__in=[f"looked:{ref}:{day}" for ref, day in places])
    known = set(told.values_list("key", flat=True))
    for ref, day in sorted(places):
        key, point = f"looked:{ref}:{day}", points[int(ref)]
        if key not in known:
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            record("point.looked_at", key, at=at, site=point.site_id, dims={"point": point.pk})
