"""Keep a photo of a guest who has consented: checked, drawn anew, opened on record."""

import io
import re
import warnings
from collections.abc import Iterable

from django.db import transaction
from PIL import Image, ImageOps

from barrymore.conversations.files import read_bytes, store_bytes
from barrymore.feedback.models import Photo, Response
from barrymore.feedback.recordings import NotKept
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.services import audit

PERMISSION = "photos.read"
LARGEST = 3 * 1024 * 1024
MOST_PIXELS = 12_000_000
LONGEST_SIDE = 1280
KEY = re.compile(r"photo-[0-9a-f]{32}")
FORMATS = ("JPEG", "PNG", "WEBP")


def photo_may_be_kept(key: str, told_type: str, told_size: int) -> None:
    """Whether a photo of this kind and size is taken at all, before a byte is read. Raises NotKept."""
    if not KEY.fullmatch(key):
        raise NotKept(422, "Name the file photo- and 32 of 0-9, a-f.")
    if told_type.partition(";")[0].strip().lower() not in ("image/jpeg", "image/png", "image/webp"):
        raise NotKept(415, "Send image/jpeg, image/png or image/webp.")
    if told_size > LARGEST:
        raise NotKept(413, f"At most {LARGEST} bytes: make the picture smaller.")
    if told_size <= 0:
        raise NotKept(411, "Send the length of the file, which is not empty.")


def keep_photo(key: str, chunks: Iterable[bytes], size: int, *, device: int) -> Photo:
    """Draw the picture anew and keep it. The same name again is the first file. Raises NotKept."""
    there = Photo.objects.filter(key=key).first()
    if there and there.device_ref != device:
        raise NotKept(409, "Another device has a file of this name: take a new one.")
    if there and there.path:
        return there
    data = _read(chunks, size)
    picture, (width, height) = drawn_anew(data)
    path = store_bytes("photos", picture)
    told = {"path": path, "size": len(picture), "width": width, "height": height}
    kept, _new = Photo.objects.get_or_create(key=key, defaults={"device_ref": device, "at": now()})
    Photo.objects.filter(pk=kept.pk).update(**told)
    return Photo.objects.get(pk=kept.pk)


def _read(chunks: Iterable[bytes], size: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > LARGEST:
            raise NotKept(413, f"At most {LARGEST} bytes: make the picture smaller.")
    if len(data) != size:
        raise NotKept(400, "The file was cut: send it again, whole.")
    return bytes(data)


def drawn_anew(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """The pixels alone, as JPEG of at most 1280 to a side: no place, no time, no camera. Raises NotKept."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                # The size stands in the head: a bomb is refused before it unfolds.
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotKept(413, f"At most {MOST_PIXELS} pixels: make the picture smaller.")
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except NotKept:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotKept(413, f"At most {MOST_PIXELS} pixels: make the picture smaller.") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise NotKept(415, "The file is no picture that can be read.") from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    told = io.BytesIO()
    clean.save(told, "JPEG", quality=82)
    return told.getvalue(), clean.size


def tie_photo(response: Response, key: str, device: int) -> None:
    """The name that came with an answer; whether a file follows is for the guest to say."""
    photo, _new = Photo.objects.get_or_create(key=key, defaults={"device_ref": device, "at": now()})
    if photo.device_ref == device and photo.response_id is None:
        Photo.objects.filter(pk=photo.pk).update(response=response)


def note_consent(key: str, device: int, blur: str, notice: str, *, face: bool = False) -> None:
    """To which words the guest has consented, whether of the look for a face, and what was blurred."""
    Photo.objects.filter(key=key, device_ref=device, notice="").update(
        blur=blur, notice=notice, is_face_told=face
    )


@transaction.atomic
def open_photo(actor: Actor, key: str) -> bytes | None:
    """The picture, with a line in the audit trail for whoever looks at it; None once it is gone."""
    actor.need(PERMISSION)
    photo = Photo.objects.filter(key=key).exclude(path="").first()
    if photo is None:
        return None
    try:
        data = read_bytes(photo.path)
    except FileNotFoundError:
        return None
    audit(actor.staff, "photo.opened", photo.key, answer=photo.response_id)
    return data


def photos_of(responses: Iterable[int]) -> dict[int, Photo]:
    """The photos that are here, by their answer."""
    found = Photo.objects.filter(response__in=list(responses)).exclude(path="")
    return {photo.response_id: photo for photo in found if photo.response_id}
