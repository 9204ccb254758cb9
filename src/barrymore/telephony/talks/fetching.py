"""Bring home what was recorded: fetched from the node after the talk, sealed here, taken away there."""

import logging
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection

from barrymore.conversations import recordings
from barrymore.conversations.models import CallRecording
from barrymore.journal.moment import now
from barrymore.telephony.models import Node
from barrymore.telephony.talks import ari
from barrymore.telephony.talks.keeping import unfetched
from barrymore.telephony.talks.models import Talk
from barrymore.telephony.talks.tapes import file_of

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
AGAIN_SECONDS = 5.0
SWEEP_SECONDS = 600.0
# Asterisk closes its files a moment after the talk; one that is not there by then never was written.
FILE_COMES = timedelta(seconds=30)
# Our disk may be full, or the node away, for as long; then the recording is given up, and says so.
GIVE_UP = timedelta(hours=6)
BATCH = 20
SIDES = ("rx", "tx")
HEAD = 44


class Fetcher:
    """For one node, a thread of its own: sound is large, and calls do not wait for it."""

    def __init__(self, node: Node, stop: threading.Event) -> None:
        self.node, self._stop = node, stop
        self._again: dict[int, float] = {}
        self._sweep_at = 0.0
        self.thread = threading.Thread(target=self._run, name=f"recordings of {node}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                close_old_connections()
                self.look()
            except Exception:
                log.exception("recordings of %s", self.node)
        connection.close()

    def look(self) -> None:
        """Fetch what has ended; now and then take away what belongs to nobody."""
        moment = time.monotonic()
        for talk in unfetched(self.node.pk)[:BATCH]:
            if self._again.get(talk.pk, 0.0) <= moment:
                self._again[talk.pk] = moment + AGAIN_SECONDS
                if fetch_talk(self.node, talk):
                    self._again.pop(talk.pk, None)
        if moment >= self._sweep_at and Talk.objects.filter(recording__isnull=False).exists():
            self._sweep_at = moment + SWEEP_SECONDS
            try:
                sweep(self.node)
            except OSError:
                log.info("recordings of %s cannot be listed", self.node)


def fetch_talk(node: Node, talk: Talk) -> bool:
    """Try once; True where the recording has come to its end, kept or failed."""
    recording = talk.recording
    if recording is None or talk.ended_at is None:
        return True
    folder = Path(settings.MEDIA_ROOT) / "calls-coming"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=folder) as own:
            sides = [Path(own) / f"{side}.wav" for side in SIDES]
            for side, path in zip(SIDES, sides, strict=True):
                ari.fetch(node, f"{file_of(recording)}-{side}", path)
                _mend(path)
            recordings.keep(recording, *sides)
    except ari.NoFile:
        if now() - talk.ended_at < FILE_COMES:
            return False
        recordings.fail(recording, "the sound never came from the node")
    except OSError as error:
        if now() - talk.ended_at < GIVE_UP:
            log.warning("recording %s waits at %s: %s", recording.key, node, error)
            return False
        recordings.fail(recording, f"could not be fetched: {error}")
    _remove(node, recording)
    return True


def _mend(path: Path) -> None:
    """A file of an Asterisk that was killed tells no length in its head: it is as long as it is."""
    size = path.stat().st_size
    if size < HEAD:
        return
    with path.open("r+b") as file:
        if file.read(4) != b"RIFF":
            return
        file.seek(4)
        file.write((size - 8).to_bytes(4, "little"))
        file.seek(HEAD - 8)
        if file.read(4) == b"data":
            file.write(((size - HEAD) & ~1).to_bytes(4, "little"))


def _remove(node: Node, recording: CallRecording) -> None:
    for side in SIDES:
        try:
            ari.remove(node, f"{file_of(recording)}-{side}")
        except OSError:
            # The sweep takes it away later.
            log.info("%s stays at %s for now", file_of(recording), node)


def sweep(node: Node) -> int:
    """Take away the files at a node that no open recording waits for. Raises OSError."""
    ours = [name for name in ari.names(node) if name.startswith("bm-call-") and name[-3:] in ("-rx", "-tx")]
    if not ours:
        return 0
    states = [CallRecording.State.RUNNING, CallRecording.State.PAUSED]
    awaited = {
        file_of(one) for one in CallRecording.objects.filter(state__in=states, key__startswith="call:")
    }
    gone = [name for name in ours if name[:-3] not in awaited]
    for name in gone:
        ari.remove(node, name)
    return len(gone)
