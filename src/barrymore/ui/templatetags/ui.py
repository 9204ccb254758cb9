"""Tags and filters of every template: icons, clocks, figures, grades, faces, counts, times, pages."""

from datetime import date, datetime
from typing import Any, Literal

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from barrymore.ui import figures, icons, times

register = template.Library()

COUNT_CAP = 999
THEMES = ("light", "dark", "system")
CHANNEL_ICONS = {
    "mail": "mail",
    "phone": "phone",
    "call": "phone",
    "missed_call": "phone-incoming",
    "chat": "message-circle",
    "message": "smartphone",
    "form": "globe",
    "web": "globe",
    "walk_up": "store",
    "walkup": "store",
    "sms": "smartphone",
    "press": "hand",
}


@register.simple_tag
def icon(name: str, size: int = 16, extra: str = "", label: str = "") -> SafeString:
    """Draw `{% icon "mail" %}`, `{% icon "mail" 18 label="Mail" %}`: inline SVG, line 1.5."""
    return icons.svg(name, size, extra, label)


@register.simple_tag
def channel_icon(channel: str, size: int = 16) -> SafeString:
    """Draw the icon of a channel kind; an unknown kind is a message."""
    return icons.svg(
        CHANNEL_ICONS.get(channel, "message-circle"), size, label=gettext(channel.replace("_", " "))
    )


@register.simple_tag
def clock(
    due: datetime | None,
    started: datetime | None = None,
    paused: bool = False,
    kept: bool = False,
    now: datetime | None = None,
    span: bool = False,
) -> SafeString:
    """A promise's clock; the browser keeps it moving. Empty when nothing is owed."""
    if kept:
        return format_html('<span class="clock clock-kept">{}{}</span>', icons.svg("check"), gettext("kept"))
    if paused:
        return format_html('<span class="clock clock-paused">{}</span>', gettext("paused"))
    if due is None:
        return SafeString("")
    reading = times.read_clock(due, started, now or timezone.now(), span=span)
    return format_html(
        '<time class="clock clock-{}" datetime="{}" data-due="{}"{}{}>{}</time>',
        reading.state,
        due.isoformat(),
        due.isoformat(),
        format_html(' data-started="{}"', started.isoformat()) if started else "",
        SafeString(" data-span") if span else "",
        reading.words,
    )


@register.inclusion_tag("ui/components/clock_card.html")
def clock_card(
    due: datetime,
    started: datetime,
    title: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """The promise as the card tells it: deadline, what is left of how much, a bar, the reason."""
    current = now or timezone.now()
    whole = max((due - started).total_seconds(), 1)
    spent = min(max((current - started).total_seconds() / whole, 0), 1)
    return {
        "due": due,
        "started": started,
        "now": current,
        "title": title,
        "reason": reason,
        "state": times.read_clock(due, started, current).state,
        "whole": times.length(due - started),
        "by": times.when_words(due, current),
        "spent": round(spent * 100),
    }


@register.simple_tag
def clock_words() -> SafeString:
    """The words of running clocks as data attributes of the body."""
    return format_html_join("", ' data-word-{}="{}"', times.clock_words().items())


@register.simple_tag
def when(at: datetime | None, now: datetime | None = None) -> SafeString:
    """A moment as a `<time>`: short words, the full date on hover."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        times.moment_words(at, "full"),
        times.when_words(at, now or timezone.now()),
    )


@register.filter
def ago(at: datetime | None) -> str:
    """A moment in short words, without markup: for titles and sentences."""
    return times.when_words(at, timezone.now()) if at else ""


@register.simple_tag
def days(first: date, last: date) -> str:
    """Two days and those between as the viewer's language writes them: `14–16 Mar 2025`."""
    return times.days_words(first, last)


@register.simple_tag
def count(n: int | None) -> str:
    """A count as a badge shows it: capped at 999+, empty for none known."""
    if n is None:
        return ""
    return f"{COUNT_CAP}+" if n > COUNT_CAP else str(n)


@register.filter
def number(n: float | None) -> str:
    """A number in the viewer's locale with its thousands apart; empty for none known."""
    return "" if n is None else number_format(n, 0 if isinstance(n, int) else None, force_grouping=True)


@register.filter
def initials(name: str) -> str:
    """`Amina Sarr` to `AS`; one word gives one letter; no letters give `?`."""
    words = [word.lstrip("„“\"'(@") for word in name.split()]
    letters = [word[0] for word in words if word and word[0].isalpha()]
    return "".join(letters[:1] + letters[-1:] * (len(letters) > 1)).upper() or "?"


@register.simple_tag
def avatar(name: str, size: Literal[24, 32] = 24) -> SafeString:
    """A person's initials in a circle; the name stands beside it or in its title."""
    extra = " avatar-32" if size == 32 else ""
    return format_html(
        '<span class="avatar{}" title="{}" aria-hidden="true">{}</span>', extra, name, initials(name)
    )


@register.simple_tag
def grade_chip(grade: str) -> SafeString:
    """The grade's chip: A solid, B outlined, C dashed, F hatched."""
    if grade not in figures.GRADES:
        raise ValueError(f"a grade is A, B, C or F, not {grade!r}")
    label = gettext("Grade {grade}").format(grade=grade)
    return format_html(
        '<span class="grade grade-{}" role="img" aria-label="{}">{}</span>', grade.lower(), label, grade
    )


@register.inclusion_tag("ui/components/figure.html")
def figure(fig: Any, big: bool = False) -> dict[str, Any]:
    """A figure as its sentence and verdict, with bounds, interval and counts one tap behind."""
    return {
        "fig": fig,
        "big": big,
        "explanations": figures.explanations(fig),
        "counts": figures.counts(fig),
        "reasons": figures.field(fig, "reasons") or [],
    }


@register.inclusion_tag("ui/components/zones.html")
def zones(good: int, silent: int, bad: int) -> dict[str, Any]:
    """A stacked bar of counts: good, did not say, bad; words only under ten answers."""
    return figures.zones(good, silent, bad)


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form field with its label, hint and error."""
    is_check = getattr(bound.field.widget, "input_type", "") == "checkbox" and not bound.use_fieldset
    return {"field": bound, "hint": hint, "is_check": is_check, "is_set": bound.use_fieldset}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: Context, following: str | None = None, previous: str | None = None) -> dict[str, Any]:
    """Links by cursor that keep the page's other query: `?after=` and `?before=`."""
    return {
        "following": _address(context, "after", following),
        "previous": _address(context, "before", previous),
    }


def _address(context: Context, name: str, cursor: str | None) -> str:
    if not cursor:
        return ""
    request = context.get("request")
    if request is None:
        return f"?{name}={cursor}"
    query = request.GET.copy()
    for old in ("after", "before"):
        query.pop(old, None)
    query[name] = cursor
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The viewer's theme for `<html data-theme>`: the cookie, or as the device says."""
    request = context.get("request")
    chosen = context.get("fixed_theme") or (request.COOKIES.get("theme") if request else None)
    return chosen if chosen in THEMES else "system"
