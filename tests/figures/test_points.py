"""Satisfaction at points, from tallies: every fact once, as the facts say, withheld where misleading."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from barrymore.figures.at_points import NothingSaid, figure_at
from barrymore.figures.models import Reopening, Tally
from barrymore.figures.points import NAME
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure, figures_by
from barrymore.figures.tallying import tally_anew
from barrymore.journal.models import Fact
from barrymore.journal.services import record
from barrymore.organisation.models import Point, Site, Staff
from barrymore.reports.quality import quality_of, weeks_of
from tests.channels.devices import stand
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
DAYS = Period(date(2026, 11, 2), date(2026, 11, 29), "Europe/Vilnius")
# Three Tuesdays of November, at nine and at fifteen o'clock in Vilnius.
HOURS = [datetime(2026, 11, day, hour, tzinfo=UTC) for day in (3, 10, 17) for hour in (7, 13)]


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


def tell(
    point: Point, kind: str, key: str, at: datetime, dims: dict[str, Any], values: dict[str, Any]
) -> Fact:
    """A fact of a point, recorded a second after it happened."""
    all_dims = {"point": point.pk, "device": 1, "step": point.step, **dims}
    fact = record(kind, key, at=at, site=point.site_id, dims=all_dims, values=values)
    Fact.objects.filter(pk=fact.pk).update(recorded_at=at + timedelta(seconds=1))
    return fact


def served(point: Point, key: str, at: datetime, count: int, source: str = "employee") -> None:
    tell(point, "served.counted", f"served:{key}", at, {"source": source}, {"count": count})


def answered(
    point: Point, key: str, at: datetime, score: int | None, code: str = "I", mode: str = "survey"
) -> None:
    values = {"score": score, "scale": "smile4", "code": code}
    tell(point, "answer.given", f"answer:{key}", at, {"mode": mode, "campaign": 1}, values)


def busy(point: Point, *, each: int = 40, good: int = 20, bad: int = 4) -> None:
    """In each of six hours so many are served and so many say good or bad."""
    for hour in HOURS:
        served(point, f"{point.pk}:{hour}", hour, each)
        for n in range(good + bad):
            answered(point, f"{point.pk}:{hour}:{n}", hour + timedelta(seconds=n), 4 if n < good else 2)


def test_served_answered_and_silent_are_counted_once(desk: Point) -> None:
    busy(desk)
    tally_all()
    tally_all()

    found = figure_at(Scope(), DAYS)
    assert (found.served, found.responded, found.noncontact) == (240, 144, 96)
    assert found.values == {
        "good": 120, "bad": 24, "silent": 96, "scale": "smile4", "unweighted": 120 / 144, "reopened": 0,
    }  # fmt: skip
    assert found.bounds == (0.5, 0.9)
    assert found.zones is not None and found.zones["not_rated_share"] == pytest.approx(0.4)
    assert found.response_rate == pytest.approx(0.6)
    assert (found.grade, found.estimate) == ("B", pytest.approx(120 / 144))
    assert set(found.reasons) == {"FRAME_NOT_CROSS_CHECKED", "GAMING_NOT_CHECKED", "LOSS_NOT_CHECKED"}


def test_what_is_known_to_be_lost_stands_in_the_figure(desk: Point) -> None:
    busy(desk)
    tell(desk, "point.losses_looked_at", "losses:1", HOURS[0], {}, {})
    tell(desk, "device.lost", "lost:1", HOURS[1], {}, {"events": 9})
    tally_all()
    found = figure_at(Scope(), DAYS)
    assert found.known_lost == 9
    assert "KNOWN_LOST" in found.reasons

    tell(desk, "device.lost", "lost:2", HOURS[2], {}, {"events": -9})
    tally_all()
    found = figure_at(Scope(), DAYS)
    assert found.known_lost == 0
    assert not {"KNOWN_LOST", "LOSS_NOT_CHECKED"} & set(found.reasons)


def test_the_best_grade_can_be_reached(desk: Point) -> None:
    busy(desk)
    served(desk, "till", HOURS[0], 245, "register")
    for kind in ("point.losses_looked_at", "point.looked_at"):
        tell(desk, kind, kind, HOURS[0], {}, {})
    tally_all()
    found = figure_at(Scope(), DAYS)
    assert (found.grade, found.reasons) == ("A", [])


def test_the_facts_themselves_give_the_same_hash(desk: Point) -> None:
    busy(desk)
    served(desk, "till", HOURS[0], 250, "register")
    tally_all()

    one, other = (figure_at(Scope(point=desk.pk), DAYS, from_facts=way) for way in (False, True))
    assert one.inputs_hash == other.inputs_hash
    assert (one.estimate, one.interval, one.grade) == (other.estimate, other.interval, other.grade)
    served(desk, "more", HOURS[1], 1)
    assert figure_at(Scope(point=desk.pk), DAYS, from_facts=True).inputs_hash != one.inputs_hash


def test_all_tallies_made_anew_are_the_same(desk: Point) -> None:
    busy(desk)
    tally_all()
    before = sorted(Tally.objects.values_list("day", "band", "what", "count"))
    tally_anew()
    assert Tally.objects.count() == 0

    tally_all()
    assert sorted(Tally.objects.values_list("day", "band", "what", "count")) == before


def test_a_press_taken_back_leaves_nothing(desk: Point) -> None:
    said = {"score": 1, "scale": "colour2"}
    tell(desk, "press.counted", "p1", HOURS[0], {"mode": "feedback"}, said)
    tell(desk, "press.collapsed", "p1:burst", HOURS[0], {}, {**said, "why": "burst", "was_counted": True})
    tally_all()

    found = dict(Tally.objects.values_list("what", "count"))
    assert (found.get("press:colour2:1", 0), found["collapsed:burst"]) == (0, 1)


def test_the_day_is_that_of_the_site(desk: Point) -> None:
    served(desk, "late", datetime(2026, 11, 3, 22, 30, tzinfo=UTC), 1)
    tally_all()

    assert Tally.objects.get().day == date(2026, 11, 4)
    assert Tally.objects.get().band == 0


def test_feedback_is_never_in_the_figure(desk: Point) -> None:
    busy(desk)
    for n in range(50):
        answered(desk, f"own:{n}", HOURS[0], 4, mode="feedback")
    tally_all()

    assert figure_at(Scope(), DAYS).responded == 144


def test_without_a_count_of_those_served_there_is_no_share(desk: Point) -> None:
    answered(desk, "a", HOURS[0], 4)
    tally_all()

    found = figure_at(Scope(), DAYS)
    assert (found.grade, found.reasons, found.estimate, found.zones) == ("F", ["NO_DENOMINATOR"], None, None)


def test_more_answers_than_customers_is_told_and_withheld(desk: Point) -> None:
    served(desk, "one", HOURS[0], 1)
    for n in range(3):
        answered(desk, f"{n}", HOURS[0], 4)
    tally_all()

    found = figure_at(Scope(), DAYS)
    assert (found.grade, found.reasons, found.bounds) == ("F", ["RESPONSES_EXCEED_SERVED"], None)
    assert found.response_rate is None


def test_a_register_beside_the_employees_checks_them(desk: Point) -> None:
    busy(desk)
    served(desk, "till", HOURS[0], 300, "register")
    tally_all()

    found = figure_at(Scope(), DAYS)
    assert (found.served, found.values["external"]) == (240, 300)
    assert "FRAME_DEVIATES" in found.reasons and "FRAME_NOT_CROSS_CHECKED" not in found.reasons


def test_too_few_answers_give_counts_and_say_how_many_more(desk: Point) -> None:
    busy(desk, good=4, bad=1)
    tally_all()

    found = figure_at(Scope(), DAYS)
    assert (found.grade, found.estimate, found.answers_to_next) == ("C", None, 42)


def test_what_comes_after_its_day_opens_it_again(desk: Point) -> None:
    busy(desk)
    tally_all()
    late = tell(desk, "served.counted", "late", HOURS[0], {"source": "employee"}, {"count": 2})
    Fact.objects.filter(pk=late.pk).update(recorded_at=HOURS[0] + timedelta(days=2))
    tally_all()

    again = Reopening.objects.get()
    assert (again.point_ref, again.day, again.version, again.events) == (desk.pk, date(2026, 11, 3), 2, 1)
    found = figure_at(Scope(), DAYS)
    assert (found.served, found.values["reopened"]) == (242, 1)


def test_scales_are_not_averaged(desk: Point) -> None:
    busy(desk)
    for n in range(30):
        values = {"score": 10, "scale": "scale10", "code": "I"}
        tell(desk, "answer.given", f"nps:{n}", HOURS[0], {"mode": "survey"}, values)
    tally_all()

    assert figure_at(Scope(), DAYS).values["scale"] == "smile4"
    assert figure_at(Scope(), DAYS).responded == 144


def test_by_point_and_a_scope_that_points_do_not_know(desk: Point) -> None:
    bar = stand(desk.site, "Bar")
    busy(desk)
    busy(bar, each=30, good=10, bad=0)
    tally_all()

    parts = figures_by(NAME, Scope(), DAYS, "point")
    assert {ref: one.served for ref, one in parts.items()} == {desk.pk: 240, bar.pk: 180}
    assert figure(NAME, Scope(site=desk.site_id), DAYS).served == 420
    with pytest.raises(NothingSaid, match="queue"):
        figure_at(Scope(queue=1), DAYS)
    with pytest.raises(ValueError, match="site, room, point"):
        figures_by(NAME, Scope(), DAYS, "channel")


def test_by_room_and_a_room_that_other_figures_do_not_know(desk: Point) -> None:
    lobby, bar = stand(desk.site, "Bell desk"), stand(desk.site, "Bar", room="Bar")
    for point in (desk, lobby, bar):
        busy(point)
    tally_all()

    parts = figures_by(NAME, Scope(), DAYS, "room")
    assert {ref: one.served for ref, one in parts.items()} == {desk.room_id: 480, bar.room_id: 240}
    assert figure_at(Scope(room=desk.room_id), DAYS).served == 480
    assert parts[bar.room_id].inputs_hash == figure_at(Scope(room=bar.room_id), DAYS).inputs_hash
    with pytest.raises(ValueError, match="only customers at points have one"):
        figure("satisfaction", Scope(room=desk.room_id), DAYS)


def test_parts_are_read_at_once(desk: Point) -> None:
    counts = []
    for more in (1, 9):
        for n in range(more):
            stand(desk.site, f"Till {more} {n}")
        with CaptureQueriesContext(connection) as asked:
            figures_by(NAME, Scope(), DAYS, "point")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


def test_the_board_of_a_room_tells_all_its_points_together(client: Client, desk: Point, sam: Staff) -> None:
    for point in (desk, stand(desk.site, "Bell desk"), stand(desk.site, "Bar", room="Bar")):
        busy(point)
    tally_all()
    client.force_login(sam)
    dates = "/reports/quality/?since=2026-11-02&until=2026-11-29"
    whole = client.get(dates).content.decode()
    assert "together" not in whole and "Bell desk" in whole and "Bar, " in whole
    room = client.get(f"{dates}&room={desk.room_id}").content.decode()
    assert "Of 480 customers served, 240 said good, 48 bad, 192 did not say." in room
    assert "<h3>Bar" not in room
    other = Site.objects.create(name="Harbour", timezone="Europe/Vilnius")
    elsewhere = client.get(f"{dates}&room={desk.room_id}&site={other.pk}").content.decode()
    assert "Of 480" not in elsewhere


def test_the_board_asks_as_much_for_one_point_as_for_twenty(client: Client, desk: Point, sam: Staff) -> None:
    client.force_login(sam)
    address = "/reports/quality/?since=2026-11-02&until=2026-11-29"
    counts = []
    for more in (0, 19):
        for n in range(more):
            busy(stand(desk.site, f"Till {n}"), each=12, good=2, bad=1)
        tally_all()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_board_says_what_is_counted_and_gives_presses_no_share(
    client: Client, desk: Point, sam: Staff
) -> None:
    busy(desk)
    bar = stand(desk.site, "Bar")
    tell(bar, "press.counted", "p1", HOURS[0], {"mode": "feedback"}, {"score": 1, "scale": "colour2"})
    tally_all()
    client.force_login(sam)

    page = client.get("/reports/quality/?since=2026-11-02&until=2026-11-29").content.decode()
    assert "Of 240 customers served, 120 said good, 24 bad, 96 did not say." in page
    assert "feedback only" in page
    lines = {line.point.name: line for line in quality_of(DAYS).lines}
    assert (lines["Bar"].figure, lines["Bar"].pressed) == (None, [("colour2", 1, 1)])
    assert [week.good for week in weeks_of(desk, DAYS.last)] == [40, 40, 40]
    weeks = client.get(f"/reports/quality/{desk.pk}/weeks/?until=2026-11-29").content.decode()
    assert weeks.count("<tr>") == 4 and "40 good, 32 did not say, 8 bad" in weeks
