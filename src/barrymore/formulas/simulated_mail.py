"""Mail surveys for the simulator: invitations held back, and links opened from the agents' own network."""

import numpy as np

from barrymore.formulas.detection_data import GREEN, RED, Invitations
from barrymore.formulas.simulated_world import DAY, FIRST_DAY, HOUR, Plan

WEEK = 7 * DAY
CLOSED_A_WEEK = 60.0
DRAWN = 0.5
AGENTS = 25
MAIL = ("links_from_agents", "suppressed_invitations")


def mail_surveys(plan: Plan, chance: np.random.Generator) -> tuple[Invitations, np.ndarray]:
    """Closed conversations of 25 agents week by week, and the scenario of each agent's week, agents first."""
    weeks = max(plan.days // 7, 1)
    kind = np.where(
        chance.random((AGENTS, weeks)) < plan.prevalence, chance.choice(MAIL, (AGENTS, weeks)), ""
    )
    counts = chance.poisson(CLOSED_A_WEEK, (AGENTS, weeks))
    agent = np.repeat(np.repeat(np.arange(AGENTS), weeks), counts.ravel())
    week = np.repeat(np.tile(np.arange(weeks), AGENTS), counts.ravel())
    of, size = kind[agent, week], len(agent)
    closed = FIRST_DAY + week * WEEK + chance.integers(0, 5, size) * DAY + chance.uniform(8, 17, size) * HOUR
    drawn = chance.random(size) < DRAWN
    held = np.where(of == "suppressed_invitations", chance.uniform(0.3, 0.6, size), 0.02 * plan.noise)
    suppressed = drawn & (chance.random(size) < held)
    own = np.char.add("agent-", (agent % 3).astype(np.str_))
    answered = drawn & ~suppressed & (chance.random(size) < 0.3)
    helped = drawn & ~suppressed & ~answered & (of == "links_from_agents") & (chance.random(size) < 0.4)
    # A guest on the wireless network of the house, or an agent who shows the page.
    near = answered & (chance.random(size) < 0.01 * plan.noise)
    customer = np.char.add("net-", chance.integers(0, 5_000, size).astype(np.str_))
    opened = np.where(helped | near, own, np.where(answered, customer, ""))
    answer = np.where(chance.random(size) < 0.85, GREEN, RED)
    answer = np.where(helped, GREEN, np.where(answered, answer, ""))
    staff = np.char.add("A", (agent + 1).astype(np.str_))
    table = Invitations(staff, closed, drawn, suppressed, opened, own, answer)
    return table, kind
