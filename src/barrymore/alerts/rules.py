"""Which rule holds for an event, whom its steps name, and by what each of them is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from barrymore.alerts.models import Quiet, Rule
from barrymore.alerts.services import reach_of, reached_by
from barrymore.organisation.models import Point, Post, Role, Site, Staff

# Whether a calendar, by its number, is open at a moment; calendars are kept further up.
IsOpen = Callable[[int, datetime], bool]
ALWAYS: IsOpen = lambda _calendar, _at: True  # noqa: E731
SILENCED = {"sms", "push"}
EVERY_WAY = ["mail", "sms", "push"]
MOST_STEPS = 3


@dataclass(frozen=True)
class Step:
    """Whom a step tells by what, and after how many minutes of silence the next one follows."""

    roles: list[str] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    transports: list[str] = field(default_factory=lambda: list(EVERY_WAY))
    minutes: int = 10

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with a rule and with each alert."""
        return dict(vars(self))


@dataclass(frozen=True)
class Told:
    """One line of a preview: after so many minutes these people, each with the ways to reach them."""

    after_minutes: int
    people: list[tuple[Staff, list[str]]]


# A fresh house alerts without a setting: who leads there, then whoever looks after everything.
HOUSE_STEPS = [Step(roles=[Role.SUPERVISOR], minutes=10), Step(roles=[Role.ADMINISTRATOR], minutes=15)]


def house_rule(kind: str) -> Rule:
    """The rule that holds where nobody has made one; it is not kept anywhere."""
    return Rule(kind=kind, steps=[step.as_dict() for step in HOUSE_STEPS])


def rule_for(
    kind: str, site: Site | None, point: Point | None, at: datetime, is_open: IsOpen = ALWAYS
) -> Rule:
    """The narrowest rule: of the point, of the site, with hours, the oldest; else the house's."""
    wanted = Q(site=None) | Q(site=site) if site else Q(site=None)
    found = Rule.objects.filter(wanted, kind=kind, is_active=True).prefetch_related("points").order_by("id")
    fitting = [rule for rule in found if _fits(rule, point, at, is_open)]
    return max(fitting, key=_narrowness, default=house_rule(kind))


def _fits(rule: Rule, point: Point | None, at: datetime, is_open: IsOpen) -> bool:
    here = {one.pk for one in rule.points.all()}
    if here and (point is None or point.pk not in here):
        return False
    return rule.calendar_ref is None or is_open(rule.calendar_ref, at)


def _narrowness(rule: Rule) -> tuple[bool, bool, bool, int]:
    return (bool(rule.points.all()), rule.site_id is not None, rule.calendar_ref is not None, -rule.pk)


def steps_of(steps: Sequence[dict[str, Any]]) -> list[Step]:
    """Steps as they are kept."""
    return [Step(**step) for step in steps]


def people_of(step: Step, site: Site | None) -> list[Staff]:
    """The active people whom a step names: those with a role at the site, and those by name."""
    found = {one.pk: one for one in Staff.objects.filter(pk__in=step.people, is_active=True)}
    if step.roles:
        found |= {one.pk: one for one in _with_role(step.roles, site)}
    return sorted(found.values(), key=lambda one: one.pk)


def _with_role(roles: list[str], site: Site | None) -> list[Staff]:
    """Whoever has another role at the site has that one there; whoever names no site is of all."""
    active = Staff.objects.filter(is_active=True)
    if site is None:
        return list(active.filter(role__in=roles))
    scope = f"site:{site.pk}"
    own = active.filter(Q(sites=site) | Q(sites=None), role__in=roles).exclude(posts__scope=scope)
    posted = active.filter(pk__in=Post.objects.filter(scope=scope, role__in=roles).values("staff"))
    return list({one.pk: one for one in [*own.distinct(), *posted]}.values())


def ways_now(transports: Sequence[str], site: Site | None, at: datetime, *, wakes: bool) -> list[str]:
    """The transports of a step that may be used at this moment at this site."""
    silent = not wakes and site is not None and is_quiet(site, at)
    return [name for name in transports if not (silent and name in SILENCED)]


def is_quiet(site: Site, at: datetime) -> bool:
    """Whether the site's quiet hours hold."""
    quiet = Quiet.objects.filter(site=site).first()
    if quiet is None:
        return False
    local = at.astimezone(ZoneInfo(site.timezone))
    minute = local.hour * 60 + local.minute
    if quiet.starts_minute <= quiet.ends_minute:
        return quiet.starts_minute <= minute < quiet.ends_minute
    return minute >= quiet.starts_minute or minute < quiet.ends_minute


def preview(rule: Rule, site: Site | None, at: datetime) -> list[Told]:
    """Who would be told now, step by step, if nobody said that they have it."""
    after, lines = 0, []
    for step in steps_of(rule.steps):
        ways = ways_now(step.transports, site, at, wakes=rule.wakes)
        people = [(person, reached_by(reach_of(person), ways)) for person in people_of(step, site)]
        lines.append(Told(after, people))
        after += step.minutes
    return lines
