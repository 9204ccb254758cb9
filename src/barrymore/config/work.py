"""What runs beside the pages: rounds as threads that can be stopped at any moment without loss."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections, connection

from barrymore.alerts.raising import escalate_round
from barrymore.alerts.services import send_due_mails, send_due_pushes
from barrymore.channels.chat.delivery import deliver_due_chats
from barrymore.channels.devices.losses import loss_round
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.rounds import balance_round, silent_round
from barrymore.channels.imports.rounds import imports_round
from barrymore.channels.invitations import invite_due
from barrymore.channels.mail.intake import watch_mailboxes
from barrymore.channels.mail.outgoing import deliver_due_mails
from barrymore.channels.mqtt.watching import watch_brokers
from barrymore.channels.sms.delivery import deliver_due_sms
from barrymore.channels.sms.notices import send_due_notices
from barrymore.config.pulse import note_end, note_start
from barrymore.conversations import recordings
from barrymore.feedback.faces import faces_round
from barrymore.feedback.keeping import forget_round
from barrymore.feedback.links import visits_round
from barrymore.feedback.voices import voices_round
from barrymore.figures.tallying import tally_round
from barrymore.handling import rounds
from barrymore.handling.calling import wishes_round
from barrymore.handling.noticing import answers_round
from barrymore.handling.recovering import recoveries_round
from barrymore.quality.bonus import bonus_round
from barrymore.quality.falling import falling_round
from barrymore.quality.looking import look_for_flags
from barrymore.quality.networks import networks_round
from barrymore.quality.services import forget_rejected
from barrymore.reports.mailing import owe_due
from barrymore.reports.mailing import send_due as send_due_summaries
from barrymore.telephony.watching import watch_nodes

log = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Round:
    """Something done again and again; `call` returns how much it did."""

    name: str
    call: Callable[[], int]
    every_seconds: float


ROUNDS = [
    Round("promises", rounds.promises_round, 1.0),
    Round("offers", rounds.offers_round, 1.0),
    Round("mails", deliver_due_mails, 0.5),
    Round("chats", deliver_due_chats, 5.0),
    Round("texts", deliver_due_sms, 1.0),
    Round("notices", send_due_mails, 0.5),
    Round("notices by text", send_due_notices, 1.0),
    Round("notices by push", send_due_pushes, 0.5),
    Round("presses", project_round, 0.5),
    Round("tallies", tally_round, 1.0),
    Round("recoveries", recoveries_round, 0.5),
    Round("answers", answers_round, 5.0),
    Round("wishes to be called", wishes_round, 1.0),
    Round("alerts", escalate_round, 1.0),
    Round("invitations", invite_due, 2.0),
    Round("summaries due", owe_due, 30.0),
    Round("summaries", send_due_summaries, 5.0),
    Round("steps", rounds.steps_round, 5.0),
    Round("absence", rounds.absence_round, 10.0),
    Round("silence", rounds.silence_round, 30.0),
    Round("imports", imports_round, 1.0),
    Round("surveys", rounds.surveys_round, 60.0),
]
TIDY_SECONDS = 3600.0
SILENT_SECONDS = LOSS_SECONDS = FORGET_SECONDS = 600.0
FALLING_SECONDS = 900.0
READ_SECONDS = 5.0
LOOK_SECONDS = 6 * 3600.0
BALANCE_SECONDS = 24 * 3600.0


def tidy_round() -> int:
    """Let SQLite look at its tables again, so that it goes on choosing the right indexes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 400")
            cursor.execute("PRAGMA optimize = 0x10002")
    return 0


# Those whose pulse is not felt: they come seldom, or a long voice message keeps one busy for minutes.
SELDOM = [
    Round("voices to write down", voices_round, READ_SECONDS),
    Round("photos to look at", faces_round, READ_SECONDS),
    Round("tidy", tidy_round, TIDY_SECONDS),
    Round("silent devices", silent_round, SILENT_SECONDS),
    Round("losses of devices", loss_round, LOSS_SECONDS),
    Round("falling response rates", falling_round, FALLING_SECONDS),
    Round("bonus rules", bonus_round, FALLING_SECONDS),
    Round("questions about presses", look_for_flags, LOOK_SECONDS),
    Round("photos and contacts to forget", forget_round, FORGET_SECONDS),
    Round("recordings to forget", recordings.forget_round, FORGET_SECONDS),
    Round("networks to forget", networks_round, FALLING_SECONDS),
    Round("public links left in the middle", visits_round, FORGET_SECONDS),
    Round("questions to forget", forget_rejected, BALANCE_SECONDS),
    Round("balance of devices", balance_round, BALANCE_SECONDS),
]


def start_work(stop: threading.Event) -> list[threading.Thread]:
    """Start a thread for each round, for mailboxes, brokers and telephones; all end when `stop` is set.

    On PostgreSQL the telephones are a process of their own, `barrymore telephony run`.
    """
    threads = [
        threading.Thread(target=_run, args=(work, stop), name=work.name, daemon=True)
        for work in [*ROUNDS, *SELDOM]
    ]
    threads.append(threading.Thread(target=watch_mailboxes, args=(stop,), name="mailboxes", daemon=True))
    threads.append(threading.Thread(target=watch_brokers, args=(stop,), name="brokers", daemon=True))
    if settings.TASKS_EMBEDDED:
        threads.append(threading.Thread(target=watch_nodes, args=(stop,), name="telephones", daemon=True))
    for work in ROUNDS:
        note_start(work.name, work.every_seconds)
    for thread in threads:
        thread.start()
    return threads


def _run(work: Round, stop: threading.Event) -> None:
    pause = work.every_seconds
    while not stop.is_set():
        began = time.monotonic()
        try:
            close_old_connections()
            work.call()
            pause = work.every_seconds
            note_end(work.name)
        except Exception:
            # The round goes on: its rows are still there. A lasting fault slows it down.
            pause = min(pause * 2, LONGEST_PAUSE)
            note_end(work.name, failed=True)
            log.exception("round %s failed, again in %.0f s", work.name, pause)
        stop.wait(max(pause - (time.monotonic() - began), 0.05))
    close_old_connections()
