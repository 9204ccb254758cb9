"""Who joins a thread, and what only leaves a line in it."""

from collections.abc import Callable

import pytest

from barrymore.channels.mail.thread_ids import loop_mark, message_id, read_ids
from barrymore.channels.models import RawMail
from barrymore.conversations.models import Conversation, Message, Participant
from barrymore.conversations.services import Said
from barrymore.customers.models import Address
from barrymore.feedback.models import Case, Survey
from barrymore.handling.services import answer, close
from barrymore.organisation.models import Staff
from tests.channels.conftest import mail_bytes, open_mailbox

ComeIn = Callable[..., RawMail]


@pytest.fixture
def answered(come_in: ComeIn, amina: Staff) -> Message:
    """Lee has written and Amina has answered."""
    raw = come_in(mail_bytes())
    assert raw.conversation
    return answer(raw.conversation, amina, Said(text="The plumber comes at five.", name="Amina"))


def our_id(message: Message) -> str:
    return message_id(message.conversation_id, "m", message.pk, "mill.example")


def reply(message: Message, **headers: str) -> bytes:
    fields = {"message_id": "<2@guests.example>", "in_reply_to": our_id(message)}
    return mail_bytes("Thank you, that is fine.", **{**fields, **headers})


def test_a_reply_joins_by_our_signed_id(come_in: ComeIn, answered: Message) -> None:
    raw = come_in(reply(answered))
    assert raw.conversation_id == answered.conversation_id
    assert raw.outcome == "reply"


def test_a_reply_joins_by_references_alone(come_in: ComeIn, answered: Message) -> None:
    raw = come_in(reply(answered, in_reply_to="", references=f"<old@x.example> {our_id(answered)}"))
    assert raw.conversation_id == answered.conversation_id


@pytest.mark.parametrize("change", ["signature", "conversation", "message"])
def test_a_forged_id_opens_a_conversation_of_its_own(come_in: ComeIn, answered: Message, change: str) -> None:
    forged = our_id(answered)
    if change == "signature":
        forged = forged[:-30] + ("a" if forged[-30] != "a" else "b") + forged[-29:]
    if change == "conversation":
        forged = forged.replace(f"<c{answered.conversation_id}.", f"<c{answered.conversation_id + 1}.")
    if change == "message":
        forged = forged.replace(f".m{answered.pk}.", f".m{answered.pk + 1}.")
    raw = come_in(reply(answered, in_reply_to=forged))
    assert raw.conversation_id != answered.conversation_id


def test_the_same_subject_never_joins(come_in: ComeIn, answered: Message) -> None:
    raw = come_in(mail_bytes("Hello again", subject="Re: No hot water", message_id="<9@guests.example>"))
    assert raw.conversation_id != answered.conversation_id


def test_a_stranger_with_a_valid_id_is_an_unverified_participant(come_in: ComeIn, answered: Message) -> None:
    come_in(reply(answered, **{"from": "Noor <noor@elsewhere.example>"}))
    participant = Participant.objects.get(conversation=answered.conversation)
    assert (participant.address.value, participant.is_verified) == ("noor@elsewhere.example", False)


def test_a_forged_colleague_never_posts_as_agent(come_in: ComeIn, answered: Message, amina: Staff) -> None:
    raw = come_in(reply(answered, **{"from": amina.email}))
    said = Message.objects.filter(conversation_id=raw.conversation_id).latest("id")
    inbound = Message.objects.filter(conversation_id=raw.conversation_id, kind="inbound").latest("id")
    assert inbound.author is None
    assert said.kind != "outbound"


def test_ids_of_another_house_are_foreign(settings: object) -> None:
    ours = message_id(1, "m", 2, "mill.example")
    assert [found.ref for found in read_ids(ours)] == [2]
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert read_ids(ours) == []


def dsn(original: str, recipient: str, action: str = "failed") -> bytes:
    return (
        "From: Mail Delivery System <MAILER-DAEMON@guests.example>\nTo: desk@mill.example\n"
        "Return-Path: <>\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <dsn@guests.example>\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI am sorry to inform you.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; guests.example\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\n"
        f"Status: {'5.1.1' if action == 'failed' else '4.4.1'}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {original}\nSubject: Re: water\n\nhi\n--b--\n"
    ).encode()


def test_a_bounce_joins_marks_the_answer_failed_and_pauses_the_address(
    come_in: ComeIn, answered: Message
) -> None:
    raw = come_in(dsn(our_id(answered), "lee@guests.example"))
    answered.refresh_from_db()
    assert (raw.state, raw.outcome) == ("done", "bounce")
    assert raw.conversation_id == answered.conversation_id
    assert answered.status == "failed"
    assert Address.objects.get(value="lee@guests.example").bounced_at is not None
    assert Conversation.objects.count() == 1


