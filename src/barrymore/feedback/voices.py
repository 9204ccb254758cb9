"""Voice messages become words by a machine: each once, marked as such, corrected beside and not over."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from barrymore.extras.worker import Worker
from barrymore.feedback import machines
from barrymore.feedback.models import Answer, Correction, FaceLook, Recording, Response, Transcript
from barrymore.feedback.recordings import KEY
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.services import audit

PERMISSION = "feedback.read"
# Ten minutes of sound at the slowest that was measured, and the loading of a large model.
SECONDS = 600.0
LONGEST_CORRECTION = 20_000
State = Transcript.State


def wait_for_words(response: Response, answers: Iterable[Answer]) -> None:
    """A row for each voice message of an answer, left in its transaction; the file may come later."""
    keys = {one.text: one.question for one in answers if one.text and KEY.fullmatch(one.text)}
    language = response.language
    if not language and keys and response.questionnaire:
        language = response.questionnaire.form.languages[0]
    Transcript.objects.bulk_create(
        [
            Transcript(response=response, question=asked, key=key, language=language, open_after=now())
            for key, asked in keys.items()
        ],
        ignore_conflicts=True,
    )


class Voices:
    """The voice messages whose file is here."""

    name = "speech"
    model: type[Transcript] | type[FaceLook] = Transcript
    ended: Mapping[str, Any] = {"state": State.UNREADABLE}

    def is_on(self) -> bool:
        """Unless somebody has switched it off."""
        return machines.reading().speech_on

    def waiting(self) -> QuerySet[Transcript]:
        """In the order in which they were said."""
        here = Recording.objects.filter(key=OuterRef("key"))
        return Transcript.objects.filter(Exists(here), state=State.WAITING)

    def ask(self, worker: Worker, row: Transcript) -> dict[str, Any]:
        """The words of one."""
        path = Recording.objects.values_list("path", flat=True).get(key=row.key)
        language = row.language.partition("-")[0].lower() or "en"
        return worker.ask(
            "transcribe", SECONDS, path=str(Path(settings.MEDIA_ROOT) / path), language=language
        )

    def keep(self, row: Transcript, told: Mapping[str, Any]) -> None:
        """A row that was forgotten meanwhile stays forgotten."""
        segments = told["segments"]
        Transcript.objects.filter(pk=row.pk, state=State.WAITING).update(
            state=State.DONE,
            text=str(told["text"]).replace("\x00", ""),
            segments=segments,
            confidence=confidence_of(segments),
            seconds=told["seconds"],
            language=told["language"],
            model=told["model"][:120],
            at=now(),
        )


def confidence_of(segments: Iterable[Mapping[str, Any]]) -> float | None:
    """The mean of the model's own confidence over the time of its segments, 0 to 1; None for silence."""
    weighed: list[tuple[float, float]] = [
        (max(one["end"] - one["start"], 0.01), one["confidence"]) for one in segments
    ]
    length = sum(seconds for seconds, _confidence in weighed)
    if not weighed:
        return None
    return round(sum(seconds * confidence for seconds, confidence in weighed) / length, 3)


def voices_round() -> int:
    """Read what waits; returns how many were."""
    return machines.work(Voices())


def transcripts_of(responses: Iterable[int]) -> dict[str, Transcript]:
    """Transcripts with their corrections, by the name of the recording; in two statements."""
    corrections = Prefetch("corrections", Correction.objects.select_related("staff"))
    found = Transcript.objects.filter(response__in=list(responses)).prefetch_related(corrections)
    return {one.key: one for one in found}


@transaction.atomic
def correct(actor: Actor, key: str, text: str) -> Correction:
    """Write what was really said; what the machine wrote stays beside it. Raises ValueError."""
    actor.need(PERMISSION)
    words = text.replace("\x00", "").strip()
    if len(words) > LONGEST_CORRECTION:
        raise ValueError(f"text: at most {LONGEST_CORRECTION} signs")
    transcript = Transcript.objects.get(key=key)
    if transcript.state == State.WAITING:
        raise ValueError("text: the machine has not read it yet; wait until it has")
    made = Correction.objects.create(transcript=transcript, text=words, staff=actor.staff, at=now())
    audit(actor.staff, "transcript.corrected", key, answer=transcript.response_id)
    return made


def try_again(actor: Actor) -> int:
    """Let what could not be read have another turn, as after another model was put in place."""
    actor.need(machines.PERMISSION)
    here = Recording.objects.filter(key=OuterRef("key"))
    ended = Transcript.objects.filter(Exists(here), state=State.UNREADABLE, corrections=None)
    return ended.update(state=State.WAITING, tries=0, why="", detail="", open_after=now(), at=None)


def transcript_out(one: Transcript) -> dict[str, Any]:
    """A transcript as REST tells it: `text` is the machine's, `corrected` a person's."""
    corrected = next(iter(one.corrections.all()), None)
    return {
        "recording": one.key,
        "question": one.question,
        "state": one.state,
        "made_by": "machine",
        "model": one.model or None,
        "language": one.language or None,
        "text": one.text if one.state == State.DONE else None,
        "confidence": one.confidence,
        "doubtful": one.is_doubtful,
        "why": one.why or None,
        "at": one.at.isoformat() if one.at else None,
        "corrected": corrected.text if corrected else None,
        "corrected_at": corrected.at.isoformat() if corrected else None,
    }
