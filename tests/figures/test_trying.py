"""Experiments: declared beforehand and frozen, judged beside points without the change, guarded."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from barrymore.figures.models import Experiment
from barrymore.figures.tallying import tally_anew
from barrymore.figures.trying import Result, declare, result_of, withdraw
from barrymore.figures.trying_words import verdict_of
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Point, Site, Staff
from barrymore.organisation.services import issue_token
from tests.channels.devices import stand
from tests.figures.answering import play
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
STARTS = date(2026, 6, 15)
DAYS = 14
Told = Callable[[bool, bool], dict[str, int]]


def noon(number: int) -> datetime:
    """Of the day so many after the start."""
    return datetime(2026, 6, 15, 9, tzinfo=UTC) + timedelta(days=number)


@pytest.fixture
def pair(site: Site) -> tuple[Point, Point]:
    return stand(site, "Desk"), stand(site, "Bar")


def announced(actor: Staff, treated: list[Point], control: list[Point], **more: Any) -> Experiment:
    """Declared two weeks before it begins."""
    told: dict[str, Any] = {
        "name": "Sentence", "change": "The sentence comes first", "primary": "satisfaction",
        "treated": treated, "control": control, "starts": STARTS, "ends": STARTS + timedelta(days=DAYS - 1),
    }  # fmt: skip
    with at_moment(noon(-14)):
        return declare(Actor(actor), **(told | more))


def run(pair: tuple[Point, ...], told: Told, begin: int = -DAYS) -> None:
    """Two weeks before and two weeks after; `told` is asked by treated and by after."""
    for number in range(begin, DAYS):
        for place, point in enumerate(pair):
            play(point, noon(number), **told(place == 0, number >= 0))
    tally_all()


def judged(experiment: Experiment, day: int = DAYS) -> tuple[Result, str]:
    with at_moment(noon(day)):
        result = result_of(experiment)
        return result, verdict_of(experiment, result)


def better(is_treated: bool, is_after: bool) -> dict[str, int]:
    good = 46 if is_treated and is_after else 36
    return {"served": 100, "good": good, "bad": 50 - good}


def same(_is_treated: bool, _is_after: bool) -> dict[str, int]:
    return {"served": 100, "good": 36, "bad": 14}


def test_a_change_that_helps_is_told_with_its_interval(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, better)
    result, verdict = judged(experiment)
    assert result.effect is not None and result.effect.value == pytest.approx(0.2)
    assert result.is_net_of_before and result.is_told_apart
    assert verdict.startswith("The change made it better, by ")
    assert result.treated is not None
    assert (result.treated.served, result.treated.answered, result.treated.good) == (1400, 700, 644)
    assert result.mismatch == pytest.approx(1.0)


def test_what_was_different_before_is_no_effect(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, lambda is_treated, _after: {"served": 100, "good": 46 if is_treated else 36,
                                          "bad": 4 if is_treated else 14})  # fmt: skip
    result, verdict = judged(experiment)
    assert result.effect is not None and result.effect.value == pytest.approx(0.0)
    assert verdict == "So far chance alone could have made the difference."


def test_a_change_everywhere_is_no_effect(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, lambda _treated, is_after: {"served": 100, "good": 46 if is_after else 36,
                                          "bad": 4 if is_after else 14})  # fmt: skip
    assert not judged(experiment)[0].is_told_apart


def test_without_a_control_no_effect_is_claimed(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [])
    run(pair, better)
    result, verdict = judged(experiment)
    assert result.effect is None and result.p is None
    assert verdict.startswith("Before and after, no control")
    assert result.treated_before is not None and result.treated_before.answered == 700


def test_asking_only_the_happy_ones_blocks_the_verdict(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, lambda is_treated, is_after: {"served": 100, "good": 30, "bad": 0}
        if is_treated and is_after else same(is_treated, is_after))  # fmt: skip
    result, verdict = judged(experiment)
    assert "SAMPLE_RATIO" in result.blocked and result.effect is None
    assert verdict.startswith("No verdict: the response rate moved differently")


def test_a_count_that_deviates_blocks_the_verdict(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, lambda is_treated, is_after: {**better(is_treated, is_after), "till": 120})
    assert judged(experiment)[0].blocked == ["FRAME_DEVIATES"]


def test_few_answers_and_uncounted_customers_give_counts_alone(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, lambda _treated, _after: {"served": 2, "good": 1, "bad": 0})
    result, verdict = judged(experiment)
    assert result.blocked == ["FEW_ANSWERS"] and "30 answers" in verdict

    uncounted = announced(sam, [pair[1]], [pair[0]], name="Other")
    Fact.objects.filter(kind="served.counted").delete()
    tally_anew()
    tally_all()
    assert "NO_DENOMINATOR" in judged(uncounted)[0].blocked


def test_the_response_rate_can_be_what_decides(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]], primary="response_rate")
    run(pair, lambda is_treated, is_after: {"served": 100, "good": 56, "bad": 14}
        if is_treated and is_after else same(is_treated, is_after))  # fmt: skip
    result, verdict = judged(experiment)
    assert result.effect is not None and result.effect.value == pytest.approx(0.2)
    assert result.mismatch is None and verdict.startswith("The change made it better")


def test_without_a_before_the_groups_alone_are_compared(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, better, begin=0)
    result, _verdict = judged(experiment)
    assert result.effect is not None and not result.is_net_of_before


def test_only_days_that_are_over_count(pair: tuple[Point, Point], sam: Staff) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, better)
    assert judged(experiment, 0)[0].last is None
    assert judged(experiment, 0)[1] == "It has not begun, or its first day is not over."
    early = judged(experiment, 3)[0]
    assert early.treated is not None and early.treated.served == 300
    assert judged(experiment, 60)[0].last == experiment.ends


def test_it_is_declared_before_it_begins_and_frozen_after(
    pair: tuple[Point, Point], sam: Staff, amina: Staff
) -> None:
    one, other = pair
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"starts": STARTS - timedelta(days=14)}, "tomorrow at the earliest"),
        ({"ends": STARTS}, "after it begins"),
        ({"ends": STARTS + timedelta(days=400)}, "half a year"),
        ({"control": [one]}, "not both"),
        ({"treated": []}, "points where"),
        ({"primary": "handle_time"}, "one figure"),
        ({"name": " "}, "name"),
    ]
    for changes, words in wrong:
        with pytest.raises(ValueError, match=words):
            announced(sam, **({"treated": [one], "control": [other]} | changes))
    with pytest.raises(NotAllowed):
        announced(amina, [one], [other])
    assert Experiment.objects.count() == 0

    made = announced(sam, [one], [other])
    fact = Fact.objects.get(kind="experiment.declared")
    assert (fact.dims, fact.values["primary"]) == ({"experiment": made.pk}, "satisfaction")
    with at_moment(noon(0)), pytest.raises(ValueError, match="has begun"):
        withdraw(Actor(sam), made)
    with at_moment(noon(-1)):
        withdraw(Actor(sam), made)
    assert Experiment.objects.count() == 0
    assert Fact.objects.filter(kind="experiment.withdrawn").count() == 1


def test_more_days_and_points_ask_no_more_statements(
    site: Site, pair: tuple[Point, Point], sam: Staff
) -> None:
    experiment = announced(sam, [pair[0]], [pair[1]])
    run(pair, same)
    with CaptureQueriesContext(connection) as few:
        judged(experiment, 4)
    more = [stand(site, f"More {n}") for n in range(4)]
    experiment.control.add(*more)
    with CaptureQueriesContext(connection) as many:
        judged(experiment)
    assert len(many) == len(few)


def test_pages_declare_show_and_withdraw(
    client: Client, pair: tuple[Point, Point], sam: Staff, amina: Staff
) -> None:
    client.force_login(sam)
    told = {
        "name": "Sentence", "change": "It comes first", "primary": "satisfaction", "treated": [pair[0].pk],
        "control": [pair[1].pk], "starts": f"{STARTS}", "ends": f"{STARTS + timedelta(days=13)}",
    }  # fmt: skip
    address = "/reports/experiments/new/"
    with at_moment(noon(-1)):
        assert client.get(address).status_code == 200
        wrong = client.post(address, told | {"starts": "2026-01-01"})
        assert wrong.status_code == 422 and "tomorrow at the earliest" in wrong.content.decode()
        assert client.post(address, told).status_code == 302
    made = Experiment.objects.get()
    run(pair, better)
    with at_moment(noon(DAYS)):
        page = client.get(f"/reports/experiments/{made.pk}/").content.decode()
        assert "The change made it better" in page and "1,400" in page
        assert "Withdraw it" not in page
        refused = client.post(f"/reports/experiments/{made.pk}/withdraw/", follow=True)
        assert "It has begun, so it stays" in refused.content.decode()
        assert "Sentence" in client.get("/reports/experiments/").content.decode()
    client.force_login(amina)
    assert client.get(f"/reports/experiments/{made.pk}/").status_code == 200
    assert client.post(address, told).status_code == 403


def test_an_experiment_at_another_site_is_not_there(
    client: Client, pair: tuple[Point, Point], sam: Staff
) -> None:
    harbour = Site.objects.create(name="Harbour", city="Klaipėda", timezone="Europe/Vilnius")
    made = announced(sam, [stand(harbour)], [pair[0]])
    sam.sites.add(pair[0].site)
    client.force_login(Staff.objects.get(pk=sam.pk))
    assert client.get(f"/reports/experiments/{made.pk}/").status_code == 404
    assert "Sentence" not in client.get("/reports/experiments/").content.decode()


def test_rest_declares_and_tells_every_number(client: Client, pair: tuple[Point, Point], sam: Staff) -> None:
    secret = issue_token(sam, "t", ["figures.read", "targets.manage"])
    more: dict[str, Any] = {
        "content_type": "application/json",
        "headers": {"Authorization": f"Bearer {secret}"},
    }
    body = {
        "name": "Sentence", "change": "It comes first", "treated": [pair[0].pk], "control": [pair[1].pk],
        "starts": f"{STARTS}", "ends": f"{STARTS + timedelta(days=13)}",
    }  # fmt: skip
    with at_moment(noon(-1)):
        assert client.post("/api/v1/experiments", body | {"treated": [999]}, **more).status_code == 422
        made = client.post("/api/v1/experiments", body, **more)
        assert made.status_code == 201
    run(pair, better)
    with at_moment(noon(DAYS)):
        told = client.get(f"/api/v1/experiments/{made.json()['id']}", **more).json()
    assert [line["answered"] for line in told["groups"]] == [700, 700, 700, 700]
    assert told["interval"][0] < told["difference"] < told["interval"][1]
    assert told["always_valid_p"] < 0.05 and told["blocked"] == []
    assert len(client.get("/api/v1/experiments", **more).json()["items"]) == 1
