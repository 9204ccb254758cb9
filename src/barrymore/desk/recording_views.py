"""Recorded calls of a conversation: which there are, and their sound, any part of it, on record."""

import re
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from barrymore.conversations.recording_models import CallRecording
from barrymore.conversations.recordings import LISTEN, open_recording, recordings_of
from barrymore.conversations.sealed_files import FileBroken
from barrymore.conversations.stereo import Stereo
from barrymore.desk.views import placement_for
from barrymore.figures.spoken import length
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.secrets import SealBroken

RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
# A waveform is drawn in a box of so many units; each side has its half.
WIDE, HIGH = 200, 40


@never_cache
@require_GET
@page("conversations.read", somewhere=True)
def recordings(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """The recorded calls of a conversation, for its card."""
    placement = placement_for(actor, conversation_id, "conversations.read")
    rows = [
        {
            "recording": one,
            "length": length(one.seconds) if one.seconds is not None else "",
            "pauses": len(one.pauses),
            "customer": wave_of(one.customer_peaks, up=True),
            "agent": wave_of(one.agent_peaks, up=False),
        }
        for one in recordings_of(placement.conversation)
    ]
    context = {
        "rows": rows,
        "conversation": placement.conversation,
        "may_listen": actor.may_at(LISTEN, placement.queue),
    }
    return render(request, "desk/recordings.html", context)


def wave_of(peaks: list[float], *, up: bool) -> str:
    """The points of a polygon from the middle line, upwards for the customer, downwards for our side."""
    if not peaks:
        return ""
    middle, step, side = HIGH / 2, WIDE / len(peaks), -1 if up else 1
    # The root, as loudness is heard: else speech beside a shout would be a flat line.
    drawn = [
        f"{step * (number + 0.5):.1f},{middle + side * (middle - 1) * peak**0.5:.1f}"
        for number, peak in enumerate(peaks)
    ]
    return " ".join([f"0,{middle:.0f}", *drawn, f"{WIDE},{middle:.0f}"])


@never_cache
@require_GET
@page(LISTEN, somewhere=True)
def sound(request: HttpRequest, actor: Actor, conversation_id: int, recording_id: int) -> Any:
    """Both sides as one WAV of two channels; who opens it from its beginning is written down."""
    placement = placement_for(actor, conversation_id, LISTEN)
    found = get_object_or_404(
        CallRecording, pk=recording_id, conversation=placement.conversation, state=CallRecording.State.KEPT
    )
    try:
        stereo = Stereo(found)
        wanted = _range(request.headers.get("Range", ""), stereo.size)
        if wanted is None:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stereo.size}"})
        start, stop = wanted
        if start == 0:
            open_recording(actor, found, placement.queue)
        # Head and first samples are read before anything is answered: a broken file is told, not cut.
        parts = stereo.read(start, stop)
        first = b"".join(islice(parts, 2))
    except (FileBroken, SealBroken, FileNotFoundError) as error:
        raise Http404 from error
    answer = StreamingHttpResponse(
        _chain(first, parts), status=206 if "Range" in request.headers else 200, content_type="audio/wav"
    )
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Length"] = str(stop - start)
    answer["Content-Disposition"] = "inline"
    if answer.status_code == 206:
        answer["Content-Range"] = f"bytes {start}-{stop - 1}/{stereo.size}"
    return answer


def _chain(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest


def _range(told: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None where nothing is there. What we cannot read is the whole."""
    found = RANGE.fullmatch(told)
    if not found:
        return 0, size
    start = int(found[1])
    stop = min(int(found[2]) + 1, size) if found[2] else size
    return (start, stop) if start < stop else None
