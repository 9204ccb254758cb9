"""When something was and how long a promise has left, in few words and the viewer's zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import DateTimePattern, format_interval, parse_pattern
from django.utils import timezone
from django.utils.translation import get_language, gettext

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
State = Literal["calm", "soon", "late", "paused", "kept"]
# Plain English would be the American one, with the month first.
LOCALES = {"en": "en_GB"}
# Bulgarian tables put an "h." after the hour, which a narrow list and the end of a sentence do not bear.
HOUR_SIGN = " 'ч'."


@lru_cache
def _forms(language: str) -> tuple[Locale, dict[str, DateTimePattern]]:
    """A language's locale and its own forms of times and dates (CLDR), as the browser knows them too."""
    locale = Locale.parse(LOCALES.get(language, language), sep="-" if "-" in language else "_")
    known = locale.datetime_skeletons
    names = {"hour": "Hm", "weekday_hour": "EHm", "day": "MMMd", "date": "yMMMd"}
    forms = {name: _pattern(known[key].pattern) for name, key in names.items()}
    return locale, {**forms, "full": locale.date_formats["long"]}


def _pattern(pattern: str) -> DateTimePattern:
    return parse_pattern(pattern.replace(HOUR_SIGN, ""))


def _told(at: date, form: str) -> str:
    locale, forms = _forms(get_language() or "en")
    return str(forms[form].apply(at, locale))


def hour_words(at: datetime) -> str:
    """`14:22` in the viewer's zone."""
    return _told(timezone.localtime(at), "hour")


def day_words(day: date) -> str:
    """`14 Mar`; `03-14` in Lithuanian, `14. März` in German."""
    return _told(day, "day")


def days_words(first: date, last: date) -> str:
    """`14–16 Mar 2025`, saying only once what both have in common."""
    locale, _ = _forms(get_language() or "en")
    return str(format_interval(first, last, "yMMMd", locale=locale))


def moment_words(at: datetime, day_form: Literal["day", "date", "full"] = "date") -> str:
    """`14 Mar 2025, 14:22` in the viewer's zone, with the day's form chosen."""
    local = timezone.localtime(at)
    return f"{_told(local, day_form)}, {_told(local, 'hour')}"


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
        return _told(local, "hour")
    return _told(local, "weekday_hour" if left < 6 * DAY else "day")


def when_words(at: datetime, now: datetime) -> str:
    """`14:22` today, `yesterday, 17:20`, `Mon 10:00` within six days, `14 Mar`, `14 Mar 2025`."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    hour, apart = _told(local, "hour"), (today - local.date()).days
    if apart == 0:
        return hour
    if apart == 1:
        return gettext("yesterday, {time}").format(time=hour)
    if apart == -1:
        return gettext("tomorrow, {time}").format(time=hour)
    if abs(apart) < 7:
        return _told(local, "weekday_hour")
    return _told(local, "day" if local.year == today.year else "date")
