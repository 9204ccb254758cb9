"""Whether a face is in a photo that a guest sent as it is: yes, no, or not looked at, nothing more."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.extras.worker import Worker
from barrymore.feedback import machines
from barrymore.feedback.models import FaceLook, Photo, Transcript
from barrymore.journal.moment import now
from barrymore.journal.services import record

SECONDS = 60.0
AT_ONCE = 200
Found = FaceLook.Found


def notice_in(language: str) -> str:
    """What a guest is told of it before the photo, in a language of the house; empty while it is off."""
    if language not in dict(settings.LANGUAGES) or not machines.reading().presence_on:
        return ""
    with translation.override(language):
        return _(
            "A program of ours looks whether a face is in a photo that is not blurred, "
            "and keeps only yes or no; it does not know whose face it is."
        )


class Faces:
    """The photos that may be looked at."""

    name = "presence"
    model: type[Transcript] | type[FaceLook] = FaceLook
    ended: Mapping[str, Any] = {"found": Found.NOT}

    def is_on(self) -> bool:
        """Only where somebody has switched it on."""
        return machines.reading().presence_on

    def waiting(self) -> QuerySet[FaceLook]:
        """In the order in which they came."""
        return FaceLook.objects.filter(found=Found.WAITING, photo__isnull=False).exclude(photo__path="")

    def ask(self, worker: Worker, row: FaceLook) -> dict[str, Any]:
        """How many faces there are; the number is not kept."""
        path = Photo.objects.values_list("path", flat=True).get(look=row.pk)
        return worker.ask("faces", SECONDS, path=str(Path(settings.MEDIA_ROOT) / path))

    def keep(self, row: FaceLook, told: Mapping[str, Any]) -> None:
        """Yes or no, with the model's name and the time, and one fact."""
        found = Found.YES if told["count"] else Found.NO
        with transaction.atomic():
            waiting = FaceLook.objects.filter(pk=row.pk, found=Found.WAITING)
            if waiting.update(found=found, model=told["model"][:120], at=now()):
                response = row.response
                dims = {"point": response.point_ref, "campaign": response.campaign_id, "face": str(found)}
                record("photo.looked_at", f"photo:{row.key}:looked_at", site=response.site_ref, dims=dims)


def faces_round() -> int:
    """Note what was consented to since, and look at what may be looked at."""
    return note_photos() + machines.work(Faces())


def note_photos() -> int:
    """A row for each photo that came with consent to an answer; at once ended where nobody may look."""
    fresh = Photo.objects.filter(look=None, response__isnull=False).exclude(path="").exclude(notice="")
    rows = [_noted(photo) for photo in fresh.order_by("at")[:AT_ONCE]]
    FaceLook.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _noted(photo: Photo) -> FaceLook:
    why = _why_not(photo)
    return FaceLook(
        key=photo.key,
        photo=photo,
        response=photo.response,
        found=Found.NOT if why else Found.WAITING,
        why=why,
        open_after=now(),
        at=now() if why else None,
    )


def _why_not(photo: Photo) -> str:
    """Why nobody may look, empty where one may."""
    if photo.blur != Photo.Blur.NONE:
        return "blurred"
    if not photo.is_face_told:
        return "not_told" if machines.reading().presence_on else "off"
    return ""


def leave_unseen(photos: list[int]) -> None:
    """These photos are about to be forgotten: what was not looked at by now never will be."""
    waiting = FaceLook.objects.filter(photo__in=photos, found=Found.WAITING)
    waiting.update(found=Found.NOT, why="gone", at=now())


def faces_counted(campaign: int, since: Any) -> dict[str, int]:
    """Photos with consent of a campaign by what was found, of answers since then."""
    rows = FaceLook.objects.filter(response__campaign=campaign, response__at__gte=since)
    return {row["found"]: row["n"] for row in rows.values("found").annotate(n=Count("pk")).order_by()}


def look_out(look: FaceLook) -> dict[str, Any]:
    """What was found, as REST tells it."""
    return {
        "face": look.found,
        "why": look.why or None,
        "model": look.model or None,
        "at": look.at.isoformat() if look.at else None,
    }
