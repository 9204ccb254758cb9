"""The next contact goes to the right person, with the reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from barrymore.formulas.choice import Candidate, Choice, Need, Waiting, choose, next_waiting

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AMINA = Candidate(1, {"lt": 3, "en": 2}, 1, 4, NOON - timedelta(minutes=5))
SAM = Candidate(2, {"en": 3}, 0, 4, NOON - timedelta(minutes=9))
LIT, ENG = Need("lt", NOON), Need("en", NOON)


def test_the_language_beats_the_load() -> None:
    assert choose(LIT, [AMINA, SAM]) == Choice(1, ("language:lt", "only_one"))


def test_the_least_loaded_speaker_is_chosen() -> None:
    assert choose(ENG, [AMINA, SAM]) == Choice(2, ("language:en", "fewest_open"))


def test_load_is_relative_to_capacity() -> None:
    big = replace(SAM, staff_ref=3, open_count=2, capacity=10)
    assert choose(ENG, [AMINA, big]) == Choice(3, ("language:en", "fewest_open"))


@pytest.mark.parametrize(
    ("change", "reason", "ref"),
    [({"last_offer_at": None}, "longest_idle", 1), ({"last_offer_at": SAM.last_offer_at}, "lowest_ref", 1),
     ({"last_spoke": True, "open_count": 3}, "last_spoke", 1), ({}, "longest_idle", 2)],
)  # fmt: skip
def test_ties_are_broken_in_order(change: dict[str, object], reason: str, ref: int) -> None:
    amina = replace(replace(AMINA, open_count=0), **change)  # type: ignore[arg-type]
    assert choose(ENG, [SAM, amina]) == Choice(ref, ("language:en", reason))


def test_nobody_speaks_it_so_somebody_helps() -> None:
    assert choose(Need("bg", NOON), [AMINA, SAM]) == Choice(2, ("language_fallback:bg", "fewest_open"))
    assert choose(Need("", NOON), [AMINA]) == Choice(1, ("only_one",))


def test_full_or_excluded_staff_are_passed_over() -> None:
    full = replace(SAM, open_count=4)
    assert (
        choose(ENG, [full])
        is choose(ENG, [])
        is choose(replace(ENG, excluded=frozenset({1})), [AMINA])
        is None
    )
    assert choose(LIT, [replace(AMINA, open_count=4), SAM]) == Choice(2, ("language_fallback:lt", "only_one"))
    assert choose(ENG, [replace(SAM, capacity=0)]) is None


def test_the_longest_waiting_goes_first_within_its_priority() -> None:
    late = Waiting(1, 0, None, NOON)
    early = Waiting(2, 0, None, NOON - timedelta(minutes=1))
    urgent = Waiting(3, 5, None, NOON + timedelta(minutes=1))
    due = Waiting(4, 0, NOON + timedelta(hours=1), NOON)
    assert [w.ref for w in next_waiting([late, early, urgent, due])] == [3, 2, 4, 1]


BILL = Need("", NOON, skills={"billing": 2}, has_waited=False)


def test_only_those_with_the_skill_are_asked_at_first() -> None:
    able = replace(AMINA, skills={"billing": 2}, open_count=3)
    assert choose(BILL, [replace(SAM, skills={"billing": 1}), able]) == Choice(
        1, ("skill:billing", "only_one")
    )
    assert choose(BILL, [SAM]) is None


def test_after_a_while_the_queue_behind_helps_out_and_then_anybody() -> None:
    waited = replace(BILL, has_waited=True)
    behind = replace(AMINA, skills={"billing": 3}, is_behind=True)
    assert choose(BILL, [SAM, behind]) is None
    assert choose(waited, [SAM, behind]) == Choice(1, ("overflow", "skill:billing", "only_one"))
    assert choose(waited, [SAM]) == Choice(2, ("skill_fallback:billing", "only_one"))
    unable = replace(behind, skills={})
    assert choose(waited, [unable]) == Choice(1, ("overflow", "skill_fallback:billing", "only_one"))
    assert choose(replace(LIT, has_waited=True), [SAM, replace(AMINA, is_behind=True)]) == Choice(
        2, ("language_fallback:lt", "only_one")
    )
