"""An honest company for the simulator: desks, shifts, customers, and how they answer when nobody cheats."""

from dataclasses import dataclass

import numpy as np

DAY, HOUR = 86_400.0, 3600.0
# Monday, 5 January 2026, UTC.
FIRST_DAY = 1_767_571_200.0
SHIFT_HOURS = 8.0
CUSTOMERS = 60.0
FEWEST_DESKS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate; `prevalence` is the share of gamed shifts, `noise` multiplies honest mistakes."""

    seed: int
    desks: int = 40
    days: int = 60
    prevalence: float = 0.03
    noise: float = 1.0


@dataclass(frozen=True, slots=True)
class World:
    """Shifts (desk by day) and their customers, before anything is pressed.

    Per shift: desk, start, staff, and the special kind of its desk ("" for most). Per customer: shift, the
    moment of the tap, whether satisfied, whether willing to answer, whether tapped, delay of the answer.
    """

    names: np.ndarray
    desk: np.ndarray
    start: np.ndarray
    staff: np.ndarray
    special: np.ndarray
    customer: np.ndarray
    at: np.ndarray
    satisfied: np.ndarray
    answers: np.ndarray
    tapped: np.ndarray
    delay: np.ndarray

    @property
    def end(self) -> np.ndarray:
        """When each shift ends."""
        return self.start + SHIFT_HOURS * HOUR


@dataclass(frozen=True, slots=True)
class _Desks:
    """What is particular to each desk."""

    kind: np.ndarray
    rate: np.ndarray
    happy: np.ndarray
    willing: np.ndarray
    forgets: np.ndarray
    opens: np.ndarray


SPECIAL = ("delighted", "fast", "night", "new_hire")


def honest_world(plan: Plan, chance: np.random.Generator) -> World:
    """Draw desks, shifts and customers (METHOD B2: 60 customers a shift, 3 % forgotten taps)."""
    desks = _desks(plan, chance)
    desk = np.repeat(np.arange(plan.desks), plan.days)
    day = np.tile(np.arange(plan.days), plan.desks)
    start = FIRST_DAY + day * DAY + desks.opens[desk] * HOUR
    counts = chance.poisson(desks.rate[desk])
    customer = np.repeat(np.arange(len(desk)), counts)
    of_desk = desk[customer]
    satisfied = chance.random(len(customer)) < desks.happy[of_desk]
    # Willingness varies from day to day, as with weather and queues.
    willing = desks.willing[desk] * np.exp(chance.normal(0, 0.08, len(desk)))
    answers = chance.random(len(customer)) < np.clip(willing, 0.05, 0.9)[customer]
    # Some people and some days are more forgetful than others.
    forgets = desks.forgets[desk] * chance.lognormal(-0.08, 0.4, len(desk)) * plan.noise
    tapped = chance.random(len(customer)) >= forgets[customer]
    delay = chance.lognormal(np.log(7.0), 0.55, len(customer))
    late = chance.random(len(customer)) < 0.015 * plan.noise
    delay = np.where(late, -chance.uniform(3, 30, len(customer)), delay)
    slow = chance.random(len(customer)) < 0.02 * plan.noise
    delay = np.where(slow, chance.uniform(20, 120, len(customer)), delay)
    names = np.array([f"D{number + 1:03d}" for number in range(plan.desks)])
    at = _moments(customer, counts, start, chance)
    staff = _staff(desk, day, desks.kind, names)
    special = desks.kind[desk]
    return World(names, desk, start, staff, special, customer, at, satisfied, answers, tapped, delay)


def _desks(plan: Plan, chance: np.random.Generator) -> _Desks:
    n = plan.desks
    kind = np.full(n, "", dtype="<U10")
    if n >= FEWEST_DESKS:
        kind[-len(SPECIAL) :] = SPECIAL
    rate = CUSTOMERS * chance.lognormal(0, 0.15, n)
    rate = np.where(kind == "fast", 4 * CUSTOMERS, np.where(kind == "night", 0.2 * CUSTOMERS, rate))
    happy = np.where(kind == "delighted", 0.99, chance.uniform(0.8, 0.95, n))
    willing = chance.uniform(0.35, 0.65, n)
    forgets = np.where(kind == "new_hire", 0.07, 0.03) * chance.lognormal(-0.045, 0.3, n)
    opens = np.where(kind == "night", 22.0, chance.choice([8.0, 9.0, 12.0], n))
    return _Desks(kind, rate, happy, willing, forgets, opens)


def _staff(desk: np.ndarray, day: np.ndarray, kind: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Two people take turns at a desk, half a week each; the new hire stands there alone."""
    turn = np.where((day // 3) % 2 == 0, "a", "b")
    turn = np.where(kind[desk] == "new_hire", "n", turn)
    return np.char.add(np.char.add("P", np.char.lstrip(names[desk], "D")), turn)


def _moments(
    customer: np.ndarray, counts: np.ndarray, start: np.ndarray, chance: np.random.Generator
) -> np.ndarray:
    """When each customer was served: one after the other, none sooner than 20 s after the one before."""
    gaps = 20.0 + chance.exponential(300.0, len(customer))
    sums = np.cumsum(gaps)
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    before = np.concatenate(([0.0], sums))[first]
    whole = np.concatenate(([0.0], sums))[first + counts] - before + chance.exponential(300.0, len(counts))
    part = (sums - before[customer]) / whole[customer]
    return np.asarray(start[customer] + part * SHIFT_HOURS * HOUR)


def last_served(world: World, shift: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Seconds since the last tap of the shift, for (shift, moment) pairs; since its start where none was."""
    tapped = world.tapped
    keys = world.customer[tapped] * 1e6 + world.at[tapped] - world.start[world.customer[tapped]]
    place = np.searchsorted(keys, shift * 1e6 + t - world.start[shift], "right") - 1
    safe = np.maximum(place, 0)
    found = (place >= 0) & (world.customer[tapped][safe] == shift)
    return np.asarray(np.where(found, t - world.at[tapped][safe], t - world.start[shift]))
