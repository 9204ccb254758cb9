"""Invitations after conversations: drawn, held back, opened from where, answered how; what to ask of it."""

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np

from barrymore.feedback.models import Case
from barrymore.formulas.detection_data import Invitations
from barrymore.formulas.detection_flags import Flag
from barrymore.formulas.detectors_mail import (
    enough_peers,
    like_customers,
    links_from_agents,
    suppressed_invitations,
)
from barrymore.journal.models import Fact
from barrymore.journal.selectors import facts_of
from barrymore.organisation.networks import staff_marks
from barrymore.quality.gathering import colour_of, moments_of, words

# What has not ended after a fortnight is not reached by then.
LATEST_END = timedelta(days=14)
OUTSIDE = {"NOT_DRAWN", "CONTACT_CAP", "NO_ADDRESS", "WROTE_AGAIN"}


def mail_questions(since: datetime, until: datetime, *, networks: bool) -> list[Flag]:
    """What there is to ask, place by place: people of one place share guests, networks and habits.

    `networks` says that the staff were told of those. Nobody is compared with too few.
    """
    found: list[Flag] = []
    for table in invitations_of(since, until, networks=networks):
        found += [one for one in suppressed_invitations(table) if enough_peers(table, one)]
        links = links_from_agents(table)
        found += [one for one in links if enough_peers(table, one) and not like_customers(table, one)]
    return found


def invitations_of(since: datetime, until: datetime, *, networks: bool) -> list[Invitations]:
    """One table per site, or per queue where there is no site."""
    ends = facts_of("survey.final", since, until + LATEST_END)
    final = {fact.values["case"]: fact for fact in ends}
    opened = _opened(since) if networks else {}
    of_staff = staff_marks() if networks else set()
    places: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for fact in facts_of("survey.case", since, until):
        if fact.staff_ref:
            places["site" if fact.site else "queue", fact.site or fact.queue or 0].append(fact)
    return [_table(cases, final, opened, of_staff) for _place, cases in sorted(places.items())]


def _opened(since: datetime) -> dict[int, str]:
    marked = Case.objects.exclude(opened_network="").filter(opened_form_at__gte=since)
    return dict(marked.values_list("pk", "opened_network"))


def _table(
    cases: list[Fact], final: dict[int, Fact], opened: dict[int, str], of_staff: set[str]
) -> Invitations:
    ended = [final.get(fact.values["case"]) for fact in cases]
    codes = [str(one.values["code"]) if one else "" for one in ended]
    marks = [opened.get(fact.values["case"], "") for fact in cases]
    return Invitations(
        staff=words([str(fact.staff_ref) for fact in cases]),
        closed=moments_of([fact.at for fact in cases]),
        drawn=np.array([code not in OUTSIDE for code in codes]),
        suppressed=np.array([_held_back(fact, code) for fact, code in zip(cases, codes, strict=True)]),
        opened_from=words(marks),
        # Whose network it is does not matter: a colleague may have opened it.
        agent_network=words([mark if mark in of_staff else "" for mark in marks]),
        answer=words([_answer(one) for one in ended]),
    )


def _held_back(fact: Fact, code: str) -> bool:
    """Only who was drawn can be held back; without an address nobody would have been asked."""
    return bool(fact.values.get("suppressed")) and code not in OUTSIDE


def _answer(end: Fact | None) -> str:
    return colour_of(end) if end and end.values.get("score") is not None else ""
