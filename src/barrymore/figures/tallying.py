"""Follow the journal and add up what was told at each point: every fact once, also when the round is killed.

A tally's `what` is one of `press:<scale>:<score>`, `collapsed:<why>`, `served:<source>`,
`answer:<mode>:<scale>:<score>`, `code:<mode>:<code>`, `left_out:` before one of these, `suspected`,
`looked_at`, `lost` and `losses_looked_at`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from barrymore.figures.models import Followed, Reopening, Tally
from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_after
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import company

READER = "tallies"
BATCH = 2000
MOST_BATCHES = 20
BAND_HOURS = 4
# An event of the last minute may be on its way at midnight; later than this it changes a day that had ended.
LATE_AFTER = timedelta(hours=1)
# One statement for any number of rows; the two engines differ in two words.
WORDS = {
    "sqlite": {"rows": "json_each(%s)", "day": "text"},
    "postgresql": {"rows": "jsonb_array_elements(%s::jsonb) AS given(value)", "day": "date"},
}
ADD = """
INSERT INTO figures_tally
  (day, week, weekday, band, site_ref, point_ref, campaign_ref, staff_ref, what, count)
SELECT CAST(value->>0 AS {day}), CAST(value->>1 AS {day}), CAST(value->>2 AS smallint),
  CAST(value->>3 AS smallint), CAST(value->>4 AS bigint), CAST(value->>5 AS bigint),
  CAST(value->>6 AS bigint), CAST(value->>7 AS bigint), value->>8, CAST(value->>9 AS integer)
FROM {rows} WHERE true
ON CONFLICT (day, band, point_ref, campaign_ref, staff_ref, what)
DO UPDATE SET count = figures_tally.count + excluded.count
"""


class Slot(NamedTuple):
    """Where and when something is added up, by the clock of the site."""

    day: date
    band: int
    site: int
    point: int
    campaign: int
    staff: int

    @property
    def monday(self) -> date:
        """The first day of its week."""
        return self.day - timedelta(days=self.day.weekday())


def tally_round() -> int:
    """Add up the facts that are new, at most some ten thousand, so that the round can be stopped between."""
    done = 0
    for _ in range(MOST_BATCHES):
        read = _follow()
        done += read
        if read < BATCH:
            break
    return done


@transaction.atomic
def _follow() -> int:
    """One transaction: the facts read, what they add, and how far the reader is. A second worker waits."""
    Followed.objects.get_or_create(reader=READER)
    reader = Followed.objects.select_for_update().get(reader=READER)
    facts = facts_after(reader.last_id, BATCH)
    if facts:
        add_up(facts)
        reader.last_id = facts[-1].pk
        reader.save()
    return len(facts)


def add_up(facts: Iterable[Fact]) -> None:
    """Add facts to the tallies, and note the days that had ended when theirs came."""
    zones = Zones()
    counts: Counter[tuple[Slot, str]] = Counter()
    late: dict[tuple[int, date], list[datetime]] = {}
    for fact in facts:
        lines = list(lines_of(fact))
        if not lines:
            continue
        slot = slot_of(fact, zones.of(fact.site))
        counts.update({(slot, what): n for what, n in lines})
        if (fact.recorded_at - LATE_AFTER).astimezone(zones.of(fact.site)).date() > slot.day:
            late.setdefault((slot.point, slot.day), []).append(fact.recorded_at)
    _write(counts)
    for (point, day), moments in late.items():
        _reopen(point, day, moments)


def _reopen(point: int, day: date, moments: Sequence[datetime]) -> None:
    new = {"events": len(moments), "at": max(moments)}
    found, is_new = Reopening.objects.get_or_create(point_ref=point, day=day, defaults=new)
    if not is_new:
        found.version, found.events = found.version + 1, found.events + len(moments)
        found.at = max(moments)
        found.save()


def _write(counts: Counter[tuple[Slot, str]]) -> None:
    # In one order everywhere, so that two writers never wait for each other.
    rows = [
        [
            slot.day.isoformat(), slot.monday.isoformat(), slot.day.weekday(), slot.band,
            slot.site, slot.point, slot.campaign, slot.staff, what, n,
        ]
        for (slot, what), n in sorted(counts.items()) if n
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(ADD.format(**WORDS[connection.vendor]), [json.dumps(rows)])


def slot_of(fact: Fact, zone: ZoneInfo) -> Slot:
    """Where a fact is added up."""
    at = fact.at.astimezone(zone)
    campaign, staff = int(fact.dims.get("campaign") or 0), fact.staff_ref or 0
    point = int(fact.dims.get("point") or 0)
    return Slot(at.date(), at.hour // BAND_HOURS, fact.site or 0, point, campaign, staff)


def lines_of(fact: Fact) -> Iterator[tuple[str, int]]:
    """What a fact adds to which count; nothing for facts that are not told at a point."""
    values, dims = fact.values, fact.dims
    if fact.kind == "press.counted":
        yield f"press:{values['scale']}:{values['score']}", 1
    elif fact.kind == "press.collapsed":
        yield f"collapsed:{values['why']}", 1
        if values.get("was_counted"):
            yield f"press:{values['scale']}:{values['score']}", -1
    elif fact.kind == "served.counted":
        yield f"served:{dims.get('source', 'employee')}", int(values["count"])
    elif fact.kind == "press.left_out":
        of = "press" if dims.get("of") == "press.counted" else f"answer:{dims['mode']}"
        yield f"left_out:{of}:{values['scale']}:{values['score']}", 1
    elif fact.kind in {"flag.raised", "flag.rejected"}:
        yield "suspected", int(values["presses"]) * (1 if fact.kind == "flag.raised" else -1)
    elif fact.kind == "point.looked_at":
        yield "looked_at", 1
    elif fact.kind == "device.lost":
        yield "lost", int(values["events"])
    elif fact.kind == "point.losses_looked_at":
        yield "losses_looked_at", 1
    elif fact.kind == "answer.given":
        yield f"code:{dims['mode']}:{values['code']}", 1
        if values.get("score") is not None:
            yield f"answer:{dims['mode']}:{values['scale']}:{values['score']}", 1


@transaction.atomic
def tally_anew() -> None:
    """Forget all tallies; the rounds add up the whole journal again."""
    Followed.objects.get_or_create(reader=READER)
    reader = Followed.objects.select_for_update().get(reader=READER)
    Tally.objects.all().delete()
    Reopening.objects.all().delete()
    reader.last_id = 0
    reader.save()


class Zones:
    """The time zone of each site, read once."""

    def __init__(self) -> None:
        self._house = company().timezone
        self._zones = {
            pk: ZoneInfo(zone or self._house) for pk, zone in Site.objects.values_list("pk", "timezone")
        }

    def of(self, site_ref: int | None) -> ZoneInfo:
        """Whose clock counts at a site."""
        return self._zones.get(site_ref or 0) or ZoneInfo(self._house)
