"""Labelled feedback, gamed and honest, from a seed: what the detectors are tuned on and measured with."""

from dataclasses import dataclass

import numpy as np

from barrymore.formulas.detection_data import (
    GREEN,
    RED,
    Evidence,
    External,
    Heartbeats,
    Presses,
    Roster,
    Served,
    Table,
)
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.simulated_gaming import (
    ADDED,
    ADDINGS,
    CORE,
    COVERED,
    COVERED_SHIFTS,
    LENGTH,
    Pressed,
    not_counted,
)
from barrymore.formulas.simulated_mail import AGENTS, WEEK, mail_surveys
from barrymore.formulas.simulated_world import FIRST_DAY, Plan, World, honest_world

# METHOD B2: 12 % of the desks at 3 % of gamed shifts.
COVERED_DESKS_PER_SHIFT = 4.0
MOST_COVERED = 0.5
BEAT = 1800.0


@dataclass(frozen=True, slots=True)
class Labels(Table):
    """What was done, one row per gamed shift (or week of an agent); `episode` joins the shifts of a covered
    button."""

    desk: np.ndarray
    start: np.ndarray
    end: np.ndarray
    staff: np.ndarray
    scenario: np.ndarray
    episode: np.ndarray


@dataclass(frozen=True, slots=True)
class Simulated:
    """The evidence, its labels, and the truth: per shift the special kind of its desk and what the customers
    meant, of all who were willing to answer."""

    evidence: Evidence
    labels: Labels
    world: World
    scenario: np.ndarray
    covered: np.ndarray
    meant_green: np.ndarray
    meant: np.ndarray


def simulate(plan: Plan) -> Simulated:
    """Draw a whole company; the same plan gives the same rows.

    Errors COUNT_OUT_OF_RANGE, SHARE_OUT_OF_RANGE.
    """
    if plan.desks < 1 or plan.days < 1:
        raise FormulaError("COUNT_OUT_OF_RANGE", "at least one desk and one day are needed")
    if not 0 <= plan.prevalence <= 1 or plan.noise < 0:
        raise FormulaError("SHARE_OUT_OF_RANGE", "prevalence lies between 0 and 1, noise is not below 0")
    chance = np.random.default_rng(plan.seed)
    honest = honest_world(plan, chance)
    scenario = _scenarios(plan, honest, chance)
    covered = _covered(plan, honest, chance)
    scenario = np.where(covered, "", scenario)
    meant = honest.answers
    world = not_counted(honest, scenario, chance)
    presses = _presses(plan, world, scenario, covered, chance)
    shifts = len(world.start)
    invitations, weeks = mail_surveys(plan, chance)
    evidence = Evidence(
        *(presses, _served(world), _external(world, chance)),
        Roster(world.names[world.desk], world.staff, world.start, world.end),
        *(_heartbeats(world, scenario, chance), invitations),
    )
    return Simulated(
        *(evidence, _labels(world, scenario, covered, weeks), world, scenario, covered),
        np.bincount(world.customer[meant & world.satisfied], minlength=shifts),
        np.bincount(world.customer[meant], minlength=shifts),
    )


def _scenarios(plan: Plan, world: World, chance: np.random.Generator) -> np.ndarray:
    """Which shifts are gamed and how; the special desks stay honest, so that fairness can be measured."""
    gamed = (chance.random(len(world.start)) < plan.prevalence) & (world.special == "")
    return np.where(gamed, chance.choice(CORE + ADDED, len(world.start)), "")


def _covered(plan: Plan, world: World, chance: np.random.Generator) -> np.ndarray:
    """Desks whose red button is out of reach for ten shifts in a row."""
    covered = np.zeros((plan.desks, plan.days), bool)
    share = min(COVERED_DESKS_PER_SHIFT * plan.prevalence, MOST_COVERED)
    special = world.special.reshape(plan.desks, plan.days)[:, 0] != ""
    for desk in np.flatnonzero((chance.random(plan.desks) < share) & ~special):
        if plan.days >= 3 * COVERED_SHIFTS:
            first = int(chance.integers(0, plan.days - COVERED_SHIFTS + 1))
            covered[desk, first : first + COVERED_SHIFTS] = True
    return covered.ravel()


def _presses(
    plan: Plan, world: World, scenario: np.ndarray, covered: np.ndarray, chance: np.random.Generator
) -> Presses:
    out = Pressed()
    _honest(plan, world, covered, out, chance)
    for name, adding in ADDINGS.items():
        shifts = np.flatnonzero(scenario == name)
        if len(shifts):
            adding(world, shifts, out, chance)
    return _table(world, scenario, out, chance)


def _honest(plan: Plan, world: World, covered: np.ndarray, out: Pressed, chance: np.random.Generator) -> None:
    """What customers press, twice now and then, and what passers-by do (METHOD B2: 3 % and 2 %)."""
    said = world.answers & (world.satisfied | ~covered[world.customer])
    shift, t = world.customer[said], (world.at + world.delay)[said]
    button = np.where(world.satisfied[said], GREEN, RED)
    out.add(shift, t, button, truth=True)
    twice = chance.random(len(t)) < 0.03 * plan.noise
    out.add(shift[twice], t[twice] + chance.uniform(0.2, 1.5, int(twice.sum())), button[twice])
    # A desk by the door sees more of them than one in a corner.
    door = 0.02 * plan.noise * chance.lognormal(-0.08, 0.4, len(world.names))
    crowd = np.bincount(world.customer, minlength=len(world.start))
    by = np.repeat(np.arange(len(world.start)), chance.poisson(door[world.desk] * crowd))
    colour = np.where(chance.random(len(by)) < 0.6, GREEN, RED)
    colour = np.where(covered[by], GREEN, colour)
    out.add(by, world.start[by] + chance.random(len(by)) * LENGTH, colour)


