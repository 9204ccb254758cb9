"""Kill -9 of the agent of USB buttons, and of the house, while presses go on: each is there once."""

import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.cli.agents import Agent, enrolled
from tests.kills.checker import rows
from tests.kills.edge import EdgeHouse

pytestmark = pytest.mark.xdist_group("kills")
AGENT_KILLS, HOUSE_KILLS = 18, 2
KEY = f"bmd_{0:030d}"


def test_kills_of_agent_and_house_lose_and_double_no_press(tmp_path: Path) -> None:
    chance = random.Random()
    house = EdgeHouse(tmp_path / "house", 0, 0)
    house.set_up()
    house.start()
    agent = Agent(enrolled(tmp_path / "buttons", house.port, 1, KEY))
    stop = threading.Event()
    fingers = threading.Thread(target=_press_on, args=(agent, stop), daemon=True)
    waited = 0
    try:
        agent.start()
        fingers.start()
        for number in range(AGENT_KILLS):
            time.sleep(chance.uniform(0.1, 0.5))
            agent.kill()
            waited += _waiting(agent.folder) > 0
            if number % (AGENT_KILLS // HOUSE_KILLS) == 4:
                house.kill()
                agent.start()
                time.sleep(0.5)
                house.start()
            else:
                agent.start()
        stop.set()
        fingers.join()
        assert agent.finish() in (0, 1)
        agent.start()
        assert agent.finish() == 0
    finally:
        stop.set()
        house.stop()
    _check(house, agent, waited)


def _press_on(agent: Agent, stop: threading.Event) -> None:
    while not stop.wait(0.03):
        agent.press("1" if agent.fed % 2 else "2")


def _waiting(folder: Path) -> int:
    with sqlite3.connect(folder / "presses.sqlite3") as store:
        # The first kill may come before the agent has made its table.
        if not store.execute("select 1 from sqlite_master where name = 'events'").fetchone():
            return 0
        return int(store.execute("select count(*) from events").fetchone()[0])


def _check(house: EdgeHouse, agent: Agent, waited: int) -> None:
    held = rows(house.database, "select boot_id, seq, kind from journal_deviceevent")
    numbers = {(str(boot), seq) for boot, seq, _kind in held}
    pressed = sum(kind == "press" for _boot, _seq, kind in held)
    print(f"\n{agent.fed} presses, {len(agent.kept)} said to be kept, {pressed} at the house, {waited} kills "
          f"with presses waiting")  # fmt: skip
    assert len(set(agent.kept)) == len(agent.kept) > 100
    assert set(agent.kept) <= numbers
    assert len({boot for boot, _seq in numbers}) == 1
    # No number is missing or taken twice, so whatever was kept arrived once.
    assert sorted(int(str(seq)) for _boot, seq in numbers) == list(range(1, len(held) + 1))
    # A press may be in the agent's hand at the moment of its death: at most one for each kill.
    assert agent.fed - AGENT_KILLS <= pressed <= agent.fed
    assert waited >= 3
    assert rows(house.database, "select count(*) from journal_devicetally where outcome = 'clash'") == [(0,)]
