"""Results for somebody outside: counts of chosen questions, in steps of five, and never a single answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from barrymore.feedback import results
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, Told, receive_answer
from barrymore.feedback.models import Campaign, SharedResults
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Site, Staff
from tests.channels.devices import stand
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(site: Site, dora: Staff) -> Campaign:
    """A survey whose served are counted."""
    return ask(dora, stand(site), mode="survey", served_source="employee")


def say(campaign: Campaign, number: int, channel: str = "kiosk", **answers: Any) -> None:
    origin = Origin(key=f"k{number}", mode="", channel=channel, at=now())
    told = Told(campaign.pk, campaign.questionnaire_id, answers, language="en")
    receive_answer(origin, told, Catalog.of([vars(told)]))


def made(dora: Staff, campaign: Campaign, *questions: str) -> tuple[SharedResults, str]:
    chosen = questions or ("score", "why")
    return results.share(Actor(dora), campaign, "Owner", chosen, results.today() + timedelta(days=3))


def counts(shared: SharedResults) -> list[dict[str, int]]:
    return [{words: n for words, n in one.rows if n} for one in results.results_of(shared, "en").questions]


def test_nothing_before_five_and_then_only_in_steps_of_five(dora: Staff, campaign: Campaign) -> None:
    shared, _token = made(dora, campaign)
    seen = []
    for number in range(23):
        say(campaign, number, score=9, loved="Tea")
        told = results.results_of(shared, "en")
        seen.append(
            (told.answered, told.questions[0].answers, sum(n for _words, n in told.questions[0].rows))
        )
    steps = sorted(set(seen))
    assert steps == [(n, n, n) for n in (0, 5, 10, 15, 20)]
    assert seen[3] == (0, 0, 0)


def test_a_branch_that_few_were_asked_shows_nothing(dora: Staff, campaign: Campaign) -> None:
    shared, _token = made(dora, campaign)
    for number in range(12):
        say(campaign, number, score=9, loved="Tea")
    for number in range(4):
        say(campaign, 100 + number, score=1, why=["slow"], worst="slow", rest=["none"])
    assert counts(shared)[1] == {}
    say(campaign, 200, score=1, why=["slow", "rude"], worst="slow", rest=["none"])
    assert counts(shared)[1] == {"It was slow": 5, "People": 1}
    say(campaign, 201, score=1, why=["price"], worst="price", rest=["none"])
    assert counts(shared)[1] == {"It was slow": 5, "People": 1}


def test_two_links_side_by_side_tell_the_same(dora: Staff, campaign: Campaign) -> None:
    first, _token = made(dora, campaign, "score")
    for number in range(5):
        say(campaign, number, score=9, loved="Tea")
    assert counts(first) == [{"9": 5}]
    for number in range(5, 8):
        say(campaign, number, score=2, why=["rude"], worst="rude", rest=["none"])
    second, _token = made(dora, campaign, "score", "why")
    assert counts(second)[0] == counts(first)[0] == {"9": 5}


def test_what_came_by_itself_is_in_no_count_of_a_survey(dora: Staff, campaign: Campaign) -> None:
    shared, _token = made(dora, campaign, "score")
    for number in range(5):
        say(campaign, number, channel="link", score=1, why=["rude"], worst="rude", rest=["none"])
    assert counts(shared) == [{}]
    point = campaign.points.get()
    record("served.counted", "s1", dims={"point": point.pk}, values={"count": 40})
    for number in range(5, 10):
        say(campaign, number, score=9, loved="Tea")
    told = results.results_of(shared, "en")
    assert (told.served, told.answered, counts(shared)) == (40, 5, [{"9": 5}])


def test_words_and_contacts_cannot_be_shared(dora: Staff, amina: Staff, campaign: Campaign) -> None:
    for key in ("loved", "call", "nothing"):
        with pytest.raises(ValueError, match="questions"):
            made(dora, campaign, key)
    with pytest.raises(NotAllowed):
        made(amina, campaign)
    day = results.today()
    for until in (day - timedelta(days=1), day + timedelta(days=400)):
        with pytest.raises(ValueError, match="until"):
            results.share(Actor(dora), campaign, "Owner", ["score"], until)
    assert not SharedResults.objects.exists()


def test_the_page_shows_no_words_counts_its_openings_and_ends(
    dora: Staff, campaign: Campaign, client: Client
) -> None:
    shared, token = made(dora, campaign)
    assert token not in str(SharedResults.objects.values().get())
    for number in range(5):
        say(campaign, number, score=9, loved="Secret words of Lee")
    address = f"/results/{token}/"
    page = client.get(address)
    body = page.content.decode()
    assert (page.status_code, page.headers["X-Robots-Tag"]) == (200, "noindex, nofollow")
    assert "Would you come again?" in body and "From 5 answers." in body
    assert "Secret" not in body and not page.cookies
    assert "Ar grįžtumėte?" in client.get(f"{address}?lang=lt").content.decode()
    client.head(address)
    shared.refresh_from_db()
    assert shared.openings == 2
    assert client.post(address).status_code == 405
    assert client.get("/results/nothing%00/").status_code == 404
    results.revoke(Actor(dora), shared)
    results.revoke(Actor(dora), shared)
    assert client.get(address).status_code == 404
    assert AuditEntry.objects.filter(action="results.shared").count() == 1
    assert AuditEntry.objects.filter(action="results.revoked").count() == 1
    SharedResults.objects.update(revoked_at=None, until=results.today() - timedelta(days=1))
    assert client.get(address).status_code == 404


def test_a_page_costs_the_same_few_queries_however_many_answered(
    dora: Staff, campaign: Campaign, client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    _shared, token = made(dora, campaign)
    for number in range(30):
        say(campaign, number, score=9, loved="Tea")
    client.get(f"/results/{token}/")
    with django_assert_max_num_queries(14):
        client.get(f"/results/{token}/")


def test_the_settings_page_shows_the_address_once(dora: Staff, campaign: Campaign, client: Client) -> None:
    client.force_login(dora)
    address = f"/settings/campaigns/{campaign.pk}/results/"
    told = {"name": "Owner", "questions": ["score"], "until": str(results.today())}
    assert "Choose a day from today" in client.post(address, {**told, "until": "2020-01-01"}).content.decode()
    assert not SharedResults.objects.exists()
    assert "/results/" in client.post(address, told).content.decode().split("data-copied>")[1][:60]
    assert "data-copied" not in client.get(address).content.decode()
    shared = SharedResults.objects.get()
    client.post(f"{address}{shared.pk}/revoke/")
    shared.refresh_from_db()
    assert shared.revoked_at is not None


def test_rest_makes_lists_and_ends_links(
    dora: Staff, campaign: Campaign, client: Client, token: Callable[..., Any]
) -> None:
    headers = token(dora, "surveys.manage")
    address = f"/api/v1/campaigns/{campaign.pk}/results"
    told = {"name": "Owner", "questions": ["score"], "until": str(results.today())}
    made = client.post(address, told, content_type="application/json", **headers).json()
    assert client.get(made["address"].partition("//")[2].partition("/")[2].join(["/", ""])).status_code == 200
    keyed = {**headers, "HTTP_IDEMPOTENCY_KEY": "one"}
    first = client.post(address, told, content_type="application/json", **keyed).json()
    again = client.post(address, told, content_type="application/json", **keyed).json()
    assert (first["id"], bool(first["address"]), again["address"]) == (again["id"], True, None)
    listed = client.get(address, **headers).json()["items"]
    assert [one["openings"] for one in listed] == [0, 1]
    assert "address" not in listed[0]
    ended = client.delete(f"{address}/{made['id']}", **headers).json()
    assert ended["revoked"] is True
    wrong = {**told, "questions": ["loved"]}
    assert client.post(address, wrong, content_type="application/json", **headers).status_code == 422
