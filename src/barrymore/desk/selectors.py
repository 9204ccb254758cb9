"""What the desk reads for its side pane and its card."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from barrymore.channels.mail.selectors import FailedMail
from barrymore.channels.mail.selectors import failed_mails as all_failed_mails
from barrymore.conversations.models import Conversation, Draft
from barrymore.desk.lists import NAMES
from barrymore.handling.selectors import silent_conversations
from barrymore.organisation.models import Staff
from barrymore.organisation.prepared import Prepared
from barrymore.routing.models import Offer, Presence, Queue
from barrymore.routing.selectors import QueueCount, offers_to, own_count, presence_of
from barrymore.routing.sight import visible_queues

MOST_COUNTED = 1000
# Silence is measured in quarters of an hour; its count need not be worked out for every page.
SILENT_SECONDS = 10
SHOWN_OTHERS = 5


@dataclass(frozen=True)
class Side:
    """The side pane: own work, queues, the rest, and the person at its foot."""

    mine: list[dict[str, Any]]
    queues: list[dict[str, Any]]
    rest: list[dict[str, Any]]
    offers: list[Offer]
    presence: Presence | None
    load: int
    topics: list[str]


def side_of(staff: Staff, current: str, counts: list[QueueCount]) -> Side:
    """Counts of everything a person may see; the number of statements does not depend on the rows."""
    own, offers = own_count(staff), offers_to(staff)
    drafts = Draft.objects.filter(staff=staff).values("conversation").distinct().count()
    visible = visible_queues(staff)
    silent = cache.get_or_set(f"silent:{staff.pk}", lambda: _silent_count(visible), SILENT_SECONDS)
    everything = _sum(counts)
    return Side(
        mine=[
            _row("mine", current, own.open, late=own.late, soon=own.soon),
            _row("offers", current, len(offers)),
            _row("drafts", current, drafts),
        ],
        queues=[
            _row("all", current, everything[0], late=everything[1], soon=everything[2]),
            *(
                _row(f"queue:{one.queue_id}", current, one.open, name=one.name, late=one.late, soon=one.soon)
                for one in counts
            ),
        ],
        rest=[
            _row("silent", current, silent or None),
            _row("failed", current, len(failed_mails(staff)) or None),
            _row("spam", current, None),
            _row("closed", current, None),
        ],
        offers=offers,
        presence=presence_of(staff),
        load=own.running,
        topics=[f"staff:{staff.pk}", *(f"queue:{one.queue_id}" for one in counts)],
    )


def _silent_count(visible: QuerySet[Queue]) -> int:
    return silent_conversations().filter(placement__queue__in=visible)[:MOST_COUNTED].count()


def _sum(counts: list[Any]) -> tuple[int, int, int]:
    return (
        sum(one.open for one in counts),
        sum(one.late for one in counts),
        sum(one.soon for one in counts),
    )


def _row(key: str, current: str, count: int | None, **more: Any) -> dict[str, Any]:
    name = more.pop("name", None) or NAMES[key]
    return {
        "url": f"{reverse('desk:desk')}?in={key}",
        "name": name,
        "count": count,
        "current": key == current,
        "title": name,
        **more,
    }


def failed_mails(staff: Staff) -> list[FailedMail]:
    """Mails that did not leave, of the conversations that the person may see."""
    failed = all_failed_mails()
    ids = [mail.conversation_id for mail in failed if mail.conversation_id]
    if not ids:
        return []
    seen = Conversation.objects.filter(
        Q(placement__queue__in=visible_queues(staff)) | Q(owner=staff), pk__in=ids
    ).values_list("pk", flat=True)
    visible = set(seen)
    return [mail for mail in failed if mail.conversation_id in visible]


_others = Prepared(
    lambda customer, but, staff, queues: (
        Conversation.objects.filter(Q(placement__queue__in=queues) | Q(owner=staff), customer=customer)
        .exclude(pk=but)
        .order_by(F("closed_at").desc(nulls_first=True), "-id")[:SHOWN_OTHERS]
    )
)


def others_with(conversation: Conversation, staff: Staff, queues: Collection[int]) -> list[Conversation]:
    """Further conversations with the same customer that the person may see, unclosed first, then newest."""
    if conversation.customer_id is None:
        return []
    return _others(conversation.customer_id, conversation.pk, staff.pk, tuple(queues) or (0,))
