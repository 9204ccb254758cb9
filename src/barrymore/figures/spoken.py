"""Numbers and lengths of time as sentences say them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def count(n: float) -> str:
    """A whole number with its thousands apart."""
    return number_format(n, 0, force_grouping=True)


def in_100(share: float) -> str:
    """A fraction as a number of every hundred, with one digit after the point where there is one."""
    tenths = round(share * 1000)
    return number_format(tenths / 10, 0 if tenths % 10 == 0 else 1)


def length(seconds: float | None) -> str:
    """A length of time in its two largest units, such as 2 h 5 min."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return _("{days} d {hours} h").format(days=days, hours=hours)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes >= 10:
        return _("{minutes} min").format(minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=left)
    return _("{seconds} s").format(seconds=left)
