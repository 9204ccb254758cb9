"""Recorded calls: none without a profile or against a no; two sides, paused for card data, forgotten."""

import random
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.db import transaction

from barrymore.conversations.models import Conversation
from barrymore.conversations.recording_models import CallRecording, RecordingProfile
from barrymore.conversations.sealed_files import SealedFile, forget_file, seal_file
from barrymore.conversations.services import refs_of
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor, Place
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal, unseal
from barrymore.organisation.services import audit

MANAGE, LISTEN = "settings.manage", "recordings.listen"
KEEP_DAYS = (1, 3650)
PEAKS = 200
BATCH = 200
WIDTH = 2
# Both files of one call are begun and ended together; further apart one of them is cut.
SIDES_APART_SECONDS = 1.0
State = CallRecording.State


class NotRecorded(ValueError):
    """There is no recording; the text is the reason: `off`, `rule`, `lot`, `declined` or `not_asked`."""


class SideBroken(ValueError):
    """The sound of a side cannot be kept; the text says why."""


def profile() -> RecordingProfile | None:
    """What holds now; None before anybody has chosen."""
    return RecordingProfile.objects.order_by("-id").first()


@transaction.atomic
def choose_profile(
    actor: Actor, *, is_on: bool, country: str, basis: str, keep_days: int, queues: list[int], share: int
) -> RecordingProfile:
    """Let a profile hold from now on; what was recorded keeps its own. Raises ValueError with the field."""
    actor.need(MANAGE)
    if len(country) != 2 or not country.isalpha():
        raise ValueError("country: two letters, such as LT")
    if basis not in RecordingProfile.Basis.values:
        raise ValueError(f"basis: one of {', '.join(RecordingProfile.Basis.values)}")
    if not KEEP_DAYS[0] <= keep_days <= KEEP_DAYS[1]:
        raise ValueError(f"keep_days: from {KEEP_DAYS[0]} to {KEEP_DAYS[1]}")
    if not 1 <= share <= 100:
        raise ValueError("share: from 1 to 100")
    told = {
        "is_on": is_on, "country": country.upper(), "basis": basis, "keep_days": keep_days,
        "queues": sorted(set(queues)), "share": share,
    }  # fmt: skip
    made = RecordingProfile.objects.create(chosen_by=actor.staff, chosen_at=now(), **told)
    audit(actor.staff, "recording.profile", country.upper(), **told)
    return made


def asks_first(queue: int | None) -> RecordingProfile | None:
    """The profile by which a call of this queue may be recorded; None where it is not."""
    held = profile()
    if held is None or not held.is_on or (held.queues and queue not in held.queues):
        return None
    return held


def begin(
    conversation: Conversation,
    key: str,
    *,
    queue: int | None,
    staff: Staff | None,
    answer: str = "",
    is_drawn: bool | None = None,
) -> CallRecording:
    """A call is recorded from now on. `answer`: what the caller said to the question, `yes`, `no` or nothing.

    `is_drawn`: what the lot said for an earlier part of the same call; without one it is cast.
    The same key again is the first recording. Raises NotRecorded.
    """
    there = CallRecording.objects.filter(key=key).first()
    if there is not None:
        return there
    held = asks_first(queue)
    if held is None:
        raise NotRecorded("off" if (one := profile()) is None or not one.is_on else "rule")
    if answer == "no":
        # Written even though nothing else is: who declines is counted, and served like everybody else.
        with transaction.atomic():
            record("recording.declined", f"{key}:declined", **refs_of(conversation, queue=queue))
        raise NotRecorded("declined")
    if held.basis == RecordingProfile.Basis.CONSENT and answer != "yes":
        raise NotRecorded("not_asked")
    if is_drawn is None:
        is_drawn = random.random() * 100 < held.share  # noqa: S311 - a lot, no secret
    if not is_drawn:
        raise NotRecorded("lot")
    return _begun(conversation, key, queue, staff, held)


@transaction.atomic
def _begun(
    conversation: Conversation, key: str, queue: int | None, staff: Staff | None, held: RecordingProfile
) -> CallRecording:
    made = CallRecording.objects.create(
        key=key, conversation=conversation, staff=staff, basis=held.basis, began_at=now(),
        forget_at=now() + timedelta(days=held.keep_days),
    )  # fmt: skip
    refs = refs_of(conversation, queue=queue, staff_ref=staff.pk if staff else None)
    record("recording.begun", f"{key}:begun", **refs)
    return made


@transaction.atomic
def pause(recording: CallRecording) -> bool:
    """Nothing is written from now on, as while card data are said. False where it does not run."""
    return _turn(recording, State.RUNNING, State.PAUSED)


@transaction.atomic
def resume(recording: CallRecording) -> bool:
    """Written again. False where it is not paused."""
    return _turn(recording, State.PAUSED, State.RUNNING)


def _turn(recording: CallRecording, before: str, after: str) -> bool:
    if not CallRecording.objects.filter(pk=recording.pk, state=before).update(state=after):
        return False
    recording.refresh_from_db()
    at = round((now() - recording.began_at).total_seconds(), 1)
    if after == State.PAUSED:
        recording.pauses.append([at, None])
    elif recording.pauses:
        recording.pauses[-1][1] = at
    recording.save(update_fields=["pauses"])
    return True


