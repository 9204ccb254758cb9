"""The employee button: every customer served counts once, for the person and the point."""

from datetime import timedelta

import pytest
from django.test import Client

from barrymore.feedback.selectors import served_today
from barrymore.feedback.served import NotCounted, Served, Source, tell_served
from barrymore.feedback.taps import Tap, keep_taps
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Point, Role, Site, Staff
from tests.channels.devices import stand
from tests.conftest import hire
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(site: Site) -> Point:
    return stand(site)


@pytest.fixture
def berta(site: Site, queue: object) -> Staff:
    """Works at the front desk of the one site."""
    staff = hire("berta@mill.example", "Berta Lukas", Role.FRONT_DESK)
    staff.sites.add(site)
    return staff


def tap(point: Point, key: str = "a" * 32, *, back: bool = False, ago: timedelta = timedelta()) -> Tap:
    return Tap(key, point.pk, now() - ago, back)


def test_a_tap_counts_once_however_often_it_is_sent(desk: Point, berta: Staff) -> None:
    outcomes = [keep_taps(Actor(berta), [tap(desk)]) for _ in range(3)]

    assert [one["a" * 32] for one in outcomes] == ["counted", "known", "known"]
    [fact] = Fact.objects.filter(kind="served.counted")
    assert (fact.staff_ref, fact.site, fact.values) == (berta.pk, desk.site_id, {"count": 1})
    assert fact.dims == {"point": desk.pk, "device": 0, "step": "check-in", "source": "employee"}
    assert served_today(desk, berta) == 1


def test_two_people_may_have_the_same_key(desk: Point, berta: Staff, amina: Staff) -> None:
    outcomes = [keep_taps(Actor(who), [tap(desk)]) for who in (berta, amina)]

    assert outcomes == [{"a" * 32: "counted"}] * 2
    assert (served_today(desk, berta), served_today(desk, amina)) == (1, 1)


def test_a_mistake_is_taken_back_once_and_stays_in_the_journal(desk: Point, berta: Staff) -> None:
    actor = Actor(berta)
    keep_taps(actor, [tap(desk)])

    assert keep_taps(actor, [tap(desk, back=True)]) == {"a" * 32: "taken_back"}
    assert keep_taps(actor, [tap(desk, back=True)]) == {"a" * 32: "known"}
    assert served_today(desk, berta) == 0
    assert sorted(fact.values["count"] for fact in Fact.objects.filter(kind="served.counted")) == [-1, 1]


def test_what_is_older_than_five_minutes_stays_counted(desk: Point, berta: Staff) -> None:
    keep_taps(Actor(berta), [tap(desk)])
    Fact.objects.update(recorded_at=now() - timedelta(minutes=6))

    assert keep_taps(Actor(berta), [tap(desk, back=True)]) == {"a" * 32: "too_late"}
    assert served_today(desk, berta) == 1


def test_another_person_takes_nothing_back(desk: Point, berta: Staff, amina: Staff) -> None:
    keep_taps(Actor(berta), [tap(desk)])

    assert keep_taps(Actor(amina), [tap(desk, back=True)]) == {"a" * 32: "unknown"}
    assert served_today(desk, berta) == 1


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (timedelta(hours=71), "counted"),
        (timedelta(hours=73), "late"),
        (timedelta(minutes=-4), "counted"),
        (timedelta(minutes=-6), "future"),
    ],
)
def test_a_tap_keeps_its_own_time_while_its_clock_can_be_believed(
    ago: timedelta, outcome: str, desk: Point, berta: Staff
) -> None:
    assert keep_taps(Actor(berta), [tap(desk, ago=ago)]) == {"a" * 32: outcome}
    assert Fact.objects.filter(kind="served.counted").count() == (outcome == "counted")


def test_one_wrong_tap_does_not_hold_up_the_others(desk: Point, berta: Staff) -> None:
    shut = Point.objects.create(site=desk.site, name="Old bar", is_active=False)
    told = [tap(shut, "b" * 32), Tap("c" * 32, 999, now()), tap(desk, "' OR 1"), tap(desk, "d" * 32)]

    assert keep_taps(Actor(berta), told) == {
        "b" * 32: "point", "c" * 32: "point", "' OR 1": "key", "d" * 32: "counted",
    }  # fmt: skip


