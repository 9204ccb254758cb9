"""Experiments: declared before they begin, judged beside points without the change (METHOD A8)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.figures.at_points import most_used
from barrymore.figures.models import Experiment
from barrymore.figures.points import said_of, served_of
from barrymore.figures.scope import Period, today_in
from barrymore.figures.tallies import Told, told_by_day
from barrymore.formulas.experiments import MISMATCH_BELOW, arms_mismatch
from barrymore.formulas.grades import DEFAULT_POLICY, frame_deviation
from barrymore.formulas.trials import (
    Difference,
    Share,
    always_valid,
    difference,
    difference_of,
    share_over_days,
)
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.selectors import company
from barrymore.organisation.services import audit

PERMISSION = "targets.manage"
LONGEST_DAYS = 180
MOST_BEFORE = 56
FEWEST = 30
ALPHA = 0.05
Days = Mapping[tuple[int, date], Counter[str]]


@dataclass(frozen=True)
class Cell:
    """One group in one span: those served, by whom counted, and the answers."""

    served: int
    external: int | None
    answered: int
    good: int
    share: Share | None  # of the primary figure

    @property
    def response_rate(self) -> float | None:
        """Answered among those served; None where more answered than were counted."""
        return self.answered / self.served if self.served >= self.answered and self.served else None


@dataclass
class Result:
    """What is known so far. `effect` is None where nothing may be claimed; `why` says the code."""

    scale: str
    last: date | None
    treated: Cell | None = None
    control: Cell | None = None
    treated_before: Cell | None = None
    control_before: Cell | None = None
    effect: Difference | None = None
    is_net_of_before: bool = False
    p: float | None = None
    mismatch: float | None = None
    blocked: list[str] = field(default_factory=list)

    @property
    def is_told_apart(self) -> bool:
        """Whether the effect holds at every look."""
        return self.effect is not None and self.p is not None and self.p < ALPHA


@transaction.atomic
def declare(
    actor: Actor,
    *,
    name: str,
    change: str,
    primary: str,
    treated: Sequence[Point],
    control: Sequence[Point],
    starts: date,
    ends: date,
) -> Experiment:
    """Say what will be changed where, and by what it is judged, before it begins. NotAllowed, ValueError."""
    actor.need(PERMISSION)
    name, change = (" ".join(words.replace("\x00", "").split()) for words in (name, change))
    if not name or not change:
        raise ValueError(_("Give it a name and say what is changed."))
    if primary not in Experiment.Primary.values:
        raise ValueError(_("Choose the one figure that decides."))
    if not treated:
        raise ValueError(_("Choose the points where it is changed."))
    if {one.pk for one in treated} & {one.pk for one in control}:
        raise ValueError(_("A point is either changed or left as it is, not both."))
    for point in (*treated, *control):
        actor.need_at_site(PERMISSION, point.site_id)
    if starts <= today_in(company().timezone):
        raise ValueError(_("It begins tomorrow at the earliest: what has begun cannot be declared any more."))
    if not timedelta(days=1) <= ends - starts <= timedelta(days=LONGEST_DAYS):
        raise ValueError(_("It ends after it begins, and after half a year at most."))
    made = Experiment.objects.create(
        name=name[:80],
        change=change[:400],
        primary=primary,
        starts=starts,
        ends=ends,
        declared_by=actor.staff,
        declared_at=now(),
    )
    made.treated.set(treated)
    made.control.set(control)
    _note(actor, made, "experiment.declared")
    return made


@transaction.atomic
def withdraw(actor: Actor, experiment: Experiment) -> None:
    """Forget an experiment that has not begun. Raises NotAllowed, ValueError once it has."""
    actor.need(PERMISSION)
    if experiment.starts <= today_in(company().timezone):
        raise ValueError(_("It has begun, so it stays as it was declared."))
    _note(actor, experiment, "experiment.withdrawn")
    experiment.delete()


def _note(actor: Actor, experiment: Experiment, kind: str) -> None:
    audit(actor.staff, kind, experiment.name, experiment=experiment.pk)
    values = {"starts": f"{experiment.starts}", "ends": f"{experiment.ends}", "primary": experiment.primary}
    record(
        kind,
        f"{kind}:{experiment.pk}",
        staff_ref=actor.staff.pk,
        dims={"experiment": experiment.pk},
        values=values,
    )


def result_of(experiment: Experiment) -> Result:
    """Judge an experiment up to the last day that is over, in three statements."""
    zone = company().timezone
    last = min(experiment.ends, today_in(zone) - timedelta(days=1))
    if last < experiment.starts:
        return Result("", None)
    treated, control = (
        set(group.values_list("pk", flat=True)) for group in (experiment.treated, experiment.control)
    )
    length = min((experiment.ends - experiment.starts).days + 1, MOST_BEFORE)
    before = Period(experiment.starts - timedelta(days=length), experiment.starts - timedelta(days=1), zone)
    told = told_by_day(Period(before.first, last, zone), treated | control)
    scale = most_used(Told(point, counts) for (point, _day), counts in told.items())
    during = Period(experiment.starts, last, zone)

    def cell(points: set[int], span: Period) -> Cell:
        return _cell(told, points, span, scale, experiment.primary)

    made = Result(scale, last, cell(treated, during), treated_before=cell(treated, before))
    if control:
        made.control, made.control_before = cell(control, during), cell(control, before)
    _judge(made, experiment, told, (treated, control))
    return made


def _cell(told: Days, points: Collection[int], span: Period, scale: str, primary: str) -> Cell:
    days = [
        counts for (point, day), counts in told.items() if point in points and span.first <= day <= span.last
    ]
    total: Counter[str] = Counter()
    for counts in days:
        total.update(counts)
    good, bad = said_of(total, scale)
    served = served_of(total)
    return Cell(
        served=served.frame or 0,
        external=served.external if served.employee is not None else None,
        answered=good + bad,
        good=good,
        share=share_over_days([_pair(counts, scale, primary) for counts in days]),
    )


def _pair(counts: Mapping[str, int], scale: str, primary: str) -> tuple[int, int]:
    """x of n of a point and day."""
    good, bad = said_of(counts, scale)
    if primary == Experiment.Primary.SATISFACTION:
        return good, good + bad
    # Somebody served at five to twelve may answer after midnight: no day has more answers than served.
    frame = served_of(counts).frame or 0
    return min(good + bad, frame), frame


def _judge(
    made: Result, experiment: Experiment, told: Days, groups: tuple[Collection[int], Collection[int]]
) -> None:
    cells = [one for one in (made.treated, made.control) if one is not None]
    if made.control is None:
        made.blocked.append("NO_CONTROL")
    if any(one.share is None or one.share.n < FEWEST for one in cells):
        made.blocked.append("FEW_ANSWERS")
    if any(one.response_rate is None for one in cells):
        made.blocked.append("NO_DENOMINATOR")
    if made.control is None or made.treated is None:
        return
    _guard(made, experiment)
    if made.blocked:
        return
    assert made.last is not None
    here, there = (_by_day(told, group, made.scale, experiment.primary) for group in groups)
    seen = []
    for number in range((made.last - experiment.starts).days + 1):
        until = experiment.starts + timedelta(days=number)
        look = _effect(made, *(_until(days, experiment.starts, until) for days in (here, there)))
        seen += [look] if look else []
    made.effect = seen[-1] if seen else None
    made.p = always_valid(seen) if seen else None


def _guard(made: Result, experiment: Experiment) -> None:
    """The guardrail: who answers must not have moved, nor who is counted."""
    assert made.treated is not None and made.control is not None
    pairs = [(made.treated, made.treated_before), (made.control, made.control_before)]
    deviations = [frame_deviation(now_.served, now_.external) for now_, _before in pairs if now_.external]
    if any(one is not None and one > DEFAULT_POLICY.frame_deviation_up_to for one in deviations):
        made.blocked.append("FRAME_DEVIATES")
    if experiment.primary != Experiment.Primary.SATISFACTION:
        return
    has_before = all(before is not None and before.response_rate for _now, before in pairs)
    expected = [
        now_.served * ((before.response_rate or 0.0) if has_before and before else 1.0)
        for now_, before in pairs
    ]
    answered = [now_.answered for now_, _before in pairs]
    if min(expected) > 0 and any(answered):
        made.mismatch = arms_mismatch(answered, [one / sum(expected) for one in expected])
        if made.mismatch < MISMATCH_BELOW:
            made.blocked.append("SAMPLE_RATIO")


def _by_day(told: Days, points: Collection[int], scale: str, primary: str) -> list[tuple[date, int, int]]:
    """x of n of each point and day of a group."""
    return [(day, *_pair(counts, scale, primary)) for (point, day), counts in told.items() if point in points]


def _until(days: list[tuple[date, int, int]], first: date, last: date) -> Share | None:
    return share_over_days([(x, n) for day, x, n in days if first <= day <= last])


def _effect(made: Result, here: Share | None, there: Share | None) -> Difference | None:
    """Treated less control at one look; what they differed by before is taken off where it is known."""
    if here is None or there is None or min(here.n, there.n) < FEWEST:
        return None
    first, second = (one.share if one else None for one in (made.treated_before, made.control_before))
    if first is None or second is None or min(first.n, second.n) < FEWEST:
        return difference(here, there)
    made.is_net_of_before = True
    return difference_of(difference(here, first), difference(there, second))
