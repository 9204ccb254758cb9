"""Mail surveys: answers that come from the agents' own network, and invitations that somebody held back."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from barrymore.formulas.detection_data import GREEN, Invitations
from barrymore.formulas.detection_flags import Flag, moment_text, standing_out
from barrymore.formulas.detection_tails import beside_peers

WEEK = 7 * 86_400.0
# 1970 began on a Thursday; weeks begin on Monday, UTC.
FIRST_MONDAY = 4 * 86_400.0
# Tuned on seeds 1 to 10, 101 to 108 and 1001 to 1020, then frozen (docs/detection.md).
MAIL_ALPHA = 0.01
FEWEST = 3
# Of others: with fewer weeks to compare with nothing is asked.
FEWEST_PEER_WEEKS = 8
FEWEST_PEERS = 2
LIKE_CUSTOMERS = 0.05


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


def enough_peers(table: Invitations, flag: Flag) -> bool:
    """Whether the others of the table are several, and have weeks enough to say what is usual."""
    weeks = _weeks(table)
    others = weeks.names[weeks.staff][weeks.names[weeks.staff] != flag.staff]
    return len(others) >= FEWEST_PEER_WEEKS and len(np.unique(others)) >= FEWEST_PEERS


def like_customers(table: Invitations, flag: Flag) -> bool:
    """What was opened from networks of the staff may as well have been customers: as mixed as elsewhere.

    Guests on the house's wireless network open and do not answer, or answer badly, as others do; whoever
    answers for them gives good answers alone. Binomial tail (Clopper & Pearson, 1934) of the good among what
    was opened from there in the person's week, beside the share of good among what was opened elsewhere.
    True also where nothing was opened elsewhere, so that there is nothing to compare with.
    """
    own = np.unique(table.agent_network[table.agent_network != ""])
    near = np.isin(table.opened_from, own) & (table.opened_from != "")
    far = (table.opened_from != "") & ~near
    good = table.answer == GREEN
    if not far.any():
        return True
    usual = (int((good & far).sum()) + 0.5) / (int(far.sum()) + 1.0)
    inside = (table.closed >= flag.start) & (table.closed < flag.end)
    of_person = near & inside & (table.staff == flag.staff)
    k, n = int((good & of_person).sum()), int(of_person.sum())
    return k == 0 or float(special.betainc(k, n - k + 1, usual)) > LIKE_CUSTOMERS


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