def _table(world: World, scenario: np.ndarray, out: Pressed, chance: np.random.Generator) -> Presses:
    """Presses as the devices send them: numbered, with their boot, a little late, sometimes offline."""
    shift, t, button, source, arrived = (
        np.concatenate(column) for column in (out.shift, out.t, out.button, out.source, out.arrived)
    )
    died = (
        world.start + np.where(scenario == "dead_device", chance.uniform(0.1, 0.5, len(scenario)), 2) * LENGTH
    )
    alive = arrived < died[shift]
    shift, t, button, source, arrived = (one[alive] for one in (shift, t, button, source, arrived))
    desk = world.desk[shift]
    cloned = source == "cloned"
    order = np.lexsort((arrived, cloned, desk))
    shift, t, button, arrived, desk, cloned = (
        one[order] for one in (shift, t, button, arrived, desk, cloned)
    )
    age = ((world.start[shift] - FIRST_DAY) // (10 * 86_400)).astype(int)
    new = np.ones(len(t), bool)
    new[1:] = (np.diff(age) != 0) | (np.diff(desk * 2 + cloned) != 0)
    first = np.flatnonzero(new)
    seq = np.arange(len(t)) - np.repeat(first, np.diff(np.append(first, len(t)))) + 1
    boot = np.char.add("b", age.astype(np.str_))
    # Half of the copied keys start anew, half copy the boot as well and so use numbers twice.
    boot = np.where(cloned & (desk % 2 == 0), "c0", boot)
    offline = chance.random(len(world.start)) < 0.01
    delay = (
        chance.uniform(0.05, 0.5, len(t)) + offline[shift] * chance.uniform(60, 7200, len(world.start))[shift]
    )
    drift = chance.normal(0, 1.0, len(world.names))[desk]
    names = world.names[desk]
    device = np.char.add("button-", np.char.lstrip(names, "D"))
    press_ms = np.round(chance.lognormal(np.log(180), 0.4, len(t)))
    moment = np.round(t + drift, 3)
    return Presses(device, names, boot, seq, moment, np.round(arrived + delay, 3), button, press_ms)


def _served(world: World) -> Served:
    rows = np.flatnonzero(world.tapped)
    shift = world.customer[rows]
    return Served(
        world.names[world.desk[shift]],
        world.staff[shift],
        np.arange(1, len(rows) + 1),
        np.round(world.at[rows], 3),
    )


def _external(world: World, chance: np.random.Generator) -> External:
    """Receipts: one in a hundred customers takes none, one in a hundred takes two."""
    luck = chance.random(len(world.customer))
    receipts = np.where(luck < 0.01, 0, np.where(luck < 0.02, 2, 1))
    counts = np.bincount(world.customer, receipts, len(world.start)).astype(int)
    return External(world.names[world.desk], world.start, world.end, counts)


def _heartbeats(world: World, scenario: np.ndarray, chance: np.random.Generator) -> Heartbeats:
    """Each device beats every half hour of its shift; of the dead ones half lose only the button."""
    beats = int(LENGTH // BEAT) + 1
    shift = np.repeat(np.arange(len(world.start)), beats)
    t = (
        world.start[shift]
        + np.tile(np.arange(beats) * BEAT, len(world.start))
        + chance.uniform(0, 5, len(shift))
    )
    silent = (scenario == "dead_device") & (chance.random(len(scenario)) < 0.5)
    kept = ~(silent[shift] & (t > world.start[shift] + LENGTH / 2))
    battery = np.round(1 - (t - FIRST_DAY) / (86_400 * 400), 3)
    device = np.char.add("button-", np.char.lstrip(world.names[world.desk[shift]], "D"))
    return Heartbeats(device[kept], np.round(t[kept], 1), battery[kept])


def _labels(world: World, scenario: np.ndarray, covered: np.ndarray, weeks: np.ndarray) -> Labels:
    rows = np.flatnonzero((scenario != "") | covered)
    desk = world.names[world.desk[rows]]
    episode = np.where(covered[rows], np.char.add("covered-", desk), "")
    agent, week = np.nonzero(weeks)
    start = FIRST_DAY + week * WEEK
    people = np.char.add("A", (agent + 1).astype(np.str_)) if AGENTS else agent.astype(np.str_)
    return Labels(
        np.concatenate((desk, np.full(len(agent), "mail"))),
        np.concatenate((world.start[rows], start)),
        np.concatenate((world.end[rows], start + WEEK)),
        np.concatenate((world.staff[rows], people)),
        np.concatenate((np.where(covered[rows], COVERED, scenario[rows]), weeks[agent, week])),
        np.concatenate((episode, np.full(len(agent), ""))),
    )
