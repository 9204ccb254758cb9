"""When something was and how long a promise has left, in few words and the viewer's zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
State = Literal["calm", "soon", "late", "paused", "kept"]


@dataclass(frozen=True)
class Reading:
    """What a clock shows now. The same rules as frontend/src/clock.ts."""

    state: State
    words: str


def clock_words() -> dict[str, str]:
    """The translated words a running clock needs, keyed as clock.ts reads them from the body."""
    return {
        "minutes": gettext("{n} min"),
        "hours": gettext("{n} h"),
        "days": gettext("{n} d"),
        "over-minutes": gettext("{n} min over"),
        "over-hours": gettext("{n} h over"),
        "over-days": gettext("{n} d over"),
    }


def is_soon(left: timedelta, whole: timedelta | None) -> bool:
    """Under half an hour, or under half its time where the whole promise is shorter than an hour."""
    return left < min(30 * MINUTE, whole / 2 if whole is not None else timedelta.max)


def read_clock(due: datetime, started: datetime | None, now: datetime, *, span: bool = False) -> Reading:
    """State and words of a running promise; `span` says the time left even where a list says the hour."""
    left = due - now
    if left <= timedelta():
        return Reading("late", _over(-left))
    whole = due - started if started else None
    return Reading(
        "soon" if is_soon(left, whole) else "calm", length(left) if span else _ahead(due, left, now)
    )


def length(span: timedelta) -> str:
    """A duration in its largest sensible unit: minutes to an hour, hours to two days, then days."""
    words = clock_words()
    if span <= HOUR:
        return words["minutes"].format(n=-(-span // MINUTE))
    if span < 2 * DAY:
        return words["hours"].format(n=span // HOUR)
    return words["days"].format(n=span // DAY)


def _over(late: timedelta) -> str:
    words = clock_words()
    if late < HOUR:
        return words["over-minutes"].format(n=max(1, late // MINUTE))
    if late < 2 * DAY:
        return words["over-hours"].format(n=late // HOUR)
    return words["over-days"].format(n=late // DAY)


def _ahead(due: datetime, left: timedelta, now: datetime) -> str:
    if left < HOUR:
        return length(left)
    local = timezone.localtime(due)
    if local.date() == timezone.localtime(now).date():
        return date_format(local, "H:i")
    return date_format(local, "D H:i" if left < 6 * DAY else "j M")


def when_words(at: datetime, now: datetime) -> str:
    """`14:22` today, `yesterday, 17:20`, `Mon 10:00` within six days, `14 Mar`, `14 Mar 2025`."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    hour, apart = date_format(local, "H:i"), (today - local.date()).days
    if apart == 0:
        return hour
    if apart == 1:
        return gettext("yesterday, {time}").format(time=hour)
    if apart == -1:
        return gettext("tomorrow, {time}").format(time=hour)
    if abs(apart) < 7:
        return date_format(local, "D H:i")
    return date_format(local, "j M" if local.year == today.year else "j M Y")
