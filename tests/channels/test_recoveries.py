"""From red to put right: claimed by us, confirmed or contradicted by the guest, each apart and once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from barrymore.alerts.models import Alert, Notice
from barrymore.channels.mail.outgoing import deliver_due_mails
from barrymore.channels.models import Mailbox
from barrymore.channels.recoveries import claim_and_ask
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.customers.models import Booking, Customer
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.services import mark_sent, record_response
from barrymore.handling.answers import receive_feedback
from barrymore.handling.basics import basics_are_green, check_basic, standings
from barrymore.handling.models import Basic, Kindness, Recovery
from barrymore.handling.noticing import answers_round
from barrymore.handling.outcomes import HasEnded, NothingSaid, attach_guest, claim, confirm, contradict
from barrymore.handling.recovering import departure_of, recoveries_round
from barrymore.handling.services import answer, close
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Site, Staff
from barrymore.sla.models import Policy
from tests.alerts.reds import button, press_red
from tests.channels.devices import place_device, stand
from tests.mailserver.smtp import Letterbox

Arrive = Callable[..., Conversation]
pytestmark = pytest.mark.django_db
TODAY = now().date()


@pytest.fixture
def bad(arrive: Arrive, amina: Staff, sam: Staff, survey: Survey, sending: Mailbox) -> Recovery:
    """Lee was not content with how Amina answered, and said why."""
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    receive_feedback(mark_sent(Case.objects.get()), score=1, comment="Still cold.")
    assert recoveries_round() == 1
    return Recovery.objects.get()


@pytest.fixture
def red(site: Site, queue: Any, sam: Staff) -> Recovery:
    """Somebody pressed red at the reception."""
    found = press_red(button(site))
    assert found is not None
    return found


def stay(customer: Customer, site: Site | None = None, **fields: Any) -> Booking:
    return Booking.objects.create(
        **{
            "customer": customer, "site": site, "room": "412", "source": "pms", "source_ref": str(now()),
            "starts_on": TODAY - timedelta(days=1), "ends_on": TODAY, "status": "arrived",
            "updated_at": now(),
            **fields,
        }
    )  # fmt: skip


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=f"recovery.{kind}").order_by("id"))


def test_a_bad_answer_opens_one_conversation_with_what_was_said(bad: Recovery, amina: Staff) -> None:
    conversation = bad.conversation
    assert conversation is not None
    message = conversation.messages.get(kind="inbound")
    assert "Still cold." in message.text and conversation.subject == "Not content: No hot water"
    assert (conversation.channel, str(conversation.address)) == ("mail", "lee@guests.example")
    assert (bad.state, bad.concerned, bad.case) == ("open", amina, Case.objects.get())
    assert recoveries_round() == 0 and answers_round() == 0
    assert Conversation.objects.count() == 2
    (fact,) = facts("opened")
    assert (fact.conversation_ref, fact.values["known"], fact.dims["mode"]) == (
        conversation.pk,
        True,
        "survey",
    )


def test_a_good_answer_opens_nothing(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    receive_feedback(mark_sent(Case.objects.get()), score=3)
    assert not Recovery.objects.exists()


def test_an_answer_by_another_way_in_is_found(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    case = Case.objects.get()
    mark_sent(case)
    record_response(case, score=2)
    assert (answers_round(), answers_round()) == (1, 0)
    assert recoveries_round() == 1


def test_it_is_due_at_the_promise_or_at_the_departure_whichever_is_first(
    arrive: Arrive, amina: Staff, survey: Survey, promise: Policy, site: Site
) -> None:
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    case = Case.objects.get()
    assert case.customer is not None
    stay(case.customer, site, ends_on=TODAY + timedelta(days=1))
    receive_feedback(mark_sent(case), score=1)
    recoveries_round()
    found = Recovery.objects.get()
    assert found.leaves_at is not None and found.leaves_at.astimezone(site_zone(site)).hour == 11
    promised = now() + timedelta(minutes=30)
    assert abs(found.due_at - min(promised, found.leaves_at)) < timedelta(seconds=10)


def site_zone(site: Site) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(site.timezone)


def test_clocks_end_when_the_guest_leaves(
    arrive: Arrive, amina: Staff, survey: Survey, promise: Policy, site: Site
) -> None:
    Policy.objects.update(first_response_minutes=3000, resolution_minutes=6000)
    morning = datetime.combine(TODAY, datetime.min.time(), site_zone(site)) + timedelta(hours=8)
    with at_moment(morning):
        conversation = arrive()
        answer(conversation, amina, Said(text="Done.", name="Amina"))
        close(conversation, amina)
        case = Case.objects.get()
        assert case.customer is not None
        stay(case.customer, site)
        receive_feedback(mark_sent(case), score=1)
        recoveries_round()
    found = Recovery.objects.get()
    assert found.conversation is not None and found.leaves_at == morning + timedelta(hours=3)
    due = {clock.due_at for clock in found.conversation.clocks.all()}
    assert due == {found.leaves_at}
    assert found.due_at == found.leaves_at == found.conversation.placement.due_at


def test_departure_is_unknown_without_a_running_stay(red: Recovery, site: Site) -> None:
    lee = Customer.objects.create(name="Lee", created_at=now())
    assert departure_of(None, site.pk) is None and departure_of(lee, site.pk) is None
    stay(lee, site, status="cancelled")
    assert departure_of(lee, site.pk) is None


def link_in(letterbox: Letterbox) -> str:
    body = letterbox.mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"http://localhost:8000(/r/[\w-]+/)", body.get_content())
    assert found, body.get_content()
    return found[1]


def test_the_guest_confirms_with_one_tap_by_the_link_of_a_mail(
    bad: Recovery, amina: Staff, letterbox: Letterbox, client: Client
) -> None:
    claim_and_ask(bad, amina, "A new valve was put in.")
    assert deliver_due_mails() >= 1 and deliver_due_mails() == 0
    assert letterbox.mails[-1]["Subject"] == "Is it put right?"
    path = link_in(letterbox)
    assert "token" not in OutboxRow.objects.get(effect_key__startswith="claim:").payload
    page = client.get(path).content.decode()
    assert "A new valve was put in." in page and "Yes, it is put right" in page
    client.head(path)
    bad.refresh_from_db()
    assert (bad.state, bad.asked_by) == ("claimed", "mail")
    assert client.post(path, {"said": "yes"}).status_code == 200
    client.post(path, {"said": "no"})
    bad.refresh_from_db()
    assert (bad.state, bad.said_by) == ("confirmed", "mail") and bad.ended_at is not None
    assert len(facts("claimed")) == len(facts("confirmed")) == 1 and facts("contradicted") == []
    assert Alert.objects.get().state == "done"
    assert bad.conversation is not None
    assert Conversation.objects.get(pk=bad.conversation.pk).state == "closed"
    page = client.get(path).content.decode()
    assert "A new valve was put in." in page and "Yes, it is put right" not in page


def test_a_contradiction_opens_it_again_and_alerts_once(bad: Recovery, amina: Staff, client: Client) -> None:
    asked = claim(bad, amina, "It is warm again.")
    path = f"/r/{asked.token}/"
    for _ in range(2):
        client.post(path, {"said": "no"})
    bad.refresh_from_db()
    assert bad.state == "contradicted"
    assert bad.conversation is not None and bad.conversation.state == "open"
    assert Alert.objects.filter(kind="recovery.contradicted").count() == 1
    assert Notice.objects.filter(kind="recovery.contradicted", staff__name="Sam Okonjo").count() == 1
    assert confirm(bad) is False
    again = claim(bad, amina, "A plumber came.")
    assert client.get(path).status_code == 404
    client.post(f"/r/{again.token}/", {"said": "yes"})
    bad.refresh_from_db()
    assert (bad.state, bad.claims) == ("confirmed", 2)
    assert [one.answer for one in bad.claimed.all()] == ["contradicted", "confirmed"]
    assert {alert.state for alert in Alert.objects.all()} == {"done"}


def test_the_page_speaks_the_language_of_the_guest(bad: Recovery, amina: Staff, client: Client) -> None:
    asked = claim(bad, amina, "Done.")
    assert client.get(f"/r/{asked.token}/").headers["Content-Language"] in {"en", "lt"}
    assert 'lang="de"' in client.get(f"/r/{asked.token}/?lang=de").content.decode()
    assert client.get("/r/nothing/").status_code == 404


def test_an_anonymous_press_is_checked_on_the_spot_and_never_confirmed(red: Recovery, amina: Staff) -> None:
    asked = claim(red, amina, "The tap was tightened.")
    red.refresh_from_db()
    assert (red.state, asked.token, asked.road) == ("checked", "", "")
    assert confirm(red) is False and contradict(red) is False
    assert red.conversation is not None and red.conversation.messages.filter(event="closed").exists()
    assert Alert.objects.get().state == "done"
    with pytest.raises(HasEnded):
        claim(red, amina, "Once more.")
    assert not OutboxRow.objects.filter(effect_key__startswith="claim:").exists()


def test_the_desk_names_the_guest_who_then_confirms_on_its_screen(
    red: Recovery, site: Site, amina: Staff, client: Client
) -> None:
    lee = Customer.objects.create(name="Lee Anand", created_at=now())
    stay(lee, site)
    client.force_login(amina)
    path = f"/recovery/{red.pk}/"
    client.post(f"{path}guest/", {"guest": "999"})
    red.refresh_from_db()
    assert red.customer is None
    client.post(f"{path}guest/", {"guest": "412"})
    red.refresh_from_db()
    assert red.customer == lee and red.leaves_at is not None
    assert client.post(f"{path}claim/", {"what": ""}).status_code == 422
    client.post(f"{path}claim/", {"what": "New towels."})
    handed = client.post(f"{path}hand-over/")
    assert handed.headers["Location"].startswith("/r/")
    client.post(handed.headers["Location"], {"said": "yes"})
    red.refresh_from_db()
    assert (red.state, red.said_by) == ("confirmed", "desk")
    assert "put right, says the guest" in client.get("/recovery/?show=ended").content.decode()


def test_the_words_of_a_poster_are_in_the_conversation(site: Site, queue: Any, sam: Staff) -> None:
    from barrymore.channels.devices.projection import project_round
    from barrymore.channels.devices.services import say_by_poster

    poster, _ = place_device(stand(site), "poster", "Poster")
    say_by_poster(poster, "0" * 16, 1, "The towels were <b>wet</b>.")
    project_round()
    recoveries_round()
    found = Recovery.objects.get()
    assert found.conversation is not None
    assert "The towels were <b>wet</b>." in found.conversation.messages.get(kind="inbound").text
    assert "wet" not in str([(one.dims, one.values) for one in Fact.objects.all()])


def test_nothing_said_is_no_claim(red: Recovery, amina: Staff) -> None:
    with pytest.raises(NothingSaid):
        claim(red, amina, " \x00 ")
    red.refresh_from_db()
    assert (red.state, red.claims) == ("open", 0)


def test_a_guest_is_not_named_after_the_end(red: Recovery, amina: Staff) -> None:
    claim(red, amina, "Checked.")
    red.refresh_from_db()
    with pytest.raises(HasEnded):
        attach_guest(red, Customer.objects.create(name="Lee", created_at=now()), amina)


def test_a_kindness_keeps_its_cost_and_is_a_delight_only_where_the_basics_are_green(
    red: Recovery, site: Site, amina: Staff, dora: Staff, client: Client
) -> None:
    tea = Kindness.objects.create(name="Tea", cost="1.20")
    assert basics_are_green(site.pk) is False
    towels = Basic.objects.create(site=site, name="Towels")
    taps = Basic.objects.create(site=site, name="Taps", every_days=2)
    check_basic(towels, amina, is_green=True)
    assert [one.state for one in standings(site)] == ["old", "green"]
    check_basic(taps, amina, is_green=False)
    assert basics_are_green(site.pk) is False
    check_basic(taps, amina, is_green=True)
    assert basics_are_green(site.pk) is True
    with at_moment(now() + timedelta(days=1, minutes=1)):
        assert basics_are_green(site.pk) is False
    claim(red, amina, "Tea and a new towel.", tea)
    tea.cost = 5  # type: ignore[assignment]
    tea.save()
    made = red.claimed.get()
    assert (str(made.cost), made.is_delight) == ("1.20", True)
    client.force_login(dora)
    page = client.get("/settings/kindnesses/").content.decode()
    assert (
        "1.20 EUR" in page and "too few have said for a share" in page and "%" not in page.split("<tbody>")[1]
    )


def test_basics_are_checked_on_their_page(site: Site, amina: Staff, client: Client) -> None:
    towels = Basic.objects.create(site=site, name="Towels")
    client.force_login(amina)
    assert "not checked lately" in client.get("/basics/").content.decode()
    client.post(f"/basics/{towels.pk}/check/", {"is": "red", "note": "Two are torn."})
    page = client.get("/basics/").content.decode()
    assert "Two are torn." in page and "Amina Sarr" in page
    client.post(f"/basics/{towels.pk}/check/", {"is": "blue"})
    assert towels.checks.count() == 1
    amina.sites.add(Site.objects.create(name="Harbour"))
    assert client.post(f"/basics/{towels.pk}/check/", {"is": "green"}).status_code == 404


def test_rest_tells_and_claims(red: Recovery, sam: Staff, token: Any, client: Client) -> None:
    headers = token(sam, "conversations.read", "conversations.answer")
    (one,) = client.get("/api/v1/recoveries", **headers).json()["items"]
    assert (one["id"], one["state"], one["source"], one["due_at"]) == (red.pk, "open", "press", None)
    path = f"/api/v1/recoveries/{red.pk}"
    assert client.post(f"{path}/guest", {"guest": "x"}, "application/json", **headers).status_code == 422
    sent = {"what": "Checked the tap."}
    told = client.post(f"{path}/claim", sent, "application/json", **headers).json()
    assert told == {"id": red.pk, "state": "checked", "claim": 1, "asked_by": None}
    assert client.post(f"{path}/claim", sent, "application/json", **headers).status_code == 422
    assert client.get(path, **headers).json()["done"][0]["what"] == "Checked the tap."
    assert client.get("/api/v1/recoveries?show=ended", **headers).json()["items"][0]["id"] == red.pk


def test_lists_page_by_deadline(site: Site, queue: Any, sam: Staff, token: Any, client: Client) -> None:
    from barrymore.desk.recoveries import page_of

    for number in range(5):
        press_red(button(site, f"Point {number}"))
    soon = Recovery.objects.order_by("-id")[0]
    Recovery.objects.filter(pk=soon.pk).update(due_at=now())
    seen, after = [], ""
    while True:
        rows, after = page_of(sam, "open", after, 2)
        seen += [one.pk for one in rows]
        if not after:
            break
    assert seen[0] == soon.pk and len(seen) == len(set(seen)) == 5


def test_the_page_asks_the_database_the_same_number_of_times(
    site: Site, queue: Any, sam: Staff, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(sam)
    for number in range(3):
        press_red(button(site, f"Point {number}"))
    client.get("/recovery/")
    with django_assert_max_num_queries(20):
        client.get("/recovery/")
    for number in range(3, 9):
        press_red(button(site, f"Point {number}"))
    with django_assert_max_num_queries(20):
        client.get("/recovery/")
