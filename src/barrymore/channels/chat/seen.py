"""Where a window was seen, and where a browser was refused it."""

from datetime import timedelta

from django.conf import settings

from barrymore.channels.chat.models import Widget
from barrymore.channels.origins import origin_of, origins_in
from barrymore.journal.moment import now

NOTED_AT_MOST_EVERY = timedelta(minutes=10)


def note_seen_on(widget: Widget, referer: str) -> str:
    """Write down where the window was asked for; returns the origin where it may stand, else nothing."""
    origin = origin_of(referer)
    if not origin:
        return ""
    allowed = origin in origins_in(widget.origins)
    if origin != settings.BASE_URL:
        _write(widget, origin, allowed)
    return origin if allowed else ""


def _write(widget: Widget, origin: str, allowed: bool) -> None:
    if not allowed:
        Widget.objects.filter(pk=widget.pk).exclude(refused_on=origin[:200]).update(refused_on=origin[:200])
    elif widget.seen_on != origin or widget.seen_at is None or now() - widget.seen_at > NOTED_AT_MOST_EVERY:
        Widget.objects.filter(pk=widget.pk).update(seen_on=origin[:200], seen_at=now(), refused_on="")
