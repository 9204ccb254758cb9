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
    BUGS[sys.argv[1]]()
    from barrymore.cli.main import main as barrymore

    sys.exit(barrymore(sys.argv[2:]))


if __name__ == "__main__":
    main()
