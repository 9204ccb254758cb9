"""Answers to all, hidden copies, and forwards that move nothing of the conversation."""

import pytest
from django.urls import reverse

from barrymore.channels.mail.composing import compose
from barrymore.channels.models import Mailbox
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, Message
from barrymore.delivery.models import OutboxRow
from barrymore.handling import moves
from barrymore.journal.models import Fact
from barrymore.sla.models import Clock
from tests.desk.builders import arrival, person, promise, queue, signed_in

pytestmark = pytest.mark.django_db
OURS = "desk@house.example"


@pytest.fixture
def amina():
    return person()


@pytest.fixture
def guests(amina):
    return queue(amina, is_default=True)


@pytest.fixture
def desk(amina, guests):
    return signed_in(amina)


@pytest.fixture
def mailbox():
    return Mailbox.objects.create(
        address=OURS, name="The house", imap_host="x", imap_user="x", smtp_host="x", signature="The house"
    )


def url(name, conversation, *more):
    return reverse(f"desk:{name}", args=[conversation.pk, *more])


def inbound(conversation):
    return conversation.messages.get(kind="inbound")


def forward(desk, conversation, **more):
    fields = {"to": "fitter@works.example", "subject": "Fwd: No hot water", "body": "Please look.", **more}
    return desk.post(url("forward", conversation, inbound(conversation).pk), fields)


def standing(conversation):
    conversation.refresh_from_db()
    clocks = list(Clock.objects.order_by("pk").values("kind", "state", "due_at", "stopped_at"))
    return conversation.state, conversation.first_replied_at, conversation.owner, clocks


def test_reply_to_all_names_the_others_and_nobody_else(desk, guests, mailbox):
    readers = {
        "to": ["Desk@house.example", "noor@mail.example"],
        "cc": ["lee@mail.example", "sam@mail.example"],
        "mailbox": [OURS],
    }
    page = desk.get(url("conversation", arrival(guests, recipients=readers))).content.decode()
    assert 'data-copy-all="noor@mail.example, sam@mail.example"' in page


def test_without_others_there_is_no_reply_to_all(desk, guests, mailbox):
    page = desk.get(url("conversation", arrival(guests, recipients={"to": [OURS]}))).content.decode()
    assert "data-copy-all" not in page


def test_an_answer_to_another_writer_says_to_whom(desk, guests):
    conversation = arrival(guests)
    arrival(guests, "Noor Haddad", conversation_ref=conversation.pk)
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "To: <bdi>noor@mail.example</bdi>" in page


def test_a_hidden_copy_is_in_the_envelope_and_in_no_header(desk, guests, mailbox):
    conversation = arrival(guests)
    fields = {"kind": "reply", "send": "reply", "body": "Yes.", "seen": inbound(conversation).pk}
    page = desk.post(url("reply", conversation), {**fields, "bcc": "not an address"}).content.decode()
    assert "not an address is no mail address" in page
    assert ">Yes.</textarea>" in page
    assert 'value="not an address"' in page
    assert not OutboxRow.objects.exists()
    desk.post(url("reply", conversation), {**fields, "bcc": "sam@house.example"})
    outgoing = compose(conversation.messages.get(kind="outbound"), mailbox)
    assert outgoing.recipients == ("lee@mail.example", "sam@house.example")
    assert "sam@house.example" not in str(outgoing.mail)


def test_the_form_quotes_and_ticks_every_file(desk, guests):
    conversation = arrival(guests)
    Attachment.objects.create(message=inbound(conversation), **store_file("tap.pdf", b"%PDF-1"))
    page = desk.get(url("forward", conversation, inbound(conversation).pk)).content.decode()
    assert 'value="Fwd: No hot water"' in page
    assert "Lee Anand &lt;lee@mail.example&gt; wrote:\n&gt; Since this morning." in page
    assert "checked" in page.split("tap.pdf")[0][-400:]


