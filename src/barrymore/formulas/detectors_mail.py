"""Mail surveys: answers that come from the agents' own network, and invitations that somebody held back."""

from dataclasses import dataclass

import numpy as np

from barrymore.formulas.detection_data import GREEN, Invitations
from barrymore.formulas.detection_flags import Flag, moment_text, standing_out
from barrymore.formulas.detection_tails import beside_peers

WEEK = 7 * 86_400.0
# 1970 began on a Thursday; weeks begin on Monday, UTC.
FIRST_MONDAY = 4 * 86_400.0
# Tuned on seeds 1 to 10, 101 to 108 and 1001 to 1020, then frozen (docs/detection.md).
MAIL_ALPHA = 0.01
FEWEST = 3


@dataclass(frozen=True, slots=True)
class _Weeks:
    """Weeks of members of staff: who (position in `names`), the start, and the week of each row."""

    names: np.ndarray
    staff: np.ndarray
    start: np.ndarray
    of: np.ndarray


def links_from_agents(table: Invitations) -> list[Flag]:
    """Good answers opened from a network that agents work from, per agent and week, beside trimmed peers.

    A guest on the wireless network of the house looks the same: hence the comparison.
    """
    weeks = _weeks(table)
    own = np.unique(table.agent_network[table.agent_network != ""])
    answered = table.answer != ""
    hit = answered & (table.answer == GREEN) & np.isin(table.opened_from, own)
    text = (
        "{k} of {n} answers were good and opened from a network that agents work from; {expected:.1f} are "
        "usual. Who answered?"
    )
    return _beside(weeks, hit, answered, "links_from_agents", text)


def suppressed_invitations(table: Invitations) -> list[Flag]:
    """Invitations that a person held back, of those drawn, per agent and week, beside trimmed peers."""
    text = "{k} of {n} drawn invitations were held back by a person; {expected:.1f} are usual. What for?"
    drawn = table.drawn | table.suppressed
    return _beside(_weeks(table), table.suppressed, drawn, "suppressed_invitations", text)


def _weeks(table: Invitations) -> _Weeks:
    names, staff = np.unique(table.staff, return_inverse=True)
    week = np.floor((table.closed - FIRST_MONDAY) / WEEK).astype(int)
    pairs, of = np.unique(np.stack((staff, week)), axis=1, return_inverse=True)
    return _Weeks(names, pairs[0], pairs[1] * WEEK + FIRST_MONDAY, of.ravel())


def _beside(weeks: _Weeks, hit: np.ndarray, base: np.ndarray, kind: str, text: str) -> list[Flag]:
    size = len(weeks.staff)
    k = np.bincount(weeks.of[hit], minlength=size).astype(float)
    n = np.bincount(weeks.of[base], minlength=size).astype(float)
    peers = beside_peers(k, n, weeks.staff)
    found = []
    for one in standing_out(peers.p, MAIL_ALPHA):
        if k[one] < FEWEST:
            continue
        expected = float(n[one] * peers.mean[one])
        counts = {"seen": int(k[one]), "of": int(n[one]), "expected": round(expected, 1)}
        staff, start = str(weeks.names[weeks.staff[one]]), float(weeks.start[one])
        said = text.format(k=int(k[one]), n=int(n[one]), expected=expected)
        name = f"{staff} week of {moment_text(start)[:10]}"
        found.append(Flag(kind, "mail", name, staff, start, start + WEEK, float(peers.p[one]), counts, said))
    return found
