"""Kill -9 under load loses nothing and does nothing twice; the checker finds bugs seeded on purpose."""

import os
import time
from pathlib import Path

import pytest

from tests.kills.faulty import BUGS
from tests.kills.run import Outcome, run

pytestmark = [pytest.mark.mailserver, pytest.mark.xdist_group("kills")]
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "faults.csv"
KILLS = int(os.environ.get("KILLS", "100"))


def _tell(name: str, outcome: Outcome) -> None:
    print(
        f"\n{name}: {outcome.kills} kills, {outcome.acknowledged} acknowledged, "
        f"slowest start {outcome.slowest_start:.1f} s, {len(outcome.violations)} violations; "
        f"{outcome.histogram()}"
    )


def test_a_few_kills_lose_nothing() -> None:
    outcome = run(5, seed=int(time.time()))
    _tell("smoke", outcome)
    assert outcome.violations == []
    assert min(outcome.acknowledged.values()) > 0


@pytest.mark.long
def test_a_hundred_kills_lose_nothing() -> None:
    outcome = run(KILLS, seed=int(time.time()))
    _tell("kills", outcome)
    if not RESULTS.exists():
        RESULTS.write_text("date,experiment,kills,in_flight,mails,contacts,answers,violations,chats\n")
    in_flight = outcome.kills - outcome.stages["at rest"]
    counts = ",".join(str(outcome.acknowledged[kind]) for kind in ("mail", "contact", "answer"))
    with RESULTS.open("a") as file:
        file.write(
            f"{time.strftime('%Y-%m-%d')},D-1,{outcome.kills},{in_flight},{counts},{len(outcome.violations)},"
            f"{outcome.acknowledged['chat']}\n"
        )
    assert outcome.violations == []
    assert in_flight >= outcome.kills * 0.3
    assert outcome.stages["between 250 and our commit"] > 0


@pytest.mark.long
@pytest.mark.parametrize("bug", sorted(BUGS))
def test_the_checker_finds_a_seeded_bug(bug: str) -> None:
    for attempt in range(3):
        outcome = run(8, seed=attempt, fault=bug, quiet=75)
        _tell(f"{bug}, run {attempt + 1}", outcome)
        if outcome.violations:
            print(outcome.violations[0])
            return
    pytest.fail(f"{bug} was not found in three runs")
