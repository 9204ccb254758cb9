"""Put right on the spot: times and counts, a share only of visits that ended, never a guess."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from barrymore.figures import told, wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure, figures_by
from barrymore.journal.moment import at_moment
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
LEAVES = (NOON + timedelta(hours=2)).isoformat()
DAY = Period(date(2026, 11, 10), date(2026, 11, 10))


def tell(kind: str, number: int, minutes: float, **refs: Any) -> None:
    at = NOON + timedelta(minutes=minutes)
    record(kind, f"{kind}:{number}:{minutes}", at=at, conversation_ref=number, **refs)


def opened(number: int, *, known: bool = True, leaves: str | None = LEAVES, site: int = 1) -> None:
    tell("recovery.opened", number, 0, site=site, values={"known": known, "leaves": leaves})


def said(kind: str, number: int, minutes: float, known: bool = True) -> None:
    tell(f"recovery.{kind}", number, minutes, values={"known": known, "leaves": LEAVES if known else None})


def found(scope: Scope = Scope(), hours: float = 48) -> Figure:
    with at_moment(NOON + timedelta(hours=hours)):
        return figure("recovery", scope, DAY)


def test_twenty_four_of_thirty_confirmed_before_they_left() -> None:
    for number in range(30):
        opened(number)
        tell("alert.acknowledged", number, 2)
        said("claimed", number, 10)
        if number < 27:
            said("confirmed", number, 60 if number < 24 else 180)
    day = found()
    assert (day.values["opened"], day.values["confirmed"], day.values["in_visit"]) == (30, 27, 24)
    assert (day.served, day.estimate, day.grade) == (30, 0.8, "B")
    # Wilson for 24 of 30 at 95 per cent: 0.6269 to 0.9049.
    assert day.interval == (pytest.approx(0.6269, abs=1e-4), pytest.approx(0.9049, abs=1e-4))
    assert (day.values["acknowledged_seconds"], day.values["solved_seconds"]) == (120.0, 3600.0)
    assert wording.verdict(day).startswith("Half were taken up within 2 min 0 s.")
    assert "80 confirmed" in (told.explained(day) or [""])[0]


def test_under_thirty_there_are_counts_and_no_share() -> None:
    opened(1)
    said("claimed", 1, 5)
    said("confirmed", 1, 10)
    day = found()
    assert (day.estimate, day.interval, day.reasons) == (None, None, ["FEW_VISITS"])
    assert wording.sentence(day).startswith("Of 1 incident, 1 was put right")
    assert "Too few visits" in wording.verdict(day)
    assert ("put right within the visit", 1) in (told.counted(day) or [])


def test_who_left_without_a_word_counts_as_not_put_right() -> None:
    opened(1)
    said("claimed", 1, 5)
    assert found(hours=1).served == 0
    day = found(hours=3)
    assert (day.served, day.values["in_visit"], day.values["undecided"]) == (1, 0, 0)


def test_a_nameless_press_is_checked_and_stands_apart_from_the_share() -> None:
    opened(1, known=False, leaves=None)
    said("claimed", 1, 5, known=False)
    day = found()
    assert (day.values["checked"], day.values["undecided"], day.served) == (1, 1, 0)


def test_a_guest_named_later_is_known() -> None:
    opened(1, known=False, leaves=None)
    tell("recovery.guest", 1, 3, values={"known": True, "leaves": LEAVES})
    said("claimed", 1, 5)
    said("confirmed", 1, 30)
    day = found()
    assert (day.served, day.values["in_visit"], day.values["checked"]) == (1, 1, 0)


def test_contradicted_and_then_confirmed_is_both() -> None:
    opened(1)
    said("claimed", 1, 5)
    said("contradicted", 1, 8)
    said("confirmed", 1, 30)
    day = found()
    assert (day.values["contradicted"], day.values["confirmed"], day.values["in_visit"]) == (1, 1, 1)


def test_each_site_has_its_own_and_the_same_facts_the_same_hash() -> None:
    for number in range(4):
        opened(number, site=1 + number % 2)
    assert found(Scope(site=1)).values["opened"] == 2
    with at_moment(NOON + timedelta(days=2)):
        by_site = figures_by("recovery", Scope(), DAY, "site")
    assert {key: one.values["opened"] for key, one in by_site.items()} == {1: 2, 2: 2}
    assert found().inputs_hash == found().inputs_hash


def test_an_empty_day_says_so() -> None:
    day = found()
    assert (day.served, day.estimate, wording.sentence(day)) == (0, None, "Nothing went red in this period.")
