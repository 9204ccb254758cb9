"""Our mails leave once, in their thread, and failures are seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from barrymore.alerts.models import Notice
from barrymore.channels.mail.outgoing import deliver_due_mails, resend
from barrymore.channels.mail.selectors import failed_mails
from barrymore.channels.mail.thread_ids import read_ids
from barrymore.channels.models import Mailbox
from barrymore.channels.sms.delivery import deliver_due_sms
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said
from barrymore.delivery.models import OutboxRow
from barrymore.handling.services import answer
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff
from tests.mailserver.smtp import Letterbox

Arrive = Callable[..., Conversation]
MINUTE = timedelta(minutes=1)


def answer_it(conversation: Conversation, staff: Staff, **said: Any) -> Message:
    return answer(conversation, staff, Said(**{"text": "At five.", "name": staff.name, **said}))


def test_an_answer_leaves_in_its_thread(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    message = answer_it(arrive(external_id="<1@guests.example>#abc"), amina)
    assert deliver_due_mails() == 1
    (mail,) = letterbox.mails
    assert mail["Subject"] == "Re: No hot water"
    assert mail["From"] == "Old Mill <desk@mill.example>"
    assert mail["To"] == "lee@guests.example"
    assert mail["In-Reply-To"] == "<1@guests.example>"
    assert [found.ref for found in read_ids(mail["Message-ID"])] == [message.pk]
    assert mail.get_content().replace("\r\n", "\n") == "At five.\n\n-- \nOld Mill desk\n"
    assert letterbox.envelopes == [("desk@mill.example", ["lee@guests.example"])]
    message.refresh_from_db()
    assert message.status == "sent"


def test_blind_copies_stand_only_on_the_envelope(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    recipients = {"to": ["lee@guests.example"], "cc": ["noor@x.example"], "bcc": ["sam@mill.example"]}
    answer_it(arrive(), amina, recipients=recipients)
    deliver_due_mails()
    assert letterbox.envelopes[0][1] == ["lee@guests.example", "noor@x.example", "sam@mill.example"]
    assert letterbox.mails[0]["Cc"] == "noor@x.example"
    assert "sam@mill.example" not in letterbox.mails[0].as_string()


@pytest.mark.parametrize("evil", ["a\r\nBcc: noor@x.example", "a\nBcc: noor@x.example", "a\u2028b", "a\x00b"])
def test_a_subject_is_one_header(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox, evil: str
) -> None:
    Mailbox.objects.update(name=evil)
    answer_it(arrive(subject=evil), amina)
    deliver_due_mails()
    mail = letterbox.mails[0]
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == len(mail.get_all("From")) == 1
    assert letterbox.envelopes[0][1] == ["lee@guests.example"]


def test_attachments_and_long_foreign_ids(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    foreign = f"<{'x' * 150}@guests.example>"
    file = store_file("sąskaita.pdf", b"%PDF-1.7 bill")
    answer_it(arrive(external_id=foreign + "#abc"), amina, text="Štai sąskaita.", files=(file,))
    deliver_due_mails()
    mail = letterbox.mails[0]
    assert mail["References"] == foreign
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("sąskaita.pdf", b"%PDF-1.7 bill")
    body = mail.get_body()
    assert body and "Štai sąskaita." in body.get_content()


@pytest.mark.parametrize("trouble", ["451 try later", "drop"])
def test_a_passing_failure_is_tried_again_with_the_same_id(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox, trouble: str
) -> None:
    letterbox.answers = [trouble]
    message = answer_it(arrive(), amina)
    assert deliver_due_mails() == 0
    assert [mail.attempts for mail in failed_mails()] == [1]
    with at_moment(now() + MINUTE):
        assert deliver_due_mails() == 1
    ids = {mail["Message-ID"] for mail in letterbox.mails}
    assert len(ids) == 1
    assert failed_mails() == []
    message.refresh_from_db()
    assert message.status == "sent"


def test_a_final_refusal_is_shown_told_and_sent_again_by_hand(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    letterbox.answers = ["554 no such guest"]
    message = answer_it(arrive(), amina)
    deliver_due_mails()
    message.refresh_from_db()
    (failed,) = failed_mails()
    assert (message.status, failed.is_dead, failed.to) == ("failed", True, "lee@guests.example")
    assert "no such guest" in failed.error
    assert Notice.objects.get(kind="mail.failed").staff == amina
    assert resend(failed.pk)
    assert deliver_due_mails() == 1
    message.refresh_from_db()
    assert message.status == "sent"


def test_a_dead_server_is_asked_once_a_round(arrive: Arrive, amina: Staff, mailbox: Mailbox) -> None:
    for number in range(3):
        answer_it(arrive(address=f"guest{number}@guests.example"), amina)
    assert deliver_due_mails() == 0
    assert set(OutboxRow.objects.values_list("state", "attempts")) == {("waiting", 1)}


def test_without_a_mailbox_the_answer_waits(arrive: Arrive, amina: Staff) -> None:
    answer_it(arrive(), amina)
    deliver_due_mails()
    assert "no mailbox is active" in OutboxRow.objects.get().last_error


def test_a_form_is_answered_by_mail(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    answer_it(arrive(channel="form"), amina)
    assert deliver_due_mails() == 1
    assert letterbox.mails[0]["To"] == "lee@guests.example"


def test_a_call_is_answered_by_a_text_and_fails_at_once_where_there_is_no_number_for_texts(
    arrive: Arrive, amina: Staff, sending: Mailbox
) -> None:
    message = answer_it(arrive(channel="phone", address_kind="phone", address="+37061234567"), amina)
    assert (deliver_due_mails(), deliver_due_sms()) == (0, 0)
    message.refresh_from_db()
    row = OutboxRow.objects.get()
    assert (message.status, row.state) == ("failed", "dead")
    assert row.last_error.startswith("no SMS number is active")


def test_the_console_prints(arrive: Arrive, amina: Staff, capsys: pytest.CaptureFixture[str]) -> None:
    message = answer_it(arrive(channel="console"), amina)
    assert deliver_due_mails() == 1
    message.refresh_from_db()
    assert message.status == "sent"
    assert "At five." in capsys.readouterr().out


def test_the_mailbox_written_to_answers(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox
) -> None:
    from tests.channels.conftest import open_mailbox

    open_mailbox("billing@mill.example", smtp_port=letterbox.port)
    answer_it(arrive(recipients={"mailbox": ["billing@mill.example"]}), amina)
    deliver_due_mails()
    assert letterbox.mails[0]["From"] == "Old Mill <billing@mill.example>"


def test_a_crash_after_the_250_repeats_the_same_id(
    arrive: Arrive, amina: Staff, sending: Mailbox, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from barrymore.channels.mail import outgoing

    answer_it(arrive(), amina)
    with monkeypatch.context() as patched:
        patched.setattr(outgoing, "_note_sent", lambda row, remark: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver_due_mails()
    with at_moment(now() + timedelta(minutes=3)):
        assert deliver_due_mails() == 1
    assert len(letterbox.mails) == 2
    assert len({mail["Message-ID"] for mail in letterbox.mails}) == 1
