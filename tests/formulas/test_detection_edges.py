"""Nothing, hardly anything, and nonsense: no flags, no crash, and a sentence about what is missing."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barrymore.formulas.detection import detect
from barrymore.formulas.detection_data import Evidence, External, Presses, Served
from barrymore.formulas.detection_tails import beta_binomial_tail, negative_binomial_low
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.simulated_feedback import simulate
from barrymore.formulas.simulated_world import Plan

from .shifts import HOUR, MONDAY, Shop, presses

VERDICTS = re.compile(
    r"fraud|cheat|fake|guilt|manipulat|lied|steal|dishonest|caught|offen[cd]", re.IGNORECASE
)
NOTHING = Served(*(np.array([], dtype=kind) for kind in (np.str_, np.str_, int, float)))


def only(rows: list[tuple[str, float, str]], served: Served = NOTHING) -> Evidence:
    return Evidence(presses(rows), served)


def test_empty_tables() -> None:
    found = detect(only([]))
    assert (found.flags, len(found.floor.shifts)) == ((), 0)
    assert found.as_dict()["presses"]["all"] == {"green": 0, "yellow": 0, "red": 0}


def test_presses_without_served_customers_are_named_and_not_judged() -> None:
    found = detect(only([("nowhere", MONDAY + n * 3600.0, "green") for n in range(7)]))
    assert found.flags == ()
    assert any("nowhere" in said for said in found.limits)


def test_a_burst_at_a_closed_desk_has_no_person() -> None:
    rows = [("D0", MONDAY + 0.7 * n + 0.3 * (n % 3), "green" if n % 2 else "red") for n in range(12)]
    assert [(flag.kind, flag.shift, flag.staff) for flag in detect(only(rows)).flags] == [("burst", "", None)]


def test_one_shift_is_too_few_to_ask() -> None:
    found = detect(Shop(desks=1, days=1).evidence())
    assert found.flags == ()
    assert any("few to compare" in said for said in found.limits)


def test_more_answers_than_served_is_said() -> None:
    served = Served(np.array(["D0"] * 3), np.array(["P"] * 3), np.arange(3), MONDAY + np.arange(3) * HOUR)
    rows = [("D0", MONDAY + n * 900.0, "green") for n in range(8)]
    assert any("more answers than served" in said for said in detect(only(rows, served)).limits)


def test_counts_of_unknown_desks_change_nothing() -> None:
    evidence = Shop(desks=2, days=15).evidence()
    assert evidence.external is not None
    stranger = External(*(np.append(getattr(evidence.external, name), value) for name, value in STRANGER))
    assert detect(replace(evidence, external=stranger)).flags == detect(evidence).flags


STRANGER = (("desk", "elsewhere"), ("start", MONDAY), ("end", MONDAY + HOUR), ("count", 9))


def test_clocks_that_were_never_set_fall_back_on_the_arrival() -> None:
    evidence = Shop(desks=2, days=15).evidence()
    lost = replace(evidence.presses, t_device=np.full(len(evidence.presses), 12.0))
    assert detect(replace(evidence, presses=lost)).flags == ()


def test_without_a_roster_the_shifts_are_the_same() -> None:
    evidence = Shop(desks=3, days=12).evidence()
    assert len(detect(replace(evidence, roster=None)).floor.shifts) == 36


def test_no_text_is_a_verdict() -> None:
    flags = detect(simulate(Plan(5, desks=12, days=40, prevalence=0.4)).evidence).flags
    assert len({flag.kind for flag in flags}) >= 10
    assert [flag.text for flag in flags if VERDICTS.search(f"{flag.text} {flag.kind}")] == []
    assert all(flag.text.rstrip(".").endswith("?") or "?" in flag.text for flag in flags)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.floats(0, 1e5), st.sampled_from(["green", "red"]))))
def test_any_presses_give_an_answer(rows: list[tuple[str, float, str]]) -> None:
    found = detect(only([(desk, MONDAY + t, button) for desk, t, button in rows]))
    assert int(found.usable.sum()) <= len(rows)


@pytest.mark.parametrize(
    ("k", "n", "mean", "spread", "tail"),
    # scipy.stats.betabinom.sf(k - 1, n, mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1))
    [(8, 40, 0.1, 0.01, 0.0717113), (12, 40, 0.1, 0.05, 0.0310901), (3, 40, 0.1, 0.01, 1.0)],
)
def test_the_beta_binomial_tail(k: int, n: int, mean: float, spread: float, tail: float) -> None:
    p = beta_binomial_tail(np.array([k]), np.array([n]), np.array([mean]), spread)
    assert p[0] == pytest.approx(tail, abs=1e-6)


def test_the_negative_binomial_tail_at_nothing() -> None:
    # (r / (r + m))^r, as in silence_probability.
    p = negative_binomial_low(np.array([0.0]), np.array([30.0]), 25.0)
    assert p[0] == pytest.approx((25 / 55) ** 25)


def test_the_same_seed_gives_the_same_rows() -> None:
    one, other = (simulate(Plan(3, desks=8, days=10, prevalence=0.3)) for _ in range(2))
    names = Presses.__dataclass_fields__
    assert all(
        np.array_equal(
            getattr(one.evidence.presses, n), getattr(other.evidence.presses, n), equal_nan=n == "press_ms"
        )
        for n in names
    )
    assert len(one.labels) > 0


@pytest.mark.parametrize(
    "plan", [Plan(1, desks=0), Plan(1, days=0), Plan(1, prevalence=2.0), Plan(1, noise=-1.0)]
)
def test_an_impossible_company_is_refused(plan: Plan) -> None:
    with pytest.raises(FormulaError):
        simulate(plan)
