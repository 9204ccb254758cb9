"""The question about us as a whole leaves by mail, in no thread, and comes back as a score of its kind."""

import pytest
from django.test import Client

from barrymore.channels.invitations import invite_due
from barrymore.channels.mail.outgoing import deliver_due_mails
from barrymore.channels.models import Mailbox
from barrymore.customers.models import Address, Customer
from barrymore.feedback.models import Response, Survey
from barrymore.feedback.relationships import ask_round
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from tests.mailserver.smtp import Letterbox

pytestmark = pytest.mark.django_db


def test_the_question_comes_by_mail_and_its_answer_is_a_score_of_its_own_kind(
    client: Client, sending: Mailbox, letterbox: Letterbox
) -> None:
    Survey.objects.create(name="As a whole", kind="relationship", probability=1.0)
    lee = Customer.objects.create(name="Lee Anand", language="en", created_at=now())
    Address.objects.create(kind="email", value="lee@guests.example", customer=lee, created_at=now())
    ask_round()
    assert invite_due() == 1
    assert deliver_due_mails() == 1
    (mail,) = letterbox.mails
    text = mail.get_body(("plain",))
    assert text
    assert mail["Subject"] == "How do we do as a whole?"
    link = next(word for word in text.get_content().split() if "/s/" in word).partition("8000")[2]
    assert "How likely are you to recommend us" in client.get(link).content.decode()
    client.post(link, {"page": "1", "q-likely": "9", "q-why": "The sauna"})
    response = Response.objects.get()
    assert (response.mode, response.score, response.scale, response.comment) == (
        "survey",
        9,
        "scale10",
        "The sauna",
    )
    assert Fact.objects.get(kind="survey.case").values["kind"] == "relationship"
    today = now().date()
    assert figure("satisfaction", Scope(), Period(today, today)).invited == 0
    score = figure("nps", Scope(), Period(today, today))
    assert (score.invited, score.responded, score.values["promoters"]) == (1, 1, 1)
