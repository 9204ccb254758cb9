"""Against the real Dovecot: what is fetched, what is not fetched twice, how signing in fails."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from imapclient import SEEN

from barrymore.alerts.models import Notice
from barrymore.channels.mail import doctor, intake
from barrymore.channels.mail.account import AccountFailed, keep_secret, note_failure, note_ok
from barrymore.channels.mail.intake import read_mailbox
from barrymore.channels.models import Mailbox, RawMail
from barrymore.conversations.models import Message
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.conftest import mail_bytes, open_mailbox
from tests.mailserver.dovecot import Dovecot

pytestmark = [pytest.mark.mailserver, pytest.mark.xdist_group("mailserver")]


def some_mails(count: int) -> list[bytes]:
    return [mail_bytes(f"number {n}", message_id=f"<n{n}@guests.example>") for n in range(count)]


@pytest.fixture
def inbox(dovecot: Dovecot, queue: Queue, request: pytest.FixtureRequest) -> Mailbox:
    """A mailbox of its own for each test."""
    name = f"box{abs(hash(request.node.name)) % 10**9}@mill.example"
    return open_mailbox(name, queue=queue, imap_port=dovecot.port, uidvalidity=None)


def test_everything_new_is_fetched_flagged_and_processed(dovecot: Dovecot, inbox: Mailbox) -> None:
    dovecot.deliver(inbox.address, *some_mails(3))
    assert read_mailbox(inbox) == 3
    assert all(SEEN in flags for flags in dovecot.flags(inbox.address).values())
    assert Message.objects.filter(kind="inbound").count() == 3
    assert read_mailbox(inbox) == 0


def test_more_than_one_batch_is_fetched(
    dovecot: Dovecot, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 4)
    dovecot.deliver(inbox.address, *some_mails(11))
    assert read_mailbox(inbox) == 11
    assert RawMail.objects.filter(state="done").count() == 11


def test_a_new_uidvalidity_reads_again_and_finds_the_twins(dovecot: Dovecot, inbox: Mailbox) -> None:
    dovecot.deliver(inbox.address, *some_mails(2))
    read_mailbox(inbox)
    before = inbox.uidvalidity
    dovecot.renumber(inbox.address)
    dovecot.deliver(inbox.address, mail_bytes("fresh words", message_id="<fresh@guests.example>"))
    assert read_mailbox(inbox) == 3
    assert inbox.uidvalidity != before
    assert Message.objects.filter(kind="inbound").count() == 3
    assert RawMail.objects.filter(state="duplicate").count() == 2


def test_a_line_cut_between_two_mails_loses_nothing(
    dovecot: Dovecot, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(inbox.address, *some_mails(5))
    fetch_one, cuts = intake._fetch_one, [False, False, True]

    def cut(*args: Any) -> bool:
        if cuts and cuts.pop(0):
            raise ConnectionResetError("cut")
        return fetch_one(*args)

    monkeypatch.setattr(intake, "_fetch_one", cut)
    with pytest.raises(ConnectionResetError):
        read_mailbox(inbox)
    inbox.refresh_from_db()
    assert (RawMail.objects.count(), inbox.last_uid) == (2, 2)
    assert read_mailbox(inbox) == 3
    assert Message.objects.filter(kind="inbound").count() == 5


def test_nothing_is_flagged_before_it_is_committed(
    dovecot: Dovecot, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(inbox.address, *some_mails(1))

    def disk_full(*args: Any) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(intake, "store_bytes", disk_full)
    with pytest.raises(OSError, match="no space"):
        read_mailbox(inbox)
    assert dovecot.flags(inbox.address) == {1: ()} or SEEN not in dovecot.flags(inbox.address)[1]
    assert RawMail.objects.count() == 0


def test_a_mail_too_large_keeps_its_headers_in_quarantine(
    dovecot: Dovecot, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_MAIL", 400)
    dovecot.deliver(inbox.address, mail_bytes("x" * 1000), mail_bytes(message_id="<s@guests.example>"))
    assert read_mailbox(inbox) == 2
    assert sorted(RawMail.objects.values_list("state", flat=True)) == ["done", "quarantined"]


def test_a_wrong_password_is_told_once_per_episode(inbox: Mailbox, dora: Staff) -> None:
    keep_secret(inbox, "wrong")
    for _ in range(2):
        with pytest.raises(AccountFailed) as caught:
            read_mailbox(inbox)
        note_failure(inbox, str(caught.value), needs_person=caught.value.needs_person)
    assert Notice.objects.filter(kind="mailbox.failing", staff=dora).count() == 1
    note_ok(inbox)
    note_failure(inbox, "again", needs_person=True)
    assert Notice.objects.filter(kind="mailbox.failing", staff=dora).count() == 2


@pytest.fixture
def oauth(inbox: Mailbox, dovecot: Dovecot, settings: Any) -> Mailbox:
    """The mailbox signs in by XOAUTH2."""
    port = dovecot.provider.port
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{port}"]
    inbox.auth, inbox.oauth_client_id = "xoauth2", "barrymore"
    inbox.oauth_token_url = f"http://127.0.0.1:{port}/token"
    inbox.save()
    keep_secret(inbox, f"refresh-{inbox.address}")
    dovecot.provider.refresh[f"refresh-{inbox.address}"] = inbox.address
    return inbox


def deliver_with_token(dovecot: Dovecot, address: str) -> None:
    dovecot.deliver(address, *some_mails(1))


def test_xoauth2_fetches_a_token_and_keeps_it(dovecot: Dovecot, oauth: Mailbox) -> None:
    deliver_with_token(dovecot, oauth.address)
    issued = dovecot.provider.issued
    assert read_mailbox(oauth) == 1
    assert read_mailbox(oauth) == 0
    assert dovecot.provider.issued == issued + 1
    assert "access-" not in oauth.access_token


def test_a_withdrawn_token_is_replaced_at_the_next_try(dovecot: Dovecot, oauth: Mailbox) -> None:
    read_mailbox(oauth)
    dovecot.provider.users.clear()
    with pytest.raises(AccountFailed):
        read_mailbox(oauth)
    assert read_mailbox(oauth) == 0


def test_a_dead_refresh_token_needs_a_person(dovecot: Dovecot, oauth: Mailbox) -> None:
    dovecot.provider.refresh.clear()
    with pytest.raises(AccountFailed, match="invalid_grant") as caught:
        read_mailbox(oauth)
    assert caught.value.needs_person


def test_the_doctor_tells_each_part(inbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(name: str) -> list[str]:
        raise doctor.CouldNotAsk("NoNameservers")

    monkeypatch.setattr(doctor, "txt_records", offline)
    found = {check.name.rpartition(" ")[2]: check.state for check in doctor.checks()}
    assert found == {"IMAP": "ok", "SMTP": "bad", "SPF": "warn", "DKIM": "warn", "DMARC": "warn"}


def wait_for(what: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_watched_mailbox_hears_at_once(
    dovecot: Dovecot, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "RESCAN_SECONDS", 0.2)
    stop = threading.Event()
    thread = threading.Thread(target=intake.watch_mailboxes, args=(stop,))
    thread.start()
    try:
        dovecot.deliver(inbox.address, *some_mails(1))
        assert wait_for(lambda: RawMail.objects.filter(state="done").count() == 1)
        dovecot.deliver(inbox.address, mail_bytes("second", message_id="<second@guests.example>"))
        began = time.monotonic()
        assert wait_for(lambda: RawMail.objects.filter(state="done").count() == 2)
        assert time.monotonic() - began < 5
    finally:
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive()
