"""Which weeks of persons stand out beside those of others in the same queue."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from barrymore.formulas.detection_flags import Flag, moment_text, standing_out
from barrymore.formulas.detection_tails import beside_peers

WEEK_SECONDS = 7 * 86_400.0
# 1970 began on a Thursday; weeks begin on Monday, UTC.
FIRST_MONDAY = 4 * 86_400.0
# Tuned on seeds 1 to 12, then frozen (docs/detection.md).
TICKETS_ALPHA = 0.05
RAREST_ASKED = 1 / 1000
FEWEST = 3
FEWEST_PEERS = 3
FEWEST_PEER_WEEKS = 8

# A person, and the number of the week.
Week = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Chance:
    """One occasion on which a person could have done it, and whether it was done."""

    staff: str
    queue: str
    at: float
    hit: bool


def week_of(at: float) -> int:
    """The number of the week of a moment."""
    return int((at - FIRST_MONDAY) // WEEK_SECONDS)


def beside_others(kind: str, chances: Iterable[Chance], text: str, excused: set[Week]) -> list[Flag]:
    """Persons' weeks that stand out beside trimmed peers of the same queue (Skellam, 1948; BH, 1995)."""
    counts: dict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in chances:
        if one.staff:
            seen = counts[one.queue, one.staff, week_of(one.at)]
            seen[0] += one.hit
            seen[1] += 1
    queues: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    for (queue, staff, week), (k, n) in sorted(counts.items()):
        queues[queue].append((staff, week, k, n))
    judged = [row for rows in queues.values() for row in _judged(rows)]
    p = np.array([one[-1] for one in judged])
    asked: dict[tuple[str, int], Flag] = {}
    for place in standing_out(p, TICKETS_ALPHA) if len(p) else ():
        staff, week, k, n, expected, chance = judged[place]
        if k < FEWEST or chance > RAREST_ASKED or (staff, week) in excused:
            continue
        flag = _flag(kind, staff, week, (k, n, expected), chance, text)
        before = asked.get((staff, week))
        if before is None or (before.p or 0.0) > chance:
            asked[staff, week] = flag
    return list(asked.values())


def _judged(rows: list[tuple[str, int, int, int]]) -> list[tuple[str, int, int, int, float, float]]:
    """Each week of a queue with what was expected of it and how rare it is; 1 where peers are too few."""
    names, staff = np.unique([row[0] for row in rows], return_inverse=True)
    k, n = (np.array([row[at] for row in rows], dtype=float) for at in (2, 3))
    peers = beside_peers(k, n, staff)
    weeks = np.bincount(staff)
    enough = (len(names) > FEWEST_PEERS) & (len(rows) - weeks[staff] >= FEWEST_PEER_WEEKS)
    chance = np.where(enough, peers.p, 1.0)
    return [(*row, float(n[at] * peers.mean[at]), float(chance[at])) for at, row in enumerate(rows)]


def _flag(kind: str, staff: str, week: int, counts: tuple[int, int, float], chance: float, text: str) -> Flag:
    k, n, expected = counts
    start = week * WEEK_SECONDS + FIRST_MONDAY
    evidence = {"seen": k, "of": n, "expected": round(expected, 1)}
    said = text.format(k=k, n=n, expected=expected)
    name = f"{staff} week of {moment_text(start)[:10]}"
    return Flag(kind, "tickets", name, staff, start, start + WEEK_SECONDS, chance, evidence, said)
