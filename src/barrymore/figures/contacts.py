"""Contacts: how many arrived, how many began a conversation, and at which hours of the week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.scope import Period, Scope
from barrymore.formulas.intervals import student
from barrymore.formulas.week_hours import Lived, OddHour, Week, counts_by_hour, hours_lived, odd_hours
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of

NAME = "contacts"
VERSION = 1
OPENED, RECEIVED = "conversation.opened", "contact.received"


@dataclass(frozen=True)
class Came:
    """One contact, or the opening of a conversation by one; `is_spam` was taken for spam on arrival.

    `since` is when the first contact of the house came: no day before it is one on which nobody came.
    """

    fact: Fact
    is_opening: bool
    is_spam: bool
    since: datetime


@dataclass(frozen=True)
class WeekHours:
    """Contacts by hour of the week, how many such hours the period had so far, and its odd hours."""

    counts: Week
    lived: Lived
    odd: list[OddHour]


def load(period: Period) -> list[Came]:
    """Contacts and openings of a period in three statements.

    A contact itself does not say that it is spam; its opening does, and the first contact of the
    conversation is that opening's.
    """
    openings = list(facts_of(OPENED, period.since, period.until))
    first = Fact.objects.filter(kind=RECEIVED).order_by("at").values_list("at", flat=True).first()
    since = first or period.since
    spam = {fact.conversation_ref for fact in openings if fact.values.get("spam")}
    came = [
        Came(fact, is_opening=True, is_spam=fact.conversation_ref in spam, since=since) for fact in openings
    ]
    for fact in sorted(facts_of(RECEIVED, period.since, period.until), key=lambda one: one.at):
        came.append(Came(fact, is_opening=False, is_spam=fact.conversation_ref in spam, since=since))
        spam.discard(fact.conversation_ref)
    return came


def scope_fact(item: Came) -> Fact:
    """The fact whose dimensions place a contact."""
    return item.fact


def compute(items: Sequence[Came], scope: Scope, period: Period) -> Figure:
    """The figure of some contacts: their mean on a whole day, with its t-interval over the days."""
    contacts = contacts_of(items)
    days = _by_day(contacts, period, _first(items, period))
    spread = student(days)
    return Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="operational",
        served=len(contacts),
        excluded={"SPAM": spam}
        if (spam := sum(item.is_spam and not item.is_opening for item in items))
        else {},
        estimate=fmean(days) if days else None,
        interval=(max(spread.low, 0.0), spread.high) if spread else None,
        grade="A" if contacts else "C",
        reasons=[] if contacts else ["NOBODY_CAME"],
        values={
            "opened": sum(item.is_opening and not item.is_spam for item in items),
            "days": len(days),
            "on_whole_days": sum(days),
        },
        inputs_hash=hash_of([item.fact for item in items], VERSION),
    )


def contacts_of(items: Sequence[Came]) -> list[Fact]:
    """The contacts among the items, without openings and spam."""
    return [item.fact for item in items if not item.is_opening and not item.is_spam]


def hours_of(items: Sequence[Came], period: Period) -> WeekHours:
    """The contacts by hour of the local week, for a heat table; hours still to come are not lived."""
    return WeekHours(
        counts_by_hour((fact.at for fact in contacts_of(items)), period.timezone),
        hours_lived(_midnight(_first(items, period), period), min(period.until, now()), period.timezone),
        odd_hours(period.first, period.last, period.timezone),
    )


def _first(items: Sequence[Came], period: Period) -> date:
    """The first day that counts: of the period, or of the house where that is later; none without items."""
    if not items:
        return period.last + timedelta(days=1)
    return max(period.first, items[0].since.astimezone(ZoneInfo(period.timezone)).date())


def _midnight(day: date, period: Period) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(period.timezone)).astimezone(UTC)


def _by_day(contacts: Sequence[Fact], period: Period, first: date) -> list[int]:
    """Contacts on each day that is over; a day without any is a zero."""
    zone = ZoneInfo(period.timezone)
    last = min(period.last, now().astimezone(zone).date() - timedelta(days=1))
    found: Counter[date] = Counter(fact.at.astimezone(zone).date() for fact in contacts)
    return [found[first + timedelta(days=n)] for n in range((last - first).days + 1)]