def test_people_count_at_their_own_sites(desk: Point, berta: Staff) -> None:
    harbour = stand(Site.objects.create(name="Harbour"))

    with pytest.raises(NotAllowed):
        tell_served(Actor(berta), harbour, Served("k", now()))
    assert keep_taps(Actor(berta), [tap(harbour)]) == {"a" * 32: "not_allowed"}
    assert not Fact.objects.filter(kind="served.counted").exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"count": 0}, "count"), ({"count": 1001}, "count"), ({"source": "guess"}, "source")],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object], why: str, desk: Point, berta: Staff) -> None:
    with pytest.raises(NotCounted) as refused:
        tell_served(Actor(berta), desk, Served("k", now(), **wrong))  # type: ignore[arg-type]
    assert refused.value.why == why
    assert Source.EMPLOYEE == "employee"


def test_the_page_asks_for_the_point_and_remembers_it(client: Client, desk: Point, berta: Staff) -> None:
    bar = stand(desk.site, "Bar")
    client.force_login(berta)

    assert b"Where do you work now?" in client.get("/served/").content
    client.post("/served/point/", {"point": bar.pk})
    page = client.get("/served/").content.decode()
    assert f'data-point="{bar.pk}"' in page and "Another point" in page


def test_a_point_of_a_foreign_site_cannot_be_chosen(client: Client, desk: Point, berta: Staff) -> None:
    harbour = stand(Site.objects.create(name="Harbour"))
    client.force_login(berta)

    assert client.post("/served/point/", {"point": harbour.pk}).status_code == 404
    assert f'data-point="{desk.pk}"' in client.get("/served/").content.decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"taps": 3}',
        b'{"taps": [{"key": "x"}]}',
        b'{"taps": [{"key":1,"point":"x","at":2}]}',
    ],
)
def test_nonsense_is_told_what_to_send(body: bytes, client: Client, desk: Point, berta: Staff) -> None:
    client.force_login(berta)
    answer = client.post(f"/served/taps/?person={berta.pk}", body, content_type="application/json")

    assert (answer.status_code, "taps" in answer.json()["detail"]) == (422, True)


def test_nobody_reads_a_count_of_a_house_without_points(client: Client, berta: Staff) -> None:
    client.force_login(berta)

    assert b"No points yet" in client.get("/served/").content


def test_a_page_of_whoever_sat_there_before_counts_for_nobody(
    client: Client, desk: Point, berta: Staff, amina: Staff
) -> None:
    client.force_login(berta)
    body = {"taps": [{"key": "a" * 32, "point": desk.pk, "at": now().isoformat()}]}

    answer = client.post(f"/served/taps/?person={amina.pk}", body, content_type="application/json")
    assert (answer.status_code, Fact.objects.filter(kind="served.counted").count()) == (409, 0)
    answer = client.post(f"/served/taps/?person={berta.pk}", body, content_type="application/json")
    assert answer.json() == {"outcomes": {"a" * 32: "counted"}, "today": 1, "refused": ""}


def test_a_tap_that_cannot_count_is_told_in_words(client: Client, desk: Point, berta: Staff) -> None:
    client.force_login(berta)
    body = {"taps": [{"key": "a" * 32, "point": desk.pk, "at": (now() - timedelta(days=4)).isoformat()}]}

    answer = client.post(f"/served/taps/?person={berta.pk}", body, content_type="application/json")
    assert answer.json()["refused"] == "A tap was more than three days old, so it was not counted."


def test_whoever_serves_reads_what_to_say_to_everybody(
    client: Client, desk: Point, berta: Staff, dora: Staff
) -> None:
    client.force_login(berta)
    assert "Say to everybody" not in client.get("/served/").content.decode()
    ask(dora, desk, mode="survey", served_source="employee", prompt="Would you tell us how it was?")
    page = client.get("/served/").content.decode()
    assert "<q>Would you tell us how it was?</q>" in page
