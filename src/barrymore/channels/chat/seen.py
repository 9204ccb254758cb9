"""Where a window or a tab was seen, and where a browser was refused it."""

from datetime import timedelta
from typing import TypeAlias

from django.conf import settings

from barrymore.channels.chat.models import Widget
from barrymore.channels.origins import clean_origins, origin_of, origins_in
from barrymore.feedback.models import PublicLink
from barrymore.journal.moment import now

NOTED_AT_MOST_EVERY = timedelta(minutes=10)
OnSites: TypeAlias = Widget | PublicLink


def note_seen_on(one: OnSites, referer: str) -> str:
    """Write down where it was asked for; returns the origin where it may stand, else nothing."""
    origin = origin_of(referer)
    if not origin:
        return ""
    allowed = origin in origins_in(one.origins)
    if origin != settings.BASE_URL:
        _write(one, origin, allowed)
    return origin if allowed else ""


def _write(one: OnSites, origin: str, allowed: bool) -> None:
    rows = type(one)._default_manager.filter(pk=one.pk)
    if not allowed:
        rows.exclude(refused_on=origin[:200]).update(refused_on=origin[:200])
    elif one.seen_on != origin or one.seen_at is None or now() - one.seen_at > NOTED_AT_MOST_EVERY:
        rows.update(seen_on=origin[:200], seen_at=now(), refused_on="")


def allow_refused(one: OnSites) -> None:
    """Let the site show it where a browser was refused it last."""
    if one.refused_on:
        one.origins = clean_origins(f"{one.origins}\n{one.refused_on}")
        one.refused_on = ""
        one.save(update_fields=["origins", "refused_on"])
