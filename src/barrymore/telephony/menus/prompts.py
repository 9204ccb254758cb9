"""Make and change prompts: uploaded, or spoken by the machine from their words."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from barrymore.conversations.files import read_bytes, store_bytes
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit
from barrymore.telephony.menu_models import Prompt
from barrymore.telephony.menus import sounds
from barrymore.telephony.menus.phrases import code_of

FOLDER = "prompts"


class InUse(ValueError):
    """A menu or a number says it."""


def save_prompt(
    actor: Staff | None,
    prompt: Prompt | None,
    *,
    name: str,
    language: str,
    purpose: str,
    text: str,
    upload: bytes | None,
) -> Prompt:
    """Keep a prompt: the uploaded sound, else the words spoken anew where they changed.

    Raises NoSound, ValidationError.
    """
    found = prompt or Prompt()
    is_new = found.pk is None
    speaks_anew = upload is None and (
        is_new or (text != found.text and found.is_spoken) or language != found.language
    )
    old_path = "" if is_new else found.path
    found.name, found.language, found.purpose, found.text = name, language, purpose, text
    if upload is not None or speaks_anew:
        samples = sounds.read_sound(upload) if upload is not None else sounds.speak(text, code_of(language))
        data = sounds.as_wav(samples)
        found.is_spoken, found.seconds = upload is None, len(samples) / sounds.RATE
        found.digest, found.made_at, found.path = hashlib.sha256(data).hexdigest(), now(), "-"
        found.full_clean()
        found.path = store_bytes(FOLDER, data)
    found.full_clean()
    _write(actor, found, is_new, old_path)
    return found


def _write(actor: Staff | None, found: Prompt, is_new: bool, old_path: str) -> None:
    try:
        with transaction.atomic():
            found.save()
            audit(actor, "prompt.added" if is_new else "prompt.changed", str(found)[:120])
    except Exception:
        if found.path != old_path:
            _drop(found.path)
        raise
    if old_path and old_path != found.path:
        _drop(old_path)


def delete_prompt(actor: Staff | None, prompt: Prompt) -> None:
    """Take a prompt away. Raises InUse where a menu or a number says it."""
    path = prompt.path
    try:
        with transaction.atomic():
            audit(actor, "prompt.deleted", str(prompt)[:120])
            prompt.delete()
    except ProtectedError as error:
        raise InUse(_("A menu or a number says it: choose another there first.")) from error
    _drop(path)


def sound_of(prompt: Prompt) -> bytes:
    """The WAV of a prompt. Raises OSError."""
    return read_bytes(prompt.path)


def _drop(path: str) -> None:
    (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)


def check_words(text: str, language: str) -> None:
    """Whether the voice can say it. Raises ValidationError."""
    try:
        sounds.speak(text, code_of(language))
    except sounds.NoSound as error:
        raise ValidationError(str(error)) from error
