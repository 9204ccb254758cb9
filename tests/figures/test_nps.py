"""The net promoter score: points with the adjusted interval, counts, and no score where it would mislead."""

from datetime import UTC, date, datetime

import pytest

from barrymore.figures import wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
KIND = {"kind": "relationship", "scale": "scale10"}


def asked(
    promoters: int = 0, passives: int = 0, detractors: int = 0, silent: int = 0, capped: int = 0
) -> Figure:
    scores = [9] * promoters + [8] * passives + [0] * detractors
    ends = [("I", score) for score in scores] + [("NC", None)] * silent + [("CONTACT_CAP", None)] * capped
    for number, (code, score) in enumerate(ends):
        record("survey.case", f"case:{number}:opened", at=NOON, values={"case": number, **KIND})
        values = {"case": number, "code": code, "score": score}
        record("survey.final", f"case:{number}:final", at=NOON, values=values)
    return figure("nps", Scope(), Period(DAY, DAY))


def test_enough_answers_give_a_score_with_the_adjusted_interval() -> None:
    found = asked(promoters=50, passives=30, detractors=20, silent=50)
    assert (found.grade, found.estimate, found.responded, found.response_rate) == (
        "B",
        30.0,
        100,
        pytest.approx(2 / 3),
    )
    # (50.75 - 20.75) / 103 points, with 1.96 standard errors of the padded counts.
    assert found.interval == pytest.approx((14.00, 44.25), abs=0.1)
    assert found.bounds == pytest.approx((100 * (30 - 50) / 150, 100 * (30 + 50) / 150))
    assert wording.sentence(found).startswith("Of 150 customers asked, 50 would recommend us, 20 would not")
    assert wording.verdict(found) == "That is +30 points, between +14 and +44."


def test_too_few_answers_give_counts_and_bounds_and_no_score() -> None:
    found = asked(promoters=5, detractors=1, silent=20, capped=4)
    assert (found.grade, found.estimate, found.interval, found.excluded) == (
        "C",
        None,
        None,
        {"CONTACT_CAP": 4},
    )
    assert found.bounds == pytest.approx((100 * -16 / 26, 100 * 24 / 26))
    assert wording.verdict(found) == "Too few have answered for a score."


def test_nobody_asked_gives_no_number() -> None:
    found = asked()
    assert (found.estimate, found.bounds, found.response_rate) == (None, None, None)
    assert wording.sentence(found) == "Nobody was asked about us as a whole in this period."


def test_answers_after_a_conversation_are_never_among_them() -> None:
    record(
        "survey.case", "case:900:opened", at=NOON, values={"case": 900, "kind": "contact", "scale": "scale10"}
    )
    record("survey.case", "case:901:opened", at=NOON, values={"case": 901})
    assert asked(promoters=2).invited == 2
