"""How people and machines spoil feedback, for the simulator: one small function per scenario."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from barrymore.formulas.detection_data import GREEN, RED
from barrymore.formulas.simulated_world import HOUR, SHIFT_HOURS, World, last_served

LENGTH = SHIFT_HOURS * HOUR
COVERED = "red_covered"
COVERED_SHIFTS = 10
# Those of METHOD B2 that have an aim of their own, and those added since.
CORE = ("idle_presses", "silent_customers", "cherry_picking", "undercount", "burst", "stuck", "dead_device")
ADDED = ("collusion", "sabotage", "slow_drip", "cloned_key", "clock_replay")


@dataclass(slots=True)
class Pressed:
    """Pieces of presses on their way into a table; `truth` says that a customer meant it."""

    shift: list[np.ndarray] = field(default_factory=list)
    t: list[np.ndarray] = field(default_factory=list)
    button: list[np.ndarray] = field(default_factory=list)
    truth: list[np.ndarray] = field(default_factory=list)
    source: list[np.ndarray] = field(default_factory=list)
    arrived: list[np.ndarray] = field(default_factory=list)

    def add(
        self,
        shift: np.ndarray,
        t: np.ndarray,
        button: np.ndarray | str,
        *,
        truth: bool = False,
        source: str = "",
        arrived: np.ndarray | None = None,
    ) -> None:
        """Add presses of some shifts; `source` is cloned or replayed where they are not the usual ones."""
        self.shift.append(shift)
        self.t.append(t)
        self.button.append(np.broadcast_to(np.asarray(button, "<U6"), len(t)))
        self.truth.append(np.full(len(t), truth))
        self.source.append(np.full(len(t), source, dtype="<U8"))
        self.arrived.append(t if arrived is None else arrived)


Adding = Callable[[World, np.ndarray, Pressed, np.random.Generator], None]


def not_counted(world: World, scenario: np.ndarray, chance: np.random.Generator) -> World:
    """Cherry-picking and undercounting: who is not tapped, and who is therefore never asked."""
    of = scenario[world.customer]
    luck = chance.random(len(of))
    happy_only = (of == "cherry_picking") & np.where(world.satisfied, luck < 0.2, luck < 0.95)
    share = chance.uniform(0.6, 1.0, len(scenario))[world.customer]
    hidden = (of == "undercount") & ~world.answers & (luck < share)
    return replace(world, tapped=world.tapped & ~happy_only & ~hidden, answers=world.answers & ~happy_only)


def _scattered(
    world: World, shifts: np.ndarray, low: int, high: int, idle: float, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Between low and high moments in each shift, each at least `idle` seconds after the last tap."""
    wanted = chance.integers(low, high + 1, len(shifts))
    shift = np.repeat(shifts, 12 * high)
    t = world.start[shift] + chance.uniform(0.01, 0.99, len(shift)) * LENGTH
    fit = last_served(world, shift, t) >= idle
    rank: np.ndarray = np.cumsum(fit) - np.repeat(np.cumsum(fit)[:: 12 * high] - fit[:: 12 * high], 12 * high)
    chosen = fit & (rank <= np.repeat(wanted, 12 * high))
    return shift[chosen], t[chosen]


def idle_presses(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """Staff press green 8 to 20 times while nobody is there."""
    out.add(*_scattered(world, shifts, 8, 20, 60.0, chance), GREEN)


def slow_drip(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """One to three false greens a shift: hardly more than passers-by leave."""
    out.add(*_scattered(world, shifts, 1, 3, 60.0, chance), GREEN)


def collusion(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """A colleague comes by and presses 6 to 12 greens, not always in an idle moment."""
    out.add(*_scattered(world, shifts, 6, 12, 25.0, chance), GREEN)


def sabotage(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """Somebody presses red 6 to 14 times at a desk that is not theirs, at any moment."""
    out.add(*_scattered(world, shifts, 6, 14, 0.0, chance), RED)


def silent_customers(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """Staff press green for 30 to 70 % of those who left without a word, just after the tap."""
    share = np.zeros(len(world.start))
    share[shifts] = chance.uniform(0.3, 0.7, len(shifts))
    luck = chance.random(len(world.customer))
    chosen = ~world.answers & world.tapped & (luck < share[world.customer])
    out.add(world.customer[chosen], world.at[chosen] + chance.uniform(0.3, 2.4, int(chosen.sum())), GREEN)


def burst(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """A child or a vandal: 10 to 30 presses of both colours within 12 s."""
    many = chance.integers(10, 31, len(shifts))
    shift = np.repeat(shifts, many)
    began = np.repeat(world.start[shifts] + chance.uniform(0.05, 0.95, len(shifts)) * LENGTH, many)
    button = np.where(chance.random(len(shift)) < 0.5, GREEN, RED)
    out.add(shift, began + chance.uniform(0, 12, len(shift)), button)


def stuck(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """A button that repeats itself 15 to 60 times, every 0.8 to 6 s."""
    many = chance.integers(15, 61, len(shifts))
    first = np.concatenate(([0], np.cumsum(many)[:-1])).astype(int)
    shift = np.repeat(shifts, many)
    step = np.arange(len(shift)) - np.repeat(first, many)
    began = np.repeat(world.start[shifts] + chance.uniform(0.05, 0.9, len(shifts)) * LENGTH, many)
    every = np.repeat(chance.uniform(0.8, 6.0, len(shifts)), many)
    colour = np.repeat(np.where(chance.random(len(shifts)) < 0.8, RED, GREEN), many)
    out.add(shift, began + step * every + chance.normal(0, 0.02, len(shift)), colour)


def cloned_key(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """A second device with the same key presses 6 to 15 greens, some of them soon after a tap."""
    out.add(*_scattered(world, shifts, 6, 15, 0.0, chance), GREEN, source="cloned")


def clock_replay(world: World, shifts: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """The clock is set back and 8 to 15 greens are pressed as if they had followed earlier customers."""
    chosen = np.isin(world.customer, shifts) & world.tapped & ~world.answers
    early = chosen & (world.at < world.start[world.customer] + LENGTH / 2)
    rows = np.flatnonzero(early)
    rows = rows[chance.permutation(len(rows))]
    rows = rows[np.argsort(world.customer[rows], kind="stable")]
    _, first, many = np.unique(world.customer[rows], return_index=True, return_counts=True)
    rank: np.ndarray = np.arange(len(rows)) - np.repeat(first, many)
    rows = rows[rank < np.repeat(chance.integers(8, 16, len(many)), many)]
    rows = np.sort(rows)
    shift = world.customer[rows]
    t = world.at[rows] + chance.lognormal(np.log(7.0), 0.5, len(rows))
    # They arrive in the last hour, in the order of the false clock.
    late = world.start[shift] + LENGTH - HOUR + (t - world.start[shift]) / LENGTH * HOUR
    out.add(shift, t, GREEN, source="replayed", arrived=late)


ADDINGS: dict[str, Adding] = {
    "idle_presses": idle_presses,
    "silent_customers": silent_customers,
    "burst": burst,
    "stuck": stuck,
    "collusion": collusion,
    "sabotage": sabotage,
    "slow_drip": slow_drip,
    "cloned_key": cloned_key,
    "clock_replay": clock_replay,
}
