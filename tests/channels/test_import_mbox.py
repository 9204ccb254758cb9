"""Mails of an mbox file become conversations: threaded, told apart by our addresses, without the noise."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from barrymore.channels.imports.keeping import store_upload
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.services import CannotImport, Wish, begin
from barrymore.channels.models import Mailbox, RawMail
from barrymore.conversations.files import read_bytes
from barrymore.conversations.models import Attachment, Conversation, Message
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.exports import bring, check, faults, mail, mbox, packed, reply

pytestmark = pytest.mark.django_db


def texts() -> list[list[str]]:
    """The words of each conversation."""
    return [
        [f"{one.kind}: {one.text.strip()}" for one in found.messages.exclude(kind="event").order_by("id")]
        for found in Conversation.objects.order_by("id")
    ]


def test_question_and_answer_are_one_conversation(dora: Staff, queue: Queue) -> None:
    job = bring(
        dora, "mbox", mbox(mail(1), reply(5, 1), mail(9, "Thank you!", in_reply_to="<5@guests.example>"))
    )
    assert job.counts["made_conversations"] == 1
    assert texts() == [
        ["inbound: There is no hot water in 412.", "outbound: It is mended.", "inbound: Thank you!"]
    ]
    found = Conversation.objects.select_related("customer", "address").get()
    assert (found.state, found.subject, str(found.customer)) == ("closed", "No hot water", "Lee Anand")
    assert found.closed_at == found.last_message_at == Message.objects.filter(kind="inbound").latest("id").at


def test_threads_that_prove_to_be_one_are_joined(dora: Staff, queue: Queue) -> None:
    joins = mail(3, "Both", subject="Other", references="<1@guests.example> <2@guests.example>")
    bring(dora, "mbox", mbox(mail(1, "One"), mail(2, "Two", subject="Two"), joins))
    assert texts() == [["inbound: One", "inbound: Two", "inbound: Both"]]


def test_order_in_the_file_does_not_matter(dora: Staff, queue: Queue) -> None:
    bring(dora, "mbox", mbox(reply(5, 1), mail(1)))
    assert texts() == [["inbound: There is no hot water in 412.", "outbound: It is mended."]]


@pytest.mark.parametrize(
    ("day", "count"),
    [("20 Mar", 1), ("20 May", 2)],
)
def test_without_ids_the_same_subject_goes_on_for_some_days(
    dora: Staff, queue: Queue, day: str, count: int
) -> None:
    later = mail(2, "Again", subject="RE: AW: no hot WATER", date=f"Thu, {day} 2025 09:00:00 +0000")
    bring(dora, "mbox", mbox(mail(1), later), days=30)
    assert Conversation.objects.count() == count


def test_the_same_subject_of_another_customer_is_another_conversation(dora: Staff, queue: Queue) -> None:
    bring(dora, "mbox", mbox(mail(1), mail(2, **{"from": "noor@else.example"})))
    assert Conversation.objects.count() == 2


def test_files_come_with_their_bytes(dora: Staff, queue: Queue) -> None:
    letter = mail(1)
    letter.add_attachment(b"%PDF-1.4 bill", maintype="application", subtype="pdf", filename="../bill.pdf")
    bring(dora, "mbox", mbox(letter))
    file = Attachment.objects.get()
    assert (file.content_type, read_bytes(file.path)) == ("application/pdf", b"%PDF-1.4 bill")
    assert "/" not in file.name


def test_a_line_that_begins_with_from_is_given_back_as_written(dora: Staff, queue: Queue) -> None:
    bring(dora, "mbox", mbox(mail(1, "Hello\n\nFrom Monday on we stay.\n")))
    assert texts() == [["inbound: Hello\n\nFrom Monday on we stay."]]


def test_a_border_inside_a_text_splits_nothing(dora: Staff, queue: Queue) -> None:
    data = mbox(mail(1, "Hello\n\nPLACE\n")).replace(b"PLACE", b"From our room we see the sea.")
    assert check(dora, "mbox", data).counts["messages"] == 1


@pytest.mark.parametrize(
    "wreck",
    [
        b"From: Lee <lee@guests.example>\nDate: Sat, 01 Mar 2025 09:00:00 +0000\n"
        b"Content-Type: text/plain; charset=klingon-8\nSubject: =?utf-9?Q?=ff=fe?=\n\ncaf\xe9\xff",
        b"From: Lee <lee@guests.example>\nDate: Sat, 01 Mar 2025 09:00:00 +0000\n\nno\x00body",
        b"From: Lee <lee@guests.example>\nDate: rubbish\n\nThe border line knows when.",
        b"From: Lee <lee@guests.example>\nContent-Type: multipart/mixed; boundary=x\n\n--y\nbroken",
    ],
    ids=["charset", "nul", "date", "border"],
)
def test_wrecks_are_read_as_far_as_they_can_be(dora: Staff, queue: Queue, wreck: bytes) -> None:
    job = bring(dora, "mbox", mbox(wreck, mail(2, subject="Other")))
    assert (job.counts["made_conversations"], job.counts["faults"]) == (2, 0)


@pytest.mark.parametrize(
    ("letter", "what"),
    [
        (mail(1, **{"from": ""}), "no readable sender"),
        (
            b"From: desk@mill.example\nTo: desk@mill.example\nDate: Sat, 01 Mar 2025 09:00:00 +0000\n\nx",
            "nobody",
        ),
        (
            b"From: a@b.example\n" + b"Content-Type: multipart/mixed; boundary=x\n" * 400 + b"\n--x\n",
            "complex",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_number(
    dora: Staff, queue: Queue, letter: EmailMessage | bytes, what: str
) -> None:
    job = bring(dora, "mbox", mbox(mail(2), letter))
    ((row, told),) = faults(job)
    assert (row, job.counts["made_conversations"]) == ("inbox.mbox, message 2", 1)
    assert what in told


def test_newsletters_and_bounces_are_left_out_and_counted(dora: Staff, queue: Queue) -> None:
    news = mail(1, subject="News", list_unsubscribe="<mailto:x@y.example>")
    bounce = mail(2, subject="Failed", **{"from": "mailer-daemon@x.example", "return-path": "<>"})
    job = bring(dora, "mbox", mbox(news, bounce, mail(3)))
    assert (job.counts["left_out"], job.counts["made_conversations"]) == (2, 1)


def test_the_same_mail_in_two_folders_is_one(dora: Staff, queue: Queue, tmp_path: Path) -> None:
    data = packed(tmp_path, inbox__mbox=mbox(mail(1)), all__mbox=mbox(mail(1), reply(2, 1)))
    bring(dora, "mbox", data, "takeout.zip")
    assert [len(one) for one in texts()] == [2]


def test_whoever_wrote_last_and_lately_still_waits(dora: Staff, queue: Queue) -> None:
    today = now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    bring(dora, "mbox", mbox(mail(1, date=today), mail(2, subject="Old")))
    assert sorted(Conversation.objects.values_list("state", flat=True)) == ["closed", "open"]


def test_a_mail_that_came_by_the_mailbox_is_not_taken_again(
    dora: Staff, mailbox: Mailbox, come_in: Callable[..., RawMail]
) -> None:
    come_in(mail(1).as_bytes())
    job = bring(dora, "mbox", mbox(mail(1), mail(2, "Another", subject="Another")))
    assert (job.counts["there"], job.counts["made_conversations"]) == (1, 1)


def test_a_mail_that_was_imported_does_not_come_again_by_the_mailbox(
    dora: Staff, mailbox: Mailbox, come_in: Callable[..., RawMail]
) -> None:
    bring(dora, "mbox", mbox(mail(1)))
    assert come_in(mail(1).as_bytes()).state == RawMail.State.DUPLICATE
    assert Conversation.objects.count() == 1


def test_only_our_own_signed_ids_continue_a_thread(
    dora: Staff, mailbox: Mailbox, come_in: Callable[..., RawMail]
) -> None:
    """Whoever has read an old id must not be able to write into the thread."""
    bring(dora, "mbox", mbox(mail(1), reply(2, 1)))
    raw = come_in(mail(9, "And the heating?", in_reply_to="<1@guests.example>").as_bytes())
    past, new = Conversation.objects.order_by("id")
    assert raw.conversation == new != past
    assert new.customer == past.customer


def test_our_addresses_are_those_of_the_mailboxes_unless_told(dora: Staff, mailbox: Mailbox) -> None:
    bring(dora, "mbox", mbox(reply(5, 1), mail(1)), own=())
    assert [one.split(":")[0] for one in texts()[0]] == ["inbound", "outbound"]


@pytest.mark.parametrize(
    ("own", "says"), [((), "Name your own addresses"), (("desk",), "desk is no mail address")]
)
def test_without_our_addresses_nothing_begins(
    dora: Staff, queue: Queue, own: tuple[str, ...], says: str
) -> None:
    path, size = store_upload([mbox(mail(1))])
    with pytest.raises(CannotImport, match=says):
        begin(dora, Wish("mbox", own=own), "inbox.mbox", path, size)
    assert not Import.objects.exists()


def test_what_is_no_mbox_is_refused_with_a_reason(dora: Staff, queue: Queue) -> None:
    job = check(dora, "mbox", b"just some text\n")
    assert job.state == Import.State.FAILED
    assert "no mbox file" in job.error["what"] and "Thunderbird" in job.error["what_to_do"]
