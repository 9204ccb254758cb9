"""Why a promise was broken: one cause for each, the first of a fixed order that holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Cause = Literal["moved", "nobody", "owner_away", "taken_late", "other", "unknown"]
# The order in which they are asked for; `other` is a person who was there, `unknown` a gap in what is told.
CAUSES: tuple[Cause, ...] = ("moved", "nobody", "owner_away", "taken_late", "other", "unknown")
# Taken with less of its time left than this share, it was taken too late.
LATE_LEFT = 0.25


@dataclass(frozen=True)
class Story:
    """What is told of one broken promise; moments with time zone.

    `queued` are the moments at which it was put into a queue, `owned` those at which it got an owner
    (their reference) or lost one (None); `owner_away` is None where the owner never said so or otherwise.
    """

    began_at: datetime | None
    broken_at: datetime | None
    queued: Sequence[datetime] = ()
    owned: Sequence[tuple[datetime, int | None]] = ()
    owner_away: bool | None = None

    @property
    def last_taken(self) -> tuple[datetime, int | None] | None:
        """The last change of owner before the promise was broken."""
        if self.broken_at is None:
            return None
        before = [change for change in self.owned if change[0] <= self.broken_at]
        return max(before, key=lambda change: change[0]) if before else None

    @property
    def owner(self) -> int | None:
        """Who owned the conversation when the promise was broken."""
        return self.last_taken[1] if self.last_taken else None


def cause_of(story: Story) -> Cause:
    """The first cause in the order of CAUSES that holds; exactly one for every story."""
    if story.broken_at is None:
        return "unknown"
    if story.owner is None:
        return _without_owner(story, story.broken_at)
    if story.owner_away:
        return "owner_away"
    if _was_taken_late(story, story.broken_at):
        return "taken_late"
    return "unknown" if story.owner_away is None else "other"


def _without_owner(story: Story, broken_at: datetime) -> Cause:
    times = sum(at <= broken_at for at in story.queued)
    if times == 0:
        return "unknown"
    return "moved" if times > 1 else "nobody"


def _was_taken_late(story: Story, broken_at: datetime) -> bool:
    taken = story.last_taken
    if taken is None or story.began_at is None or broken_at <= story.began_at:
        return False
    return (broken_at - taken[0]) / (broken_at - story.began_at) < LATE_LEFT
