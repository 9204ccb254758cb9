"""The product chooser: what suits a place, and what it honestly cannot tell."""

import itertools

import pytest

from barrymore.formulas.grades import DEFAULT_POLICY, GateInputs, grade
from barrymore.formulas.kits import Kit, Situation, kit_for


def place(*goals: str, **more: object) -> Situation:
    told = {"network": "always", "customers_a_day": 100, "is_staffed": True, "counter": "register", **more}
    return Situation(frozenset(goals), **told)  # type: ignore[arg-type]


def every_situation() -> list[Situation]:
    names = ("hear", "measure", "whom", "cheer")
    sets = [goals for n in range(1, 5) for goals in itertools.combinations(names, n)]
    return [
        place(*goals, network=network, counter=counter, is_staffed=staffed, customers_a_day=customers)
        for goals in sets
        for network in ("always", "sometimes", "never")
        for counter in ("register", "tickets", "door", "staff", "nobody")
        for staffed in (True, False)
        for customers in (1, 40, 5000)
    ]


def test_a_reception_that_wants_a_figure_gets_a_kiosk_and_a_share() -> None:
    kit = kit_for(place("measure"))
    assert kit.devices == ("kiosk",)
    assert kit.is_survey
    assert kit.served_by == "register"
    assert "satisfaction" in kit.reports
    assert kit.warnings == ()


def test_without_a_count_of_the_served_there_is_no_share() -> None:
    kit = kit_for(place("measure", counter="nobody"))
    assert not kit.is_survey
    assert kit.days_to_a_share is None
    assert "satisfaction" not in kit.reports
    assert "NO_DENOMINATOR" in kit.warnings


def test_where_nobody_works_nobody_can_tap() -> None:
    kit = kit_for(place("measure", counter="staff", is_staffed=False))
    assert kit.served_by == ""
    assert {"NOBODY_TO_TAP", "NO_DENOMINATOR"} <= set(kit.warnings)


def test_who_is_judged_should_not_count_alone() -> None:
    assert "COUNTED_BY_THE_JUDGED" in kit_for(place("measure", counter="staff")).warnings


def test_an_unstaffed_door_that_only_listens_gets_the_cheapest_device() -> None:
    kit = kit_for(place("hear", is_staffed=False, counter="nobody"))
    assert kit.devices == ("poster",)
    assert kit.reports == ("counts", "words", "recovery")


def test_a_post_for_many_persons_is_not_a_second_kiosk() -> None:
    assert kit_for(place("measure", "whom")).devices == ("post",)


def test_cheering_claims_no_score() -> None:
    kit = kit_for(place("cheer"))
    assert kit.reports == ("smiles",)
    assert not kit.is_survey
    assert kit.warnings == ("CHEER_MEASURES_NOTHING",)


def test_on_the_spot_needs_a_network() -> None:
    assert "LATE_WITHOUT_NETWORK" in kit_for(place("hear", network="sometimes")).warnings
    assert "LATE_WITHOUT_NETWORK" not in kit_for(place("measure", network="sometimes")).warnings


@pytest.mark.parametrize(("customers", "days"), [(100, 1), (10, 10), (1, 100)])
def test_days_to_a_share(customers: int, days: int) -> None:
    assert kit_for(place("measure", customers_a_day=customers)).days_to_a_share == days


def test_the_promised_day_is_one_at_which_the_gate_opens() -> None:
    for situation in every_situation():
        kit = kit_for(situation)
        if kit.days_to_a_share is None:
            continue
        served = situation.customers_a_day * kit.days_to_a_share
        answered = round(served * DEFAULT_POLICY.b.response_rate + 0.5)
        assert grade(GateInputs("survey", answered, served, r_indicator=1.0)).show_estimate, situation


def test_every_situation_has_a_kit_that_keeps_the_laws() -> None:
    for situation in every_situation():
        kit: Kit = kit_for(situation)
        assert kit.devices, situation
        assert ("satisfaction" in kit.reports) == kit.is_survey
        assert not kit.is_survey or kit.served_by
        assert kit.is_survey or kit.days_to_a_share is None


@pytest.mark.parametrize(("goals", "more"), [((), {}), (("hear",), {"customers_a_day": 0})])
def test_what_is_no_situation_is_refused(goals: tuple[str, ...], more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"goals|customers_a_day"):
        place(*goals, **more)
