"""We ask in the customer's language; only a pressed Send is an answer."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from barrymore.alerts.models import Notice
from barrymore.channels.invitations import invite_due
from barrymore.channels.mail.outgoing import deliver_due_mails
from barrymore.channels.mail.thread_ids import read_ids
from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.customers.models import Address
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case, Response, Survey
from barrymore.feedback.services import mark_sent
from barrymore.handling.recovering import recoveries_round
from barrymore.handling.services import answer, close
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff
from tests.mailserver.smtp import Letterbox

Arrive = Callable[..., Conversation]
HOUR = timedelta(hours=1)


@pytest.fixture
def closed(arrive: Arrive, amina: Staff, survey: Survey, sending: Mailbox) -> Callable[..., Case]:
    """A conversation that Amina has answered and closed; its case waits."""

    def make(**changes: object) -> Case:
        conversation = arrive(**changes)
        answer(conversation, amina, Said(text="Done.", name="Amina"))
        close(conversation, amina)
        return Case.objects.get(conversation=conversation)

    return make


@pytest.fixture
def link(closed: Callable[..., Case]) -> str:
    """The address of an open survey page."""
    return f"/s/{mark_sent(closed())}/"


def send_all() -> int:
    with at_moment(now() + HOUR):
        invite_due()
        return deliver_due_mails()


def test_an_invitation_leaves_once_with_four_answers(
    closed: Callable[..., Case], letterbox: Letterbox
) -> None:
    case = closed()
    send_all()
    send_all()
    (mail,) = [mail for mail in letterbox.mails if mail["Auto-Submitted"] == "auto-generated"]
    assert letterbox.envelopes[-1] == ("<>", ["lee@guests.example"])
    assert mail["Subject"] == "Re: No hot water"
    assert read_ids(mail["Message-ID"])[0].kind == "i"
    text = mail.get_body(("plain",))
    assert text
    links = re.findall(r"http://localhost:8000/s/(\S+)/\?score=(\d)", text.get_content())
    assert [score for _, score in links] == ["4", "3", "2", "1"]
    row = OutboxRow.objects.get(effect_key=f"case:{case.pk}:invitation")
    assert row.payload == {"invitation": case.pk}


def test_a_provider_that_refuses_the_empty_sender_gets_ours(
    closed: Callable[..., Case], letterbox: Letterbox
) -> None:
    letterbox.refused_senders = {"<>"}
    closed()
    send_all()
    assert letterbox.envelopes[-1] == ("desk@mill.example", ["lee@guests.example"])


@pytest.mark.parametrize("language", ["lt", "ru"])
def test_the_invitation_speaks_the_customers_language(
    closed: Callable[..., Case], letterbox: Letterbox, language: str
) -> None:
    case = closed(language=language)
    send_all()
    page = letterbox.mails[-1].get_body(("html",))
    assert page and f'<html lang="{language}">' in page.get_content()
    assert case.language == language


def test_a_refused_invitation_ends_the_case(closed: Callable[..., Case], letterbox: Letterbox) -> None:
    case = closed()
    deliver_due_mails()
    letterbox.answers = ["550 no such user"]
    send_all()
    case.refresh_from_db()
    assert (case.state, case.code) == ("final", "NC")
    assert Address.objects.get(value="lee@guests.example").bounced_at is not None


def test_without_a_mailbox_the_invitation_waits(closed: Callable[..., Case]) -> None:
    case = closed()
    Mailbox.objects.all().delete()
    with at_moment(now() + HOUR):
        assert invite_due() == 0
    case.refresh_from_db()
    assert case.state == "waiting"


def test_a_telephone_number_cannot_be_invited(closed: Callable[..., Case]) -> None:
    case = closed(address_kind="phone", address="+37061234567", channel="phone")
    with at_moment(now() + HOUR):
        assert invite_due() == 0
    case.refresh_from_db()
    assert case.code == "NC"


def test_the_page_shows_the_question(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    assert "Lee, how did we do?" in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert Case.objects.get().opened_form_at is not None


def test_a_link_with_a_score_only_preselects(client: Client, link: str) -> None:
    page = client.get(f"{link}?score=4").content.decode()
    assert 'value="great" required checked' in page
    assert Response.objects.count() == 0
    assert Case.objects.get().code == ""


@pytest.mark.parametrize("how", ["head", "prefetch"])
def test_a_scanner_neither_answers_nor_opens(client: Client, link: str, how: str) -> None:
    if how == "head":
        client.head(f"{link}?score=1")
    else:
        client.get(f"{link}?score=1", headers={"Sec-Purpose": "prefetch"})
    assert Case.objects.get().opened_form_at is None
    assert Response.objects.count() == 0


def test_an_answer_is_kept(client: Client, link: str) -> None:
    page = client.post(link, {"smile": "great", "need": "yes", "comment": "Thank you"})
    assert page.status_code == 200
    response = Response.objects.get()
    assert (response.score, response.need_met, response.comment) == (4, "yes", "Thank you")
    assert Case.objects.get().code == "I"


def test_a_second_answer_is_told_that_one_is_here(client: Client, link: str) -> None:
    client.post(link, {"smile": "great"})
    page = client.post(link, {"smile": "bad"})
    assert "Your answer is here already" in page.content.decode()
    assert "Your answer is here already" in client.get(link).content.decode()
    assert Response.objects.get().score == 4


def test_a_bad_answer_is_told_to_owner_and_supervisor(
    client: Client, link: str, amina: Staff, sam: Staff
) -> None:
    client.post(link, {"smile": "bad"})
    assert recoveries_round() == 1
    told = {(notice.staff, notice.kind) for notice in Notice.objects.filter(alert__isnull=False)}
    assert told == {(amina, "answer.bad.own"), (sam, "answer.bad")}


def test_a_guest_may_refuse(client: Client, link: str) -> None:
    assert client.post(link, {"refuse": "1"}).status_code == 200
    assert Case.objects.get().code == "R"
    assert Response.objects.count() == 0


def test_an_expired_page_offers_a_person(client: Client, link: str) -> None:
    Case.objects.update(closes_at=now() - HOUR)
    page = client.post(link, {"smile": "great"})
    assert page.status_code == 410
    assert "mailto:desk@mill.example" in page.content.decode()
    assert Response.objects.count() == 0


def test_an_unknown_link_offers_a_person(client: Client, sending: Mailbox) -> None:
    page = client.get("/s/nonsense/")
    assert page.status_code == 404
    assert "mailto:desk@mill.example" in page.content.decode()


def test_a_comment_too_long_is_named_and_kept_in_the_box(client: Client, link: str) -> None:
    page = client.post(link, {"smile": "good", "comment": "x" * 4001})
    assert page.status_code == 422
    assert Response.objects.count() == 0
    assert "x" * 4001 in page.content.decode()


def test_the_language_can_be_changed(client: Client, link: str) -> None:
    assert '<html lang="lt"' in client.get(f"{link}?lang=lt").content.decode()
    assert '<html lang="en"' in client.get(f"{link}?lang=xx").content.decode()


def test_a_form_from_elsewhere_is_refused(link: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"smile": "great"}).status_code == 403
    assert Response.objects.count() == 0


@pytest.mark.django_db
def test_without_a_mailbox_no_person_is_promised(client: Client) -> None:
    page = client.get("/s/nothing/").content.decode()
    assert "This question is closed." in page
    assert "reach a person" not in page
    assert "mailto:" not in page
