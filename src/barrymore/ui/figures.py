"""How a figure object is put into words; what it means was decided where it was counted."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format as local_number
from django.utils.translation import gettext, ngettext

DRAW_FROM = 10
GRADES = {"A", "B", "C", "F"}


def field(figure: Any, name: str) -> Any:
    """A field of a figure given as a mapping or as an object; None when it has none."""
    return figure.get(name) if isinstance(figure, Mapping) else getattr(figure, name, None)


def pair(value: Any) -> tuple[float, float] | None:
    """An interval or bounds as (low, high), whether stored as a pair, a mapping or an object."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return (float(value[0]), float(value[1])) if len(value) == 2 else None
    low, high = field(value, "low"), field(value, "high")
    return None if low is None or high is None else (float(low), float(high))


def number_format(value: float, digits: int) -> str:
    """A number in the viewer's locale with its thousands apart."""
    return local_number(value, digits, force_grouping=True)


def in_100(share: float) -> str:
    """A fraction as a number of every hundred, one digit after the point at most: 92.5, 84."""
    tenths = round(share * 1000)
    return number_format(tenths / 10, 0 if tenths % 10 == 0 else 1)


def explanations(figure: Any) -> list[str]:
    """Bounds, interval, left out and lost, each as a sentence, as far as the figure knows them.

    A figure that is no share of answers brings sentences of its own as `explained`.
    """
    own = field(figure, "explained")
    if own is not None:
        return [*own, _method(figure)]
    return [line for line in (_bounds(figure), _estimate(figure), _lost(figure), _method(figure)) if line]


def _bounds(figure: Any) -> str:
    bounds, frame = pair(field(figure, "bounds")), field(figure, "invited") or field(figure, "served")
    if bounds is None or not frame:
        return ""
    return gettext(
        "Good for between {low} and {high} of the {asked}, whatever the silent ones think."
    ).format(
        low=number_format(round(bounds[0] * frame), 0),
        high=number_format(round(bounds[1] * frame), 0),
        asked=number_format(frame, 0),
    )


def _estimate(figure: Any) -> str:
    estimate, interval = field(figure, "estimate"), pair(field(figure, "interval"))
    responded = field(figure, "responded")
    if estimate is None or interval is None or not responded or field(figure, "mode") == "operational":
        return ""
    return gettext("Of the {responded} who answered, {estimate} in 100 said good ({low} to {high}).").format(
        responded=number_format(responded, 0),
        estimate=in_100(estimate),
        low=in_100(interval[0]),
        high=in_100(interval[1]),
    )


def _lost(figure: Any) -> str:
    lost = field(figure, "known_lost") or 0
    lost = lost if isinstance(lost, int) else 0
    words = ngettext("{n} answer is known to be lost.", "{n} answers are known to be lost.", lost)
    return words.format(n=number_format(lost, 0)) if lost else ""


def _method(figure: Any) -> str:
    version = field(figure, "definition_version")
    return gettext("Definition version {version}.").format(version=version) if version else ""


def counts(figure: Any) -> list[tuple[str, str]]:
    """The counts behind a figure as (word, number), only those that are known; its own as `counted`."""
    own = field(figure, "counted")
    if own is not None:
        return [(word, number_format(n, 0)) for word, n in own]
    words = {
        "served": gettext("served"),
        "invited": gettext("asked"),
        "responded": gettext("answered"),
        "partial": gettext("answered in part"),
        "refused": gettext("refused"),
        "noncontact": gettext("not reached"),
        "pending": gettext("still open"),
    }
    known = ((word, field(figure, name)) for name, word in words.items())
    return [(word, number_format(n, 0)) for word, n in known if isinstance(n, int)]


def zones(good: int, silent: int, bad: int) -> dict[str, Any]:
    """Where the parts of a stacked bar stand, in percent; `draw` is false under ten answers."""
    total = max(1, good + silent + bad)
    ends = (round(100 * good / total, 2), round(100 * (good + silent) / total, 2))
    return {
        "good": good,
        "silent": silent,
        "bad": bad,
        "draw": good + bad >= DRAW_FROM,
        "silent_from": ends[0],
        "silent_width": round(ends[1] - ends[0], 2),
        "silent_middle": round((ends[0] + ends[1]) / 2, 2),
        "good_middle": round(ends[0] / 2, 2),
        "bad_from": ends[1],
        "bad_width": round(100 - ends[1], 2),
        "good_fits": ends[0] >= 8,
        "silent_fits": ends[1] - ends[0] >= 8,
    }
