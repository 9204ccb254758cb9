"""The one list of what customers said, by whatever way: filters, pages, and a table to take along."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from barrymore.feedback.answers import answers_of
from barrymore.feedback.faces import look_out
from barrymore.feedback.models import FaceLook, Photo, Response, Transcript
from barrymore.feedback.photos import photos_of
from barrymore.feedback.recordings import KEY as VOICE
from barrymore.feedback.recordings import known_recordings
from barrymore.feedback.voices import transcript_out
from barrymore.organisation.models import Point

PAGE = 50
# A program that opens tables runs what begins so.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


# What an answer is told with.
BESIDE = ("answers", "transcripts__corrections__staff")


@dataclass(frozen=True)
class Wanted:
    """Which answers; empty is all."""

    mode: str = ""
    channel: str = ""
    point: int | None = None
    score: int | None = None
    words: bool = False

    def rows(self) -> QuerySet[Response]:
        """Those wanted, the newest first."""
        found = Response.objects.order_by("-at", "-id")
        for name, value in (("mode", self.mode), ("channel", self.channel)):
            if value:
                found = found.filter(**{name: value})
        if self.point is not None:
            found = found.filter(point_ref=self.point)
        if self.score is not None:
            found = found.filter(score=self.score)
        if not self.words:
            return found
        spoken = Transcript.objects.filter(response=OuterRef("pk"), state=Transcript.State.DONE).exclude(
            text=""
        )
        return found.filter(~Q(comment="") | Exists(spoken))

    def as_query(self) -> dict[str, str]:
        """For an address."""
        return {name: str(value) for name, value in asdict(self).items() if value not in ("", None, False)}


@dataclass(frozen=True)
class Page:
    """Some answers and where the next page begins, None at the end."""

    rows: list[Response]
    next: str | None


def page_of(wanted: Wanted, cursor: str = "") -> Page:
    """One page. Raises ValueError for a cursor that is none of ours."""
    rows = wanted.rows().select_related("questionnaire", "campaign", "look").prefetch_related(*BESIDE)
    if cursor:
        at, pk = _after(cursor)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(rows[: PAGE + 1])
    rest = f"{found[PAGE - 1].at.isoformat()}_{found[PAGE - 1].pk}" if len(found) > PAGE else None
    return Page(found[:PAGE], rest)


def _after(cursor: str) -> tuple[datetime, int]:
    moment, _line, pk = cursor.replace(" ", "+").rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not pk.isascii():
            raise ValueError
        return at, int(pk)
    except (ValueError, OverflowError) as error:
        raise ValueError("cursor: use the `next` of an earlier page") from error


def response_out(one: Response, *, with_contacts: bool = False) -> dict[str, Any]:
    """An answer as REST tells it; how to reach the person only to those who may see customers."""
    return {
        "id": one.pk,
        "at": one.at.isoformat(),
        "mode": one.mode,
        "channel": one.channel,
        "site": one.site_ref,
        "point": one.point_ref,
        "device": one.device_ref,
        "staff": one.staff_ref,
        "campaign": one.campaign_id,
        "questionnaire": one.questionnaire_id,
        "language": one.language,
        "code": one.code,
        "score": one.score,
        "scale": one.scale,
        "comment": one.comment,
        "answers": {
            row.question: _value(row)
            for row in one.answers.all()
            if with_contacts or not isinstance(row.chosen, dict)
        },
        "seconds": one.seconds,
        "transcripts": [transcript_out(row) for row in one.transcripts.all()],
        "photo": look_out(look) if (look := look_of(one)) else None,
    }


def look_of(one: Response) -> FaceLook | None:
    """What was found in the photo of an answer."""
    return getattr(one, "look", None)


def _value(row: Any) -> Any:
    if row.number is not None:
        return row.number
    return row.text if row.chosen is None else row.chosen


@dataclass(frozen=True)
class Voice:
    """A voice message as the page shows it; `is_here` while it can be heard."""

    key: str
    is_here: bool
    transcript: Transcript | None


@dataclass(frozen=True)
class Line:
    """One answer as the page shows it."""

    response: Response
    where: str
    said: list[tuple[str, str]]
    voices: list[Voice]
    photo: Photo | None = None
    look: FaceLook | None = None


def lines_of(rows: list[Response], *, with_contacts: bool, with_photos: bool = False) -> list[Line]:
    """With the names of the points and what was said to each question."""
    names = dict(Point.objects.filter(pk__in={one.point_ref for one in rows}).values_list("pk", "name"))
    voices = {one.pk: [row.text for row in one.answers.all() if VOICE.fullmatch(row.text)] for one in rows}
    here = (
        known_recordings(key for keys in voices.values() for key in keys) if any(voices.values()) else set()
    )
    words = {row.key: row for one in rows for row in one.transcripts.all()}
    photos = photos_of(one.pk for one in rows) if with_photos else {}
    return [
        Line(
            one,
            names.get(one.point_ref or 0, ""),
            answers_of(one, with_contacts=with_contacts),
            [Voice(key, key in here, words.get(key)) for key in voices[one.pk]],
            photos.get(one.pk),
            look_of(one),
        )
        for one in rows
    ]


COLUMNS = (
    "id", "at", "mode", "channel", "site", "point", "device", "staff", "campaign", "questionnaire",
    "language", "code", "score", "scale", "comment", "seconds",
)  # fmt: skip
# Made by a machine, as their names say; "corrected" is what a person wrote beside it.
SPOKEN = (
    "machine_transcript", "machine_model", "machine_confidence", "transcript_corrected", "photo_face",
)  # fmt: skip


def table_of(wanted: Wanted) -> Iterator[str]:
    """The answers as CSV, line by line; one column a fact, no contact of a person."""
    yield _csv((*COLUMNS, *SPOKEN))
    for one in wanted.rows().select_related("look").prefetch_related(*BESIDE).iterator(500):
        told = response_out(one)
        told |= _spoken(told)
        yield _csv([_harmless(told[name]) for name in (*COLUMNS, *SPOKEN)])


def _spoken(told: dict[str, Any]) -> dict[str, Any]:
    """What machines read, in one cell each; of several voices one below the other."""
    read = [one for one in told["transcripts"] if one["text"] is not None]
    models = dict.fromkeys(str(one["model"]) for one in read)
    sure = [one["confidence"] for one in read if one["confidence"] is not None]
    return {
        "machine_transcript": "\n".join(one["text"] for one in read),
        "machine_model": ", ".join(models),
        "machine_confidence": min(sure, default=None),
        "transcript_corrected": "\n".join(one["corrected"] for one in read if one["corrected"] is not None),
        "photo_face": told["photo"]["face"] if told["photo"] else "",
    }


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _csv(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