def test_a_bounce_about_somebody_else_is_not_believed(come_in: ComeIn, answered: Message) -> None:
    come_in(mail_bytes(message_id="<n@x.example>", **{"from": "noor@elsewhere.example"}))
    come_in(dsn(our_id(answered), "noor@elsewhere.example"))
    assert Address.objects.get(value="noor@elsewhere.example").bounced_at is None


def test_a_delay_is_only_a_line(come_in: ComeIn, answered: Message) -> None:
    come_in(dsn(our_id(answered), "lee@guests.example", "delayed"))
    assert Address.objects.get(value="lee@guests.example").bounced_at is None
    assert Message.objects.filter(kind="event", event="bounce").exists()


def test_a_bounce_of_nothing_of_ours_opens_nothing(come_in: ComeIn) -> None:
    raw = come_in(dsn("<foreign@x.example>", "lee@guests.example"))
    assert (raw.state, raw.outcome) == ("rejected", "bounce")
    assert Conversation.objects.count() == 0


def test_a_bounced_invitation_ends_its_case(
    come_in: ComeIn, answered: Message, amina: Staff, survey: Survey
) -> None:
    close(answered.conversation, amina)
    case = Case.objects.get()
    come_in(dsn(message_id(answered.conversation_id, "i", case.pk, "mill.example"), "lee@guests.example"))
    case.refresh_from_db()
    assert (case.state, case.code) == ("final", "NC")


def test_an_automatic_answer_is_a_line_in_its_thread(come_in: ComeIn, answered: Message) -> None:
    raw = come_in(reply(answered, auto_submitted="auto-replied", subject="Out of office"))
    assert (raw.state, raw.outcome) == ("done", "auto_reply")
    assert Message.objects.filter(kind="inbound").count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"x_autoreply": "yes"},
        {"precedence": "auto_reply"},
        {"return_path": "<>"},
    ],
)
def test_an_automatic_answer_opens_nothing(come_in: ComeIn, headers: dict[str, str]) -> None:
    assert come_in(mail_bytes(**headers)).outcome == "auto_reply"
    assert Conversation.objects.count() == 0


def test_what_a_machine_tells_of_its_own_accord_is_a_contact(come_in: ComeIn) -> None:
    assert come_in(mail_bytes(auto_submitted="auto-generated")).outcome == "contact"


@pytest.mark.parametrize("header", ["x_loop", "message_id"])
def test_our_own_mail_that_comes_back_is_refused(come_in: ComeIn, answered: Message, header: str) -> None:
    value = loop_mark() if header == "x_loop" else our_id(answered)
    raw = come_in(mail_bytes("echo", **{"message_id": "<7@x.example>", header: value}))
    assert (raw.state, raw.outcome) == ("rejected", "loop")
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({"list_id": "<news.shop.example>"}, "list"),
        ({"precedence": "bulk"}, "list"),
        ({"x_spam_flag": "YES"}, "spam"),
        ({"x_spam_status": "Yes, score=9"}, "spam"),
    ],
)
def test_lists_and_spam_wait_in_the_spam_folder(come_in: ComeIn, headers: dict[str, str], what: str) -> None:
    raw = come_in(mail_bytes(**headers))
    assert raw.outcome == what
    assert raw.conversation and raw.conversation.is_spam


def test_a_group_address_of_our_own_is_no_list(come_in: ComeIn) -> None:
    raw = come_in(mail_bytes(list_id="<desk.mill.example>", precedence="list"))
    assert raw.conversation and not raw.conversation.is_spam


@pytest.mark.parametrize(
    ("results", "proved"),
    [
        ("mx.mill.example; dmarc=pass header.from=guests.example", True),
        ("mx.mill.example; dmarc=fail", False),
        ("mx.evil.example; dmarc=pass", False),
        ("", False),
    ],
)
def test_only_our_own_server_proves_a_sender(
    come_in: ComeIn, settings: object, results: str, proved: bool
) -> None:
    settings.TRUSTED_AUTHSERV = ["mx.mill.example"]  # type: ignore[attr-defined]
    come_in(mail_bytes(authentication_results=results))
    assert bool(Address.objects.get().verified_at) == proved


def test_the_mailbox_decides_the_queue(come_in: ComeIn, site: object) -> None:
    from barrymore.routing.models import Placement, Queue

    billing = Queue.objects.create(name="Billing")
    raw = come_in(mail_bytes(), open_mailbox("billing@mill.example", queue=billing))
    assert Placement.objects.get(conversation=raw.conversation).queue == billing
