"""Hand-made shifts for the detectors: a customer every eight minutes, every second one answers after 8 s."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from barrymore.formulas.detection_data import Evidence, External, Heartbeats, Presses, Roster, Served

MONDAY = 1_767_571_200.0
DAY, HOUR = 86_400.0, 3_600.0
CUSTOMERS = 60


def presses(rows: Iterable[tuple[str, float, str]], *, boot: str = "b", first: int = 1) -> Presses:
    """(desk, moment, button), numbered per desk in the order of time."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    desk = np.array([row[0] for row in ordered], dtype=np.str_)
    t = np.array([row[1] for row in ordered], dtype=float)
    seq, count = [], dict[str, int]()
    for name in desk:
        count[name] = count.get(name, first - 1) + 1
        seq.append(count[name])
    button = np.array([row[2] for row in ordered], dtype=np.str_)
    many = len(ordered)
    return Presses(
        np.char.add("device-", desk) if many else desk,
        *(desk, np.full(many, boot, dtype="<U8"), np.array(seq, dtype=int)),
        *(t, t + 0.2, button, np.full(many, np.nan)),
    )


def joined(first: Presses, second: Presses) -> Presses:
    """Rows of both."""
    names = ("device", "desk", "boot_id", "seq", "t_device", "t_server", "button", "press_ms")
    return Presses(*(np.concatenate((getattr(first, name), getattr(second, name))) for name in names))


class Shop:
    """Desks and days of honest work that a test spoils by adding to `pressed` or taking from `served`."""

    def __init__(self, desks: int = 6, days: int = 30) -> None:
        self.pressed: list[tuple[str, float, str]] = []
        self.served: list[tuple[str, str, float]] = []
        self.shifts = [
            (f"D{desk}", MONDAY + day * DAY + 8 * HOUR) for desk in range(desks) for day in range(days)
        ]
        for number, (desk, start) in enumerate(self.shifts):
            for customer in range(CUSTOMERS):
                at = start + (customer + 0.5) * 480 + (number * 37 + customer * 11) % 60
                self.served.append((desk, f"P{desk}", at))
                if (number + customer) % 2:
                    bad = (customer + 3 * number) % 20 == 1
                    wait = 6 + (customer * 7 + number * 3) % 9
                    self.pressed.append((desk, at + wait, "red" if bad else "green"))

    def evidence(self) -> Evidence:
        """As the detectors take it, with roster, outside count and heartbeats."""
        served = Served(
            np.array([row[0] for row in self.served]),
            np.array([row[1] for row in self.served]),
            np.arange(len(self.served)),
            np.array([row[2] for row in self.served]),
        )
        desk = np.array([desk for desk, _ in self.shifts])
        start = np.array([start for _, start in self.shifts])
        end = start + 8 * HOUR
        external = External(desk, start, end, np.full(len(desk), CUSTOMERS))
        roster = Roster(desk, np.char.add("P", desk), start, end)
        beats = Heartbeats(
            np.repeat(np.char.add("device-", desk), 9),
            (start[:, None] + np.arange(9) * HOUR).ravel(),
            np.full(9 * len(desk), 0.9),
        )
        return Evidence(presses(self.pressed), served, external, roster, beats)

    def start(self, desk: str, day: int) -> float:
        """When that shift begins."""
        return MONDAY + day * DAY + 8 * HOUR

    def unserved(self, desk: str, day: int, chosen: Sequence[int]) -> None:
        """Take away the taps (and with them the presses) of some customers of a shift, by their number."""
        start = self.start(desk, day)
        of = [row for row in self.served if row[0] == desk and start <= row[2] < start + 8 * HOUR]
        for number in chosen:
            row = of[number]
            self.served.remove(row)
            self.pressed = [p for p in self.pressed if not (p[0] == desk and row[2] <= p[1] < row[2] + 60)]


def shuffled(evidence: Evidence, seed: int) -> Evidence:
    """The same rows in another order."""
    chance = np.random.default_rng(seed)
    tables = {
        name: table.take(chance.permutation(len(table)))
        for name in ("presses", "served", "external", "roster", "heartbeats", "invitations")
        if (table := getattr(evidence, name)) is not None
    }
    return replace(evidence, **tables)
