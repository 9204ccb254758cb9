"""What points to a person is kept as long as needed: photos for hours, voices and contacts for days."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from barrymore.feedback.faces import leave_unseen
from barrymore.feedback.models import Answer, CallWish, Case, Keeping, Photo, Recording, Transcript
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.services import audit

PERMISSION = "settings.manage"
BATCH = 500
# Shortest and longest, in the unit of the field.
BOUNDS = {"photo_hours": (1, 72), "voice_days": (1, 3650), "contact_days": (1, 3650)}


def keeping() -> Keeping:
    """How long; as the product comes where nobody has said."""
    return Keeping.objects.filter(pk=1).first() or Keeping(pk=1)


@transaction.atomic
def set_keeping(actor: Actor, **told: int) -> Keeping:
    """Say how long. Raises ValueError with the field."""
    actor.need(PERMISSION)
    for name, (least, most) in BOUNDS.items():
        if not least <= told[name] <= most:
            raise ValueError(f"{name}: from {least} to {most}")
    kept, _new = Keeping.objects.update_or_create(pk=1, defaults={name: told[name] for name in BOUNDS})
    audit(actor.staff, "keeping.changed", "", **{name: told[name] for name in BOUNDS})
    return kept


def forget_round() -> int:
    """Forget what is older than it may be; what a failure leaves is forgotten the next time."""
    kept = keeping()
    photos = _forget_files(Photo, now() - timedelta(hours=kept.photo_hours), "photos.forgotten")
    heard_before = now() - timedelta(days=kept.voice_days)
    voices = _forget_files(Recording, heard_before, "voices.forgotten")
    _forget_unheard(heard_before)
    return photos + voices + _forget_contacts(now() - timedelta(days=kept.contact_days))


def forget_opened_networks(before: datetime | None) -> int:
    """Take the mark of the network from forms opened before that, or from all."""
    marked = Case.objects.exclude(opened_network="")
    if before is not None:
        marked = marked.filter(opened_form_at__lt=before)
    return marked.update(opened_network="")


def _forget_files(model: type[Photo] | type[Recording], before: object, action: str) -> int:
    """File first, then row: a row whose file is gone is harmless, a file without a row is never found."""
    rows = list(model.objects.filter(at__lt=before).order_by("at").values_list("pk", "path", "key")[:BATCH])
    for _ref, path, _key in rows:
        if path:
            (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)
    files = sum(bool(path) for _ref, path, _key in rows)
    refs = [ref for ref, _path, _key in rows]
    with transaction.atomic():
        if model is Recording:
            # What was said goes with the voice, corrections of it too.
            Transcript.objects.filter(key__in=[key for _ref, _path, key in rows]).delete()
        else:
            leave_unseen(refs)
        model.objects.filter(pk__in=refs).delete()
        if files:
            audit(None, action, "", files=files)
    return len(rows)


def _forget_unheard(before: datetime) -> None:
    """Rows that wait for a file which never came."""
    never = Transcript.objects.filter(state=Transcript.State.WAITING, open_after__lt=before)
    here = Recording.objects.filter(key=OuterRef("key"))
    never.exclude(Exists(here)).delete()


@transaction.atomic
def _forget_contacts(before: object) -> int:
    """Contacts leave answers; that one was left, and what became of it, stays."""
    old = CallWish.objects.filter(open_after__lt=before, taken_at__isnull=False, forgotten_at=None)
    wishes = dict(old.order_by("open_after").values_list("pk", "response_id")[:BATCH])
    if not wishes:
        return 0
    given = Answer.objects.filter(response__in=wishes.values(), chosen__isnull=False)
    contacts = [one.pk for one in given if isinstance(one.chosen, dict)]
    Answer.objects.filter(pk__in=contacts).update(chosen={})
    CallWish.objects.filter(pk__in=wishes).update(name="", email="", phone="", forgotten_at=now())
    audit(None, "contacts.forgotten", "", answers=len(wishes))
    return len(wishes)