def keep(recording: CallRecording, customer: Path, agent: Path) -> None:
    """Take over both sides, encrypted, and remove the files they came in. Raises nothing: a fault is told.

    `customer`, `agent`: WAV of 16 bits, one channel. A repeat changes nothing.
    """
    recording.refresh_from_db()
    if recording.state not in (State.RUNNING, State.PAUSED):
        return
    kept: list[SealedFile] = []
    try:
        sides = [_side(customer), _side(agent)]
        (rate, frames), (other_rate, other) = [(side.rate, side.frames) for side in sides]
        if rate != other_rate or abs(frames - other) > SIDES_APART_SECONDS * rate:
            raise SideBroken(f"the sides are {frames / rate:.1f} and {other / other_rate:.1f} s long")
        for side in sides:
            kept.append(seal_file("calls", side.chunks()))
        _note_kept(recording, sides, kept)
    except (SideBroken, OSError) as error:
        for one in kept:
            forget_file(one.path)
        fail(recording, str(error))
        return
    for path in (customer, agent):
        path.unlink(missing_ok=True)


@transaction.atomic
def _note_kept(recording: CallRecording, sides: list["Side"], kept: list[SealedFile]) -> None:
    for name, side, file in zip(("customer", "agent"), sides, kept, strict=True):
        setattr(recording, f"{name}_path", file.path)
        setattr(recording, f"{name}_key", seal(file.key))
        setattr(recording, f"{name}_frames", side.frames)
        setattr(recording, f"{name}_peaks", side.peaks())
    recording.state, recording.rate = State.KEPT, sides[0].rate
    recording.seconds = max(side.frames for side in sides) / sides[0].rate
    recording.save()
    refs = refs_of(recording.conversation, staff_ref=recording.staff_id)
    refs["values"] = {"seconds": round(recording.seconds, 1)}
    record("recording.kept", f"{recording.key}:kept", **refs)


@transaction.atomic
def fail(recording: CallRecording, why: str) -> None:
    """It could not be kept: that is told on the card and counted, and never passed over in silence."""
    CallRecording.objects.filter(pk=recording.pk).update(state=State.FAILED, problem=why[:200])
    record("recording.failed", f"{recording.key}:failed", **refs_of(recording.conversation))


@dataclass(frozen=True)
class Side:
    """A WAV file of one side."""

    path: Path
    rate: int
    frames: int

    def chunks(self) -> Iterator[bytes]:
        """Its samples, without the head."""
        with wave.open(str(self.path), "rb") as sound:
            while chunk := sound.readframes(32_768):
                yield chunk

    def peaks(self) -> list[float]:
        """The loudest of each part, of 0 to 1: what a waveform draws."""
        size = max(1, -(-self.frames // PEAKS))
        found: list[float] = []
        with wave.open(str(self.path), "rb") as sound:
            while chunk := sound.readframes(size):
                loudest = np.abs(np.frombuffer(chunk, "<i2").astype(np.int32)).max(initial=0)
                found.append(round(float(loudest) / 32768, 3))
        return found


def _side(path: Path) -> Side:
    try:
        with wave.open(str(path), "rb") as sound:
            if (sound.getnchannels(), sound.getsampwidth()) != (1, WIDTH):
                raise SideBroken(f"{path.name} is not of 16 bits and one channel")
            return Side(path, sound.getframerate(), sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise SideBroken(f"{path.name} is no WAV file") from error
    except FileNotFoundError as error:
        raise SideBroken(f"{path.name} is not there") from error


@transaction.atomic
def open_recording(actor: Actor, recording: CallRecording, place: Place) -> None:
    """Somebody listens: the right is needed in the queue, and a line is written. Raises NotAllowed."""
    actor.need_at(LISTEN, place)
    audit(actor.staff, "recording.opened", recording.key, conversation=recording.conversation_id)


def recordings_of(conversation: Conversation) -> list[CallRecording]:
    """Those of a conversation, in their order."""
    return list(CallRecording.objects.filter(conversation=conversation).select_related("staff"))


def side_of(recording: CallRecording, name: str) -> SealedFile:
    """The file of a side, `customer` or `agent`."""
    frames = getattr(recording, f"{name}_frames")
    return SealedFile(
        getattr(recording, f"{name}_path"), unseal(getattr(recording, f"{name}_key")), frames * WIDTH
    )


def forget_round() -> int:
    """Take away what is older than its profile allows: file first, then the row's content."""
    due = CallRecording.objects.filter(forget_at__lte=now()).exclude(state=State.FORGOTTEN)
    found = list(due.order_by("forget_at")[:BATCH])
    for one in found:
        forget(one)
    return len(found)


def forget(recording: CallRecording) -> None:
    """The sound goes; that there was a call, and how long, stays."""
    forget_file(recording.customer_path)
    forget_file(recording.agent_path)
    blank: dict[str, object] = {
        f"{side}_{what}": [] if what == "peaks" else "" for side in ("customer", "agent")
        for what in ("path", "key", "peaks")
    }  # fmt: skip
    CallRecording.objects.filter(pk=recording.pk).update(state=State.FORGOTTEN, **blank)
