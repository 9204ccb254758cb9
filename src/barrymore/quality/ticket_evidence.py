"""Facts of conversations as the detectors of handling want them, and the shape of short first answers."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from django.db.models.functions import Length

from barrymore.conversations.models import Message
from barrymore.formulas.tickets_data import TicketEvents
from barrymore.journal.models import Fact
from barrymore.quality.gathering import ENDS, words

SHORT = 300
BATCH = 500
NO_LETTERS = re.compile(r"[^\w]+|[\d_]+")
# People who talk live greet each other at once: that is no hollow answer.
LIVE = ("chat", "sms", "telephone")


class Row(NamedTuple):
    """What is needed of a fact."""

    kind: str
    key: str
    at: datetime
    conversation_ref: int
    customer_ref: int | None
    staff_ref: int | None
    queue: int | None
    channel: str
    values: dict[str, Any]


def _is_bad(values: dict[str, Any]) -> bool:
    score, scale = values.get("score"), str(values.get("scale"))
    return score is not None and score <= ENDS.get(scale, (1, 3))[0]


# The kind of fact, what it is called, and when it is that.
TOLD: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "conversation.opened": ("opened", lambda values: not values.get("spam")),
    "contact.received": ("received", lambda values: True),
    "conversation.owned": ("owned", lambda values: True),
    "offer.declined": ("declined", lambda values: True),
    "message.sent": ("sent", lambda values: True),
    "conversation.closed": ("closed", lambda values: True),
    "conversation.spam": ("spam", lambda values: True),
    "conversation.prioritised": ("lowered", lambda values: values["priority"] < values["before"]),
    "clock.breached": ("broken", lambda values: True),
    "survey.case": ("held_back", lambda values: bool(values.get("suppressed"))),
    "survey.final": ("rated_badly", _is_bad),
}


def ticket_events(since: datetime, until: datetime) -> TicketEvents:
    """What happened to conversations in that time."""
    rows = [row for row in _facts(since, until) if TOLD[row.kind][1](row.values)]
    shapes = _shapes(rows)
    return TicketEvents(
        at=np.array([row.at.timestamp() for row in rows], dtype=float),
        kind=words([TOLD[row.kind][0] for row in rows]),
        conversation=words([str(row.conversation_ref) for row in rows]),
        customer=words([str(row.customer_ref or "") for row in rows]),
        staff=words([str(row.staff_ref or "") for row in rows]),
        queue=words([str(row.queue or "") for row in rows]),
        shape=words([shapes.get(row.key, "") for row in rows]),
    )


def _facts(since: datetime, until: datetime) -> Iterator[Row]:
    for kind in TOLD:
        found = Fact.objects.filter(kind=kind, at__gte=since, at__lt=until, conversation_ref__isnull=False)
        yield from map(Row._make, found.order_by("at").values_list(*Row._fields).iterator())


def _shapes(rows: list[Row]) -> dict[str, str]:
    """By the key of the fact: what short first answers look like without greeting, numbers and signs."""
    first: dict[int, Row] = {}
    for row in rows:
        if row.kind == "message.sent" and row.channel not in LIVE:
            first.setdefault(row.conversation_ref, row)
    keys = {int(row.key.split(":")[1]): row.key for row in first.values()}
    found: dict[str, str] = {}
    waiting = iter(keys)
    while batch := list(islice(waiting, BATCH)):
        short = Message.objects.filter(pk__in=batch).annotate(size=Length("text")).filter(size__lte=SHORT)
        found |= {keys[pk]: shape_of(text) for pk, text in short.values_list("pk", "text")}
    return found


def shape_of(text: str) -> str:
    """The same for texts that differ in the name greeted, numbers and signs; nothing of them is kept."""
    first, _line, rest = text.strip().partition("\n")
    said = rest if rest.strip() and first.rstrip().endswith((",", "!", ":")) else text
    plain = " ".join(NO_LETTERS.sub(" ", said.lower()).split())
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
