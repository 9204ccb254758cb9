"""Keep every active mailbox watched: store, commit, then tell the server, then process."""

import hashlib
import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, close_old_connections, connection, transaction
from imapclient import SEEN
from imapclient.exceptions import IMAPClientError

from barrymore.channels.mail import stuck
from barrymore.channels.mail.account import AccountFailed, imap, note_failure, note_ok
from barrymore.channels.mail.limits import LARGEST_MAIL
from barrymore.channels.mail.processing import process_stored
from barrymore.channels.models import Mailbox, RawMail
from barrymore.conversations.files import store_bytes
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.selectors import module_is_on

log = logging.getLogger(__name__)
RESCAN_SECONDS = 3.0
# IDLE is renewed often: a server may forget to tell, a line may be dead, and a search costs nothing.
IDLE_SECONDS = 30.0
FIRST_IDLE_SECONDS = 2.0
IDLE_STEP_SECONDS = 1.0
POLL_SECONDS = 10.0
LONGEST_BACKOFF = 60.0
BATCH = 50
TOO_LARGE = "too large: only the headers were fetched"
NOT_HANDED_OVER = "not handed over by the server: read it there"
WRONG = (AccountFailed, IMAPClientError, OSError)


def watch_mailboxes(stop: threading.Event) -> None:
    """Keep one thread per active mailbox until `stop` is set; leftovers of a crash are processed first."""
    watched: dict[int, tuple[threading.Thread, threading.Event]] = {}
    while not stop.is_set():
        try:
            close_old_connections()
            process_stored()
            _match(watched, set(_active_ids()))
        except Exception:
            log.exception("watching mailboxes failed, again in %.0f s", RESCAN_SECONDS)
        stop.wait(RESCAN_SECONDS)
    _match(watched, set())
    connection.close()


def _active_ids() -> Iterator[int]:
    if module_is_on("mail"):
        yield from Mailbox.objects.filter(is_active=True).values_list("pk", flat=True)


def _match(watched: dict[int, tuple[threading.Thread, threading.Event]], active: set[int]) -> None:
    """Start a thread for each new mailbox, end those of mailboxes that are gone, replace dead ones."""
    gone = [pk for pk, (thread, _) in watched.items() if pk not in active or not thread.is_alive()]
    for pk in gone:
        watched[pk][1].set()
    for pk in gone:
        watched.pop(pk)[0].join(timeout=IDLE_STEP_SECONDS * 5)
    for pk in active - set(watched):
        ended = threading.Event()
        thread = threading.Thread(target=_watch, args=(pk, ended), name=f"mailbox {pk}", daemon=True)
        watched[pk] = (thread, ended)
        thread.start()


def _watch(mailbox_id: int, stop: threading.Event) -> None:
    """One mailbox: connected as long as the server lets us, again after a pause that grows."""
    failures = 0
    while not stop.is_set():
        try:
            close_old_connections()
            mailbox = Mailbox.objects.get(pk=mailbox_id)
            began = time.monotonic()
            _session(mailbox, stop)
        except Mailbox.DoesNotExist:
            break
        except Exception as error:
            failures = 1 if time.monotonic() - began > LONGEST_BACKOFF else failures + 1
            _tell_failure(mailbox, error)
            stop.wait(min(2.0 ** min(failures - 1, 6), LONGEST_BACKOFF) * random.uniform(0.8, 1.2))  # noqa: S311
    connection.close()


def _tell_failure(mailbox: Mailbox, error: Exception) -> None:
    if not isinstance(error, WRONG):
        log.exception("mailbox %s", mailbox)
    try:
        needs_person = isinstance(error, AccountFailed) and error.needs_person
        note_failure(mailbox, f"{type(error).__name__}: {error}", needs_person=needs_person)
    except Exception:
        log.exception("the failure of mailbox %s could not be written down", mailbox)


def _session(mailbox: Mailbox, stop: threading.Event) -> None:
    """Stay connected: fetch, process, wait for more."""
    with imap(mailbox) as client:
        can_idle = client.has_capability("IDLE")
        patience = FIRST_IDLE_SECONDS
        while not stop.is_set():
            close_old_connections()
            stored = fetch_new(mailbox, client)
            note_ok(mailbox)
            process_stored(mailbox.pk)
            if stored:
                # What came meanwhile was announced to a command that did not listen.
                patience = FIRST_IDLE_SECONDS
                continue
            if can_idle:
                _idle(client, stop, patience)
                patience = min(patience * 2, IDLE_SECONDS)
            else:
                stop.wait(POLL_SECONDS)


