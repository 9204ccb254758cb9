"""Why a promise is due then: its clock's log as sentences in the viewer's language."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from barrymore.sla.models import Clock, ClockEvent
from barrymore.sla.selectors import events_of
from barrymore.ui.times import hour_words, moment_words


def title_of(clock: Clock) -> str:
    """What was promised."""
    if clock.kind == Clock.Kind.RESOLUTION:
        return gettext("We promised a solution")
    if clock.kind == Clock.Kind.NEXT_RESPONSE:
        return gettext("We promised the next answer")
    return gettext("We promised the first answer")


def reason_of(clock: Clock) -> str:
    """The whole reason in a few sentences: the rule, the start, the pauses, what changed since."""
    events = events_of(clock)
    sentences = [_rule(clock), _start(clock), *filter(None, map(_sentence, events))]
    if not any(event.what == "paused" for event in events):
        sentences.append(gettext("Never paused."))
    return " ".join(sentences)


def length_of(minutes: int) -> str:
    """Minutes as words: whole hours and days are said as such."""
    if minutes % 60 or not minutes:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def _rule(clock: Clock) -> str:
    words = {
        "policy": clock.policy.name if clock.policy else gettext("A rule that is gone"),
        "length": length_of(clock.target_minutes),
        "calendar": clock.calendar.name,
    }
    return gettext("%(policy)s: %(length)s within the hours of %(calendar)s.") % words


def _start(clock: Clock) -> str:
    return gettext("Runs since %(when)s.") % {"when": _moment(clock.started_at)}


def _sentence(event: ClockEvent) -> str:
    when = {"when": _moment(event.at)}
    if event.what == "paused":
        return gettext("Paused at %(when)s, waiting for the customer.") % when
    if event.what == "resumed":
        return gettext("Runs again since %(when)s.") % when
    if event.what == "reopened":
        return gettext("Opened again at %(when)s, with the time that was left.") % when
    if event.what == "recomputed":
        return gettext("Worked out anew at %(when)s, because the hours were changed.") % when
    if event.what == "brought_nearer":
        return gettext("Brought nearer at %(when)s, because the priority was raised.") % when
    if event.what == "breached":
        return gettext("Late since %(when)s; the supervisors were told.") % when
    return ""


def _moment(at: datetime) -> str:
    is_today = timezone.localtime(at).date() == timezone.localtime().date()
    return hour_words(at) if is_today else moment_words(at, "day")