def test_a_forward_is_no_answer(desk, guests):
    promise()
    conversation = arrival(guests)
    before = standing(conversation)
    assert forward(desk, conversation).status_code == 302
    assert standing(conversation) == before
    message = conversation.messages.get(kind="outbound")
    assert message.recipients == {"to": ["fitter@works.example"]}
    assert message.detail == {"forward": True, "subject": "Fwd: No hot water"}
    assert OutboxRow.objects.get().payload == {"message": message.pk}
    assert conversation.messages.get(event="forwarded").author == message.author
    assert Fact.objects.filter(kind="message.forwarded").count() == 1
    assert not Fact.objects.filter(kind__in=["message.sent", "conversation.answered"]).exists()
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "Amina Sarr forwarded it to fitter@works.example" in page


def test_a_forward_leaves_a_closed_conversation_closed(desk, guests):
    conversation = arrival(guests)
    desk.post(url("close", conversation))
    forward(desk, conversation)
    conversation.refresh_from_db()
    assert conversation.state == "closed"


def test_the_ticked_files_travel_without_a_second_file(desk, guests, mailbox):
    conversation = arrival(guests)
    kept, left = (
        Attachment.objects.create(message=inbound(conversation), **store_file(name, b"%PDF-" + name.encode()))
        for name in ("tap.pdf", "bill.pdf")
    )
    forward(desk, conversation, attachments=[kept.pk])
    message = conversation.messages.get(kind="outbound")
    assert [(file.path, file.digest) for file in message.attachments.all()] == [(kept.path, kept.digest)]
    mail = compose(message, mailbox).mail
    assert [part.get_filename() for part in mail.iter_attachments()] == ["tap.pdf"]
    assert left.name not in str(mail)


def test_the_mail_of_a_forward_begins_a_thread(desk, guests, mailbox):
    conversation = arrival(guests)
    forward(desk, conversation, to="fitter@works.example; noor@works.example")
    outgoing = compose(conversation.messages.get(kind="outbound"), mailbox)
    assert outgoing.mail["Subject"] == "Fwd: No hot water"
    assert outgoing.mail["In-Reply-To"] is None
    assert outgoing.recipients == ("fitter@works.example", "noor@works.example")


def test_a_later_answer_does_not_name_the_forward(desk, guests, mailbox):
    conversation = arrival(guests)
    forward(desk, conversation)
    forwarded = compose(conversation.messages.get(kind="outbound"), mailbox).mail["Message-ID"]
    fields = {"kind": "reply", "send": "reply", "body": "Soon.", "seen": inbound(conversation).pk}
    desk.post(url("reply", conversation), fields)
    answer = compose(conversation.messages.filter(kind="outbound").latest("pk"), mailbox).mail
    assert answer["In-Reply-To"] == inbound(conversation).external_id
    assert forwarded not in answer["References"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"to": "fitter"}, "fitter is no mail address"),
        ({"to": ""}, "required"),
        ({"body": "  "}, "Write a message first"),
        ({"subject": ""}, "required"),
        ({"attachments": ["999"]}, "999"),
    ],
)
def test_what_is_wrong_is_said_and_the_text_stays(desk, guests, fault, told):
    conversation = arrival(guests)
    Attachment.objects.create(message=inbound(conversation), **store_file("tap.pdf", b"%PDF-1"))
    page = forward(desk, conversation, **fault)
    assert page.status_code == 200
    assert told in page.content.decode()
    assert ("Please look." in page.content.decode()) is ("body" not in fault)
    assert not conversation.messages.filter(kind="outbound").exists()
    assert not OutboxRow.objects.exists()


def test_another_queues_message_is_not_found(desk, guests):
    hidden = arrival(queue(name="Board"))
    assert forward(desk, hidden).status_code == 404
    assert desk.get(url("forward", arrival(guests), inbound(hidden).pk)).status_code == 404
    assert not hidden.messages.filter(kind="outbound").exists()


def test_a_note_is_never_forwarded(desk, guests, amina):
    conversation = arrival(guests)
    note = moves.note(conversation, amina, "Between us")
    assert desk.post(url("forward", conversation, note.pk), {"to": "a@b.example"}).status_code == 404


def test_a_reader_may_not_forward(guests):
    reader, conversation = signed_in(person("Milda P", "quality")), arrival(guests)
    assert forward(reader, conversation).status_code == 403
    assert (
        url("forward", conversation, inbound(conversation).pk)
        not in reader.get(url("conversation", conversation)).content.decode()
    )
    assert Message.objects.filter(kind="outbound").count() == 0
