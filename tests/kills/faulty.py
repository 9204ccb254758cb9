"""The product with one seeded bug: `python -m tests.kills.faulty BUG serve …`; the checker must find it."""

import os
import sys
import threading
import time
import uuid
from dataclasses import replace
from typing import Any

import django


def forget_the_key() -> None:
    """A repeat is not recognised: every delivery is another contact, every call is done again."""
    from barrymore.channels import api
    from barrymore.desk import api as desk

    real = api.receive

    def receive(contact: Any) -> Any:
        made = real(replace(contact, external_id=uuid.uuid4().hex))
        # A little slow between commit and answer: that is where a kill shows whether keys are known.
        time.sleep(0.15)
        return made

    api.receive = receive
    for module in (api, desk):
        module.once_if_keyed = lambda ref, key, body, work: work()  # type: ignore[attr-defined]


def acknowledge_before_commit() -> None:
    """The caller hears yes while the work is still to be done."""
    from barrymore.desk import api as desk

    def later(ref: Any, key: Any, body: Any, work: Any) -> dict[str, Any]:
        def run() -> None:
            time.sleep(0.8)
            work()

        threading.Thread(target=run, daemon=True).start()
        return {"id": 0, "status": "queued"}

    desk.once_if_keyed = later  # type: ignore[attr-defined]


def skip_before_store() -> None:
    """The mailbox's place moves on before the mail is stored."""
    from barrymore.channels.mail import intake

    real = intake.store

    def store(mailbox: Any, uidvalidity: int, uid: int, data: bytes, **more: Any) -> bool:
        intake.Mailbox.objects.filter(pk=mailbox.pk).update(last_uid=uid)
        time.sleep(0.3)
        return real(mailbox, uidvalidity, uid, data, **more)

    intake.store = store  # type: ignore[assignment]


def another_id_at_every_try() -> None:
    """A mail sent again after a crash carries a new Message-ID."""
    from barrymore.channels.mail import outgoing

    real_compose, real_finish = outgoing.compose, outgoing._note_sent

    def compose(*args: Any, **more: Any) -> Any:
        made = real_compose(*args, **more)
        del made.mail["Message-ID"]
        made.mail["Message-ID"] = f"<{uuid.uuid4().hex}@mill.example>"
        return made

    def note_sent(*args: Any) -> bool:
        time.sleep(0.3)
        return real_finish(*args)

    outgoing.compose, outgoing._note_sent = compose, note_sent


def fire_again() -> None:
    """A clock that has fired fires again."""
    from barrymore.sla import services
    from barrymore.sla.models import Clock

    real = services._fire

    def fire(clock_id: int, when: str, done: str, what: str) -> Any:
        fired = real(clock_id, when, done, what)
        if fired is not None and what == "breached":
            Clock.objects.filter(pk=clock_id).update(breached_at=None)
        return fired

    real_record = services.record

    def record(kind: str, key: str, **more: Any) -> Any:
        return real_record(kind, f"{key}:{uuid.uuid4().hex[:6]}", **more)

    from barrymore.handling import rounds

    services._fire, services.record = fire, record
    rounds.notify = lambda *args, **more: []  # type: ignore[assignment]


def say_yes_before_commit() -> None:
    """A device hears yes while its events are still to be written."""
    from barrymore.channels.devices import writer

    real = writer._freshly

    def freshly(work: Any, batches: Any) -> Any:
        def run() -> None:
            time.sleep(0.3)
            real(work, batches)

        threading.Thread(target=run, daemon=True).start()
        return [writer.Told(stored=len(batch.read)) for batch in batches]

    writer._freshly = freshly


def take_repetitions_for_new() -> None:
    """An event that comes again is kept once more under another run."""
    from barrymore.channels.devices import reading

    real = reading.read_event

    def read_event(device_ref: int, told: Any, boot: Any, received_at: Any) -> Any:
        event = real(device_ref, told, boot, received_at)
        is_event = isinstance(event, reading.Event)
        return replace(event, boot_id=uuid.uuid4().hex) if is_event and not event.why else event

    reading.read_event = read_event


def forget_to_book() -> None:
    """Duplicates are not written into the books."""
    from barrymore.journal import inbox

    real = inbox._tally

    def tally(events: Any, outcomes: Any) -> None:
        kept = [pair for pair in zip(events, outcomes, strict=True) if pair[1] != inbox.DUPLICATE]
        real([event for event, _ in kept], [outcome for _, outcome in kept])
        inbox._count([(one.device_ref, one.received_at, "received", 1) for one in events[:1]])

    inbox._tally = tally


def count_without_the_event() -> None:
    """The event is marked as counted in a transaction of its own, before its fact is written."""
    from barrymore.channels.devices import projection

    real = projection._project_next

    def project_next() -> int:
        refs = list(projection._waiting(projection.BATCH).values_list("pk", flat=True))
        rows = projection.DeviceEvent.objects.filter(pk__in=refs[: len(refs) // 10])
        rows.update(state=projection.State.COUNTED)
        time.sleep(0.1)
        return real()

    projection._project_next = project_next


EDGE_BUGS = {
    bug.__name__: bug
    for bug in (say_yes_before_commit, take_repetitions_for_new, forget_to_book, count_without_the_event)
}
BUGS = {
    bug.__name__: bug
    for bug in (
        forget_the_key,
        acknowledge_before_commit,
        skip_before_store,
        another_id_at_every_try,
        fire_again,
    )
}


def main() -> None:
    """Seed the bug, then serve as usual."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barrymore.config.settings")
    django.setup()
    {**BUGS, **EDGE_BUGS}[sys.argv[1]]()
    from barrymore.cli.main import main as barrymore

    sys.exit(barrymore(sys.argv[2:]))


if __name__ == "__main__":
    main()
