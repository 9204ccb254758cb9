"""The lists of the desk: which there are, what stands in them, and in what groups."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from barrymore.conversations.models import Conversation, Draft
from barrymore.desk.cursors import after_of, cursor_of
from barrymore.handling.selectors import silent_conversations
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement
from barrymore.routing.selectors import MOST_COUNTED, list_page
from barrymore.routing.sight import visible_queues
from barrymore.ui.times import day_words, days_words, hour_words

PAGE = 30
MOST_PAGES = 10
# The first conversation opened brings its panes with it; later ones only take their place.
OPENS_FIRST = (
    ' hx-get="{0}" hx-push-url="{0}" hx-target="#desk" hx-select="#desk"'
    ' hx-swap="morph:outerHTML" hx-include="#desk-list [name=depth]"'
)
OPENS_BESIDE = ' hx-get="{0}" hx-push-url="{0}" hx-target="#desk-main" hx-swap="outerHTML"'
HOUR = timedelta(hours=1)
NAMES = {
    "all": gettext_lazy("All queues"),
    "mine": gettext_lazy("Open, mine"),
    "offers": gettext_lazy("Offered to you"),
    "drafts": gettext_lazy("Drafts"),
    "spam": gettext_lazy("Spam"),
    "failed": gettext_lazy("Failed mails"),
    "silent": gettext_lazy("Nobody answers"),
    "closed": gettext_lazy("Closed"),
}
GROUPS = {
    "late": gettext_lazy("Late"),
    "hour": gettext_lazy("Within the hour"),
    "today": gettext_lazy("Later today"),
    "later": gettext_lazy("Later"),
    "waiting": gettext_lazy("Waiting for the customer"),
}


@dataclass
class Listing:
    """One page of a list, ready to show. `after` begins the next page."""

    rows: list[dict[str, Any]]
    after: str = ""
    depth: int = 1
    groups: list[tuple[str, str, str, list[dict[str, Any]]]] = field(default_factory=list)

    def tell_late(self, late: int) -> None:
        """Say how many are late in the whole list, where this page holds only the first of them."""
        if self.groups and self.groups[0][0] == "late" and self.groups[0][2].endswith("+"):
            key, heading, _shown, rows = self.groups[0]
            capped = f"{late}+" if late >= MOST_COUNTED else str(late)
            self.groups[0] = (key, heading, capped, rows)


@dataclass(frozen=True)
class Wanted:
    """Which list, of which visible queues, from where, how many pages, and what is open beside it."""

    staff: Staff
    name: str
    queues: tuple[int, ...] = ()
    after: str = ""
    depth: int = 1
    open_id: int | None = None
    # Where the person may act at once from the list; None is everywhere.
    movable: frozenset[int] | None = None

    def may_move(self, queue_id: int) -> bool:
        """Whether a row of this queue has its quick acts."""
        return self.movable is None or queue_id in self.movable


def known_list(name: str, queues: Collection[int]) -> str:
    """The list a person asked for, or all queues where there is no such list among the visible ones."""
    if name in NAMES:
        return name
    kind, _, number = name.partition(":")
    return name if kind == "queue" and number.isdigit() and int(number) in queues else "all"


def listing(wanted: Wanted) -> Listing:
    """The rows of a list for one person, and their groups."""
    if wanted.name in {"all", "mine"} or wanted.name.startswith("queue:"):
        found = _running(wanted)
        found.groups = _grouped(found)
    else:
        found = _resting(wanted)
        found.groups = [("", "", "", found.rows)] if found.rows else []
    return found


def _running(wanted: Wanted) -> Listing:
    queues = [int(wanted.name[6:])] if wanted.name.startswith("queue:") else list(wanted.queues)
    owner = wanted.staff if wanted.name == "mine" else None
    limit = PAGE * wanted.depth
    found = list_page(queues, owner=owner, after=after_of(wanted.after), limit=limit + 1)
    rows = [row_of(placement.conversation, wanted, placement) for placement in found[:limit]]
    return Listing(rows, cursor_of(found[limit - 1]) if len(found) > limit else "", wanted.depth)


def _resting(wanted: Wanted) -> Listing:
    """Spam, closed, silent, drafts: the newest first, by number."""
    before = int(wanted.after) if wanted.after.isdigit() else None
    seen = Conversation.objects.filter(placement__queue__in=visible_queues(wanted.staff))
    if wanted.name == "silent":
        found = list(silent_conversations().filter(pk__in=seen.values("pk"))[:PAGE])
        return Listing([row_of(one, wanted) for one in found])
    if wanted.name == "drafts":
        seen = Conversation.objects.filter(
            pk__in=Draft.objects.filter(staff=wanted.staff).values("conversation")
        )
    elif wanted.name == "spam":
        seen = seen.filter(is_spam=True)
    else:
        seen = seen.filter(state=Conversation.State.CLOSED, is_spam=False)
    if before:
        seen = seen.filter(pk__lt=before)
    limit = PAGE * wanted.depth
    found = list(seen.select_related("customer", "address", "owner").order_by("-id")[: limit + 1])
    rows = [row_of(one, wanted) for one in found[:limit]]
    return Listing(rows, str(found[limit - 1].pk) if len(found) > limit else "", wanted.depth)


def _address(conversation_id: int, act: str = "") -> str:
    """An address of a conversation, put together: a page has three for each of its rows."""
    return f"{_desk_address()}{conversation_id}/{act}"


@cache
def _desk_address() -> str:
    return reverse("desk:desk")


def row_of(conversation: Conversation, wanted: Wanted, placement: Placement | None = None) -> dict[str, Any]:
    """A conversation as the list shows it."""
    due = placement.due_at if placement and placement.due_at.year < 9000 else None
    is_free = placement is not None and conversation.owner_id is None and not placement.is_paused
    url = f"{_address(conversation.pk)}?in={wanted.name}"
    return {
        "id": conversation.pk,
        "url": url,
        "who": who_of(conversation),
        "what": conversation.subject or gettext("no subject"),
        "whose": whose_of(conversation, wanted.staff),
        "channel": conversation.channel,
        "due": due,
        "when": "" if due or (placement and placement.is_paused) else _moment(conversation, placement),
        "paused": bool(placement and placement.is_paused),
        "unread": conversation.is_unread,
        "open": conversation.pk == wanted.open_id,
        "free": is_free,
        "group": _group(placement, due) if placement else "",
        "acts": _acts(conversation, is_free) if placement and wanted.may_move(placement.queue_id) else [],
        "attributes": format_html(OPENS_BESIDE if wanted.open_id else OPENS_FIRST, url),
    }


def _moment(conversation: Conversation, placement: Placement | None) -> str:
    """Without a promise: when it moved last."""
    if placement:
        return gettext("no promise")
    day = timezone.localtime(conversation.last_message_at).date()
    if day == timezone.localdate():
        return hour_words(conversation.last_message_at)
    return day_words(day) if day.year == timezone.localdate().year else days_words(day, day)


def who_of(conversation: Conversation) -> str:
    """The customer's name, else the address that wrote."""
    if conversation.customer and conversation.customer.name:
        return conversation.customer.name
    return conversation.address.shown if conversation.address else gettext("Unknown")


