"""What the detectors look at: presses, served customers, outside counts, rosters, heartbeats, invitations."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

GREEN, YELLOW, RED = "green", "yellow", "red"


class Table:
    """Columns of equal length, one numpy array each; words are str arrays, moments seconds since 1970."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def take(self, rows: np.ndarray) -> Self:
        """The same table with these rows: a mask or positions."""
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        return replace(self, **{name: getattr(self, name)[rows] for name in names})  # type: ignore[type-var]


@dataclass(frozen=True, slots=True)
class Presses(Table):
    """Presses of buttons: `t_device` by the device's own clock (nan if unknown), `t_server` at arrival.

    `button` is green, yellow or red; `press_ms` is nan where the device does not tell.
    """

    device: np.ndarray
    desk: np.ndarray
    boot_id: np.ndarray
    seq: np.ndarray
    t_device: np.ndarray
    t_server: np.ndarray
    button: np.ndarray
    press_ms: np.ndarray


@dataclass(frozen=True, slots=True)
class Served(Table):
    """Taps of the employee button: one customer served by `staff` at `desk`."""

    desk: np.ndarray
    staff: np.ndarray
    seq: np.ndarray
    t: np.ndarray


@dataclass(frozen=True, slots=True)
class External(Table):
    """Customers as somebody else counted them (receipts, queue tickets) from `start` to `end`."""

    desk: np.ndarray
    start: np.ndarray
    end: np.ndarray
    count: np.ndarray


@dataclass(frozen=True, slots=True)
class Roster(Table):
    """Who worked where and when."""

    desk: np.ndarray
    staff: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass(frozen=True, slots=True)
class Heartbeats(Table):
    """Signs of life of devices; `battery` from 0 to 1, nan if unknown."""

    device: np.ndarray
    t: np.ndarray
    battery: np.ndarray


@dataclass(frozen=True, slots=True)
class Invitations(Table):
    """One row per closed conversation: was it drawn for a survey, held back by a person, and who opened it.

    `opened_from` is a hash of the network that opened the link ("" if nobody did), `agent_network` that of
    the member of staff; `answer` is green, yellow, red or "".
    """

    staff: np.ndarray
    closed: np.ndarray
    drawn: np.ndarray
    suppressed: np.ndarray
    opened_from: np.ndarray
    agent_network: np.ndarray
    answer: np.ndarray


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything there is to judge by; what is None caps what can be found."""

    presses: Presses
    served: Served
    external: External | None = None
    roster: Roster | None = None
    heartbeats: Heartbeats | None = None
    invitations: Invitations | None = None


def codes(words: np.ndarray, names: Sequence[str] | np.ndarray) -> np.ndarray:
    """Position of each word in the sorted names; -1 for a word that is not among them."""
    known = np.asarray(names, dtype=np.str_)
    if not len(known):
        return np.full(len(words), -1)
    at = np.minimum(np.searchsorted(known, words), len(known) - 1)
    return np.where(known[at] == words, at, -1)


def told_apart(presses: Presses) -> tuple[Presses, int]:
    """Presses sorted by desk and moment, exact repetitions dropped, and how many those were.

    A press is one device, boot, number, moment and button; the same number with another content stays,
    because two devices with one key leave just that.
    """
    order = np.lexsort(
        (presses.t_server, presses.button, presses.t_device, presses.seq, presses.boot_id, presses.device)
    )
    rows = presses.take(order)
    if len(rows) < 2:
        return rows, 0
    same = np.ones(len(rows) - 1, bool)
    for name in ("device", "boot_id", "seq", "button"):
        column = getattr(rows, name)
        same &= column[1:] == column[:-1]
    same &= moments(rows)[1:] == moments(rows)[:-1]
    kept = rows.take(np.concatenate(([True], ~same)))
    by_time = np.lexsort((kept.seq, kept.device, moments(kept), kept.desk))
    return kept.take(by_time), int(same.sum())


def moments(presses: Presses) -> np.ndarray:
    """When each press happened: by the device where its clock is believable, else at arrival.

    A clock before 2000 or more than a day ahead of the server is not believable.
    """
    lost = np.isnan(presses.t_device) | (presses.t_device < 946_684_800)
    ahead = presses.t_device > presses.t_server + 86_400
    return np.where(lost | ahead, presses.t_server, presses.t_device)
