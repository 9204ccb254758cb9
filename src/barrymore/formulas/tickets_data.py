"""What happened to conversations, as columns, and as a trail of events per conversation."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from barrymore.formulas.detection_data import Table

# opened, received: the customer wrote. owned: somebody has taken it; declined: said no to the offer.
# sent: our answer. held_back: closed with a reason not to ask. broken: a promise ran out.
KINDS = (
    *("opened", "received", "owned", "declined", "sent"),
    *("closed", "held_back", "spam", "lowered", "broken", "rated_badly"),
)


@dataclass(frozen=True, slots=True)
class TicketEvents(Table):
    """One row per event: `at` in seconds since 1970, the rest words; `staff` and `customer` may be empty.

    `shape` tells short answers alike from others, "" for what is long or written in a chat.
    """

    at: np.ndarray
    kind: np.ndarray
    conversation: np.ndarray
    customer: np.ndarray
    staff: np.ndarray
    queue: np.ndarray
    shape: np.ndarray


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a conversation."""

    at: float
    kind: str
    staff: str
    shape: str = ""


@dataclass(slots=True)
class Trail:
    """A conversation: whose it is, in which queue, and its events by time."""

    customer: str
    queue: str
    events: list[Event] = field(default_factory=list)

    def of(self, kind: str) -> list[Event]:
        """Its events of a kind."""
        return [one for one in self.events if one.kind == kind]

    def before(self, event: Event, kind: str) -> bool:
        """Whether something of a kind had happened by then."""
        return any(one.kind == kind and one.at <= event.at for one in self.events)

    def first_answer(self) -> Event | None:
        """Our first answer to what the customer opened; none of a conversation that we began."""
        if not self.of("opened"):
            return None
        return next(iter(self.of("sent")), None)

    def next_after(self, event: Event, kinds: Iterable[str]) -> Event | None:
        """What came next of some kinds."""
        return next((one for one in self.events if one.at > event.at and one.kind in kinds), None)


def trails_of(events: TicketEvents) -> list[Trail]:
    """The rows by conversation and time; queue and customer as its last row that names them says."""
    rows = sorted(
        zip(
            *(getattr(events, name).tolist() for name in ("conversation", "at", "kind", "staff", "shape")),
            *(events.customer.tolist(), events.queue.tolist()),
            strict=True,
        )
    )
    found: dict[str, Trail] = defaultdict(lambda: Trail("", ""))
    for conversation, at, kind, staff, shape, customer, queue in rows:
        trail = found[conversation]
        trail.events.append(Event(float(at), kind, staff, shape))
        trail.customer, trail.queue = customer or trail.customer, queue or trail.queue
    return list(found.values())
