"""The figure of satisfaction: counts that add up, bounds that hold, and no share where it would mislead."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.figures import satisfaction, wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import UnknownMetric, figure, figures_by, weeks_of
from barrymore.journal.models import Fact
from barrymore.journal.services import record

DAY = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
PERIOD = Period(DAY - timedelta(days=6), DAY, "Europe/Vilnius")
# What a figure must always say, by DESIGN.md 6.
FIELDS = set(
    """metric definition_version period timezone scope mode served invited responded partial refused
    noncontact pending response_rate rates estimate interval bounds zones r_indicator max_bias effective_n
    grade reasons
    known_lost excluded as_of inputs_hash""".split()
)


def case(number: int, code: str = "", score: int | None = None, at: datetime = NOON, **refs: Any) -> None:
    """One case of the survey as facts."""
    refs = {"site": 1, "queue": 1, "channel": "mail", **refs}
    record("survey.case", f"case:{number}:opened", at=at, values={"case": number}, **refs)
    if code:
        values: dict[str, Any] = {"case": number, "code": code}
        if score is not None:
            values["score"] = score
        record("survey.final", f"case:{number}:final", at=at + timedelta(hours=1), values=values, **refs)


def cases(good: int = 0, bad: int = 0, silent: int = 0, start: int = 0, **refs: Any) -> None:
    """So many answered well, badly, and not at all."""
    for number in range(good + bad + silent):
        code, score = ("I", 4) if number < good else ("I", 1) if number < good + bad else ("NC", None)
        case(start + number, code, score, **refs)


def whole(**scope: Any) -> Figure:
    return figure("satisfaction", Scope(**scope), PERIOD)


@pytest.mark.django_db
def test_the_figure_has_every_field_of_its_contract() -> None:
    cases(good=3)
    assert set(whole().as_dict()) >= FIELDS


@pytest.mark.django_db
def test_good_bad_and_silent_are_counted() -> None:
    cases(good=62, bad=5, silent=33)
    found = whole()
    assert (found.served, found.invited, found.responded, found.noncontact) == (100, 100, 67, 33)
    assert found.bounds == (0.62, 0.95)
    assert found.response_rate == 0.67
    assert found.zones == pytest.approx(
        {
            "satisfied": 0.62,
            "tolerance": 0.33,
            "dissatisfied": 0.05,
            "not_rated_share": 0.33,
            "not_confirmed_satisfied": 0.38,
        }
    )


@pytest.mark.django_db
def test_grade_b_shows_a_share_with_its_interval() -> None:
    cases(good=62, bad=5, silent=33)
    found = whole()
    assert found.grade == "B"
    assert found.estimate == pytest.approx(62 / 67)
    assert found.interval == pytest.approx((0.8370, 0.9677), abs=1e-3)
    assert "FRAME_NOT_CROSS_CHECKED" in found.reasons
    assert wording.sentence(found) == "Of 100 customers asked, 62 said good, 5 bad, 33 did not say."
    assert wording.verdict(found) == "Enough to act, not to rank."


@pytest.mark.django_db
def test_grade_c_shows_no_share_and_says_how_many_more_answers_it_takes() -> None:
    cases(good=8, bad=1, silent=22)
    found = whole()
    assert (found.grade, found.estimate, found.interval) == ("C", None, None)
    assert found.bounds is not None
    assert wording.needed(found) == "21 more answers reach grade B."


@pytest.mark.django_db
def test_those_not_drawn_are_outside_the_frame_and_counted() -> None:
    cases(good=2)
    for number, code in enumerate(["NOT_DRAWN", "NOT_DRAWN", "CONTACT_CAP", "NO_ADDRESS", "WROTE_AGAIN"], 10):
        case(number, code)
    found = whole()
    assert (found.served, found.invited) == (7, 2)
    assert found.excluded == {"NOT_DRAWN": 2, "CONTACT_CAP": 1, "NO_ADDRESS": 1, "WROTE_AGAIN": 1}


@pytest.mark.django_db
def test_a_pending_case_widens_the_bounds_until_its_day() -> None:
    cases(good=3)
    case(10)
    found = whole()
    assert (found.pending, found.bounds) == (1, (0.75, 1.0))


@pytest.mark.django_db
def test_nobody_asked_gives_no_number_at_all() -> None:
    found = whole()
    assert (found.served, found.response_rate, found.estimate, found.bounds, found.zones) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert "nobody was asked" in wording.sentence(found)


@pytest.mark.django_db
def test_scope_and_period_bound_what_counts() -> None:
    cases(good=2)
    cases(good=4, start=10, queue=2, dims={"role": "travel agent"})
    cases(good=8, start=20, at=NOON + timedelta(days=1))
    assert (whole().invited, whole(queue=2).invited, whole(role="travel agent").invited) == (6, 4, 4)


@pytest.mark.django_db
def test_the_parts_add_up_to_the_whole() -> None:
    cases(good=5, bad=1, silent=4)
    cases(good=2, silent=9, start=20, queue=2)
    parts = figures_by("satisfaction", Scope(), PERIOD, "queue")
    assert {queue: part.invited for queue, part in parts.items()} == {1: 10, 2: 11}
    assert sum(part.responded for part in parts.values()) == whole().responded


@pytest.mark.django_db
def test_the_same_facts_give_the_same_hash_and_other_facts_another() -> None:
    cases(good=5)
    first, again = whole(), whole()
    assert first.inputs_hash == again.inputs_hash
    assert {**first.as_dict(), "as_of": 0} == {**again.as_dict(), "as_of": 0}
    case(99, "I", 1)
    assert whole().inputs_hash != first.inputs_hash


@pytest.mark.django_db
def test_parts_and_weeks_cost_the_same_few_queries(django_assert_num_queries: Callable[..., Any]) -> None:
    for queue in range(9):
        cases(good=2, start=queue * 10, queue=queue)
    with django_assert_num_queries(2):
        assert len(figures_by("satisfaction", Scope(), PERIOD, "queue")) == 9
    with django_assert_num_queries(2):
        weeks_of("satisfaction", Scope(), PERIOD)


@pytest.mark.django_db
def test_an_uneven_answer_is_weighted_to_those_asked() -> None:
    cases(good=40, silent=10)
    cases(good=15, bad=15, silent=20, start=100, site=2)
    found = whole()
    assert found.estimate == pytest.approx(0.75)
    assert found.values["unweighted"] == pytest.approx(55 / 70)
    assert found.effective_n is not None and found.effective_n < 70


def test_an_unknown_metric_or_dimension_is_refused() -> None:
    with pytest.raises(UnknownMetric, match="satisfaction"):
        figure("green_share", Scope(), PERIOD)
    with pytest.raises(ValueError, match="by: one of"):
        figures_by("satisfaction", Scope(), PERIOD, "person")


def test_a_period_knows_its_edges_over_a_change_of_clocks() -> None:
    period = Period(date(2026, 10, 25), date(2026, 10, 25), "Europe/Vilnius")
    assert period.until - period.since == timedelta(hours=25)
    assert period.before.last == date(2026, 10, 24)
    with pytest.raises(ValueError, match="ends before"):
        Period(DAY, DAY - timedelta(days=1))


codes = st.sampled_from(["I", "R", "NC", "P", "UO", "NOT_DRAWN", "CONTACT_CAP", ""])


@given(st.lists(st.tuples(codes, st.integers(1, 4)), max_size=60))
def test_every_case_is_counted_exactly_once(drawn: list[tuple[str, int]]) -> None:
    items = []
    for number, (code, score) in enumerate(drawn):
        opened = Fact(key=f"o{number}", at=NOON, values={"case": number}, site=1, channel="mail")
        values = {"case": number, "code": code, **({"score": score} if code == "I" else {})}
        items.append(
            satisfaction.Asked(opened, Fact(key=f"f{number}", at=NOON, values=values) if code else None)
        )
    found = satisfaction.compute(items, Scope(), PERIOD)
    inside = found.responded + found.partial + found.refused + found.noncontact + found.pending
    assert inside == found.invited
    assert found.invited + sum(found.excluded.values()) == found.served == len(drawn)
    if found.bounds:
        assert 0 <= found.bounds[0] <= found.bounds[1] <= 1
    assert found.grade in "BC" and (found.estimate is None) == (found.grade == "C")


@pytest.mark.django_db
def test_another_scale_or_kind_of_survey_is_never_put_into_it() -> None:
    cases(good=3)
    for number, told in enumerate(({"kind": "relationship", "scale": "scale10"}, {"scale": "scale5"}), 50):
        record("survey.case", f"case:{number}:opened", at=NOON, values={"case": number, **told})
        values = {"case": number, "code": "I", "score": 1}
        record("survey.final", f"case:{number}:final", at=NOON, values=values)
    assert (whole().invited, whole().responded, whole().values["bad"]) == (3, 3, 0)


@pytest.mark.django_db
def test_a_part_with_its_score_is_counted_once() -> None:
    case(1, "P", 4)
    case(2, "P")
    case(3, "I")
    found = whole()
    assert (found.responded, found.partial, found.invited, found.rates["RR1"]) == (
        1,
        2,
        3,
        pytest.approx(1 / 3),
    )
