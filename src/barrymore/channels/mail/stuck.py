"""Which mail a server fails to hand over again and again, so that those behind it need not wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from barrymore.journal.moment import now

# A server in trouble passes; one mail that fails for so long and so often is damaged.
LONG = timedelta(minutes=10)
OFTEN = 5


@dataclass
class _Failing:
    uid: int
    since: datetime
    times: int = 0


_failing: dict[int, _Failing] = {}


def note_failing(mailbox_id: int, uid: int) -> None:
    """This mail of this mailbox could not be fetched now."""
    found = _failing.get(mailbox_id)
    if found is None or found.uid != uid:
        found = _failing[mailbox_id] = _Failing(uid, now())
    found.times += 1


def is_stuck(mailbox_id: int, uid: int) -> bool:
    """Whether it has failed OFTEN, and for LONG."""
    found = _failing.get(mailbox_id)
    if found is None or found.uid != uid:
        return False
    return found.times >= OFTEN and now() - found.since >= LONG


def forget_all() -> None:
    """Forget every failure; for tests, whose mailboxes share ids."""
    _failing.clear()