def whose_of(conversation: Conversation, staff: Staff) -> str:
    """Whose conversation it is, as one person reads it."""
    if conversation.owner_id == staff.pk:
        return gettext("you")
    return conversation.owner.first_name if conversation.owner else gettext("nobody")


def _acts(conversation: Conversation, is_free: bool) -> list[dict[str, str]]:
    close = {
        "icon": "check",
        "label": gettext("Close conversation"),
        "url": _address(conversation.pk, "close/"),
    }
    take = {
        "icon": "user-plus",
        "label": gettext("Take"),
        "url": _address(conversation.pk, "take/"),
    }
    return [take, close] if is_free else [close]


def _group(placement: Placement, due: datetime | None) -> str:
    if placement.is_paused:
        return "waiting"
    left = due - now() if due else None
    if due is None or left is None:
        return "later"
    if left < timedelta():
        return "late"
    if left <= HOUR:
        return "hour"
    return "today" if timezone.localtime(due).date() == timezone.localtime(now()).date() else "later"


def _grouped(found: Listing) -> list[tuple[str, str, str, list[dict[str, Any]]]]:
    """(key, heading, count, rows); the last group of a page that goes on says so with a plus."""
    parts: Iterable[tuple[str, Any]] = groupby(found.rows, key=lambda row: row["group"])
    groups = [(key, list(rows)) for key, rows in parts]
    last = len(groups) - 1
    return [
        (key, str(GROUPS[key]), f"{len(rows)}+" if found.after and at == last else str(len(rows)), rows)
        for at, (key, rows) in enumerate(groups)
    ]
