"""Kill -9 while devices press: every acknowledged event is there once, and the books add up (D-1, D-8)."""

import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.kills.checker import rows
from tests.kills.edge import EdgeHouse, Swarm, check
from tests.kills.faulty import EDGE_BUGS

pytestmark = pytest.mark.xdist_group("kills")
KILLS = int(os.environ.get("KILLS", "100"))
QUIET_SECONDS = 60.0


@dataclass
class Outcome:
    """What a run has shown."""

    violations: list[str] = field(default_factory=list)
    acknowledged: int = 0
    in_flight: int = 0  # kills while a batch was on its way
    slowest_start: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)


def run(kills: int, *, seed: int, fault: str = "") -> Outcome:
    """Kill the product so often under a swarm of devices."""
    chance, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory(prefix="edge.") as folder:
        house = EdgeHouse(Path(folder), 0, 0, fault)
        house.set_up()
        house.start()
        swarm = Swarm(house, seed)
        swarm.start()
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0.5, 2.5))
                outcome.in_flight += swarm.in_flight > 0
                house.kill()
                house.start()
                outcome.slowest_start = max(outcome.slowest_start, house.started_in)
            time.sleep(1.0)
            swarm.finish()
            _wait_for_quiet(house)
        finally:
            swarm.stop.set()
            house.stop()
        outcome.violations = check(house, swarm)
        outcome.acknowledged, outcome.outcomes = len(swarm.acknowledged), dict(swarm.outcomes)
    print(
        f"\n{fault or 'sound'}: {kills} kills, {outcome.in_flight} with a batch on its way, "
        f"{outcome.acknowledged} events acknowledged {outcome.outcomes}, slowest start "
        f"{outcome.slowest_start:.1f} s, {len(outcome.violations)} violations"
    )
    return outcome


def _wait_for_quiet(house: EdgeHouse) -> None:
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until:
        if not rows(house.database, "select 1 from journal_deviceevent where state = 'stored' limit 1"):
            return
        time.sleep(0.3)


def test_a_few_kills_lose_no_press() -> None:
    outcome = run(3, seed=int(time.time()))
    assert outcome.violations == []
    assert outcome.acknowledged > 100 and outcome.outcomes["duplicate"] > 0


@pytest.mark.long
def test_a_hundred_kills_lose_no_press() -> None:
    outcome = run(KILLS, seed=int(time.time()))
    assert outcome.violations == []
    assert outcome.in_flight >= KILLS * 0.3


@pytest.mark.long
@pytest.mark.parametrize("bug", sorted(EDGE_BUGS))
def test_the_checker_finds_a_bug_of_the_edge(bug: str) -> None:
    for attempt in range(3):
        outcome = run(6, seed=attempt, fault=bug)
        if outcome.violations:
            print(outcome.violations[0])
            return
    pytest.fail(f"{bug} was not found in three runs")
