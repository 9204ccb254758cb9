"""Where a page of the list begins: the sort key of the row before, as text."""

from datetime import datetime

from django.utils.dateparse import parse_datetime

from barrymore.routing.models import Placement

After = tuple[bool, datetime, int]


def cursor_of(placement: Placement) -> str:
    """Where the next page of the list begins."""
    return f"{int(placement.is_paused)}~{placement.due_at.isoformat()}~{placement.pk}"


def after_of(cursor: str) -> After | None:
    """The sort key in a cursor, None for the first page. Raises ValueError for what is no cursor."""
    if not cursor:
        return None
    paused, _, rest = cursor.partition("~")
    due, _, last_id = rest.partition("~")
    at = parse_datetime(due.replace(" ", "+"))
    if at is None or at.tzinfo is None or not last_id.isdigit():
        raise ValueError("cursor: take it from `next` of the page before")
    return paused == "1", at, int(last_id)
