"""A mailbox that dies in the middle: the state is clear, nothing half is kept, nothing comes twice."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from barrymore.channels.mail import account, intake, stuck
from barrymore.channels.mail.intake import read_mailbox
from barrymore.channels.models import Mailbox, RawMail
from barrymore.conversations.files import read_bytes
from barrymore.conversations.models import Message
from barrymore.journal.moment import at_moment, now
from barrymore.routing.models import Queue
from tests.channels.conftest import mail_bytes, open_mailbox
from tests.mailserver.scripted_imap import Script, scripted, silent

MAILS = {uid: mail_bytes(f"number {uid}", message_id=f"<n{uid}@guests.example>") for uid in (1, 2, 3)}
IN_FETCH = ["cut", "hang", "short", "long", "no fetch", "bad fetch"]
BEFORE = ["bye", "no login", "no select", "no search"]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """A server with three mails; nobody waits long for it."""
    monkeypatch.setattr(account, "READ_SECONDS", 0.2)
    stuck.forget_all()
    with scripted(mails=dict(MAILS)) as server:
        yield server


@pytest.fixture
def inbox(script: Script, queue: Queue) -> Mailbox:
    """The mailbox on it."""
    return open_mailbox("desk@mill.example", queue=queue, imap_port=script.port, uidvalidity=None)


def attempt(inbox: Mailbox) -> int:
    """Read as the worker does: a failure is written down; returns how many mails were stored."""
    mailbox = Mailbox.objects.get(pk=inbox.pk)
    try:
        return read_mailbox(mailbox)
    except Exception as error:
        intake._tell_failure(mailbox, error)
        return 0


def texts() -> list[str]:
    return sorted(Message.objects.filter(kind="inbound").values_list("text", flat=True))


ALL = ["number 1", "number 2", "number 3"]


@pytest.mark.parametrize("trouble", BEFORE + IN_FETCH)
def test_after_the_trouble_every_mail_is_there_once(inbox: Mailbox, script: Script, trouble: str) -> None:
    script.troubles = [trouble]
    assert attempt(inbox) == 0
    inbox.refresh_from_db()
    assert inbox.last_error and inbox.last_error_at
    assert (RawMail.objects.count(), inbox.last_uid, script.seen) == (0, 0, set())
    assert attempt(inbox) == 3
    inbox.refresh_from_db()
    assert (inbox.last_error, inbox.last_uid) == ("", 3)
    assert texts() == ALL
    assert [read_bytes(raw.path) for raw in RawMail.objects.order_by("uid")] == list(MAILS.values())
    assert attempt(inbox) == 0


@pytest.mark.parametrize("trouble", IN_FETCH)
def test_what_came_before_the_trouble_stays(inbox: Mailbox, script: Script, trouble: str) -> None:
    script.poison = {3: trouble}
    attempt(inbox)
    inbox.refresh_from_db()
    assert (RawMail.objects.count(), inbox.last_uid) == (2, 2)
    script.poison = {}
    assert attempt(inbox) == 1
    assert texts() == ALL


@pytest.mark.parametrize("trouble", IN_FETCH)
def test_a_mail_that_never_comes_does_not_hold_up_the_others(
    inbox: Mailbox, script: Script, trouble: str
) -> None:
    script.poison = {2: trouble}
    for minutes in range(0, 16, 3):
        with at_moment(now() + timedelta(minutes=minutes)):
            attempt(inbox)
    assert texts() == ["number 1", "number 3"]
    held = RawMail.objects.get(uid=2)
    assert (held.state, held.size) == ("quarantined", 0)
    assert held.error.startswith("not handed over by the server")
    assert 2 not in script.seen
    inbox.refresh_from_db()
    assert inbox.last_error == ""


def test_a_bad_minute_sets_no_mail_aside(inbox: Mailbox, script: Script) -> None:
    script.troubles = ["no fetch"] * 8
    for _ in range(8):
        attempt(inbox)
    assert RawMail.objects.count() == 0
    assert attempt(inbox) == 3


def test_another_uidvalidity_in_each_session_brings_nothing_twice(inbox: Mailbox, script: Script) -> None:
    for uidvalidity in (1, 7, 7, 8):
        script.uidvalidity = uidvalidity
        attempt(inbox)
    assert texts() == ALL
    states = RawMail.objects.values_list("uidvalidity", "state").distinct().order_by("uidvalidity")
    assert list(states) == [(1, "done"), (7, "duplicate"), (8, "duplicate")]


def test_a_server_that_says_nothing_is_given_up(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "READ_SECONDS", 0.2)
    monkeypatch.setattr(account, "CONNECT_SECONDS", 0.2)
    with silent() as port:
        inbox = open_mailbox("desk@mill.example", queue=queue, imap_port=port.getsockname()[1])
        began = time.monotonic()
        assert attempt(inbox) == 0
        assert time.monotonic() - began < 3
    inbox.refresh_from_db()
    assert "timed out" in inbox.last_error


def test_a_server_that_is_not_there(queue: Queue) -> None:
    inbox = open_mailbox("desk@mill.example", queue=queue)
    assert attempt(inbox) == 0
    inbox.refresh_from_db()
    assert "refused" in inbox.last_error


def wait_for(what: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not what():
        time.sleep(0.1)
    return what()


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("mailserver")
def test_the_other_mailboxes_go_on(inbox: Mailbox, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RESCAN_SECONDS", 0.2)
    monkeypatch.setattr(intake, "POLL_SECONDS", 0.2)
    script.poison = dict.fromkeys(MAILS, "hang")
    stop = threading.Event()
    thread = threading.Thread(target=intake.watch_mailboxes, args=(stop,))
    with scripted(mails={1: mail_bytes("well", message_id="<w@guests.example>")}) as other:
        open_mailbox("info@mill.example", imap_port=other.port, uidvalidity=None)
        thread.start()
        try:
            assert wait_for(lambda: texts() == ["well"])
            assert wait_for(lambda: Mailbox.objects.get(pk=inbox.pk).last_error != "")
            script.poison = {}
            assert wait_for(lambda: texts() == [*ALL, "well"])
            assert wait_for(lambda: Mailbox.objects.get(pk=inbox.pk).last_error == "")
        finally:
            stop.set()
            thread.join(timeout=60)
    assert not thread.is_alive()