def _idle(client: Any, stop: threading.Event, seconds: float) -> None:
    client.idle()
    until = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < until:
        if any(len(told) > 1 and told[1] == b"EXISTS" for told in client.idle_check(IDLE_STEP_SECONDS)):
            break
    client.idle_done()


def read_mailbox(mailbox: Mailbox) -> int:
    """Fetch and process once, without waiting for more; returns how many mails were stored."""
    with imap(mailbox) as client:
        stored = fetch_new(mailbox, client)
        note_ok(mailbox)
    process_stored(mailbox.pk)
    return stored


def fetch_new(mailbox: Mailbox, client: Any) -> int:
    """Store every mail of the inbox that is not stored yet; returns how many are new."""
    _follow_uidvalidity(mailbox, int(client.select_folder("INBOX")[b"UIDVALIDITY"]))
    stored = 0
    # `n:*` always names the last mail, even one below n.
    uids = sorted(
        uid for uid in client.search(["UID", f"{mailbox.last_uid + 1}:*"]) if uid > mailbox.last_uid
    )
    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        sizes = client.fetch(batch, ["RFC822.SIZE"])
        for uid in batch:
            if uid in sizes:
                stored += _fetch_one(mailbox, client, uid, int(sizes[uid][b"RFC822.SIZE"]))
        _flag_seen(client, [uid for uid in batch if uid in sizes and not stuck.is_stuck(mailbox.pk, uid)])
    return stored


def _flag_seen(client: Any, uids: list[int]) -> None:
    # A folder that we may only read is no reason to stop reading.
    with suppress(IMAPClientError):
        if uids:
            client.add_flags(uids, [SEEN], silent=True)


def _follow_uidvalidity(mailbox: Mailbox, uidvalidity: int) -> None:
    """New numbers mean that the old ones tell nothing: read everything again, content finds the twins."""
    if mailbox.uidvalidity != uidvalidity:
        mailbox.uidvalidity, mailbox.last_uid = uidvalidity, 0
        mailbox.save(update_fields=["uidvalidity", "last_uid"])


def _fetch_one(mailbox: Mailbox, client: Any, uid: int, size: int) -> bool:
    """Fetch and store one mail; one that the server never hands over is noted in quarantine and passed."""
    is_whole, uidvalidity = size <= LARGEST_MAIL, int(mailbox.uidvalidity or 0)
    if stuck.is_stuck(mailbox.pk, uid):
        return store(mailbox, uidvalidity, uid, b"", fault=f"{NOT_HANDED_OVER} (UID {uid})")
    try:
        data = _fetched(client, uid, "BODY[]" if is_whole else "BODY[HEADER]")
    except Exception:
        stuck.note_failing(mailbox.pk, uid)
        raise
    if data is None:
        return False  # somebody has deleted it meanwhile
    return store(mailbox, uidvalidity, uid, data, fault="" if is_whole else TOO_LARGE)


def _fetched(client: Any, uid: int, what: str) -> bytes | None:
    answer = client.fetch([uid], [what.replace("BODY", "BODY.PEEK")])
    found = answer.get(uid, {}).get(what.encode())
    return None if found is None else bytes(found)


def store(mailbox: Mailbox, uidvalidity: int, uid: int, data: bytes, *, fault: str = "") -> bool:
    """Write the bytes and commit their row; False when this mail is stored already.

    A mail with a `fault` (too large, never handed over) is kept in quarantine with what there is of it.
    """
    known = {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid}
    path = "" if RawMail.objects.filter(**known).exists() else store_bytes("mail", data)
    try:
        with transaction.atomic():
            if path:
                _create(known, path, data, fault)
            Mailbox.objects.filter(pk=mailbox.pk, uidvalidity=uidvalidity).update(last_uid=uid)
    except IntegrityError:
        # Another worker reads the same mailbox and was faster.
        (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)
        path = ""
    mailbox.last_uid = uid
    return bool(path)


def _create(known: dict[str, object], path: str, data: bytes, fault: str) -> None:
    raw = RawMail.objects.create(
        **known,
        digest=hashlib.sha256(data).hexdigest(),
        path=path,
        size=len(data),
        state=RawMail.State.QUARANTINED if fault else RawMail.State.STORED,
        error=fault,
        received_at=now(),
    )
    record("mail.received", f"mail:{raw.pk}:received", channel="mail", dims={"mailbox": raw.mailbox_id})
